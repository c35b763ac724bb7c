"""One decision about many comments: which ones, decided once each, resumed, and taken back as a whole."""

import os
import threading

import pytest
import sqlalchemy as sa

from moderation.domain.bulk import BulkState, MemberState
from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS, HOUR_MS
from moderation.domain.errors import Conflict, Drifted, Invalid, NotFound
from moderation.domain.reason_codes import ReasonCode
from moderation.intake import change
from moderation.notify import endpoints
from moderation.review import bulk, bulk_batches, bulk_sets, claims, decisions, queues
from moderation.review.explanation import Explanation
from moderation.review.search import Criteria, search
from moderation.store import bulk as stored_bulk
from moderation.store.sql.schema import bulk_acts
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply
from tests.intake.test_submit import rows
from tests.review.test_decisions import judged

CLOCK = {"now": NOON + 5_000, "entropy": os.urandom}
HELD = Criteria(status=Status.HELD)


def start(store, site, ids, outcome=Outcome.REJECT, reason="", **options):
    seen = bulk_sets.named(store, site.id, ids)
    return bulk.start(
        store, "mod_ada", site.id, seen, outcome, Explanation(reason), **options, **CLOCK
    )


def undo(store, site, act, by="mod_bo"):
    return bulk.undo(store, by, site.id, act.act.id, **CLOCK)


def decide(store, site, comment_id, outcome, by="mod_bo"):
    return decisions.decide(store, by, {site.id}, comment_id, outcome, **CLOCK)


def statuses(store, site, ids):
    return [queues.get_card(store, {site.id}, id).status for id in ids]


def work(store, site, act):
    bulk_batches.go_on(store, act.act.id, lambda: NOON + 6_000, os.urandom)
    return bulk.get_progress(store, site.id, act.act.id)


def members(store, site, act, *states):
    found = bulk.list_members(store, site.id, act.act.id, states)
    return [member.comment_id for member in found]


def test_a_few_are_decided_at_once_with_their_reasons_and_events(store):
    site = newspaper(store)
    endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    ids = judged(store, site, *(f"bad {n}" for n in range(5)), "fine")
    before = {event.id for event in rows(store, "events")}
    act = start(store, site, [*ids[:3], ids[0]], reason="off_topic")
    assert (act.act.state, act.act.members, act.decided, act.left) == (BulkState.DECIDED, 3, 3, 0)
    assert statuses(store, site, ids) == [Status.REJECTED] * 3 + [Status.HELD] * 2 + [
        Status.APPROVED
    ]
    [_, decision] = queues.get_card(store, {site.id}, ids[0]).decisions
    assert [reason.code for reason in decision.reasons] == ["off_topic", ReasonCode.BULK_DECIDED]
    assert decision.reasons[1].message == "Decided together with 2 others."
    assert decision.reasons[1].label == act.act.id
    assert decision.actor.id == "mod_ada"
    new = [event for event in rows(store, "events") if event.id not in before]
    assert sorted(event.comment_id for event in new) == sorted(ids[:3])
    assert {event.type for event in new} == {"comment.rejected"}


def test_what_is_named_must_be_on_the_site(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    hers, erased = judged(store, alice, "bad 1", "bad 2")
    [his] = judged(store, bob, "bad")
    erase(store, {alice.id}, erased, now=NOON, entropy=os.urandom)
    with pytest.raises(Invalid) as refused:
        start(store, alice, [hers, his, "cmt_nobody", erased])
    pointers = [refused.value.pointer, *(each.pointer for each in refused.value.others)]
    assert pointers == ["/ids/1", "/ids/2", "/ids/3"]
    with pytest.raises(Invalid):
        start(store, alice, [])
    assert statuses(store, alice, [hers]) == [Status.HELD]
    act = start(store, alice, [hers])
    for ask in (
        lambda: bulk.undo(store, "mod_bo", bob.id, act.act.id, **CLOCK),
        lambda: bulk.get_progress(store, bob.id, act.act.id),
        lambda: bulk.list_members(store, bob.id, act.act.id),
    ):
        with pytest.raises(NotFound):
            ask()
    assert bulk.list_acts(store, bob.id) == []
    [listed] = bulk.list_acts(store, alice.id)
    assert listed == act


def test_a_preview_counts_what_is_decided_then(store):
    site = newspaper(store)
    ids = judged(store, site, *(f"bad {n}" for n in range(7)), "fine")
    shown = bulk_sets.preview(store, site.id, HELD, NOON)
    assert shown.count == 7
    assert [card.id for card in shown.sample] == ids[6:1:-1]
    later = judged(store, site, "bad, and came later")
    seen = bulk_sets.matching(store, site.id, HELD, 7, shown.snapshot, now=NOON)
    assert [id for id, _ in seen] == ids[:7]
    with pytest.raises(Drifted) as drifted:  # without the snapshot all that there is now counts
        bulk_sets.matching(store, site.id, HELD, 7, now=NOON)
    assert drifted.value.members == {"count": 8}
    bulk.start(store, "mod_ada", site.id, seen, Outcome.SPAM, **CLOCK)
    assert statuses(store, site, [*ids, *later]) == [Status.SPAM] * 7 + [
        Status.APPROVED,
        Status.HELD,
    ]


@pytest.mark.parametrize("change", ["decided", "decided and held again", "another filter"])
def test_a_set_that_has_drifted_is_refused_with_the_new_count(store, change):
    site = newspaper(store)
    ids = judged(store, site, *(f"bad {n}" for n in range(3)))
    shown = bulk_sets.preview(store, site.id, HELD, NOON)
    criteria, count = HELD, 3
    if change == "another filter":
        criteria, count = Criteria(status=Status.HELD, reason="none"), 0
    else:
        decide(store, site, ids[1], Outcome.APPROVE)
        count = 2
    if change == "decided and held again":
        decide(store, site, ids[1], Outcome.HOLD)
        count = 3
    with pytest.raises(Drifted) as drifted:
        bulk_sets.matching(store, site.id, criteria, 3, shown.snapshot, now=NOON)
    assert drifted.value.members == {"count": count}
    fresh = bulk_sets.preview(store, site.id, HELD, NOON)
    assert (
        len(bulk_sets.matching(store, site.id, HELD, fresh.count, fresh.snapshot, now=NOON))
        == fresh.count
    )


def test_every_condition_counts_as_it_does_in_the_search(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    judged(store, other, "bad tea")
    ids = judged(store, site, "bad tea", "fine tea", "bad coffee")
    [anns] = hand_in(
        store, reply(site, "tea", author=AuthorRef("Ann", "ann@reader.test"), page=PageRef("https://herald.test/2"))
    )  # fmt: skip
    decide(store, site, ids[1], Outcome.SPAM)
    index_due(store)
    everything = [
        Criteria(status=Status.SPAM),
        Criteria(reason="toxic"),
        Criteria(status=Status.HELD, reason="toxic", query="tea"),
        Criteria(page_url="https://herald.test/2"),
        Criteria(page_url="https://herald.test/3"),
        Criteria(author="ann@reader.test"),
        Criteria(author="carol"),
        Criteria(query=ids[2]),
        Criteria(query="ann@reader.test"),
        Criteria(decided_by="moderator"),
        Criteria(since=NOON + 10**9),
        Criteria(until=NOON + 10**9),
        Criteria(query="coff*"),
    ]
    counts = []
    for criteria in everything:
        found = search(store, [site.id], criteria, now=NOON).cards
        seen = bulk_sets.preview(store, site.id, criteria, NOON)
        assert seen.count == len(found), criteria
        assert [card.id for card in seen.sample] == [card.id for card in found][:5]
        counts.append(seen.count)
    assert counts == [1, 2, 1, 1, 0, 1, 3, 1, 1, 1, 0, 4, 1]
    assert anns


def test_an_age_is_as_of_the_preview(store):
    site = newspaper(store)
    for hours in (5, 3):
        hand_in(store, reply(site, f"{hours} hours old", at=NOON - hours * HOUR_MS))
    old = Criteria(status=Status.PENDING, age="over-4h")
    shown = bulk_sets.preview(store, site.id, old, NOON)
    assert shown.count == 1
    # Two hours on, the other one is as old as that, and yet is none of those that were looked at.
    later = NOON + 2 * HOUR_MS
    assert len(bulk_sets.matching(store, site.id, old, 1, shown.snapshot, now=later)) == 1
    with pytest.raises(Drifted) as drifted:
        bulk_sets.matching(store, site.id, old, 1, now=later)
    assert drifted.value.members == {"count": 2}
    newest, _, mac = shown.snapshot.split(".")
    for forged in (f"{newest}.{later}.{mac}", f"{newest}.{'9' * 20}.{mac}", f"{newest}.{mac}", "."):
        with pytest.raises(Drifted):
            bulk_sets.matching(store, site.id, old, 1, forged, now=NOON)


def test_a_snapshot_is_good_on_its_site_alone(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    shown = bulk_sets.preview(store, alice.id, HELD, NOON)
    assert shown.count == 0
    with pytest.raises(Drifted):
        bulk_sets.matching(store, bob.id, HELD, 0, shown.snapshot, now=NOON)


def test_a_search_that_finds_too_much_is_refused(store, monkeypatch):
    site = newspaper(store)
    judged(store, site, *(f"bad {n}" for n in range(5)))
    monkeypatch.setattr(bulk_sets, "MEMBERS_LIMIT", 4)
    monkeypatch.setattr(bulk_sets, "PIECE", 2)
    index_due(store)
    for criteria in (HELD, Criteria(query="bad")):
        with pytest.raises(Invalid) as refused:
            bulk_sets.preview(store, site.id, criteria, NOON)
        assert refused.value.pointer == "/filter"
    by_name = Criteria(status=Status.HELD, author="198.51.100.7")
    assert bulk_sets.preview(store, site.id, by_name, NOON).count == 0


def large(store, site, monkeypatch, count=25):
    """An act that is too large to be carried out at once, in transactions of a few comments."""
    monkeypatch.setattr(bulk, "SMALL", 5)
    monkeypatch.setattr(bulk_batches, "AT_ONCE", 10)
    monkeypatch.setattr(bulk, "NOTED_AT_ONCE", 10)
    ids = judged(store, site, *(f"bad {n}" for n in range(count)))
    return ids, start(store, site, ids)


def test_a_large_one_is_worked_off_in_small_transactions(store, monkeypatch):
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch)
    assert (act.act.state, act.waiting, act.decided) == (BulkState.DECIDING, 25, 0)
    pieces = iter([True, False])
    assert bulk_batches.resume_unfinished(store, lambda: NOON, os.urandom, lambda: next(pieces))
    progress = bulk.get_progress(store, site.id, act.act.id)
    assert (progress.waiting, progress.decided, progress.act.finished_at) == (5, 20, None)
    assert statuses(store, site, ids[19:21]) == [Status.REJECTED, Status.HELD]
    assert not bulk_batches.resume_unfinished(store, lambda: NOON + 9, os.urandom, lambda: True)
    progress = bulk.get_progress(store, site.id, act.act.id)
    assert (progress.act.state, progress.decided) == (BulkState.DECIDED, 25)
    assert progress.act.finished_at == NOON + 9
    assert len(rows(store, "decisions")) == 2 * len(ids)


def test_what_died_in_the_middle_of_a_transaction_decided_nothing_in_it(store, monkeypatch):
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch)
    bulk_batches.carry_out_some(store, act.act.id, NOON, os.urandom)
    move = stored_bulk.move

    def dies(*arguments):
        move(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(stored_bulk, "move", dies)
    with pytest.raises(KeyboardInterrupt):
        bulk_batches.carry_out_some(store, act.act.id, NOON, os.urandom)
    monkeypatch.setattr(stored_bulk, "move", move)
    assert len(rows(store, "decisions")) == len(ids) + 10
    assert work(store, site, act).decided == 25
    assert len(rows(store, "decisions")) == 2 * len(ids)


def test_an_act_that_was_never_noted_down_in_whole_decides_nothing_and_is_forgotten(
    store, monkeypatch
):
    site = newspaper(store)
    add_members = stored_bulk.add_members
    calls = iter(range(9))

    def dies(*arguments):
        if next(calls) == 1:
            raise KeyboardInterrupt
        add_members(*arguments)

    monkeypatch.setattr(stored_bulk, "add_members", dies)
    with pytest.raises(KeyboardInterrupt):
        large(store, site, monkeypatch)
    [act] = bulk.list_acts(store, site.id)
    assert act.act.state is BulkState.GATHERING and act.waiting == 10
    assert not bulk_batches.resume_unfinished(store, lambda: NOON, os.urandom, lambda: True)
    with pytest.raises(NotFound):
        undo(store, site, act)
    assert len(rows(store, "decisions")) == 25
    purge(store, NOON + DAY_MS, 24)
    assert rows(store, "bulk_acts") == rows(store, "bulk_members") == []


def test_a_text_that_was_changed_or_withdrawn_meanwhile_is_left(store, monkeypatch):
    """Nobody has seen the new text: it is for the policy, or a person who reads it."""
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch)
    at = {"now": NOON + 5_500, "entropy": os.urandom}
    assert change.edit(store, ids[0], "Quite another text.", **at)
    assert change.withdraw(store, ids[1], **at)
    progress = work(store, site, act)
    assert members(store, site, act, MemberState.CHANGED) == sorted(ids[:2])
    assert (progress.act.state, progress.decided) == (BulkState.DECIDED, len(ids) - 2)
    assert statuses(store, site, ids[:2])[1] is Status.WITHDRAWN
    assert statuses(store, site, ids[:1])[0] in (Status.PENDING, Status.HELD)


def test_what_was_changed_after_it_was_seen_is_left_whatever_the_clocks_say(store):
    site = newspaper(store)
    changed, judged_again, kept = judged(store, site, "bad one", "bad two", "bad three")
    change.edit(store, kept, "bad four", **CLOCK)
    seen = bulk_sets.named(store, site.id, [changed, judged_again, kept])
    for comment in (changed, judged_again):
        change.edit(store, comment, "bad, as nobody has seen it", **CLOCK)
    decide(store, site, judged_again, Outcome.HOLD)
    act = bulk.start(store, "mod_ada", site.id, seen, Outcome.APPROVE, **CLOCK)
    assert members(store, site, act, MemberState.CHANGED) == sorted([changed, judged_again])
    assert statuses(store, site, [changed, judged_again, kept]) == [
        Status.PENDING,
        Status.HELD,
        Status.APPROVED,
    ]


def test_two_workers_decide_each_comment_once(store, monkeypatch):
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch, 60)
    start_together = threading.Barrier(3)

    def worker():
        start_together.wait()
        bulk_batches.resume_unfinished(store, lambda: NOON, os.urandom, lambda: True)

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    progress = bulk.get_progress(store, site.id, act.act.id)
    assert (progress.act.state, progress.decided) == (BulkState.DECIDED, len(ids))
    assert len(rows(store, "decisions")) == 2 * len(ids)


def test_two_moderators_at_once_lose_nothing_and_decide_nothing_twice(store, monkeypatch):
    """One approves singly what he sees undecided, the other rejects all of it."""
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch, 60)
    approved = []
    begin = threading.Barrier(2)

    def singly():
        begin.wait()
        for comment_id in reversed(ids):
            try:
                decisions.decide(
                    store,
                    "mod_bo",
                    {site.id},
                    comment_id,
                    Outcome.APPROVE,
                    expected_sequence=1,
                    **CLOCK,
                )
                approved.append(comment_id)
            except Conflict:
                pass

    thread = threading.Thread(target=singly)
    thread.start()
    begin.wait()
    progress = work(store, site, act)
    thread.join()
    histories = {id: queues.get_card(store, {site.id}, id).decisions for id in ids}
    assert {len(history) for history in histories.values()} == {2}
    by_bo = {id for id, history in histories.items() if history[1].actor.id == "mod_bo"}
    assert by_bo == set(approved) == set(members(store, site, act, MemberState.DECIDED_SINCE))
    assert progress.decided + progress.left == len(ids) and progress.left == len(approved)


def test_what_others_decided_claimed_or_erased_meanwhile_is_left(store, monkeypatch):
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch, 8)
    decide(store, site, ids[0], Outcome.APPROVE)
    claims.claim(store, "mod_bo", {site.id}, ids[1])
    claims.claim(store, "mod_ada", {site.id}, ids[2])
    erase(store, {site.id}, ids[3], now=NOON, entropy=os.urandom)
    progress = work(store, site, act)
    assert (progress.decided, progress.left) == (5, 3)
    assert members(store, site, act, MemberState.DECIDED_SINCE) == [ids[0]]
    assert members(store, site, act, MemberState.CLAIMED) == [ids[1]]
    assert members(store, site, act, MemberState.ERASED) == [ids[3]]
    assert statuses(store, site, ids[:3]) == [Status.APPROVED, Status.HELD, Status.REJECTED]
    over = start(store, site, [ids[1]], take_over=True)
    assert over.decided == 1
    assert queues.get_card(store, {site.id}, ids[1]).claim is None


def test_an_undo_restores_each_unless_somebody_decided_since(store, monkeypatch):
    site = newspaper(store)
    ids = judged(store, site, "bad 1", "bad 2", "fine", "fine too", "bad 3")
    [undecided] = hand_in(store, reply(site, "not judged yet"))
    decide(store, site, ids[1], Outcome.SPAM)
    act = start(store, site, [*ids, undecided], Outcome.HOLD)
    assert set(statuses(store, site, [*ids, undecided])) == {Status.HELD}
    decide(store, site, ids[3], Outcome.REJECT)
    erase(store, {site.id}, ids[4], now=NOON, entropy=os.urandom)
    undone = undo(store, site, act)
    assert (undone.act.state, undone.act.undone_by) == (BulkState.UNDONE, "mod_bo")
    assert (undone.undone, undone.kept, undone.decided) == (4, 2, 6)
    assert members(store, site, act, MemberState.KEPT) == [ids[3], ids[4]]
    assert statuses(store, site, ids[:4]) == [
        Status.HELD,
        Status.SPAM,
        Status.APPROVED,
        Status.REJECTED,
    ]
    assert statuses(store, site, [undecided]) == [Status.HELD]
    last = queues.get_card(store, {site.id}, ids[2]).decision
    assert last.takes_back == 2 and last.reasons[0].code == ReasonCode.TAKEN_BACK
    with pytest.raises(Conflict):
        undo(store, site, act)


def test_an_undo_in_the_middle_stops_what_waits(store, monkeypatch):
    site = newspaper(store)
    ids, act = large(store, site, monkeypatch)
    bulk_batches.carry_out_some(store, act.act.id, NOON, os.urandom)
    assert undo(store, site, act).act.state is BulkState.UNDOING
    progress = work(store, site, act)
    assert (progress.undone, progress.left, progress.waiting) == (10, 15, 0)
    assert progress.act.state is BulkState.UNDONE
    assert set(statuses(store, site, ids)) == {Status.HELD}
    assert len(members(store, site, act, MemberState.CANCELLED)) == 15


def test_reputations_and_what_was_filed_follow_as_for_single_decisions(store):
    """The same two comments, decided singly on one site and together on the other."""
    outcomes = []
    for name, together in (("one", False), ("two", True)):
        site = newspaper(store, name, f"https://{name}.test")
        ids = hand_in(
            store,
            *(
                reply(site, f"pills {n}", author=AuthorRef("Ann", identity="id:ann"))
                for n in (1, 2)
            ),
        )
        if together:
            act = start(store, site, ids, Outcome.SPAM)
        else:
            for id in ids:
                decide(store, site, id, Outcome.SPAM)
        ruled = _votes(store, ids)
        if together:
            undo(store, site, act)
        else:
            for id in ids:
                decisions.undo(store, "mod_bo", {site.id}, id, **CLOCK)
        outcomes.append((ruled, _votes(store, ids), len(rows(store, "feedback"))))
    assert outcomes[0][:2] == outcomes[1][:2] == (["spam", "spam"], [])
    assert outcomes[1][2] == 2 * outcomes[0][2]


def _votes(store, ids):
    return [row.said for row in rows(store, "votes") if row.comment_id in ids]


def test_old_acts_are_forgotten_piece_by_piece(store, monkeypatch):
    site = newspaper(store)
    _, act = large(store, site, monkeypatch)
    purge(store, NOON + 100 * DAY_MS, 24)
    assert len(rows(store, "bulk_members")) == 25, "what is not finished is kept"
    work(store, site, act)
    purge(store, NOON + 89 * DAY_MS, 24)
    assert len(rows(store, "bulk_members")) == 25
    with store.write() as connection:
        assert stored_bulk.forget_old(connection, NOON + DAY_MS, 20, 0) == 21
        assert connection.scalar(sa.select(sa.func.count()).select_from(bulk_acts)) == 1
    purge(store, NOON + 100 * DAY_MS, 24)
    assert rows(store, "bulk_acts") == rows(store, "bulk_members") == []
