"""The console's language: whose choice counts, that nothing is left in English, and sentences from elsewhere."""

import os
import re

import pytest

from moderation.domain.decision import Outcome
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.notify import endpoints
from moderation.review import decisions, filters
from moderation.store import memberships, moderators
from service.console import language
from service.console.language import Catalogue
from service.console.mirrored import CODE
from service.console.sentences import translated
from tests.service.console.console_browser import held, now
from tests.service.console.test_guard import GETS
from tests.service.console.visible import bare_words

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
MIRRORED = {"accept-language": CODE}


def as_admin(store, site):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
    return ada.id


def choose(browser, code):
    fields = browser.fields("/console/", "/console/logout")
    return browser.post("/console/account/language", fields | {"language": code})


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr, de;q=0.3, en;q=0.2", "de"),
        ("en, de", "en"),
        ("de;q=0.1, en", "en"),
        ("fr", "en"),
        ("fr, de;q=0", "en"),
        ("DE", "de"),
        ("", "en"),
        (";;,q=", "en"),
        ("ar-XB", "ar-XB"),
        ("ar", "en"),
    ],
)
def test_a_browser_gets_the_language_it_wants_most(browser, header, spoken):
    page = browser.get("/console/login", **{"accept-language": header}).text
    direction = "rtl" if spoken == "ar-XB" else "ltr"
    assert f'<html lang="{spoken}" dir="{direction}">' in page
    assert ("Passwort" in page) == (spoken == "de")


def test_what_a_person_chose_counts_for_more_than_the_browser(browser, store, site):
    assert '<html lang="en"' in browser.get("/console/").text
    assert choose(browser, "de").status_code == 303
    page = browser.get("/console/", **{"accept-language": "en"}).text
    assert '<html lang="de" dir="ltr">' in page
    assert "Zurückgehalten" in page
    assert choose(browser, "").status_code == 303
    assert '<html lang="en"' in browser.get("/console/").text


def test_the_mirrored_language_is_for_no_person(browser):
    assert choose(browser, CODE).status_code == 422
    assert choose(browser, "tlh").status_code == 422


def test_errors_and_the_start_page_speak_the_language_too(browser):
    assert (
        "Diese Warteschlange gibt es nicht." in browser.get("/console/?queue=lost", **GERMAN).text
    )
    page = browser.get("/nothing", accept="text/html", **GERMAN)
    assert page.status_code == 404 and "Unter dieser Adresse gibt es keine Seite." in page.text
    assert "Beispielzeitung" in browser.get("/", **GERMAN).text


def test_a_request_leaves_nothing_of_its_language_to_the_next(browser):
    for header, word in [("de", "Abmelden"), ("en", "Log out")] * 3:
        assert word in browser.get("/console/", **{"accept-language": header}).text


def test_nothing_on_the_pages_is_left_untranslated(browser, store, site):
    ada = as_admin(store, site)
    ids = held(store, site, "bad one", "bad two https://shop.example/ buy", "all good")
    by = (store, ada, {site.id}, ids[0], Outcome.REJECT)
    decisions.decide(*by, now=now(), entropy=os.urandom)
    filed = FilterDraft("Rude", FilterKind.WORDS, FilterAction.HOLD, ("liar*",))
    clock = {"now": now(), "entropy": os.urandom}
    rude = filters.add_filter(store, site.id, filed, ada, **clock)
    hook, _ = endpoints.add_webhook(store, site.id, "https://herald.test/hook", allow="", **clock)
    paths = [
        *(path for path in GETS if "{" not in path and not path.endswith("csv")),
        "/",
        "/nothing",
        "/console/?queue=approved",
        "/console/?queue=spam",
        "/console/?queue=lost",
        "/console/?query=bad",
        "/console/?query=nowhere",
        "/console/endpoints/new?kind=channel",
        f"/console/comments/{ids[0]}",
        f"/console/comments/{ids[1]}/context",
        f"/console/bulk/new?comment={ids[1]}.1&outcome=reject",
        "/console/bulk/new?all=1",
        f"/console/people/{ada}",
        f"/console/people/{ada}/remove?site={site.id}",
        f"/console/filters/{rude.id}",
        f"/console/endpoints/{hook.id}",
        f"/console/endpoints/{hook.id}/remove",
    ]
    left = {}
    for path in paths:
        answer = browser.get(path, accept="text/html", **MIRRORED)
        assert answer.status_code < 500, path
        left[path] = bare_words(answer.text)
    left["/console/login"] = bare_words(browser.get("/console/login", **MIRRORED).text)
    assert {path: words for path, words in left.items() if words} == {}


def test_bare_words_are_found():
    page = (
        '<p>⟦Ĥéłłó <bdi>Ann</bdi>⟧</p><p title="a title">plain</p><b translate="no">rm -r</b>⟦x⟧ y2'
    )
    assert bare_words(page) == ["a title", "plain"]
    assert language.language(CODE).words.gettext("") == ""


def test_a_catalogue_is_read_as_gettext_writes_it():
    words = Catalogue(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
        '#: a.html\nmsgid "one"\n"more \\"line\\""\nmsgstr "eins"\n\n'
        'msgctxt "days"\nmsgid "until"\nmsgstr "bis"\n\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\n\n'
        '#~ msgid "gone"\n#~ msgstr "weg"\n\nmsgid "new"\nmsgstr ""\n'
    )
    assert words.gettext('onemore "line"') == "eins"
    assert (words.pgettext("days", "until"), words.gettext("until")) == ("bis", "until")
    assert [words.ngettext("a", "b", n) for n in (0, 1, 2)] == ["x", "x", "y"]
    assert (words.gettext("gone"), words.gettext("new")) == ("gone", "new")


@pytest.mark.parametrize(
    ("sentence", "german"),
    [
        ("There is no such comment.", "Diesen Kommentar gibt es nicht."),
        ("Toxicity 0.93 reaches 0.80.", "Verletzend: 0,93 erreicht 0,80."),
        (
            "Same text from 14 addresses on 9 pages in 20 minutes; link to x.example, first seen today.",
            "Derselbe Text von 14 Adressen auf 9 Seiten in 20 Minuten; Link zu x.example, heute zuerst gesehen.",
        ),
        (
            "Only editors and admins of a site can change its filters.",
            "Nur Editoren und Admins einer Website dürfen das: ihre Filter ändern.",
        ),
        ("Could not be measured yet: threat, insult.", "Konnte noch nicht gemessen werden: Drohung, Beleidigung."),
        ("Of the operator's own making.", "Of the operator's own making."),
    ],
)  # fmt: skip
def test_sentences_from_elsewhere_are_found_with_what_was_filled_in(monkeypatch, sentence, german):
    assert translated(sentence) == sentence
    token = language._request.set([language.language("de")])
    try:
        assert translated(sentence) == german
    finally:
        language._request.reset(token)


def test_numbers_and_times_are_written_as_the_language_does(browser, store, site):
    [comment_id] = held(store, site, "bad one")
    page = browser.get(f"/console/comments/{comment_id}", **GERMAN).text
    assert re.search(r"\d{1,2}\. [A-ZM][a-zä]+\.? \d{4}, \d\d:\d\d UTC", page)
    token = language._request.set([language.language("de")])
    try:
        assert (language.number(12_345), language.number(0.5, 2)) == ("12.345", "0,50")
    finally:
        language._request.reset(token)
    assert (language.number(12_345), language.number(0.5, 2)) == ("12,345", "0.50")
