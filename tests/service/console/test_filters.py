"""The console's filters: written, previewed, saved, switched, removed; and who may not do so."""

import html
import re

from moderation.domain.filter import FilterAction, FilterDraft, FilterField, FilterKind
from moderation.review import filters
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import now

HOME = "/console/filters"
CASINO = {
    "name": "casino", "kind": "words", "action": "spam", "entries": "casino\r\n# kin\r\npoker*\r\n",
    "exceptions": "", "languages": "en, de", "in_text": "on", "in_name": "on", "do": "save",
}  # fmt: skip


def send(browser, path="/new", page="/new", action="/new", **changes):
    fields = browser.fields(HOME + page, HOME + action)
    return browser.post(HOME + path, fields | CASINO | changes)


def stored(store, site):
    return filters.list_filters(store, {site.id})


def test_a_filter_is_written_and_listed(editor, site, store):
    answer = editor.follow(send(editor))
    assert "“casino” was added" in answer.text
    (filter,) = stored(store, site)
    assert (filter.kind, filter.action) == (FilterKind.WORDS, FilterAction.SPAM)
    assert filter.entries == ("casino", "# kin", "poker*")
    assert (filter.languages, filter.fields) == (("en", "de"), (FilterField.TEXT, FilterField.NAME))
    assert "2 words: file as spam, on pages in en, de. Version 1, just now" in answer.text
    assert "ada@herald.test" in answer.text


def test_a_bad_entry_keeps_what_was_typed_and_nothing_else(editor, site, store):
    answer = send(editor, kind="patterns", entries="ok\n<b>(")
    assert answer.status_code == 422
    assert "Pattern 2 cannot be read" in html.unescape(answer.text)
    assert "&lt;b&gt;(</textarea>" in answer.text
    assert 'aria-describedby="flaw" autofocus' in answer.text
    assert stored(store, site) == []


def test_an_error_never_says_what_was_typed(editor):
    """It stands in the field, and nowhere else."""
    mark = "zq7mark"
    for kind, bad in (
        ("patterns", f"({mark}@leak.example"),
        ("patterns", f"[{mark}-"),
        ("domains", f"{mark} leak"),
        ("emails", f"{mark}@@leak"),
        ("networks", f"{mark}/99"),
    ):
        answer = send(editor, kind=kind, entries=bad)
        assert answer.status_code == 422, kind
        without_field = re.sub(r"<textarea.*?</textarea>", "", answer.text, flags=re.S)
        assert mark in answer.text and mark not in without_field, kind


def test_a_preview_shows_what_would_match_and_what_collides(editor, site, store):
    hand_in(store, reply(site, "My <i>specialist</i> has cialis", at=now() - 5_000))
    answer = send(editor, kind="patterns", entries="cialis", languages="", do="try")
    assert answer.status_code == 200
    assert "1 of 1 comments would have matched" in answer.text
    assert "<bdi>specialist</bdi> 1×" in answer.text
    assert "<mark>cialis</mark>" in answer.text
    assert "&lt;i&gt;spe<mark>" in answer.text
    assert "cialis</textarea>" in answer.text
    assert stored(store, site) == []


def test_a_filter_is_changed_unless_somebody_else_changed_it_first(editor, site, store):
    send(editor)
    (filter,) = stored(store, site)
    path = f"/{filter.id}"
    fields = editor.fields(HOME + path, HOME + path)
    answer = editor.follow(editor.post(HOME + path, fields | CASINO | {"name": "gambling"}))
    assert "“gambling” was changed" in answer.text
    late = editor.post(HOME + path, fields | CASINO | {"name": "mine"})
    assert late.status_code == 409
    assert "Somebody else has changed this filter meanwhile" in late.text
    assert 'value="mine"' in late.text
    (changed,) = stored(store, site)
    assert (changed.name, changed.version) == ("gambling", 2)


def test_a_filter_is_switched_removed_and_can_be_saved_again(editor, site, store):
    send(editor)
    (filter,) = stored(store, site)
    for state in ("off", "on"):
        fields = editor.fields(HOME, f"/{filter.id}/switch")
        answer = editor.follow(editor.post(f"{HOME}/{filter.id}/switch", fields))
        assert f"“casino” is {state}." in answer.text
        assert stored(store, site)[0].enabled == (state == "on")
    removed = editor.post(
        f"{HOME}/{filter.id}/remove", editor.fields(f"{HOME}/{filter.id}", "/remove")
    )
    assert "was removed. It is still below" in removed.text
    assert stored(store, site) == []
    assert re.search(r"casino\n# kin\npoker\*</textarea>", removed.text)


def test_a_moderator_may_view_and_preview_but_not_change(browser, site, store):
    assert "<button" in browser.get(HOME + "/new").text
    assert ">Save<" not in browser.get(HOME + "/new").text
    assert send(browser, do="try").status_code == 200
    assert send(browser).status_code == 403
    assert stored(store, site) == []


def test_the_filters_of_another_site_are_not_found(editor, site, store):
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    draft = FilterDraft("secret", FilterKind.WORDS, FilterAction.HOLD, ("secret",))
    bobs_filter = filters.add_filter(
        store, other.id, draft, "x", now=now(), entropy=lambda n: bytes(n)
    )
    assert editor.get(f"{HOME}/{bobs_filter.id}").status_code == 404
    assert editor.get(f"{HOME}?site={other.id}").status_code == 404
    fields = editor.fields(HOME + "/new", HOME + "/new")
    for path in (f"/{bobs_filter.id}", f"/{bobs_filter.id}/switch", f"/{bobs_filter.id}/remove"):
        assert editor.post(HOME + path, fields | CASINO).status_code == 404
    assert editor.post(HOME + "/new", fields | CASINO | {"site": other.id}).status_code == 404
    assert filters.list_filters(store, {other.id}) == [bobs_filter]


def test_a_forged_form_changes_nothing(editor, site, store):
    fields = editor.fields(HOME + "/new", HOME + "/new") | CASINO
    assert editor.post(HOME + "/new", fields | {"csrf": "0" * 64}).status_code == 403
    assert editor.post(HOME + "/new", fields, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert editor.post(HOME + "/new", fields | {"kind": "spells"}).status_code == 422
    assert stored(store, site) == []
