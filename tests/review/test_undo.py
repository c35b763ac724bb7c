"""Undoing a decision: which earlier one takes effect again, and when an undo is refused."""

import os

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.domain.comment import Status
from moderation.domain.decision import (
    Actor,
    ActorKind,
    Decision,
    Outcome,
    in_effect,
)
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.lesson import LESSON_DELAY_MS
from moderation.domain.reason_codes import ReasonCode
from moderation.learning import lessons
from moderation.review import decisions
from moderation.review.explanation import Explanation
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import lessons as stored_lessons
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import feedback
from moderation.upkeep import erase
from tests.factories import NOON, card, hand_in, newspaper, reply
from tests.review.test_campaigns import MINUTE, flood, rule, statuses, take_back, the_campaign
from tests.review.test_decisions import decide, judged
from tests.review.test_reputation import (
    author,
    counts_for,
    harmless_text,
    record_decision,
    rows,
    submit_and_judge,
)

APPROVE, HOLD, REJECT, SPAM = Outcome.APPROVE, Outcome.HOLD, Outcome.REJECT, Outcome.SPAM


def undo(
    store: Store,
    site: Site,
    comment_id: str,
    sequence: int | None = None,
    by: str = "mod_1",
    now: int = NOON + 3_000,
) -> Decision:
    return decisions.undo(store, by, {site.id}, comment_id, sequence, now=now, entropy=os.urandom)


def counts(store: Store, site: Site, comment_id: str) -> int | None:
    """The sequence of the decision in effect."""
    decision = in_effect(card(store, site, comment_id).decisions)
    return decision.sequence if decision else None


def test_an_undo_goes_back_to_what_was_in_effect_and_to_nothing_else(store: Store) -> None:
    site = newspaper(store)
    [comment] = judged(store, site, "bad")
    decide(store, site, comment, APPROVE)
    decide(store, site, comment, REJECT)
    # Nobody can say that a decision with an outcome of their own takes one back.
    with pytest.raises(TypeError):
        decisions.decide(
            store,
            "m",
            {site.id},
            comment,
            SPAM,
            now=NOON,
            entropy=os.urandom,
            undo=True,  # type: ignore[call-arg]
        )
    made = undo(store, site, comment, 3)
    assert (made.sequence, made.outcome, made.takes_back) == (4, APPROVE, 3)
    assert [(reason.code, reason.message, reason.value) for reason in made.reasons] == [
        (ReasonCode.TAKEN_BACK, "Taken back.", None)
    ]
    undone = card(store, site, comment)
    assert (undone.status, undone.decision) == (Status.APPROVED, made)
    assert counts(store, site, comment) == 2


def test_an_undo_is_undone_and_several_walk_back(store: Store) -> None:
    site = newspaper(store)
    [comment] = judged(store, site, "bad")
    decide(store, site, comment, APPROVE)  # 2
    decide(store, site, comment, REJECT)  # 3
    walked = []
    for _ in range(3):
        made = undo(store, site, comment)
        walked.append((made.takes_back, made.outcome, counts(store, site, comment)))
    assert walked == [(3, APPROVE, 2), (4, REJECT, 3), (5, APPROVE, 2)]
    decide(store, site, comment, SPAM)  # 7
    assert undo(store, site, comment).outcome is APPROVE
    assert counts(store, site, comment) == 2  # past three undos, to the word itself


def test_where_nothing_was_decided_before_it_is_held(store: Store) -> None:
    site = newspaper(store)
    [comment] = hand_in(store, reply(site))
    decide(store, site, comment, SPAM)
    assert undo(store, site, comment, 1).outcome is HOLD
    assert counts(store, site, comment) is None
    assert undo(store, site, comment, 2).outcome is SPAM


def test_what_cannot_be_taken_back(store: Store) -> None:
    site, bobs = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    [comment, erased] = judged(store, site, "bad", "bad, too")
    [pending] = hand_in(store, reply(site))
    for id in (comment, pending):
        with pytest.raises(Conflict, match="no decision of a person"):
            undo(store, site, id)
    decide(store, site, erased, SPAM)
    erase.erase(store, {site.id}, erased, now=NOON + 3_000, entropy=os.urandom)
    decide(store, site, comment, SPAM)
    for owner, id in ((site, erased), (site, "cmt_nobody"), (bobs, comment)):
        with pytest.raises(NotFound, match="There is no such comment"):
            undo(store, owner, id)
    assert len(card(store, site, comment).decisions) == 2


def test_after_somebody_elses_decision_an_undo_is_refused(store: Store) -> None:
    site = newspaper(store)
    [comment] = judged(store, site, "bad")
    decide(store, site, comment, APPROVE, sequence=1)
    decide(store, site, comment, SPAM, sequence=2, by="mod_2")
    with pytest.raises(Conflict, match="meanwhile"):
        undo(store, site, comment, 2)
    assert card(store, site, comment).status is Status.SPAM


def test_reputations_follow_and_come_again(store: Store) -> None:
    site = newspaper(store)
    [comment] = submit_and_judge(store, site, harmless_text(1))
    before = rows(store)
    record_decision(store, site, comment, SPAM)
    assert counts_for(store, author(store, site)) == (0, 1, 0)
    undo(store, site, comment)
    assert rows(store) == before
    undo(store, site, comment)
    assert counts_for(store, author(store, site)) == (0, 1, 0)


def test_a_spam_taken_back_teaches_nothing_and_what_it_goes_back_to_teaches_again(
    store: Store,
) -> None:
    site = newspaper(store)
    [slip, rejected] = hand_in(store, reply(site, harmless_text(1)), reply(site, harmless_text(2)))
    decide(store, site, slip, SPAM)
    undo(store, site, slip)
    by = (store, "mod_1", {site.id}, rejected)
    decisions.decide(*by, REJECT, Explanation("spam"), now=NOON + 2_000, entropy=os.urandom)
    decide(store, site, rejected, APPROVE)
    undo(store, site, rejected)
    with store.read() as connection:
        is_spam_by_id = {row.id: row.is_spam for row in connection.execute(sa.select(feedback))}
    assert is_spam_by_id[f"{slip}.2"] is None
    assert [is_spam_by_id[f"{rejected}.{number}"] for number in (1, 2, 3)] == [True, False, True]
    assert lessons.learn(store, load_prior(), NOON + 3 * LESSON_DELAY_MS) == 5
    with store.read() as connection:
        lesson = stored_lessons.newest(connection, site.id)
    assert lesson and (lesson.decisions, lesson.spam) == (1, 1)


def test_a_campaign_is_taken_back_past_single_words_and_their_undoing(store: Store) -> None:
    site = newspaper(store)
    ids = flood(store, site)
    campaign = the_campaign(store, site)
    before = statuses(store, site, ids)
    rule(store, site, campaign.id, SPAM)
    ruled = card(store, site, ids[0]).decision
    assert ruled and (ruled.campaign_id, ruled.ruling, ruled.takes_back) == (campaign.id, 1, None)
    decide(store, site, ids[0], APPROVE)
    undo(store, site, ids[0])
    assert counts(store, site, ids[0]) == ruled.sequence
    assert take_back(store, site, campaign.id).changed == len(ids)
    assert statuses(store, site, ids) == before
    last = card(store, site, ids[0]).decision
    assert last and (last.campaign_id, last.ruling) == (campaign.id, 2)
    assert last.takes_back == ruled.sequence
    assert [(reason.code, reason.label, reason.value) for reason in last.reasons] == [
        (ReasonCode.CAMPAIGN_DECIDED, campaign.id, None),
        (ReasonCode.TAKEN_BACK, "", None),
    ]
    # What the campaign's undo did to one comment is taken back alone, too.
    assert undo(store, site, ids[0], now=NOON + 9 * MINUTE).outcome is SPAM


_ACTS: st.SearchStrategy[list[Outcome | None]] = st.lists(
    st.sampled_from([APPROVE, HOLD, REJECT, SPAM, None]), max_size=12
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(acts=_ACTS)
def test_what_is_in_effect_is_what_a_stack_of_the_words_says(acts: list[Outcome | None]) -> None:
    """None is an undo. The model keeps, for every decision, the word that counted after it."""
    history: list[Decision] = []
    words: list[int | None] = [None]
    for act in acts:
        number = len(history) + 1
        takes_back = number - 1 if act is None and history else None
        history.append(
            Decision(
                comment_id="cmt_1",
                sequence=number,
                revision=1,
                outcome=act or HOLD,
                actor=Actor(ActorKind.MODERATOR, "mod_1"),
                reasons=(),
                created_at=NOON,
                takes_back=takes_back,
            )
        )
        words.append(words[number - 2] if takes_back else number)
        counting = in_effect(history)
        assert (counting.sequence if counting else None) == words[-1]
