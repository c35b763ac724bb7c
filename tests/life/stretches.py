"""Stretches of lives that lead to where faults hide, with whatever else in between; and what happens most, chosen more often.

Steps that are drawn one by one seldom follow each other on the same comment: that a bulk decision is taken back after somebody has decided
about one of its comments took hundreds of lives. So each stretch here is one step of the machine, and everything in it is drawn: whose
comment, which outcome, what happens in between. desk.py also means the last comment again every other time.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from moderation.domain.appeal import Answer
from moderation.domain.comment import PageState
from moderation.domain.decision import Outcome
from tests.life.desk import BY_AGE, DAY, EDITABLE, HOUR, MODERATOR, OUTCOME, PEOPLE, PICK, REMOVED
from tests.life.workers import MEANWHILE, MOODS, Workers
from tests.life.writers import WORDS

AGAIN = 2 * BY_AGE  # the comment that was meant last
# What happens to a comment between the beginning and the end of a stretch.
BETWEEN = st.sampled_from(
    [
        "",
        "",
        "",
        "edit",
        "edit",
        "edit",
        "judge",
        "decide",
        "undo",
        "withdraw",
        "erase",
        "report",
        "claim",
        "appeal",
    ]
)
FIRST = st.sampled_from([Outcome.APPROVE, *Outcome])  # approved most, in real life as well
REMOVAL = st.sampled_from([Outcome.REJECT, Outcome.SPAM])


class Stretches(Workers):
    """Rules that are made of others. Each refuses, and expects, what the others do."""

    @initialize(words=st.lists(WORDS, min_size=4, max_size=4), judged=st.booleans())
    def begin(self, words: list[str], judged: bool) -> None:
        """Something to do something with: two conversations on one page, by two people, and a comment on the other site."""
        for site, person, answers, text in zip(
            (0, 0, 0, 1), ("Ada", "Ben", "Ada", "Cleo"), (None, 0, 1, None), words, strict=True
        ):
            self.hand_in(site, "1", text, "", person, answers)
        if judged:
            self.judge("well", "", 0)

    @rule(mood=MOODS, meanwhile=MEANWHILE, which=PICK)
    def judge_more(self, mood: str, meanwhile: str, which: int) -> None:
        self.judge(mood, meanwhile, which)

    @rule(which=PICK, outcome=OUTCOME)
    def decide_more(self, which: int, outcome: Outcome) -> None:
        """By somebody who may, about what they saw."""
        self.decide(self.moderator_of(which), which, outcome, False, True, False)

    @rule(which=PICK, words=WORDS)
    def edit_more(self, which: int, words: str) -> None:
        self.edit(which, words, False)

    def moderator_of(self, which: int, other: bool = False) -> str:
        """Somebody who may decide about a comment. other: a colleague, where there is one."""
        if self.pick(which).site:
            return "mod_cem"
        return "mod_bea" if other else "mod_ada"

    def young(self, which: int) -> int:
        """A comment that its writer may still change: the one that is picked, or a new one in its place; how it is picked again."""
        comment = self.pick(which)
        if comment.status in REMOVED or self.now >= comment.created_at + EDITABLE:
            self.set_page(0, "1", PageState.OPEN)
            self.hand_in(0, "1", "A fine article", "", "Ben", None)
            self.meant = list(self.comments)[-1]
        return AGAIN

    def something(self, what: str, outcome: Outcome, words: str) -> None:
        """Happens to the comment that was meant last."""
        colleague = self.moderator_of(AGAIN, other=True)
        if what == "decide":
            self.decide(colleague, AGAIN, outcome, False, True, False)
        elif what == "edit":
            self.edit(AGAIN, words, False)
        elif what == "undo":
            self.undo(colleague, AGAIN, False)
        elif what == "judge":
            self.judge("well", "", AGAIN)
        elif what == "report":
            for reader in "abc":
                self.report(AGAIN, reader)
        elif what == "claim":
            self.claim(colleague, AGAIN, True)
        elif what:
            getattr(self, what)(AGAIN)
        self.holds()

    def holds(self) -> None:
        raise NotImplementedError  # invariants.py

    @precondition(lambda self: self.comments)
    @rule(
        which=PICK,
        words=WORDS,
        meanwhile=MEANWHILE,
        before=BETWEEN,
        outcome=OUTCOME,
        mood=MOODS,
    )
    def change_and_judge(
        self, which: int, words: str, meanwhile: str, before: str, outcome: Outcome, mood: str
    ) -> None:
        """A new text, something that happens to the comment before a worker comes, and while its models compute."""
        self.edit(self.young(which), words, False)
        self.something(before, outcome, words)
        self.judge(mood, meanwhile, AGAIN)

    @precondition(lambda self: self.comments)
    @rule(which=PICK, first=FIRST, between=BETWEEN, then=OUTCOME, words=WORDS, branch=st.booleans())
    def decide_and_take_back(
        self,
        which: int,
        first: Outcome,
        between: str,
        then: Outcome,
        words: str,
        branch: bool,
    ) -> None:
        """Decided, perhaps with the replies; something happens; decided once more, and that taken back, and once more taken back."""
        moderator = self.moderator_of(self.young(which))
        self.decide(moderator, AGAIN, first, False, True, branch)
        self.something(between, then, words)
        self.decide(moderator, AGAIN, then, False, True, branch)
        self.holds()
        self.undo(moderator, AGAIN, False)
        self.holds()
        self.undo(moderator, AGAIN, False)

    @precondition(lambda self: self.comments)
    @rule(
        which=st.lists(PICK, min_size=1, max_size=4),
        outcome=OUTCOME,
        between=BETWEEN,
        then=OUTCOME,
        words=WORDS,
    )
    def decide_many_and_take_back(
        self, which: list[int], outcome: Outcome, between: str, then: Outcome, words: str
    ) -> None:
        """To one of them, the last that was named, something happens before all of it is taken back."""
        moderator = self.moderator_of(which[0])
        before = len(self.bulks)
        self.decide_many(moderator, which, outcome)
        self.pick(which[-1])
        self.something(between, then, words)
        if len(self.bulks) > before:
            self.undo_many(moderator, before)

    @precondition(lambda self: self.comments)
    @rule(
        which=PICK,
        outcome=REMOVAL,
        between=BETWEEN,
        then=OUTCOME,
        words=WORDS,
        moderator=MODERATOR,
        answer=st.sampled_from(Answer),
    )
    def remove_and_appeal(
        self,
        which: int,
        outcome: Outcome,
        between: str,
        then: Outcome,
        words: str,
        moderator: str,
        answer: Answer,
    ) -> None:
        """Removed, appealed against; something happens; answered by whoever, be it who removed it."""
        self.decide(self.moderator_of(self.young(which)), AGAIN, outcome, False, True, False)
        before = len(self.appeals)
        self.appeal(AGAIN)
        self.something(between, then, words)
        if len(self.appeals) > before:
            self.answer_appeal(moderator, before, answer)

    @rule(
        person=st.sampled_from(PEOPLE),
        words=WORDS,
        outcome=REMOVAL,
        traces=st.lists(BETWEEN, max_size=3),
        answers=st.one_of(st.none(), PICK),
    )
    def write_leave_traces_and_be_erased(
        self, person: str, words: str, outcome: Outcome, traces: list[str], answers: int | None
    ) -> None:
        """A person of whom there is a comment with a text before, an appeal, a claim or a report, and then nothing."""
        before = len(self.comments)
        self.hand_in(0, "1", words, "", person, answers)
        if len(self.comments) > before:
            self.meant = list(self.comments)[-1]
            self.judge("well", "", AGAIN)
            for trace in traces:
                self.something(trace, outcome, words)
        self.erase_person(person, (0,))

    @rule(
        answer=st.sampled_from([500, 503, "timeout"]), wait=st.sampled_from([HOUR, 5 * HOUR, DAY])
    )
    def deliver_in_vain_and_again(self, answer: int | str, wait: int) -> None:
        """An endpoint is away, and back when the next attempts are due."""
        self.deliver(answer)
        self.now += wait
        self.deliver(200)

    # A rule under a second name is chosen twice as often.
    change_and_judge_more = change_and_judge
    decide_and_take_back_more = decide_and_take_back
    decide_many_and_take_back_more = decide_many_and_take_back
    remove_and_appeal_more = remove_and_appeal
