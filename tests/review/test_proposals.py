"""Proposals: a trainee's word changes nothing until another person decides, and no machine decides meanwhile."""

import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Claimed, Conflict, Invalid, NotFound
from moderation.domain.proposal import ProposalState, Tally
from moderation.intake import change
from moderation.judging.judge import judge
from moderation.review import branches, claims, decisions, proposals, queues
from moderation.review.explanation import Explanation
from moderation.review.live_queues import marks_of
from moderation.store import judging_queue
from moderation.store.sql.schema import events, feedback
from moderation.store.sql.schema import proposals as rows
from moderation.upkeep.erase import erase
from tests.factories import NOON, POLICY, card, hand_in, newspaper, panel, reply
from tests.review.test_decisions import judged

BO, ADA = "mod_bo", "mod_ada"
CLOCK = {"now": NOON, "entropy": os.urandom}


def propose(store, site, comment_id, outcome=Outcome.REJECT, by=BO, **options):
    return proposals.propose(store, by, {site.id}, comment_id, outcome, **options, **CLOCK)


def decide(store, site, comment_id, outcome=Outcome.REJECT, by=ADA):
    return decisions.decide(store, by, {site.id}, comment_id, outcome, **CLOCK)


def states(store, site, comment_id):
    return [each.state.value for each in card(store, site, comment_id).proposals]


def count(store, table):
    with store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_proposal_changes_nothing_and_nobody_outside_hears_of_it(store):
    site = newspaper(store)
    [comment_id] = judged(store, site, "bad")
    before, told, learned = (
        card(store, site, comment_id),
        count(store, events),
        count(store, feedback),
    )
    made = propose(store, site, comment_id, explanation=Explanation("", "Be kind.", "Is this one?"))
    after = card(store, site, comment_id)
    assert (after.status, after.sequence) == (Status.HELD, before.sequence)
    assert after.decisions == before.decisions and after.proposal == made
    assert (count(store, events), count(store, feedback)) == (told, learned)
    assert [each.id for each, _ in proposals.list_open(store, [site.id])] == [made.id]
    assert queues.list_queue(store, site.id, Status.HELD, not_proposed=True) == []
    assert len(queues.list_queue(store, site.id, Status.HELD)) == 1


def test_another_person_agrees_or_not_and_the_trainee_reads_which(store):
    site = newspaper(store)
    ids = judged(store, site, "bad one", "bad two", "bad three", "bad four")
    for comment_id in ids:
        propose(store, site, comment_id)
    made = decide(store, site, ids[0])
    decide(store, site, ids[1], Outcome.APPROVE)
    decide(store, site, ids[2], by=BO)  # who is no trainee any more
    proposals.withdraw(store, BO, {site.id}, ids[3], now=NOON)
    found = [states(store, site, comment_id) for comment_id in ids]
    assert found == [["agreed"], ["overturned"], ["lapsed"], ["withdrawn"]]
    [agreed] = card(store, site, ids[0]).proposals
    assert (agreed.answered_in, agreed.answered_by) == (made.sequence, ADA)
    assert made.actor.id == ADA, "the decision is theirs"
    listed, tally = proposals.of_moderator(store, site.id, BO)
    assert len(listed) == 4 and tally == Tally(agreed=1, answered=2)
    assert proposals.of_moderator(store, site.id, ADA) == ([], Tally(0, 0))
    assert marks_of(store, [site.id])[site.id].proposals == 0
    decisions.undo(store, ADA, {site.id}, ids[0], **CLOCK)
    assert states(store, site, ids[0]) == ["agreed"], "what was answered stays so"


def test_what_cannot_be_proposed(store):
    site, other = newspaper(store), newspaper(store, "Other")
    [comment_id, claimed] = judged(store, site, "bad", "bad too")
    [waiting] = hand_in(store, reply(site, "not judged yet"))
    with pytest.raises(NotFound):
        propose(store, other, comment_id)
    with pytest.raises(Conflict):
        propose(store, site, waiting)
    with pytest.raises(Conflict):
        propose(store, site, comment_id, expected_sequence=0)
    with pytest.raises(Invalid):
        propose(store, site, comment_id, explanation=Explanation(sentence="x" * 501))
    with pytest.raises(Invalid):
        propose(
            store, site, comment_id, Outcome.APPROVE, explanation=Explanation(sentence="Well done.")
        )
    claims.claim(store, ADA, {site.id}, claimed)
    with pytest.raises(Claimed):
        propose(store, site, claimed)
    propose(store, site, comment_id)
    with pytest.raises(Conflict):
        propose(store, site, comment_id, by="mod_cy")
    with pytest.raises(Conflict):
        proposals.withdraw(store, "mod_cy", {site.id}, comment_id, now=NOON)
    later = {"now": NOON + 1, "entropy": os.urandom}
    proposals.propose(store, BO, {site.id}, comment_id, Outcome.APPROVE, **later)
    assert states(store, site, comment_id) == ["withdrawn", "open"]
    change.withdraw(store, waiting, **CLOCK)
    with pytest.raises(Conflict):
        propose(store, site, waiting)


def test_a_proposal_ends_with_what_it_was_about(store):
    site = newspaper(store)
    edited, withdrawn, erased = judged(store, site, "bad one", "bad two", "bad three")
    for comment_id in (edited, withdrawn, erased):
        propose(store, site, comment_id, explanation=Explanation(sentence="canary"))
    change.edit(store, edited, "bad, said otherwise", **CLOCK)
    change.withdraw(store, withdrawn, **CLOCK)
    erase(store, {site.id}, erased, "key_1", **CLOCK)
    assert states(store, site, edited) == ["lapsed"] == states(store, site, withdrawn)
    with store.read() as connection:
        kept = connection.execute(sa.select(rows.c.comment_id)).scalars().all()
    assert erased not in kept, "its sentence quotes the comment"


def test_no_machine_decides_over_a_proposal(store):
    site = newspaper(store)
    [parent] = judged(store, site, "bad parent")
    answer = reply(site, "a fine answer", parent_id=parent)
    [held] = hand_in(store, answer)
    run(store)
    assert card(store, site, held).status is Status.HELD, "with what it answers"
    propose(store, site, held)
    decide(store, site, parent, Outcome.APPROVE)  # so that its replies are judged again
    run(store)
    assert card(store, site, held).status is Status.HELD
    assert states(store, site, held) == ["open"]
    proposals.withdraw(store, BO, {site.id}, held, now=NOON)
    with store.write() as connection:
        judging_queue.judge_replies_again(connection, [parent], NOON)
    run(store)
    assert card(store, site, held).status is Status.APPROVED, "the control"


def test_what_is_decided_along_with_a_comment_answers_proposals_too(store):
    site = newspaper(store)
    [parent] = judged(store, site, "a fine parent")
    [answer] = hand_in(store, reply(site, "bad answer", parent_id=parent))
    run(store)
    propose(store, site, answer, Outcome.REJECT)
    decisions.decide(
        store, ADA, {site.id}, parent, Outcome.REJECT, replies=branches.Replies.REJECT, **CLOCK
    )
    assert states(store, site, answer) == [ProposalState.AGREED.value]


def run(store):
    judge(
        store,
        panel(),
        POLICY,
        lease="test",
        lease_ms=60_000,
        limit=50,
        now=lambda: NOON,
        entropy=os.urandom,
    )
