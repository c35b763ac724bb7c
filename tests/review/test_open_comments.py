"""Comments that somebody has open: theirs for seconds, others' decisions are refused meanwhile, those of programs are not."""

import os
import threading

import pytest
import sqlalchemy as sa

from moderation.domain.bulk import MemberState
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Claimed, Invalid, NotFound
from moderation.review import bulk, claims, decisions, queues
from moderation.store.sql.schema import claims as claim_rows
from tests.factories import NOON, newspaper
from tests.review.test_claims import claim, claimed, decide, expire
from tests.review.test_decisions import judged
from tests.review.test_own_comments import list_own


def keep_open(store, site, ids, by="mod_ada", **options):
    return claims.keep_open(store, by, {site.id}, ids, **options)


def rows(store):
    with store.read() as connection:
        found = connection.execute(sa.select(claim_rows.c.comment_id, claim_rows.c.moderator_id))
        return dict(row._tuple() for row in found)


@pytest.fixture
def site(store):
    return newspaper(store)


@pytest.fixture
def ids(store, site):
    return judged(store, site, *(f"bad {n}" for n in range(13)))


def test_two_on_one_queue_have_different_comments(store, site, ids):
    ada = keep_open(store, site, ids)
    bo = keep_open(store, site, ids, "mod_bo")
    assert ada.mine == ids[:6] and ada.others == {}
    assert bo.mine == ids[6:12]
    assert {id: claim.moderator_id for id, claim in bo.others.items()} == dict.fromkeys(
        ids[:6], "mod_ada"
    )
    # Who goes on gives back what is behind, and has what is free next.
    assert keep_open(store, site, ids[1:]).mine == [*ids[1:6], ids[12]]
    assert ids[0] not in rows(store)
    assert keep_open(store, site, ids, "mod_bo", ahead=0).mine == [ids[0]]
    assert set(rows(store).values()) == {"mod_ada", "mod_bo"} and len(rows(store)) == 7


def test_another_person_decides_only_knowingly_about_what_somebody_has_open(store, site, ids):
    keep_open(store, site, ids, ahead=0)
    for forbidden in (
        lambda: decide(store, site, ids[0], "mod_bo"),
        lambda: claim(store, site, ids[0], "mod_bo"),
    ):
        with pytest.raises(Claimed) as refused:
            forbidden()
        assert refused.value.members["claim"]["actor"]["id"] == "mod_ada"
    assert queues.get_card(store, {site.id}, ids[0]).status is Status.HELD
    claim(store, site, ids[0], "mod_bo", take_over=True)
    # Taken over, it is not taken back by having it open; a decision under the lost claim is told.
    assert keep_open(store, site, ids[:1]).mine == []
    with pytest.raises(Claimed):
        decide(store, site, ids[0], "mod_ada")
    decide(store, site, ids[0], "mod_bo")
    assert ids[0] not in rows(store)


def test_a_key_neither_claims_nor_releases_what_somebody_has_open(store, site, ids):
    keep_open(store, site, ids, ahead=0)
    for forbidden in (
        lambda: claim(store, site, ids[0], "key_1"),
        lambda: claims.release(store, "key_1", {site.id}, ids[0]),
    ):
        with pytest.raises(Claimed):
            forbidden()
    assert rows(store) == {ids[0]: "mod_ada"}
    assert claim(store, site, ids[0], "key_1", take_over=True).moderator_id == "key_1"


def test_programs_are_not_kept_out_by_what_is_open_but_by_what_is_claimed(store, site, ids):
    keep_open(store, site, ids, ahead=1)
    claim(store, site, ids[1])
    decide(store, site, ids[0], "key_1")
    with pytest.raises(Claimed):
        decide(store, site, ids[1], "key_1")
    keep_open(store, site, ids[2:4], ahead=1)
    left = []
    for by in ("mod_bo", "key_1"):
        act = bulk.start(
            store,
            by,
            site.id,
            [(id, 1) for id in ids[2:5]],
            Outcome.REJECT,
            now=NOON,
            entropy=os.urandom,
        )
        left.append((act.decided, act.counts.get(MemberState.CLAIMED, 0)))
    assert left == [(1, 2), (2, 0)]


def test_a_comment_is_free_seconds_after_it_was_left(store, site, ids):
    made = keep_open(store, site, ids)
    assert claimed(store, site, ids[0]).while_open
    with store.read() as connection:
        until = connection.scalars(sa.select(claim_rows.c.until)).all()
    expire(store)
    assert claimed(store, site, ids[0]) is None
    decide(store, site, ids[0], "mod_bo")
    assert keep_open(store, site, ids, "mod_bo").mine == ids[1:7]
    assert keep_open(store, site, [ids[1]]).mine == [] and made.mine[1] == ids[1]
    assert max(until) - min(until) == 0


def test_what_is_claimed_in_so_many_words_stays_claimed(store, site, ids):
    said = claim(store, site, ids[0])
    assert keep_open(store, site, ids).mine == ids[:6]
    assert claimed(store, site, ids[0]) == said
    keep_open(store, site, [])
    assert rows(store) == {ids[0]: "mod_ada"}
    own = list_own(store, "mod_ada", {site.id})
    keep_open(store, site, ids[1:])
    assert list_own(store, "mod_ada", {site.id}) == own
    assert [card.id for card in own.cards] == [ids[0]]


def test_what_one_person_has_open_in_two_browsers_is_theirs_in_both(store, site, ids):
    laptop, phone = {"browser": "laptop", "ahead": 1}, {"browser": "phone", "ahead": 1}
    for _ in range(3):  # each says it again and again
        assert keep_open(store, site, ids, **laptop).mine == ids[:2]
        assert keep_open(store, site, ids[4:], **phone).mine == ids[4:6]
        assert set(rows(store)) == {*ids[:2], *ids[4:6]}
        assert keep_open(store, site, ids, "mod_bo", ahead=1).mine == ids[2:4]
        keep_open(store, site, [], "mod_bo")
    # Where one goes on, what it leaves is free, unless the other has it, too.
    assert keep_open(store, site, ids[4:], **laptop).mine == ids[4:6]
    assert set(rows(store)) == {*ids[4:6]}
    for left in (laptop, phone):
        keep_open(store, site, ids[5:], **left)
        assert set(rows(store)) == {*ids[4:7]}
        assert keep_open(store, site, ids[4:6], "mod_bo").others.keys() == {*ids[4:6]}
    expire(store)
    assert keep_open(store, site, ids[4:], "mod_bo", ahead=0).mine == [ids[4]]
    assert keep_open(store, site, ids[4:], **phone).mine == ids[5:7]
    keep_open(store, site, [], **phone)
    assert set(rows(store)) == {ids[4]}


def test_what_is_being_decided_stays_until_the_decision_is_there(store, site, ids):
    keep_open(store, site, ids, ahead=0)
    keep_open(store, site, ids[1:], ahead=0, deciding=[ids[0]])
    assert set(rows(store)) == {*ids[:2]}
    decide(store, site, ids[0], "mod_ada")
    # One that came too late makes nothing of it that is decided.
    late = keep_open(store, site, ids[:1], shown=ids, ahead=0)
    assert (late.mine, late.gone) == ([], ids[:1])
    keep_open(store, site, ids, ahead=0)
    assert set(rows(store)) == {ids[1]}


def test_comments_of_other_sites_are_neither_opened_nor_told_of(store, site, ids):
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    keep_open(store, site, ids)
    for asked in ({}, {"shown": ids}):
        answer = keep_open(store, other, [*ids, "cmt_nobody"], "mod_bo", **asked)
        assert (answer.mine, answer.others) == ([], {})
        assert answer.gone == [*ids, "cmt_nobody"], "as if they were nowhere"
    with pytest.raises(Invalid):
        keep_open(store, site, ["cmt_1"] * 101)
    with pytest.raises(Invalid):
        keep_open(store, site, ids, ahead=21)
    with pytest.raises(NotFound):
        claim(store, other, ids[0], "mod_bo")


def test_a_queue_leaves_out_what_others_have_open(store, site, ids):
    keep_open(store, site, ids, "mod_bo")
    listed = queues.list_queue(store, site.id, Status.HELD, not_of_others="mod_ada")
    assert [card.id for card in listed] == ids[6:]


def test_many_at_once_each_have_other_comments_and_nothing_is_decided_twice(store, site):
    ids = judged(store, site, *(f"bad {n}" for n in range(40)))
    names = ["mod_ada", "mod_bo", "mod_cy"]
    start = threading.Barrier(len(names))
    told, made = [], []

    def work(name):
        start.wait()
        for _ in range(200):
            mine = keep_open(store, site, ids, name).mine
            if not mine:
                if all(id in made for id in ids):
                    return
                continue
            for id in mine:
                try:
                    decide(store, site, id, name, expected_sequence=1)
                    made.append(id)
                except Exception as error:
                    told.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [] and sorted(made) == sorted(ids)
    assert rows(store) == {}
    histories = [queues.get_card(store, {site.id}, id).decisions for id in ids]
    assert [len(history) for history in histories] == [2] * len(ids)
    assert decisions.undo(store, "mod_ada", {site.id}, ids[0], now=NOON, entropy=os.urandom)
