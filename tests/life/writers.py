"""What writers and readers do: hand in, once more, answer, change, withdraw, report, appeal, have themselves erased."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from moderation.domain.appeal import Appeal
from moderation.domain.comment import AuthorRef, PageRef, PageState, Receipt, Submission
from moderation.domain.errors import (
    IdempotencyConflict,
    Invalid,
    NotEditable,
    NotFound,
    PageClosed,
)
from moderation.domain.ids import timed_id
from moderation.domain.person import PersonRef
from moderation.domain.report import Reporter, ReportReason
from moderation.intake import appeal, change, report
from moderation.intake.submit import submit
from moderation.upkeep import erase, person_erasure
from tests.factories import reply
from tests.life.desk import EDITABLE, HOUR, PEOPLE, PICK, REMOVED, Desk, Expected, Job, again

WORDS = st.sampled_from(["A fine article", "You bad man"])
ADDRESSES = ("https://herald.test/news", "https://bob.test/post")


class Writers(Desk):
    """The rules of those who write and read."""

    def page(self, site: int, page: str) -> PageRef:
        return PageRef(f"{ADDRESSES[site]}/{page}", "News")

    def state(self, site: int, page: str) -> PageState:
        return self.pages.get((site, page), PageState.OPEN)

    @rule(
        site=st.sampled_from([0, 0, 1]),
        page=st.sampled_from("12"),
        words=WORDS,
        key=st.sampled_from(["", "", "k1", "k2"]),
        person=st.sampled_from(PEOPLE),
        answers=st.one_of(st.none(), PICK),
    )
    def hand_in(
        self, site: int, page: str, words: str, key: str, person: str, answers: int | None
    ) -> None:
        self.now += 1
        parent = self.pick(answers) if answers is not None and self.comments else None
        self.send(
            reply(
                self.sites[site],
                f"{words} canary{len(self.sent)}x",
                at=self.now,
                id=timed_id("cmt", self.now, self.entropy(10)),
                page=self.page(site, page),
                author=AuthorRef(person, self.email(person)),
                parent_id=parent.id if parent else "",
                idempotency_key=key,
            )
        )

    @precondition(lambda self: self.sent)
    @rule(which=PICK)
    def hand_in_again(self, which: int) -> None:
        """As a client that never heard the answer does."""
        self.now += 1
        first = self.sent[which % len(self.sent)]
        self.send(again(first, timed_id("cmt", self.now, self.entropy(10)), self.now))

    def send(self, sent: Submission) -> None:
        expected = self.answer_to(sent)
        [answer] = submit(self.store, [sent], personal_days=30, entropy=self.entropy)
        if not isinstance(expected, str):
            assert type(answer) is expected, answer
            return
        assert isinstance(answer, Receipt), answer
        assert (answer.comment_id, answer.replayed) == (expected, expected != sent.id)
        self.sent.append(sent)
        if expected != sent.id:
            return
        site, page = self.place(sent)
        comment = Expected(
            sent.id,
            site,
            page,
            sent.parent_id,
            sent.author.name,
            [sent.text],
            sent.created_at,
            job=Job(1),
            changed_at=self.now,
        )
        self.comments[sent.id] = comment
        self.erased_words.discard(sent.text.split()[-1])  # it came once more, after it was erased
        self.happened(comment, "received")
        if sent.idempotency_key:
            self.keys[site, sent.idempotency_key] = (sent.id, sent.fingerprint, sent.created_at)

    def place(self, sent: Submission) -> tuple[int, str]:
        site = next(n for n, each in enumerate(self.sites) if each.id == sent.site_id)
        return site, sent.page.url[-1]

    def answer_to(self, sent: Submission) -> str | type[Exception]:
        """The id of the comment that a submission is, or how it is refused."""
        site, page = self.place(sent)
        holder = self.keys.get((site, sent.idempotency_key)) if sent.idempotency_key else None
        if holder:
            return holder[0] if holder[1] == sent.fingerprint else IdempotencyConflict
        if self.state(site, page) is PageState.CLOSED:
            return PageClosed
        if sent.parent_id:
            parent = self.comments.get(sent.parent_id)
            if parent is None or (parent.site, parent.page) != (site, page):
                return Invalid
            if parent.status in REMOVED:
                return Invalid
        return sent.id

    @precondition(lambda self: self.comments)
    @rule(which=PICK, words=WORDS, same=st.booleans())
    def edit(self, which: int, words: str, same: bool) -> None:
        comment = self.pick(which)
        text = comment.texts[-1] if same else f"{words} canary{comment.id[-6:]}r{comment.revision}x"
        is_closed = self.state(comment.site, comment.page) is PageState.CLOSED
        clock = self.clock
        error: type[Exception] | None = None
        if comment.status == "erased":
            error = NotFound
        elif not same:
            is_late = self.now >= comment.created_at + EDITABLE
            if comment.status in REMOVED or is_late or comment.revision > 20:
                error = NotEditable
            elif is_closed:
                error = PageClosed
        changed = self.expect(error, lambda: change.edit(self.store, comment.id, text, **clock))
        if error or same:
            assert not changed
            return
        comment.texts.append(text)
        comment.sequence += 1
        waits_on = (comment.status, comment.decided_by) == ("held", "moderator")
        self.moves(comment, "held" if waits_on else "pending", "edited")
        comment.decided_by = comment.decided_by if waits_on else ""
        comment.job, comment.proposal = Job(comment.revision), False
        self.happened(comment, "edited")

    @precondition(lambda self: self.comments)
    @rule(which=PICK)
    def withdraw(self, which: int) -> None:
        comment = self.pick(which)
        if change.withdraw(self.store, comment.id, **self.clock):
            assert comment.status not in ("withdrawn", "erased")
            comment.sequence += 1
            self.moves(comment, "withdrawn", "withdrawn")
            comment.changed_at = self.now
            comment.job, comment.proposal = None, False
            self.happened(comment, "withdrawn")
        else:
            assert comment.status in ("withdrawn", "erased")

    @precondition(lambda self: self.comments)
    @rule(which=PICK, reader=st.sampled_from("abc"))
    def report(self, which: int, reader: str) -> None:
        comment = self.pick(which)
        error = None if comment.status == "approved" else NotFound
        reporter = Reporter(f"browser{reader}", f"address{reader}")
        reason = ReportReason.ABUSE
        held = self.expect(
            error,
            lambda: report.report(self.store, comment.id, reason, "Look!", reporter, **self.clock),
        )
        if held:
            assert comment.site == 0 and comment.decided_by == "policy"
            self.decided(comment, "hold", "reports", codes=("reported",))

    @precondition(lambda self: self.comments)
    @rule(which=PICK)
    def appeal(self, which: int) -> None:
        comment = self.pick(which)
        clock = self.clock
        made: list[Appeal] = []
        may = comment.status in ("held", "rejected", "spam")
        was_refused = self.refused(
            lambda: made.append(appeal.appeal(self.store, comment.id, "Why?", **clock))
        )
        assert may or was_refused
        if comment.status == "held" and self.now < comment.changed_at + 24 * HOUR:
            assert was_refused
        self.appeals += [(each.id, comment.id) for each in made]

    @precondition(lambda self: self.comments)
    @rule(which=PICK)
    def erase(self, which: int) -> None:
        comment = self.pick(which)
        site_ids = {self.sites[comment.site].id}
        erase.erase(self.store, site_ids, comment.id, **self.clock)
        if comment.status != "erased":
            self.erased(comment)

    @rule(person=st.sampled_from(PEOPLE), sites=st.sampled_from([(0,), (1,), (0, 1)]))
    def erase_person(self, person: str, sites: tuple[int, ...]) -> None:
        theirs = {
            comment.id: comment
            for comment in self.comments.values()
            if comment.person == person and comment.site in sites and comment.status != "erased"
        }
        result = person_erasure.erase_person(
            self.store,
            PersonRef(email=self.email(person)),
            {self.sites[site].id for site in sites},
            **(self.clock | {"now": lambda: self.now}),
        )
        assert result.complete and result.erased == len(theirs)
        for comment in theirs.values():
            self.erased(comment)
        self.keys = {key: held for key, held in self.keys.items() if held[0] not in theirs}
        self.check_person_gone(person)

    def email(self, person: str) -> str:
        return f"{person.lower()}@canary.test"

    def check_person_gone(self, person: str) -> None:
        """Nothing of whoever has no comment left is in any table: invariants.py."""
