"""Websites in the embed, in the fragment without JavaScript and in the console: asked for, refused beside the field, led to."""

import json
from typing import Any

from harness.servers import wait_until
from moderation.domain.comment import AuthorRef
from moderation.domain.decision import Outcome
from moderation.domain.reader_rules import ReaderRules
from moderation.domain.website import public_website
from moderation.review import reader_rules
from moderation.store import memberships, sites
from moderation.store.sql.schema import comments
from tests.browser.look import LOOKS, faults, fits, picture, screen
from tests.browser.test_embed import elsewhere, own_comment, the_own_comment
from tests.browser.test_embed_more import turn_on
from tests.domain.test_website import NEVER

SITE = "https://carol.example/blog"
WRONG = ["javascript:alert(1)", "mailto:carol@carol.example", "https://", "carol", "https://a b.example", 'https://a.example/"x']  # fmt: skip


def field(page: Any) -> Any:
    return page.get_by_label("Website")


def websites(article: Any) -> list[str]:
    with article.gatehouse.store.read() as connection:
        return [row.author_url for row in connection.execute(comments.select())]


def heard(page: Any, before: str = "") -> str:
    """The version of the thread that the page has heard of, another one than `before`."""

    def version() -> str:
        return page.evaluate("document.querySelector('gatehouse-comments').changes.version ?? ''")

    wait_until(lambda: version() not in ("", before), "the page hears of a change")
    return version()


def test_where_it_is_off_there_is_no_field_and_no_link_and_it_comes_at_once(read, article):
    article.comment("A fine article.", author=AuthorRef("Dora", url=SITE))
    watch = read()
    page = watch.page
    page.locator("article").wait_for()
    assert page.get_by_label("Email").is_visible() and not field(page).is_visible()
    assert page.locator(".who bdi").inner_html() == "Dora"
    page.get_by_label("Comment *").fill("Typed.")
    off = heard(page)
    turn_on(article, website=True)
    field(page).wait_for()
    page.locator(".who bdi a").wait_for()
    heard(page, off)  # a stream that looks once a second does not see what is back by then
    assert page.get_by_label("Comment *").input_value() == "Typed."
    turn_on(article)
    page.locator(".who bdi a").wait_for(state="detached")
    assert not field(page).is_visible()
    page.get_by_label("Name").fill("Carol")
    page.get_by_role("button", name="Post Comment").click()
    own_comment(page).wait_for()
    assert sorted(websites(article)) == ["", SITE]
    assert elsewhere(watch, article) == []


@LOOKS
def test_a_writer_gives_a_website_and_the_name_leads_there(read, article, width, scheme):
    turn_on(article, website=True)
    article.comment("A fine article.", author=AuthorRef("Dora"), age=9)
    watch = read(**screen(width, scheme))
    page = watch.page
    field(page).wait_for()
    assert field(page).get_attribute("autocomplete") == "url"
    assert not field(page).evaluate("each => each.required")
    page.get_by_label("Comment *").fill("The ferry is late.")
    page.get_by_label("Name").fill("Carol")
    for wrong in WRONG:
        field(page).fill(wrong)
        page.get_by_role("button", name="Post Comment").click()
        page.get_by_text("This is not a web address").wait_for()
        assert field(page).get_attribute("aria-invalid") == "true"
        assert field(page).evaluate("each => each === each.getRootNode().activeElement")
        described = field(page).get_attribute("aria-describedby")
        assert "web address" in page.locator(f"#{described}").inner_text()
        assert field(page).input_value() == wrong
        assert page.get_by_label("Comment *").input_value() == "The ferry is late."
    picture(page, "embed-website-flaw")
    assert websites(article) == [""]
    page.reload()  # what was typed is kept
    field(page).wait_for()
    assert field(page).input_value() == WRONG[-1]
    field(page).fill("carol.example/blog")
    page.get_by_role("button", name="Post Comment").click()
    own = own_comment(page)
    own.wait_for()
    assert own.locator(".who bdi a").count() == 0  # not before it is published
    article.decide(the_own_comment(article, "The ferry is late."), Outcome.APPROVE)
    link = own.locator(".who bdi a")
    link.wait_for()
    assert link.inner_text() == "Carol" and link.get_attribute("href") == SITE
    assert link.get_attribute("rel") == "nofollow ugc noopener"
    picture(page, "embed-website")
    assert faults(page) == []
    assert fits(page)
    assert elsewhere(watch, article) == []


def test_what_the_service_refuses_stands_beside_the_field(read, article):
    """As if it knew a rule that the embed does not."""
    turn_on(article, website=True)
    watch = read()
    page = watch.page
    field(page).fill("https://carol.example/`x`")
    page.get_by_label("Comment *").fill("The ferry is late.")
    page.get_by_label("Name").fill("Carol")
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_text("must not contain spaces, quotes").wait_for()
    assert field(page).get_attribute("aria-invalid") == "true"
    assert field(page).input_value() == "https://carol.example/`x`"
    field(page).fill("")
    page.get_by_role("button", name="Post Comment").click()
    own_comment(page).wait_for()
    assert [error for error in elsewhere(watch, article) if "422" not in error] == []


def test_no_website_does_anything(read, article):
    turn_on(article, website=True)
    stored = [url for url in NEVER if url and "\x00" not in url and "\ud800" not in url]
    for n, url in enumerate(stored):
        article.comment(f"Number {n}.", age=n, author=AuthorRef("Mallory", url=url))
    watch = read()
    page = watch.page
    page.get_by_role("button", name="Show more comments").click()
    page.get_by_text("Number 0.").wait_for()
    assert page.locator(".who bdi").count() == len(stored)
    assert page.locator(".who bdi a").count() == 0
    assert elsewhere(watch, article) == []


def test_the_embed_trusts_nobody(read, article):
    """As if the service had answered with something else."""
    turn_on(article, website=True)
    article.comment("A fine article.")
    urls = ["javascript:alert(1)", "data:text/html,x", 5, {"href": "https:"}, ["https://a.example"]]

    def route(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        first = body["comments"][0]
        body["comments"] = [
            first | {"id": f"{first['id']}{n}", "author": first["author"] | {"url": url}}
            for n, url in enumerate(urls)
        ]
        route.fulfill(response=answer, body=json.dumps(body))

    watch = read()
    page = watch.page
    page.route("**/api/v1/threads?*", route)
    page.reload()
    page.locator("article").nth(len(urls) - 1).wait_for()
    links = page.locator(".who bdi a").evaluate_all("all => all.map(each => each.href)")
    assert all(public_website(link) or link == "https://a.example/" for link in links), links
    assert elsewhere(watch, article) == []


@LOOKS
def test_the_plain_form_asks_and_keeps_all_that_was_typed(visit, gatehouse, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    page = visit(java_script_enabled=False, **screen(width, scheme)).page
    page.goto(f"{gatehouse.url}/demo/ferry")
    assert page.get_by_label("Website").count() == 0
    rules = ReaderRules(website=True)
    reader_rules.set_rules(gatehouse.store, gatehouse.site.id, rules)
    page.reload()
    page.get_by_label("Comment").fill("The ferry is late.")
    page.get_by_label("Name").fill("Carol")
    page.get_by_label("Website").fill("javascript:alert(1)")
    page.get_by_role("button", name="Post Comment").click()
    expect(page.get_by_role("alert")).to_contain_text("Website must begin with http:// or https://")
    assert page.get_by_label("Website").input_value() == "javascript:alert(1)"
    assert page.get_by_label("Comment").input_value() == "The ferry is late."
    picture(page, "form-website-flaw")
    page.get_by_label("Website").fill("carol.example")
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_text("awaiting moderation").wait_for()
    assert fits(page)


@LOOKS
def test_an_editor_switches_it_on_and_moderators_see_where_it_leads(
    visit, gatehouse, width, scheme
):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    held = gatehouse.hand_in("Bad.", author=AuthorRef("Carol", url="https://münchen.example/blog"))
    watch = visit(**screen(width, scheme))
    page = watch.page
    watch.log_in()
    page.goto(f"{gatehouse.url}/console/embed?site={gatehouse.site.id}")
    page.get_by_label("Ask writers for their website").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("It is saved").wait_for()
    assert page.get_by_label("Ask writers for their website").is_checked()
    with gatehouse.store.read() as connection:
        assert sites.reader_rules(connection, gatehouse.site.id).website
    watch.look("console-website-setting")
    page.goto(f"{gatehouse.url}/console/comments/{held}")
    link = page.get_by_role("link", name="xn--mnchen-3ya.example")
    assert link.get_attribute("href") == "https://xn--mnchen-3ya.example/blog"
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert page.get_by_text("https://münchen.example/blog").is_visible()
    watch.look("console-website")
    assert watch.incidents == []
