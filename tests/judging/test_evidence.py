"""Evidence that takes passes of a model: after the decision, never before a comment that waits, and not lost."""

import os

import pytest

from moderation.judging.evidence import explain_decisions, find_unexplained
from moderation.judging.judge import judge
from moderation.review import queues
from moderation.store import judging_queue
from tests.factories import NOON, POLICY, Scripted, hand_in, newspaper, panel, reply

LATER = NOON + 1_000


class Learned(Scripted):
    """Like a toxicity model it knows a language, so its explanations take passes."""

    languages = frozenset({"en"})
    explained = 0

    def explain(self, candidate, label):
        self.explained += 1
        return super().explain(candidate, label)


@pytest.fixture
def model():
    return Learned()


def run(store, model, at=LATER):
    return judge(
        store, panel(model), POLICY, lease="w1", lease_ms=60_000, limit=50, now=lambda: at, entropy=os.urandom,
    )  # fmt: skip


def explain(store, model, ids, at=LATER):
    return explain_decisions(store, panel(model), ids, lambda: at)


def the_reason(store, site, comment_id):
    [reason] = queues.get_card(store, {site.id}, comment_id).decision.reasons
    return reason


def test_a_comment_is_decided_before_its_evidence_is_sought(store, model):
    site = newspaper(store)
    good, bad = hand_in(store, reply(site, "Well said."), reply(site, "You bad man."))
    judged = run(store, model)
    assert (judged.decided, judged.unexplained, model.explained) == (2, (bad,), 0)
    reason = the_reason(store, site, bad)
    assert (reason.spans, reason.spans_due) == ((), True)
    assert explain(store, model, [bad, good]) == {bad, good}
    reason = the_reason(store, site, bad)
    assert [(span.start, span.end) for span in reason.spans] == [(4, 7)]
    assert not reason.spans_due and model.explained == 1
    assert explain(store, model, [bad]) == {bad} and model.explained == 1  # once is enough


def test_no_evidence_is_sought_while_a_comment_waits(store, model):
    site = newspaper(store)
    [bad] = hand_in(store, reply(site, "You bad man."))
    run(store, model)
    hand_in(store, reply(site, "I was here first."))
    assert explain(store, model, [bad]) == set()
    assert model.explained == 0 and the_reason(store, site, bad).spans_due
    run(store, model)
    assert explain(store, model, [bad]) == {bad}


def test_no_evidence_is_sought_while_another_worker_judges(store, model):
    site = newspaper(store)
    [bad] = hand_in(store, reply(site, "You bad man."))
    run(store, model)
    hand_in(store, reply(site, "I am being read."))
    with store.write() as connection:
        [job] = judging_queue.claim(connection, "w2", LATER, LATER + 60_000, 50)
    assert explain(store, model, [bad]) == set()
    assert model.explained == 0 and the_reason(store, site, bad).spans_due
    with store.write() as connection:  # it could not be measured, and has to wait
        judging_queue.postpone(connection, {job.id: LATER + 60_000})
    assert explain(store, model, [bad]) == {bad}
    assert the_reason(store, site, bad).spans


def test_what_a_dead_worker_left_unexplained_is_found(store, model):
    site = newspaper(store)
    [bad] = hand_in(store, reply(site, "You bad man."))
    run(store, model)
    assert find_unexplained(store, LATER, started=True) == [bad]
    assert (
        find_unexplained(store, LATER + 1_000, started=False) == []
    )  # its own worker may be at it
    assert find_unexplained(store, LATER + 70_000, started=False) == [bad]
    explain(store, model, [bad])
    assert find_unexplained(store, LATER, started=True) == []


def test_a_model_that_cannot_explain_leaves_the_decision_without_evidence(store, model):
    site = newspaper(store)
    [bad] = hand_in(store, reply(site, "You bad man."))
    run(store, model)

    class Broken(Learned):
        def explain(self, candidate, label):
            raise ZeroDivisionError

    assert explain(store, Broken(), [bad]) == {bad}
    reason = the_reason(store, site, bad)
    assert (reason.spans, reason.spans_due) == ((), False)
