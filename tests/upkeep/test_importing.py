"""Imports: once each, with dates, threads and states; not announced; whatever cannot be stored is told."""

import os
from collections.abc import Iterable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from moderation.domain.comment import TEXT_LIMIT, Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.domain.errors import Invalid
from moderation.domain.imported import Entry, ImportedComment, Remark
from moderation.notify import endpoints
from moderation.reading.counts import count_comments
from moderation.reading.threads import find_page, list_approved, with_removed
from moderation.review import decisions, queues
from moderation.store import counts
from moderation.store.sql.engine import Store
from moderation.upkeep import importing
from moderation.upkeep.erase import erase
from moderation.upkeep.importing import Imported, import_comments
from tests.factories import NOON, hand_in, newspaper, reply

DAY = 86_400_000
TAKEN = "Another comment of the file has its id."
HARBOUR = "https://herald.test/harbour"


def comment(id: str, text: str = "A fine article.", **changes: object) -> ImportedComment:
    base = ImportedComment(
        place=f"line {id}",
        id=id,
        page_url=HARBOUR,
        text=text,
        created_at=NOON - 400 * DAY,
        status=Status.APPROVED,
        author="Carol",
    )
    return replace(base, **changes)


def run(
    store: Store,
    site,
    entries: Iterable[Entry],
    remarks: list[Remark] | None = None,
    at: int = NOON,
) -> Imported:
    told = [] if remarks is None else remarks
    return import_comments(
        store, site, "test", entries, personal_days=30, now=at, remark=told.append
    )


def texts(store: Store, site, url: str = HARBOUR) -> list[str]:
    return [each.text for each in list_approved(store, find_page(store, site.id, url))]


def test_comments_keep_their_dates_states_and_threads(store):
    site = newspaper(store)
    states = {
        "1": Status.APPROVED, "2": Status.HELD, "3": Status.REJECTED, "4": Status.SPAM,
        "5": Status.PENDING, "6": Status.ERASED,
    }  # fmt: skip
    entries = [comment(id, status=status, created_at=NOON - DAY * (10 - int(id))) for id, status in states.items()]  # fmt: skip
    entries.append(comment("7", "A reply.", parent_id="1", created_at=NOON - DAY))
    entries.append(comment("8", "Below.", parent_id="6", created_at=NOON - DAY))
    assert run(store, site, entries) == Imported(stored=8)
    page = find_page(store, site.id, HARBOUR)
    first, answer, below = list_approved(store, page)
    assert (first.created_at, first.author_name) == (NOON - 9 * DAY, "Carol")
    assert answer.parent_id == first.id
    [removed] = [each for each in with_removed(store, (first, answer, below)) if each.is_removed]
    assert below.parent_id == removed.id
    with store.read() as connection:
        assert counts.of_site(connection, site.id) == {
            Status.APPROVED: 3, Status.HELD: 2, Status.REJECTED: 1, Status.SPAM: 1, Status.ERASED: 1,
        }  # fmt: skip
    assert count_comments(store, [HARBOUR]) == {HARBOUR: 3}
    [decision] = queues.get_card(store, {site.id}, first.id).decisions
    assert (decision.actor.kind, decision.actor.id) == (ActorKind.IMPORT, "test")
    assert (decision.outcome, decision.revision, decision.created_at) == (Outcome.APPROVE, 1, NOON)


def test_a_second_import_changes_nothing_and_brings_nothing_back(store):
    site = newspaper(store)
    entries = [comment(str(number), f"Text {number}") for number in range(5)]
    run(store, site, entries)
    ids = [each.id for each in list_approved(store, find_page(store, site.id, HARBOUR))]
    erase(store, {site.id}, ids[0], now=NOON, entropy=os.urandom)
    decisions.decide(
        store, "mod_1", {site.id}, ids[1], Outcome.REJECT, now=NOON, entropy=os.urandom
    )
    changed = [replace(each, text="Other.", created_at=NOON) for each in entries]
    assert run(store, site, changed, at=NOON + 1) == Imported(known=5)
    assert texts(store, site) == ["Text 2", "Text 3", "Text 4"]


def test_an_import_that_was_broken_off_is_continued(store, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    site = newspaper(store)

    def broken():
        yield from (comment(str(number), f"Text {number}") for number in range(5))
        raise Invalid("Line 9: not XML.")

    with pytest.raises(Invalid):
        run(store, site, broken())
    assert texts(store, site) == ["Text 0", "Text 1", "Text 2", "Text 3"]
    whole = [comment(str(number), f"Text {number}") for number in range(7)]
    assert run(store, site, whole) == Imported(stored=3, known=4)
    assert texts(store, site) == [f"Text {number}" for number in range(7)]


def test_a_reply_that_comes_before_its_parent_is_linked_at_the_end(store, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    site = newspaper(store)
    entries = [
        comment("3", "Third.", parent_id="2", created_at=NOON - 1),
        comment("2", "Second.", parent_id="1", created_at=NOON - 2),
        comment("4", "Lost.", parent_id="nowhere", created_at=NOON),
    ]
    assert run(store, site, entries) == Imported(stored=3, loose=2)
    assert run(store, site, [comment("1", "First.")]) == Imported(stored=1, loose=1)
    first, second, third, lost = list_approved(store, find_page(store, site.id, HARBOUR))
    assert [each.text for each in (first, second, third, lost)] == ["First.", "Second.", "Third.", "Lost."]  # fmt: skip
    assert (second.parent_id, third.parent_id, lost.parent_id) == (first.id, second.id, "")


def test_replies_in_a_circle_or_across_pages_stand_by_themselves(store):
    site = newspaper(store)
    remarks: list[Remark] = []
    entries = [
        comment("1", "One.", parent_id="2"),
        comment("2", "Two.", parent_id="1"),
        comment("3", "Three.", parent_id="3"),
        comment("4", "Four.", parent_id="1", page_url="https://herald.test/other"),
    ]
    assert run(store, site, entries, remarks).stored == 4
    one, two, three = list_approved(store, find_page(store, site.id, HARBOUR))
    assert (one.parent_id, two.parent_id, three.parent_id) == ("", one.id, "")
    assert [remark.place for remark in remarks] == ["line 1", "line 3", "line 4"]
    assert all(remark.stored for remark in remarks)


def test_old_addresses_of_the_site_become_its_own_and_spellings_one_page(store):
    site = newspaper(store)
    urls = [
        "http://herald.test/harbour/",
        "https://www.herald.test/harbour?utm_source=x",
        "/harbour#c",
    ]
    run(store, site, [comment(url, page_url=url) for url in urls])
    assert count_comments(store, [HARBOUR]) == {HARBOUR: 3}


SKIPPED: dict[str, dict[str, object]] = {
    "page": {"page_url": "https://elsewhere.test/1"},
    "no page": {"page_url": ""},
    "user in url": {"page_url": "https://a@herald.test/"},
    "no date": {"created_at": None},
    "future": {"created_at": NOON + 2 * DAY},
    "before 1970": {"created_at": -1},
    "empty": {"text": " \x00\n"},
    "long": {"text": "é" * (TEXT_LIMIT // 2 + 1)},
    "no id": {"id": ""},
}


def test_what_cannot_be_stored_is_skipped_and_told_without_its_words(store):
    site = newspaper(store)
    remarks: list[Remark] = []
    bad = [
        comment(name, **changes) for name, changes in SKIPPED.items() if changes.get("id") is None
    ]
    bad.append(comment("", **{}))
    done = run(store, site, [*bad, comment("good")], remarks)
    assert (done.stored, done.skipped) == (1, len(SKIPPED))
    assert [remark.place for remark in remarks] == [each.place for each in bad]
    assert "elsewhere" not in str([remark.why for remark in remarks])


def test_what_breaks_a_rule_beside_the_text_is_left_out(store):
    site = newspaper(store)
    odd = comment(
        "1",
        "A\x00 text\ud800.\r\n",
        author="\x07" + "N" * 300,
        email="no mail",
        url="javascript:x",
        ip="x",
    )
    nameless = comment("2", author=" ")
    halves = comment(
        "3\ud800", email="a\ud800@mail.example", url="https://a\ud800.example/", parent_id="\udfff"
    )
    assert run(store, site, [odd, nameless, halves]).stored == 3
    first, second, _ = list_approved(store, find_page(store, site.id, HARBOUR))
    assert (first.text, first.author_name, first.author_url) == ("A text?.", "N" * 245, "")
    assert second.author_name == "Anonymous"


def test_nothing_is_announced_judged_or_counted(store):
    site = newspaper(store)
    hook = "https://herald.test/hook"
    endpoints.add_webhook(store, site.id, hook, now=NOON, entropy=os.urandom)
    run(store, site, [comment("1"), comment("2", "Buy!", status=Status.SPAM)])
    with store.read() as connection:
        for table in (
            "events",
            "deliveries",
            "pending",
            "feedback",
            "votes",
            "reputations",
            "sketches",
        ):
            assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, (
                table
            )


def test_addresses_are_kept_no_longer_than_those_of_other_comments(store):
    site = newspaper(store)
    old = comment("1", email="carol@private.test", ip="192.0.2.1")
    run(store, site, [old, replace(old, id="2", created_at=NOON - DAY)])
    with store.read() as connection:
        rows = connection.execute(
            sa.text("SELECT network, email_sealed FROM personal ORDER BY comment_id")
        ).all()
    assert [row.network for row in rows] == ["", "192.0.2.0/24"]
    assert all(row.email_sealed and b"carol" not in bytes(row.email_sealed) for row in rows)


def test_two_imports_at_once_store_nothing_twice(store):
    site = newspaper(store)

    def entries():
        run(store, site, [comment("1"), comment("2")])
        yield comment("1")

    assert run(store, site, entries()) == Imported(known=1)
    assert len(texts(store, site)) == 2


def test_another_site_imports_the_same_file_for_itself(store):
    herald = newspaper(store)
    blog = newspaper(store, "Bob's Blog", "https://blog.test")
    run(store, herald, [comment("1")])
    assert run(store, blog, [comment("1", page_url="https://blog.test/1")]).stored == 1
    assert len(texts(store, herald)) == 1 and len(texts(store, blog, "https://blog.test/1")) == 1


def test_a_reply_to_an_imported_comment_is_taken(store):
    site = newspaper(store)
    run(store, site, [comment("1")])
    [parent] = list_approved(store, find_page(store, site.id, HARBOUR))
    page = replace(reply(site).page, url=HARBOUR)
    assert hand_in(store, reply(site, parent_id=parent.id, page=page))


def test_another_comment_with_the_same_id_is_told_and_a_repetition_is_not(store):
    site = newspaper(store)
    other = comment("1", "Not this one.", created_at=NOON - DAY)
    first = [comment("1"), comment("1"), replace(other, place="line 3"), comment("2")]
    remarks: list[Remark] = []
    assert run(store, site, first, remarks) == Imported(stored=2, known=1, skipped=1)
    assert remarks == [Remark("line 3", TAKEN)]
    assert texts(store, site) == ["A fine article."] * 2
    again: list[Remark] = []
    assert run(store, site, first, again, NOON + 1) == Imported(known=4)
    assert again == []


def test_so_it_is_where_the_other_one_stands_far_above(store, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    site = newspaper(store)
    other = comment("1", "Not this one.", created_at=NOON - DAY, place="line 9")
    remarks: list[Remark] = []
    entries = [comment("1"), comment("2"), comment("3"), comment("2"), other]
    assert run(store, site, entries, remarks) == Imported(stored=3, known=1, skipped=1)
    assert remarks == [Remark("line 9", TAKEN)]


def test_replies_without_what_they_answer_are_named_with_their_lines(store):
    site = newspaper(store)
    entries = [
        comment("3", "To what comes later.", parent_id="1", created_at=NOON - DAY),
        comment("2", "To nothing.", parent_id="77"),
        comment("1"),
    ]
    remarks: list[Remark] = []
    assert run(store, site, entries, remarks) == Imported(stored=3, loose=1)
    assert remarks == [
        Remark("line 2", "What it answers has not come; it stands by itself.", stored=True)
    ]
    again: list[Remark] = []
    assert run(store, site, entries, again) == Imported(known=3, loose=1)
    assert again == []
