"""An erasure of a person that is interrupted is completed: by whoever asks again, or by the worker; by a comment that is gone, too."""

import json
import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import AuthorRef
from moderation.domain.durations import DAY_MS, MINUTE_MS
from moderation.domain.legal_notice import LegalNotice
from moderation.domain.person import PersonRef
from moderation.domain.report import Reporter, ReportReason
from moderation.intake import change
from moderation.notify import endpoints
from moderation.store import legal_notices, reports
from moderation.store.decisions import standings
from moderation.store.sql.schema import audit, erasures, revisions, sites
from moderation.upkeep import people, person_erasure
from moderation.upkeep.erase import empty_withdrawn, erase
from moderation.upkeep.person_document import document
from tests.factories import NOON, hand_in, newspaper, reply

EMAIL = "carol@private.test"
LATER = NOON + person_erasure.INTERRUPTED_MS + MINUTE_MS


class Cut(Exception):
    """The process dies."""


def dying(after: int):
    """Randomness for the deliveries of as many events, at the next of which the process dies."""
    left = [after]

    def entropy(size: int) -> bytes:
        left[0] -= 1
        if left[0] < 0:
            raise Cut
        return os.urandom(size)

    return entropy


def noon():
    return NOON


def later():
    return LATER


def erased(store, ref, sites, entropy=os.urandom, now=noon, **options):
    site_ids = {site.id for site in sites}
    return person_erasure.erase_person(
        store, ref, site_ids, "mod_ada", now=now, entropy=entropy, **options
    )


def rows(store, *columns):
    with store.read() as connection:
        return connection.execute(sa.select(*columns)).all()


def texts(store):
    return sorted(text for (text,) in rows(store, revisions.c.text) if text)


@pytest.fixture
def site(store):
    return newspaper(store)


@pytest.fixture
def ids(store, site, monkeypatch):
    """Five comments of Carol, confirmed, one on another site, and one of Dan; endpoints hear of each."""
    monkeypatch.setattr(person_erasure, "AT_ONCE", 2)
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    for each in (site, other):
        endpoints.add_webhook(store, each.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    carol = AuthorRef("Carol", EMAIL, identity=f"email:{EMAIL}")
    hand_in(store, reply(other, "elsewhere", author=carol), reply(site, "of Dan"))
    return hand_in(store, *(reply(site, f"canary {n}", author=carol) for n in range(5)))


def gone_meanwhile(store, site, id, how):
    """The comment that names the person is erased while the erasure stands still."""
    clock = {"now": NOON + DAY_MS, "entropy": os.urandom}
    if how == "erased":
        erase(store, {site.id}, id, **clock)
    else:
        change.withdraw(store, id, **clock)
        assert empty_withdrawn(store, NOON + 2 * DAY_MS, **clock) == 1


@pytest.mark.parametrize("how", ["erased", "retention"])
@pytest.mark.parametrize("by", ["asking again", "the worker"])
def test_it_is_completed_though_the_comment_that_names_them_is_gone(store, site, ids, how, by):
    ref = PersonRef(comment_id=ids[0])
    who = ("Carol", EMAIL, "I say so.", NOON)
    with store.write() as connection:
        legal_notices.add(connection, LegalNotice("ntc_1", ids[0], site.id, 1, *who), store.crypto)
    with pytest.raises(Cut):
        erased(store, ref, [site], dying(after=3))  # in the second transaction
    begun = len([text for text in texts(store) if text.startswith("canary")])
    assert begun == 3
    gone_meanwhile(store, site, ids[0], how)
    [kept] = rows(store, erasures)
    assert EMAIL not in str(kept) and kept.email_key == store.crypto.email_key(EMAIL)
    assert people.find_person(store, ref, {site.id}).found["comments"] == begun - 1

    if by == "asking again":
        assert erased(store, ref, [site]).complete
    else:
        assert person_erasure.finish_interrupted(store, lambda: NOON + MINUTE_MS, os.urandom) == 0
        assert person_erasure.finish_interrupted(store, later, os.urandom) == begun - 1
    assert texts(store) == ["elsewhere", "of Dan"]
    assert rows(store, erasures) == []
    with store.read() as connection:
        assert (
            legal_notices.by_email(
                connection, store.crypto.email_key(EMAIL), [site.id], store.crypto
            )
            == []
        )
    assert person_erasure.finish_interrupted(store, later, os.urandom) == 0


def test_it_is_gone_on_with_in_the_name_of_whoever_began_it_and_no_longer_than_there_is_time(
    store, site, ids
):
    ref = PersonRef(email=EMAIL)
    assert erased(store, ref, [site], limit=2).complete is False
    turns = iter([True, False])
    assert person_erasure.finish_interrupted(store, later, os.urandom, lambda: next(turns)) == 2
    assert texts(store) == ["canary 4", "elsewhere", "of Dan"]
    assert person_erasure.finish_interrupted(store, later, os.urandom) == 1
    assert texts(store) == ["elsewhere", "of Dan"]
    noted = rows(store, audit.c.actor, audit.c.change, audit.c.after_json)
    counts = [
        (by, json.loads(after)["comments"]) for by, what, after in noted if what == "person.erased"
    ]
    assert counts == [("mod_ada", 2), ("mod_ada", 2), ("mod_ada", 1)]


def test_a_long_erasure_is_not_taken_for_interrupted(store, site, ids):
    """Each transaction takes ten minutes; after each a worker looks for erasures that do not go on."""
    clock = [NOON]
    by_worker = []

    def now():
        clock[0] += 10 * MINUTE_MS
        by_worker.append(person_erasure.finish_interrupted(store, lambda: clock[0], os.urandom))
        return clock[0]

    result = erased(store, PersonRef(email=EMAIL), [site], now=now)
    assert (result.erased, result.found["comments"]) == (5, 5)
    assert len(by_worker) > 3 and set(by_worker) == {0}


def test_of_two_workers_one_goes_on_with_an_erasure(store, site, ids):
    """The other looks while the first is at it; what the first leaves for want of time, the next sweep takes at once."""
    ref = PersonRef(email=EMAIL)
    assert erased(store, ref, [site], limit=2).complete is False
    by_other = []

    def other_looks():
        by_other.append(person_erasure.finish_interrupted(store, later, os.urandom))

    def one_slice():
        if not by_other:
            by_other.append("looks at the same")
            return True
        other_looks()
        return False

    assert person_erasure.finish_interrupted(store, later, os.urandom, one_slice) == 2
    assert by_other == ["looks at the same", 0]
    [kept] = rows(store, erasures.c.at)
    assert kept.at == NOON
    assert person_erasure.finish_interrupted(store, later, os.urandom) == 1
    assert texts(store) == ["elsewhere", "of Dan"] and rows(store, erasures) == []


def test_what_somebody_goes_on_with_meanwhile_is_left_to_them(store, site, ids):
    ref = PersonRef(email=EMAIL)
    assert erased(store, ref, [site], limit=2).complete is False

    def asked_again():
        assert erased(store, ref, [site], limit=2, now=later).complete is False
        return True

    assert person_erasure.finish_interrupted(store, later, os.urandom, asked_again) == 0
    assert erased(store, ref, [site], now=later).erased == 1


def test_by_a_comment_other_sites_are_left_to_those_who_look_after_them(store, site, ids):
    """What an erasure on all sites began with opens no other site to an admin of one."""
    [other] = [each for (each,) in rows(store, sites.c.id) if each != site.id]
    ref = PersonRef(comment_id=ids[0])
    with pytest.raises(Cut):
        person_erasure.erase_person(store, ref, {site.id, other}, now=noon, entropy=dying(after=3))
    erase(store, {site.id}, ids[0], now=NOON, entropy=os.urandom)
    there = [each for each in texts(store) if each != "of Dan"]
    assert erased(store, ref, [site]).complete
    assert texts(store) == sorted({"elsewhere", "of Dan"} & set(texts(store)))
    assert ("elsewhere" in there) == ("elsewhere" in texts(store))
    person_erasure.finish_interrupted(store, later, os.urandom)
    assert texts(store) == ["of Dan"] and rows(store, erasures) == []


def test_who_wrote_the_comment_is_known_once_for_all_of_a_document(store, site, ids, monkeypatch):
    monkeypatch.setattr(people, "AT_ONCE", 2)
    [of_dan] = hand_in(store, reply(site, "of Dan, too"))
    carol = Reporter(store.crypto.author_key(site.id, f"email:{EMAIL}"), "")
    notice = LegalNotice("ntc_1", of_dan, site.id, 1, "Carol", EMAIL, "I say so.", NOON)
    with store.write() as connection:
        legal_notices.add(connection, notice, store.crypto)
        standing = standings(connection, [of_dan])[of_dan]
        reports.add(connection, standing, ReportReason.SPAM, "So say I.", carol, NOON, os.urandom)
    pieces = document(store, PersonRef(comment_id=ids[4]), {site.id})
    first = [next(pieces) for _ in range(2)]
    erase(store, {site.id}, ids[4], now=NOON, entropy=os.urandom)
    written = json.loads("".join([*first, *pieces]))
    assert [each["id"] for each in written["comments"]] == ids[:4]
    assert [each["note"] for each in written["reports_sent"]] == ["So say I."]
    assert [each["why"] for each in written["notices_sent"]] == ["I say so."]
