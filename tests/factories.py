"""The people and texts of the tests: Alice's newspaper, Bob's blog, and scorers that do as they are told."""

import itertools
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from moderation.domain.comment import AuthorRef, Context, PageRef, Receipt, Submission, fingerprint
from moderation.domain.errors import ScorerUnavailable
from moderation.domain.ids import timed_id
from moderation.domain.policy import Policy, parse_policy
from moderation.domain.score import Candidate, Signal, Span
from moderation.intake.submit import submit
from moderation.review.queues import CommentCard, get_card
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store

NOON = 1_790_000_000_000  # some noon, in milliseconds
POLICY: Policy = parse_policy(
    """
    name = "test"
    needs = ["toxicity"]
    [[rules]]
    code = "toxic"
    signal = "toxicity"
    at_least = 0.8
    outcome = "hold"
    message = "Toxicity {value}, the limit is {threshold}."
    """
)

_count = itertools.count()


def newspaper(
    store: Store,
    name: str = "Alice's Herald",
    origin: str = "https://herald.test",
    at: int = NOON,
) -> Site:
    with store.write() as connection:
        return sites.add_site(connection, name, [origin], "en", at, os.urandom)


def key_of(store: Store, site: Site, kind: str = sites.SECRET) -> str:
    with store.write() as connection:
        return sites.add_key(connection, site.id, kind, NOON, os.urandom)


def reply(
    site: Site, text: str = "A fine article.", *, at: int = NOON, **changes: object
) -> Submission:
    """A submission; changes replace its fields."""
    submission = Submission(
        id=timed_id("cmt", at + next(_count), os.urandom(10)),
        site_id=site.id,
        page=PageRef("https://herald.test/news/1", "News"),
        author=AuthorRef("Carol"),
        text=text,
        created_at=at,
        context=Context(),
    )
    submission = replace(submission, **changes)
    if not submission.fingerprint:
        submission = replace(
            submission,
            fingerprint=fingerprint(submission.page.url, submission.author.name, submission.text),
        )
    return submission


def hand_in(store: Store, *replies: Submission) -> list[str]:
    """Stores the replies; their ids."""
    answers = submit(store, replies, personal_days=30, entropy=os.urandom)
    assert all(isinstance(answer, Receipt) for answer in answers), answers
    return [submission.id for submission in replies]


def toxicity(text: str) -> float:
    """What a Scripted scorer says of a text. A word of its own: random hexadecimals have 'bad' in them."""
    return 0.9 if re.search(r"\bbad\b", text) else 0.1


class Scripted:
    """A scorer that calls texts with the word 'bad' toxic, and can be told to fail.

    mood: 'well', 'missing' (ScorerUnavailable), 'broken' (any other error), 'nan', 'hangs' until
    `awake` is set, 'poison' (breaks on texts with 'poison' only), 'unmeasurable' (ScorerUnavailable for those),
    'slow' (hangs on those).
    """

    name = "scripted"

    def __init__(self, mood: str = "well") -> None:
        self.mood = mood
        self.awake = threading.Event()
        self.calls = 0
        self.during: Callable[[], None] = lambda: None

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        self.calls += 1
        self.during()
        if self.mood == "missing":
            raise ScorerUnavailable("told so")
        if self.mood == "broken" or (
            self.mood == "poison" and any("poison" in candidate.text for candidate in batch)
        ):
            raise ZeroDivisionError
        is_poisonous = any("poison" in one.text for one in batch)
        if self.mood == "unmeasurable" and is_poisonous:
            raise ScorerUnavailable("told so")
        if self.mood == "hangs" or (self.mood == "slow" and is_poisonous):
            self.awake.wait()
        return [
            (
                Signal(
                    "toxicity",
                    float("nan") if self.mood == "nan" else toxicity(candidate.text),
                    self.name,
                    model="script-1",
                    sha256="0" * 64,
                ),
            )
            for candidate in batch
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        start = candidate.text.find("bad")
        return (Span(start, start + 3),) if start >= 0 else ()


def panel(*scorers: Scripted, timeout: float = 5.0) -> ScorerPipeline:
    return ScorerPipeline(scorers or (Scripted(),), timeout)


def card(store: Store, site: Site, comment_id: str) -> CommentCard:
    """The comment as moderators see it."""
    return get_card(store, {site.id}, comment_id)
