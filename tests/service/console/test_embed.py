"""The console's page with the snippets: each names the site, the script and its hash."""

import html
import re

from moderation.domain.comment import AuthorRef
from moderation.domain.reader_rules import ReaderRules
from moderation.review import reader_rules
from moderation.store import memberships, moderators
from service.embed.module import module
from tests.factories import newspaper
from tests.service.console.console_browser import held


def test_each_snippet_names_the_site_and_the_hash_of_the_script(browser, site):
    text = browser.get("/console/embed").text
    snippets = [html.unescape(each) for each in re.findall(r"<code>(<|&lt;.*?)</code>", text, re.S)]
    assert len(snippets) == 7
    for snippet in snippets:
        assert f'integrity="{module().integrity}"' in snippet
        assert f'site="{site.id}"' in snippet and "/embed/v1.js" in snippet


def test_nobody_sees_the_snippets_of_another_site(browser, store):
    other = newspaper(store, "The Other Herald", "https://other.test")
    assert browser.get(f"/console/embed?site={other.id}").status_code == 404


def test_editors_set_what_readers_may_do_and_a_wrong_number_stays_as_typed(browser, store, site):
    plain = browser.get("/console/embed").text
    assert "Only editors and admins" in plain and 'action="/console/embed"' not in plain
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "editor")
    fields = browser.fields("/console/embed", "/console/embed")
    typed = {"edit_minutes": "15", "hold_after_reports": "0", "proof_of_work": "0"}
    on = (
        fields
        | typed
        | {"edit_minutes": "5", "proof_of_work": "50000", "markdown": "on", "website": "on"}
    )
    answer = browser.post("/console/embed", on)
    assert answer.status_code == 303
    assert "It is saved" in browser.get(answer.headers["location"]).text
    saved = ReaderRules(5, 0, markdown=True, proof_of_work=50_000, website=True)
    assert reader_rules.get_rules(store, site.id) == saved
    refused = browser.post("/console/embed", on | {"proof_of_work": "7"})
    assert refused.status_code == 422
    assert 'value="7" aria-invalid="true"' in refused.text
    assert reader_rules.get_rules(store, site.id) == saved


def test_a_card_shows_marks_as_readers_see_them_where_they_do(browser, store, site):
    [comment_id] = held(store, site, "A **bad** <b>deal</b>: [x](javascript:alert(1))")
    path = f"/console/comments/{comment_id}"
    assert "As readers see it" not in browser.get(path).text
    reader_rules.set_rules(store, site.id, ReaderRules(markdown=True))
    shown = browser.get(path).text
    assert "As readers see it" in shown
    assert (
        "<p>A <strong>bad</strong> &lt;b&gt;deal&lt;/b&gt;: [x](javascript:alert(1))</p>" in shown
    )


def test_a_card_shows_a_website_as_typed_and_leads_only_to_a_plain_one(browser, store, site):
    def card(url):
        [comment_id] = held(store, site, "A bad deal.", author=AuthorRef("Mallory", url=url))
        return browser.get(f"/console/comments/{comment_id}").text

    shown = card("https://münchen.example/a?b=1&c=2")
    assert 'website <bdi class="url">https://münchen.example/a?b=1&amp;c=2</bdi>' in shown
    link = re.search(r'<a class="url" href="https://xn--mnchen-3ya[^>]*>.*?</a>', shown)[0]
    assert 'href="https://xn--mnchen-3ya.example/a?b=1&amp;c=2"' in link
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in link
    assert "<bdi>xn--mnchen-3ya.example</bdi>" in link
    for url in ("https://bank.example@evil.example/", "https://evil.example/\u202egpj", "http://127.0.0.1/"):  # fmt: skip
        hidden = card(url)
        assert f'<bdi class="url">{url}</bdi>' in hidden and f'href="{url}' not in hidden
        assert 'rel="noopener noreferrer nofollow"' not in hidden
