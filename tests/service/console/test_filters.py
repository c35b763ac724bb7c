"""The console's filters: written, tried, kept, switched, taken away; who may not, may not."""

import html
import re

import pytest

from moderation.domain.filter import FilterAction, FilterField, FilterKind
from moderation.review import filters
from moderation.store import moderators
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import now

HOME = "/console/filters"
CASINO = {
    "name": "casino", "kind": "words", "action": "spam", "entries": "casino\r\n# kin\r\npoker*\r\n",
    "exceptions": "", "languages": "en, de", "in_text": "on", "in_name": "on", "do": "save",
}  # fmt: skip


@pytest.fixture
def editor(desk, site, store):
    """Ada, who may change filters."""
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        moderators.grant(connection, ada.id, site.id, "editor")
    return desk


def send(desk, path="/new", page="/new", action="/new", **changes):
    fields = desk.fields(HOME + page, HOME + action)
    return desk.post(HOME + path, fields | CASINO | changes)


def landed(desk, answer):
    """The page that a form leads to."""
    assert answer.status_code == 303, answer.text
    return desk.get(answer.headers["location"].partition("#")[0])


def kept(store, site):
    return filters.list_filters(store, {site.id})


def test_a_filter_is_written_and_listed(editor, site, store):
    answer = landed(editor, send(editor))
    assert "“casino” is kept" in answer.text
    (one,) = kept(store, site)
    assert (one.kind, one.action) == (FilterKind.WORDS, FilterAction.SPAM)
    assert one.entries == ("casino", "# kin", "poker*")
    assert (one.languages, one.fields) == (("en", "de"), (FilterField.TEXT, FilterField.NAME))
    assert "2 words: file as spam, on pages in en, de. Version 1, just now" in answer.text
    assert "ada@herald.test" in answer.text


def test_a_bad_entry_keeps_what_was_typed_and_nothing_else(editor, site, store):
    answer = send(editor, kind="patterns", entries="ok\n<b>(")
    assert answer.status_code == 422
    assert "Pattern 2 cannot be read" in html.unescape(answer.text)
    assert "&lt;b&gt;(</textarea>" in answer.text
    assert 'aria-describedby="flaw" autofocus' in answer.text
    assert kept(store, site) == []


def test_a_trial_shows_what_would_match_and_what_collides(editor, site, store):
    hand_in(store, reply(site, "My <i>specialist</i> has cialis", at=now() - 5_000))
    answer = send(editor, kind="patterns", entries="cialis", languages="", do="try")
    assert answer.status_code == 200
    assert "1 of 1 comments would have matched" in answer.text
    assert "<bdi>specialist</bdi> 1×" in answer.text
    assert "<mark>cialis</mark>" in answer.text
    assert "&lt;i&gt;spe<mark>" in answer.text
    assert "cialis</textarea>" in answer.text
    assert kept(store, site) == []


def test_a_filter_is_changed_unless_somebody_was_quicker(editor, site, store):
    send(editor)
    (one,) = kept(store, site)
    path = f"/{one.id}"
    fields = editor.fields(HOME + path, HOME + path)
    answer = landed(editor, editor.post(HOME + path, fields | CASINO | {"name": "gambling"}))
    assert "“gambling” is changed" in answer.text
    late = editor.post(HOME + path, fields | CASINO | {"name": "mine"})
    assert late.status_code == 409
    assert "Somebody has changed this filter meanwhile" in late.text
    assert 'value="mine"' in late.text
    (stands,) = kept(store, site)
    assert (stands.name, stands.version) == ("gambling", 2)


def test_off_and_on_and_away_and_back(editor, site, store):
    send(editor)
    (one,) = kept(store, site)
    for state in ("off", "on"):
        fields = editor.fields(HOME, f"/{one.id}/switch")
        answer = landed(editor, editor.post(f"{HOME}/{one.id}/switch", fields))
        assert f"“casino” is {state}." in answer.text
        assert kept(store, site)[0].enabled == (state == "on")
    gone = editor.post(f"{HOME}/{one.id}/remove", editor.fields(f"{HOME}/{one.id}", "/remove"))
    assert "is removed. Here it still is" in gone.text
    assert kept(store, site) == []
    assert re.search(r"casino\n# kin\npoker\*</textarea>", gone.text)


def test_a_moderator_may_look_and_try_but_not_write(desk, site, store):
    assert "<button" in desk.get(HOME + "/new").text
    assert ">Save<" not in desk.get(HOME + "/new").text
    assert send(desk, do="try").status_code == 200
    assert send(desk).status_code == 403
    assert kept(store, site) == []


def test_another_sites_filters_are_like_none_at_all(editor, site, store):
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    draft = filters.FilterDraft("secret", FilterKind.WORDS, FilterAction.HOLD, ("secret",))
    theirs = filters.add_filter(store, other.id, draft, "x", now=now(), entropy=lambda n: bytes(n))
    assert editor.get(f"{HOME}/{theirs.id}").status_code == 404
    assert editor.get(f"{HOME}?site={other.id}").status_code == 404
    fields = editor.fields(HOME + "/new", HOME + "/new")
    for path in (f"/{theirs.id}", f"/{theirs.id}/switch", f"/{theirs.id}/remove"):
        assert editor.post(HOME + path, fields | CASINO).status_code == 404
    assert editor.post(HOME + "/new", fields | CASINO | {"site": other.id}).status_code == 404
    assert filters.list_filters(store, {other.id}) == [theirs]


def test_a_form_of_nobodys_changes_nothing(editor, site, store):
    fields = editor.fields(HOME + "/new", HOME + "/new") | CASINO
    assert editor.post(HOME + "/new", fields | {"csrf": "0" * 64}).status_code == 403
    assert editor.post(HOME + "/new", fields, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert editor.post(HOME + "/new", fields | {"kind": "spells"}).status_code == 422
    assert kept(store, site) == []
