"""What moderators do: decide, take back, many at once, propose, claim, answer appeals; and what strangers must not."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from moderation.domain.appeal import Answer
from moderation.domain.comment import PageState
from moderation.domain.decision import Outcome
from moderation.domain.errors import Claimed, Conflict, GatehouseError, Invalid, NotFound
from moderation.review import appeals, bulk, bulk_sets, claims, decisions, page_states, proposals
from moderation.review import site_policy as policies
from moderation.review.branches import Replies
from moderation.review.page_states import PageChange
from tests.life.desk import (
    GONE,
    MODERATOR,
    MODERATORS,
    OUTCOME,
    PICK,
    REMOVED,
    TRAINEE,
    Entry,
    Expected,
    in_effect_before,
)
from tests.life.writers import Writers

POLICIES = {
    name: f"""
    name = "of the site"
    needs = ["toxicity"]
    [[rules]]
    code = "toxic"
    signal = "toxicity"
    at_least = 0.8
    outcome = "{name}"
    message = "Toxicity {{value}}."
    """
    for name in ("spam", "reject")
}


class Moderators(Writers):
    """The rules of those who decide. `stale`: with the sequence of a decision before the last one."""

    def refusal(
        self, moderator: str, comment: Expected, stale: bool, takes_over: bool
    ) -> type[GatehouseError] | None:
        """How a moderator's word about a comment is refused, whatever it is."""
        if MODERATORS[moderator] != comment.site or comment.status == "erased":
            return NotFound
        if stale or comment.status == "withdrawn":
            return Conflict
        if comment.claim not in ("", moderator) and not takes_over:
            return Claimed
        return None

    @precondition(lambda self: self.comments)
    @rule(
        moderator=MODERATOR,
        which=PICK,
        outcome=OUTCOME,
        stale=st.sampled_from([False, False, True]),
        takes_over=st.booleans(),
        branch=st.booleans(),
    )
    def decide(
        self,
        moderator: str,
        which: int,
        outcome: Outcome,
        stale: bool,
        takes_over: bool,
        branch: bool,
    ) -> None:
        comment = self.pick(which)
        along = branch and outcome in (Outcome.REJECT, Outcome.SPAM)
        error = self.refusal(moderator, comment, stale, takes_over)
        clock = self.clock
        self.expect(
            error,
            lambda: decisions.decide(
                self.store,
                moderator,
                self.site_ids(moderator),
                comment.id,
                outcome,
                expected_sequence=comment.sequence - stale,
                replies=Replies.REJECT if along else Replies.LEAVE,
                take_over=takes_over,
                **clock,
            ),
        )
        if error:
            return
        self.decided(comment, outcome.value, moderator)
        if along:
            root = (comment.id, comment.sequence)
            for reply in self.below(comment):
                if reply.status not in REMOVED:
                    self.decided(reply, "reject", moderator, branch=root)
        self.judge_replies_again()

    @precondition(lambda self: self.comments)
    @rule(moderator=MODERATOR, which=PICK, stale=st.sampled_from([False, False, True]))
    def undo(self, moderator: str, which: int, stale: bool) -> None:
        comment = self.pick(which)
        last = comment.history[-1] if comment.history else None
        error = self.refusal(moderator, comment, stale, takes_over=True)
        if not error and (not last or not last.is_person or last.sequence != comment.sequence):
            error = Conflict
        if not error:
            error = self.refusal(moderator, comment, stale, takes_over=False)
        clock = self.clock
        self.expect(
            error,
            lambda: decisions.undo(
                self.store,
                moderator,
                self.site_ids(moderator),
                comment.id,
                comment.sequence - stale,
                **clock,
            ),
        )
        if not error:
            self.taken_back(comment, moderator)
        self.judge_replies_again()

    def taken_back(self, comment: Expected, moderator: str) -> None:
        """An undo, with the replies that were decided along with what it takes back."""
        undone = comment.sequence
        outcome = in_effect_before(comment, undone)
        replies = [
            (reply, in_effect_before(reply, reply.sequence))
            for reply in self.comments.values()
            if _is_along(reply, comment.id, undone)
        ]
        self.decided(comment, outcome, moderator, takes_back=undone)
        root = (comment.id, comment.sequence)
        for reply, before in replies:
            self.decided(reply, before, moderator, takes_back=reply.sequence, branch=root)

    @precondition(lambda self: self.comments)
    @rule(moderator=MODERATOR, which=st.lists(PICK, min_size=1, max_size=4), outcome=OUTCOME)
    def decide_many(self, moderator: str, which: list[int], outcome: Outcome) -> None:
        chosen = {comment.id: comment for comment in map(self.pick, which)}
        site = MODERATORS[moderator]
        strange = any(each.site != site or each.status == "erased" for each in chosen.values())
        seen = self.expect(
            Invalid if strange else None,
            lambda: bulk_sets.named(self.store, self.sites[site].id, list(chosen)),
        )
        if strange:
            return
        clock = self.clock
        act = bulk.start(self.store, moderator, self.sites[site].id, seen, outcome, **clock)
        self.bulks.append((act.act.id, site))
        for comment in sorted(chosen.values(), key=lambda each: each.id):
            if comment.status != "withdrawn" and comment.claim in ("", moderator):
                self.decided(comment, outcome.value, moderator)
        self.judge_replies_again()

    @precondition(lambda self: self.bulks)
    @rule(moderator=MODERATOR, which=PICK)
    def undo_many(self, moderator: str, which: int) -> None:
        id, site = self.bulks[which % len(self.bulks)]
        theirs = MODERATORS[moderator] == site
        members = bulk.list_members(self.store, self.sites[site].id, id)
        clock = self.clock
        if self.refused(
            lambda: bulk.undo(
                self.store, moderator, self.sites[MODERATORS[moderator]].id, id, **clock
            )
        ):
            return
        assert theirs
        for member in members:
            comment = self.comments[member.comment_id]
            if member.state.value == "decided" and comment.sequence == member.sequence:
                self.taken_back(comment, moderator)
        self.judge_replies_again()

    @precondition(lambda self: self.comments)
    @rule(which=PICK, outcome=OUTCOME)
    def propose(self, which: int, outcome: Outcome) -> None:
        """A trainee of the first site."""
        comment = self.pick(which)
        error: type[GatehouseError] | None = None
        if comment.site != 0 or comment.status == "erased":
            error = NotFound
        elif comment.status in ("withdrawn", "pending"):
            error = Conflict
        elif comment.claim:
            error = Claimed
        clock = self.clock
        self.expect(
            error,
            lambda: proposals.propose(
                self.store, TRAINEE, {self.sites[0].id}, comment.id, outcome, **clock
            ),
        )
        comment.proposal = comment.proposal or error is None

    @precondition(lambda self: self.comments)
    @rule(moderator=MODERATOR, which=PICK, takes_over=st.booleans())
    def claim(self, moderator: str, which: int, takes_over: bool) -> None:
        comment = self.pick(which)
        error: type[GatehouseError] | None = None
        if MODERATORS[moderator] != comment.site or comment.status == "erased":
            error = NotFound
        elif comment.claim not in ("", moderator) and not takes_over:
            error = Claimed
        self.expect(
            error,
            lambda: claims.claim(
                self.store,
                moderator,
                self.site_ids(moderator),
                comment.id,
                take_over=takes_over,
            ),
        )
        if not error:
            comment.claim = moderator

    @rule()
    def claims_end(self) -> None:
        self.let_claims_end()

    @precondition(lambda self: self.appeals)
    @rule(moderator=MODERATOR, which=PICK, answer=st.sampled_from(Answer))
    def answer_appeal(self, moderator: str, which: int, answer: Answer) -> None:
        id, comment_id = self.appeals[which % len(self.appeals)]
        comment = self.comments[comment_id]
        clock = self.clock
        if self.refused(
            lambda: appeals.decide(
                self.store, moderator, self.site_ids(moderator), id, answer, **clock
            )
        ):
            return
        assert MODERATORS[moderator] == comment.site and comment.status not in GONE
        assert decider(comment) != moderator, "nobody answers an appeal against themselves"
        if answer is Answer.OVERTURN:
            self.decided(comment, "approve", moderator, codes=("overturned",))
        self.judge_replies_again()

    @rule(site=st.sampled_from([0, 1]), name=st.sampled_from(["", *POLICIES]))
    def set_policy(self, site: int, name: str) -> None:
        toml = POLICIES.get(name, "")
        policies.set_policy(self.store, self.sites[site].id, toml, "command", now=self.now)
        self.policies[site] = name

    @rule(
        site=st.sampled_from([0, 1]), page=st.sampled_from("12"), state=st.sampled_from(PageState)
    )
    def set_page(self, site: int, page: str, state: PageState) -> None:
        change = PageChange(state)
        page_states.set_page(
            self.store, self.sites[site].id, self.page(site, page), change, **self.clock
        )
        self.pages[site, page] = state


def _is_along(reply: Expected, root: str, sequence: int) -> bool:
    """Whether the last thing that happened to a reply is that it was decided with the one it answers."""
    last: Entry | None = reply.history[-1] if reply.history else None
    return (
        last is not None
        and last.branch == (root, sequence)
        and reply.sequence == last.sequence
        and reply.status not in GONE
    )


def decider(comment: Expected) -> str:
    """The person whose decision is in effect, '' for a machine's."""
    history = list(comment.history)
    while history and history[-1].takes_back is not None:
        history = [entry for entry in history if entry.sequence < history[-1].takes_back]
    return history[-1].by if history and history[-1].is_person else ""
