"""Notes: bounded, about comments and known authors of one's own site, and gone with them."""

import os

import pytest

from moderation.domain.comment import AuthorRef
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.note import NOTE_LIMIT
from moderation.review import notes
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, hand_in, newspaper, reply
from tests.intake.test_submit import rows


def add(store, site, comment_id, text="Says the same every week.", at=NOON):
    return notes.add_to_comment(
        store, "mod_ada", {site.id}, comment_id, text, now=at, entropy=os.urandom
    )


def add_to_author(store, site, author, text="A teacher at the school."):
    return notes.add_to_author(
        store, "mod_ada", site.id, author, text, now=NOON, entropy=os.urandom
    )


def by_ann(site):
    return reply(site, author=AuthorRef("Ann", identity="id:ann"))


def forget(store, site, comment_id):
    erase(store, {site.id}, comment_id, now=NOON, entropy=os.urandom)


def test_notes_are_listed_with_their_author_the_newest_first(store):
    site = newspaper(store)
    first, second = hand_in(store, reply(site), reply(site))
    made = [add(store, site, first, f" note {n}\r\nend ", NOON + n) for n in range(3)][::-1]
    add(store, site, second)
    assert [note.text for note in made] == ["note 2\nend", "note 1\nend", "note 0\nend"]
    assert notes.of_comment(store, {site.id}, first) == made
    assert notes.of_comment(store, {site.id}, first, after=made[0].id, limit=1) == [made[1]]
    assert {note.moderator_id for note in made} == {"mod_ada"}


@pytest.mark.parametrize("text", ["", " \r\n", "a" * (NOTE_LIMIT + 1), "a\x00b"])
def test_a_note_has_its_bounds(store, text):
    site = newspaper(store)
    [comment_id] = hand_in(store, by_ann(site))
    author = notes.author_of(store, comment_id)
    for write in (lambda: add(store, site, comment_id, text), lambda: add_to_author(store, site, author, text)):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            write()
        assert refused.value.pointer == "/text"
    add(store, site, comment_id, "a" * NOTE_LIMIT)


def test_notes_are_about_what_the_site_knows(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    [hers] = hand_in(store, by_ann(alice))
    author = notes.author_of(store, hers)
    assert len(author) == 64
    add_to_author(store, alice, author)
    for ask in (
        lambda: add(store, bob, hers),
        lambda: notes.of_comment(store, {bob.id}, hers),
        lambda: add_to_author(store, bob, author),
        lambda: notes.of_author(store, bob.id, author),
        lambda: add_to_author(store, alice, "0" * 64),
        lambda: add(store, alice, "cmt_nobody"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert len(notes.of_author(store, alice.id, author)) == 1
    assert len(rows(store, "notes")) == 1


def test_notes_go_with_the_comment_and_with_the_last_of_an_author(store):
    site = newspaper(store)
    first, second, other = hand_in(store, by_ann(site), by_ann(site), reply(site))
    author = notes.author_of(store, first)
    add(store, site, first)
    add(store, site, other)
    add_to_author(store, site, author)
    forget(store, site, first)
    assert {note.about for note in rows(store, "notes")} == {other, author}
    forget(store, site, second)
    assert {note.about for note in rows(store, "notes")} == {other}
    with pytest.raises(NotFound):
        add(store, site, first)


def test_notes_about_an_author_go_when_it_is_forgotten_who_wrote(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, by_ann(site))
    author = notes.author_of(store, comment_id)
    add(store, site, comment_id)
    add_to_author(store, site, author)
    purge(store, NOON + 29 * DAY_MS, 24)
    assert {note.about for note in rows(store, "notes")} == {comment_id, author}
    purge(store, NOON + 31 * DAY_MS, 24)
    assert {note.about for note in rows(store, "notes")} == {comment_id}
