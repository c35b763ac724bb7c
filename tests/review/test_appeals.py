"""Appeals: once for each decision, answered by another person, and over once the comment is."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.domain.appeal import HELD_FOR, Answer, Appeal, AppealState
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, NotAppealable, NotFound
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.reputation import Opinion
from moderation.intake.appeal import appeal
from moderation.notify import endpoints
from moderation.review import appeals, decisions
from moderation.review.live_queues import marks_of
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.upkeep.erase import erase
from tests.factories import NOON, card, newspaper
from tests.intake.test_change import (
    MINUTE,
    edit,
    posted,
    public,
    run,
    set_rules,
    withdraw,
)
from tests.intake.test_submit import rows

LATER = NOON + 10 * MINUTE
OPEN, UPHELD, OVERTURNED, CLOSED = AppealState
APPROVE, HOLD, REJECT, SPAM = Outcome


def ask(
    store: Store, comment_id: str, text: str = "It was a quotation.", at: int = LATER
) -> Appeal:
    return appeal(store, comment_id, text, now=at, entropy=os.urandom)


def rule(store: Store, site: Site, comment_id: str, outcome: Outcome, by: str = "mod_ada"):
    return decisions.decide(
        store, by, {site.id}, comment_id, outcome, now=LATER, entropy=os.urandom
    )


def take_back(store: Store, site: Site, comment_id: str, by: str):
    return decisions.undo(store, by, {site.id}, comment_id, now=LATER, entropy=os.urandom)


def answer(
    store: Store, site: Site, asked: Appeal, what: Answer, by: str = "mod_bo", note: str = ""
) -> Appeal:
    return appeals.decide(
        store, by, {site.id}, asked.id, what, note, now=LATER + MINUTE, entropy=os.urandom
    )


def now_is(store: Store, site: Site, asked: Appeal) -> Appeal:
    return appeals.get_appeal(store, {site.id}, asked.id)


def rejected(store: Store, site: Site, text: str = "A fine article.") -> str:
    comment_id = posted(store, site, text)
    rule(store, site, comment_id, REJECT)
    return comment_id


def test_another_person_restores_the_comment(store):
    site = newspaper(store)
    endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    comment = rejected(store, site)
    asked = ask(store, comment)
    assert (asked.state, asked.sequence, asked.decider_id) == (OPEN, 2, "mod_ada")
    assert appeals.list_appeals(store, site.id, OPEN) == [asked]
    assert marks_of(store, [site.id])[site.id].appeals == 1
    for what in Answer:
        with pytest.raises(Conflict, match="another person"):
            answer(store, site, asked, what, by="mod_ada")
    answered = answer(store, site, asked, Answer.OVERTURN, note=" You are right. ")
    assert answered == now_is(store, site, asked)
    assert (answered.state, answered.answered_in, answered.answered_by) == (OVERTURNED, 3, "mod_bo")
    assert (answered.note, answered.answered_at) == ("You are right.", LATER + MINUTE)
    assert public(store, site) == {comment: "A fine article."}
    [reason] = card(store, site, comment).decision.reasons
    assert reason.code == ReasonCode.OVERTURNED
    last = max(rows(store, "events"), key=lambda event: event.sequence)
    assert (last.type, last.sequence) == ("comment.approved", 3)
    assert marks_of(store, [site.id])[site.id].appeals == 0
    with pytest.raises(Conflict, match="answered"):
        answer(store, site, asked, Answer.UPHOLD)


def test_an_overturned_appeal_counts_for_its_author_and_teaches(store):
    site = newspaper(store)
    comment = posted(store, site)
    rule(store, site, comment, SPAM)
    answer(store, site, ask(store, comment), Answer.OVERTURN)
    taught = sorted((row.id, row.is_spam) for row in rows(store, "feedback"))
    assert taught == [(f"{comment}.2", True), (f"{comment}.3", False)]
    assert {row.said for row in rows(store, "votes")} <= {Opinion.APPROVED.value}


def test_the_decision_stands_and_cannot_be_appealed_twice(store):
    site = newspaper(store)
    comment = rejected(store, site)
    asked = ask(store, comment)
    with pytest.raises(NotAppealable, match="before"):
        ask(store, comment)
    before = card(store, site, comment)
    assert answer(store, site, asked, Answer.UPHOLD, note="It names a child.").state is UPHELD
    assert card(store, site, comment) == before  # nothing was decided anew
    with pytest.raises(NotAppealable, match="before"):
        ask(store, comment)
    with pytest.raises(Conflict, match="stands"):
        answer(store, site, asked, Answer.OVERTURN)
    assert public(store, site) == {}


def test_any_person_answers_for_a_machine_and_a_hold_must_be_old(store):
    site = newspaper(store)
    comment = posted(store, site, "This is bad.")  # held by the policy
    with pytest.raises(NotAppealable, match="from 2026-"):
        ask(store, comment, at=NOON + MINUTE + HELD_FOR - 1)
    asked = ask(store, comment, at=NOON + MINUTE + HELD_FOR)
    assert (asked.outcome, asked.decider_id) == (HOLD, "")
    assert answer(store, site, asked, Answer.OVERTURN, by="mod_ada").state is OVERTURNED
    assert card(store, site, comment).status is Status.APPROVED


def test_nothing_else_can_be_appealed(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    approved = posted(store, site)
    for comment_id, error in (("cmt_nobody", NotFound), (approved, NotAppealable)):
        with pytest.raises(error):
            ask(store, comment_id)
    asked = ask(store, rejected(store, site, "Another."))
    with pytest.raises(NotFound):
        answer(store, other, asked, Answer.UPHOLD)
    with pytest.raises(NotFound):
        appeals.get_appeal(store, {other.id}, asked.id)
    assert appeals.list_appeals(store, other.id, OPEN) == []


@pytest.mark.parametrize(
    ("first", "outcome", "by", "state"),
    [
        (REJECT, APPROVE, "mod_ada", OVERTURNED),
        (REJECT, APPROVE, "mod_bo", OVERTURNED),
        (REJECT, SPAM, "mod_bo", UPHELD),
        (REJECT, SPAM, "mod_ada", OPEN),  # still by the same person: somebody else has to look
        (REJECT, HOLD, "mod_bo", CLOSED),
        (HOLD, REJECT, "mod_bo", CLOSED),
    ],
)
def test_a_later_decision_answers_the_appeal_and_its_undo_opens_it_again(
    store, first, outcome, by, state
):
    site = newspaper(store)
    comment = posted(store, site)
    rule(store, site, comment, first)
    asked = ask(store, comment, at=LATER + HELD_FOR)
    rule(store, site, comment, outcome, by)
    after = now_is(store, site, asked)
    assert (after.state, after.decider_id) == (state, "mod_ada")
    if outcome in (REJECT, SPAM):
        if state is CLOSED:  # that decision was not appealed against yet
            assert ask(store, comment).decider_id == "mod_bo"
        else:
            with pytest.raises(NotAppealable):
                ask(store, comment)
    elif state is OVERTURNED:
        take_back(store, site, comment, "mod_cy")
        again = now_is(store, site, asked)
        assert (again.state, again.answered_in, again.answered_by) == (OPEN, None, "")
        with pytest.raises(Conflict, match="another person"):
            answer(store, site, asked, Answer.UPHOLD, by="mod_ada")
        assert answer(store, site, asked, Answer.UPHOLD, by="mod_bo").state is UPHELD


def test_a_new_decision_after_a_restored_comment_can_be_appealed(store):
    site = newspaper(store)
    comment = rejected(store, site)
    answer(store, site, ask(store, comment), Answer.OVERTURN)
    rule(store, site, comment, REJECT, "mod_cy")
    assert ask(store, comment).decider_id == "mod_cy"


def test_a_changed_text_is_another_matter(store):
    site = newspaper(store)
    set_rules(store, site, 60 * 24 * 7, 0)
    comment = posted(store, site, "This is bad.")
    asked = ask(store, comment, at=LATER + HELD_FOR)
    edit(store, comment, "It is still bad.", at=LATER + HELD_FOR + MINUTE)
    assert now_is(store, site, asked).state is CLOSED  # the writer's own doing
    run(store, at=LATER + HELD_FOR + 2 * MINUTE)
    with pytest.raises(NotAppealable, match="possible from"):
        ask(store, comment, at=LATER + HELD_FOR + 3 * MINUTE)


def test_an_appeal_ends_with_its_comment(store):
    site = newspaper(store)
    gone, erased, kept = (rejected(store, site, text) for text in ("One.", "Two.", "Three."))
    asked = [ask(store, each, f"canary {each}") for each in (gone, erased, kept)]
    withdraw(store, gone)
    assert now_is(store, site, asked[0]).state is CLOSED
    with pytest.raises(Conflict, match="over"):
        answer(store, site, asked[0], Answer.OVERTURN)
    erase(store, {site.id}, erased, now=LATER, entropy=os.urandom)
    assert {row.comment_id for row in rows(store, "appeals")} == {gone, kept}
    with pytest.raises(NotFound):
        answer(store, site, asked[1], Answer.OVERTURN)
    with pytest.raises(NotFound):
        ask(store, erased)
    assert [each.id for each in appeals.list_appeals(store, site.id, OPEN)] == [asked[2].id]


def test_two_answers_at_once_are_one(store):
    site = newspaper(store)
    asked = ask(store, rejected(store, site))

    def one(number: int) -> bool:
        try:
            answer(store, site, asked, Answer.OVERTURN, by=f"mod_{number}")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1
    assert len(card(store, site, asked.comment_id).decisions) == 3
