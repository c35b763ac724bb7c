"""The embed where a site has more on: badges, Markdown, a word beforehand, a proof of work; under a strict policy."""

import json
import re
from typing import Any

from moderation.domain.comment import AuthorRef, Badge
from moderation.domain.reader_rules import ReaderRules
from moderation.review import reader_rules
from tests.browser.look import LOOKS, faults, fits, picture, screen
from tests.browser.payloads import PAYLOADS
from tests.browser.test_embed import elsewhere, own_comment, write

MARKED = """**Bread** of *that* flour, `1 kg`:

> said who?

- see [the mill](https://news.example/mill_(old)?a=1&b=2)
- https://news.example/other

3. third
4. fourth

```
if a < b
```"""


def turn_on(article, **rules: Any) -> None:
    reader_rules.set_rules(article.gatehouse.store, article.site.id, ReaderRules(**rules))


@LOOKS
def test_marks_and_badges_are_shown(read, article, width, scheme):
    turn_on(article, markdown=True)
    first = article.comment(MARKED, author=AuthorRef("Ida Quist", badge=Badge.AUTHOR), age=9)
    article.comment("I agree.", author=AuthorRef("Tom Arden", badge=Badge.STAFF), age=8)
    watch = read(**screen(width, scheme))
    page = watch.page
    said = page.locator(f"#comment-{first} .said")
    said.get_by_text("Bread").wait_for()
    shape = said.evaluate("node => [...node.querySelectorAll('*')].map(each => each.localName)")
    assert shape == ["p", "strong", "em", "code", "blockquote", "p", "ul", "li", "a", "li", "a", "ol", "li", "li", "pre", "code"]  # fmt: skip
    link = said.locator("a").first
    assert link.get_attribute("href") == "https://news.example/mill_(old)?a=1&b=2"
    assert link.get_attribute("rel") == "nofollow ugc noopener"
    assert said.locator("ol").get_attribute("start") == "3"
    assert said.locator("pre").inner_text().strip() == "if a < b"
    assert page.locator(f"#comment-{first} .badge").inner_text() == "Author"
    assert page.locator(".badge").all_inner_texts() == ["Author", "Staff"]
    picture(page, "embed-marks")
    assert faults(watch.page) == []
    assert fits(page)
    assert elsewhere(watch, article) == []


def test_no_payload_does_anything_as_markdown(read, article):
    turn_on(article, markdown=True)
    for n, payload in enumerate(PAYLOADS[:40]):
        article.comment(f"A {payload} b", f"N{n}", age=n)
    watch = read()
    page = watch.page
    page.locator("article .said").last.wait_for()
    for element in ("img", "script", "iframe", "style", "svg", "[onerror]", "[onload]", "[ping]"):
        assert page.locator(f"article {element}").count() == 0, element
    for link in page.locator("article .said a").all():
        assert (link.get_attribute("href") or "http").startswith("http")
    assert elsewhere(watch, article) == []


def test_even_html_that_is_not_clean_becomes_nothing_else(read, article):
    """The embed trusts nobody: as if the service had answered with something else."""
    turn_on(article, markdown=True)
    article.comment("A fine article.")
    hostile = (
        '</p></div><img src=x onerror=alert(1)><script>alert(1)</script><a href="javascript:alert(1)" onclick="alert(1)">a</a>'
        '<p onclick="alert(1)" style="color:red">b<iframe src="//evil.test"></iframe></p><ol start="x" onload="a"><li>c'
    )

    def route(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["comments"][0]["html"] = hostile
        route.fulfill(response=answer, body=json.dumps(body))

    watch = read(before="")
    page = watch.page
    page.route("**/api/v1/threads*", route)
    page.reload()
    said = page.locator("article .said")
    said.wait_for()
    names = said.evaluate("node => [...node.querySelectorAll('*')].map(each => each.localName)")
    assert set(names) <= {"a", "p", "ol", "li"}
    attributes = said.evaluate("node => [...node.querySelectorAll('*')].flatMap(each => each.getAttributeNames())")  # fmt: skip
    assert set(attributes) <= {"start"}
    assert page.locator("article").count() == 1
    assert elsewhere(watch, article) == []


def test_a_writer_is_told_beforehand_and_posts_anyway(read, article):
    turn_on(article, forewarn=True)
    watch = read()
    page = watch.page
    headers = {"Authorization": f"Bearer {article.key}", "Origin": article.origin}
    # The first answer waits for the models.
    first = page.request.post(
        f"{article.gatehouse.url}/api/v1/forewarnings", data={"text": "Hm."}, headers=headers
    )
    assert first.ok
    write(page, "You are a stupid idiot.")
    told = page.get_by_role("alert").filter(has_text="may have to wait for a moderator")
    told.wait_for()
    assert page.get_by_label("Comment *").input_value() == "You are a stupid idiot."
    assert faults(watch.page) == []
    page.get_by_role("button", name="Post Comment").click()
    own_comment(page).get_by_text("You are a stupid idiot.").wait_for()
    write(page, "A fine article.")
    page.locator("article.own").filter(has_text="A fine article.").wait_for()
    assert elsewhere(watch, article) == []


def test_an_answer_that_does_not_come_stops_nobody(read, article):
    turn_on(article, forewarn=True)
    watch = read()
    page = watch.page
    page.route(re.compile("/api/v1/forewarnings"), lambda route: None)  # never answered
    write(page, "You are a stupid idiot.")
    own_comment(page).get_by_text("You are a stupid idiot.").wait_for()


def test_the_embed_proves_its_work(read, article):
    turn_on(article, proof_of_work=5_000)
    watch = read()
    page = watch.page
    with page.expect_request("**/api/v1/comments") as posted:
        write(page, "The ferry is late.")
    assert posted.value.post_data_json["proof"]
    own_comment(page).get_by_text("The ferry is late.").wait_for()
    # What failed is sent once more with a new one.
    page.route("**/api/v1/comments", lambda route: route.abort(), times=1)
    write(page, "It always is.")
    page.get_by_role("alert").get_by_text("Please try again shortly").wait_for()
    page.get_by_role("button", name="Post Comment").click()
    page.locator("article.own").filter(has_text="It always is.").wait_for()
    assert [error for error in elsewhere(watch, article) if "ERR_FAILED" not in error] == []
