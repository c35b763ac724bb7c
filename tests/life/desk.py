"""The state machine's world: two newspapers on a real store, and a plain model of what their comments must be."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from moderation.domain.comment import PageState, Submission
from moderation.domain.decision import Outcome
from moderation.domain.errors import GatehouseError
from moderation.domain.reader_rules import ReaderRules
from moderation.notify import endpoints
from moderation.review import reader_rules
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import claims
from tests.docs.test_life import drawn
from tests.factories import NOON, newspaper

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
EDITABLE = 600 * MINUTE  # since a comment was handed in
GONE = ("withdrawn", "erased")
REMOVED = ("rejected", "spam", *GONE)
STATUS = {"approve": "approved", "hold": "held", "reject": "rejected", "spam": "spam"}
# Who moderates which site; the trainee only proposes.
MODERATORS = {"mod_ada": 0, "mod_bea": 0, "mod_cem": 1}
TRAINEE = "mod_tim"
PEOPLE = ("Ada", "Ben", "Cleo")

# Which comment: the first so many by their age, and with every number above the one that was meant last. Things that happen to one
# comment one after the other are what goes wrong; spread evenly they rarely meet.
BY_AGE = 12
PICK = st.integers(0, 2 * BY_AGE)
MODERATOR = st.sampled_from(sorted(MODERATORS))
MOVES = drawn()

OUTCOMES = tuple(Outcome)
OUTCOME = st.sampled_from(OUTCOMES)


@dataclass
class Entry:
    """One decision as the model has it. branch: the comment and decision it was made along with."""

    sequence: int
    outcome: str
    by: str
    revision: int
    codes: tuple[str, ...] = ()
    takes_back: int | None = None
    branch: tuple[str, int] | None = None

    @property
    def is_person(self) -> bool:
        return self.by in MODERATORS


@dataclass
class Job:
    """What waits to be judged. measured: the attempts of this text that left findings."""

    revision: int
    due_at: int = 0
    attempts: int = 0
    lease: str = ""


@dataclass
class Expected:
    """A comment as the model has it. changed_at: when its last decision was made."""

    id: str
    site: int
    page: str
    parent: str
    person: str
    texts: list[str]
    created_at: int
    status: str = "pending"
    sequence: int = 0
    decided_by: str = ""
    history: list[Entry] = field(default_factory=list)
    job: Job | None = None
    measured: set[tuple[int, int]] = field(default_factory=set)
    proposal: bool = False
    claim: str = ""
    changed_at: int = 0

    @property
    def revision(self) -> int:
        return len(self.texts)

    @property
    def waits_for_parent(self) -> bool:
        last = self.history[-1] if self.history else None
        return (
            (self.status, self.decided_by) == ("held", "policy")
            and last is not None
            and last.sequence == self.sequence
            and bool({"parent_held", "parent_removed"} & set(last.codes))
        )


class Desk(RuleBasedStateMachine):
    """Two sites, what was done to their comments, and what must have come of it."""

    fresh: Callable[[], Store]  # a migrated store without a row; test_life.py gives it

    def __init__(self) -> None:
        super().__init__()
        self.store = type(self).fresh()
        self.entropy = Random(1).randbytes
        self.now = NOON
        self.sites: list[Site] = [
            newspaper(self.store),
            newspaper(self.store, "Bob's Blog", "https://bob.test"),
        ]
        # Two readers' reports hold a comment of the first site.
        for site, enough in zip(self.sites, (2, 0), strict=True):
            reader_rules.set_rules(self.store, site.id, ReaderRules(EDITABLE // MINUTE, enough))
        self.policies = ["", ""]
        self.pages: dict[tuple[int, str], PageState] = {}
        self.comments: dict[str, Expected] = {}
        self.meant = ""  # the id of the comment that was picked last
        self.sent: list[Submission] = []
        self.keys: dict[tuple[int, str], tuple[str, str, int]] = {}  # comment, fingerprint, time
        self.appeals: list[tuple[str, str]] = []  # id, comment
        self.bulks: list[tuple[str, int]] = []  # id, site
        self.events: set[tuple[str, str, int]] = set()  # comment, type, sequence
        self.told: dict[str, dict[str, bytes]] = {}  # what each endpoint accepted, by message
        self.erased_words: set[str] = set()
        self.approved: list[str] = []  # in the transaction that goes on
        self.steady = [self._listen(n, "steady") for n in (0, 1)]
        self.flaky = self._listen(0, "flaky")
        self.flaky_on = True
        self.seen_decisions: dict[tuple[str, int], tuple[object, ...]] = {}
        self.seen_events: dict[str, tuple[str, str]] = {}
        self.seen_audit: dict[int, tuple[object, ...]] = {}

    def teardown(self) -> None:
        self.store.close()

    def _listen(self, site: int, path: str) -> str:
        endpoint, _ = endpoints.add_webhook(
            self.store,
            self.sites[site].id,
            f"https://hook.test/{site}/{path}",
            now=NOON,
            entropy=self.entropy,
        )
        return endpoint.id

    # --- for the rules -------------------------------------------------------------------------

    @property
    def clock(self) -> dict[str, Any]:
        """A new moment, as most verbs take it."""
        self.now += 1
        return {"now": self.now, "entropy": self.entropy}

    def site_ids(self, moderator: str) -> set[str]:
        return {self.sites[MODERATORS[moderator]].id}

    def pick(self, number: int) -> Expected:
        """One of the comments; a precondition says that there is one."""
        if number <= BY_AGE or not self.meant:
            self.meant = list(self.comments)[number % len(self.comments)]
        return self.comments[self.meant]

    def expect(self, error: type[GatehouseError] | None, call: Callable[[], Any]) -> Any:
        """Makes the call, which must be refused in exactly this way, or not at all; its result."""
        try:
            result = call()
        except GatehouseError as raised:
            assert type(raised) is error, f"{raised!r} instead of {error}"
            return None
        assert error is None, f"{result!r} instead of {error}"
        return result

    def let_claims_end(self) -> None:
        """Two minutes by the database's clock, which no test can turn."""
        with self.store.write() as connection:
            connection.execute(sa.update(claims).values(until=0))
        for comment in self.comments.values():
            comment.claim = ""

    # --- what follows from what happens ----------------------------------------------------------

    def moves(self, comment: Expected, status: str, by: str) -> None:
        """A comment comes to stand somewhere else, or again where it stands."""
        assert (comment.status, status, by) in MOVES
        comment.status = status

    def happened(self, comment: Expected, type: str) -> None:
        self.events.add((comment.id, f"comment.{type}", comment.sequence))

    def decided(self, comment: Expected, outcome: str, by: str, **fields: Any) -> None:
        """What a decision makes of a comment. by: a moderator, or whatever machine."""
        comment.sequence += 1
        entry = Entry(comment.sequence, outcome, by, comment.revision, **fields)
        comment.history.append(entry)
        self.moves(comment, STATUS[outcome], "decided")
        comment.decided_by = "moderator" if entry.is_person else "policy"
        comment.changed_at = self.now
        comment.proposal = False
        if entry.is_person:
            comment.claim = ""
        self.happened(comment, comment.status)
        if outcome == "approve":
            self.approved.append(comment.id)

    def judge_replies_again(self) -> None:
        """Once all decisions of a transaction are made: what waited for a comment that is approved now."""
        for reply in self.comments.values():
            if reply.parent in self.approved and reply.waits_for_parent:
                reply.measured.clear()
                reply.job = reply.job or Job(reply.revision)
        self.approved.clear()

    def erased(self, comment: Expected) -> None:
        self.erased_words |= {text.split()[-1] for text in comment.texts}
        comment.sequence += 1
        self.moves(comment, "erased", "erased")
        comment.job, comment.proposal, comment.claim = None, False, ""
        self.happened(comment, "erased")

    def below(self, comment: Expected) -> list[Expected]:
        """All that answers a comment, near or far."""
        near = [each for each in self.comments.values() if each.parent == comment.id]
        return near + [far for reply in near for far in self.below(reply)]

    def refused(self, call: Callable[[], Any]) -> bool:
        """Whether a call was refused; then nothing may have changed, which the invariants see to."""
        with suppress(GatehouseError):
            call()
            return False
        return True


def in_effect_before(comment: Expected, sequence: int) -> str:
    """The outcome that counted before a decision; 'hold' where that was about another text, or none was."""
    history = [entry for entry in comment.history if entry.sequence < sequence]
    while history and history[-1].takes_back is not None:
        history = [entry for entry in history if entry.sequence < history[-1].takes_back]
    counts = history and history[-1].revision == comment.revision
    return history[-1].outcome if counts else "hold"


def again(submission: Submission, id: str, now: int) -> Submission:
    """The same submission, sent once more."""
    return replace(submission, id=id, created_at=now)
