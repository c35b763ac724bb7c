"""What authors write stays text: live payloads in every field, on every page."""

import os

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.decision import Outcome
from moderation.domain.reader_rules import ReaderRules
from moderation.review.reader_rules import set_rules
from moderation.store import memberships
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.pages_with_id import newspaper_of, people_and_things
from tests.browser.test_languages import PAGES

# Each calls alert() or the host canary.test when it gets through.
PAYLOADS = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<img src=x onerror=alert(1)>",
    "<img src=//canary.test/p.png>",
    "<img srcset='//canary.test/p.png 1x'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><image href=//canary.test/p.png></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></svg>",
    "<math><mtext></p><img src=x onerror=alert(1)></mtext></math>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=//canary.test></iframe>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=//canary.test></object>",
    "<embed src=//canary.test>",
    "<link rel=stylesheet href=//canary.test/a.css>",
    "<link rel=prefetch href=//canary.test/>",
    "<link rel=dns-prefetch href=//canary.test/>",
    "<meta http-equiv=refresh content='0;url=//canary.test'>",
    "<base href=//canary.test/>",
    "<style>@import url(//canary.test/a.css)</style>",
    "<div style='background:url(//canary.test/b.png)'>x</div>",
    "<style>*{display:none!important}</style>",
    "<form action=//canary.test><button autofocus>Approve</button></form>",
    "<button formaction=//canary.test>Approve</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video src=//canary.test/v.mp4 autoplay></video>",
    "<audio src=//canary.test/v.mp3 autoplay></audio>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a href=javascript:alert(1)>x</a>",
    '" autofocus onfocus=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{ ''.__class__ }}{% for x in y %}${alert(1)}#{alert(1)}",
    "<div hx-get=//canary.test hx-trigger=load>x</div>",
    "<div data-hx-get=/console/logout data-hx-trigger=load>x</div>",
    "<div hx-on:load='alert(1)' hx-on::load='alert(1)'>x</div>",
    "<div hx-vals='js:{a:alert(1)}' hx-post=/ hx-trigger=load>x</div>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "\u2028<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "java\tscript:alert(1)",
    "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img\x0csrc=x\x0conerror=alert(1)>",
    "<IMG SRC=x ONERROR=alert(1)>",
    "<a href='https://canary.test' ping='https://canary.test/ping'>https://canary.test</a>",
]


@pytest.fixture
def infested(gatehouse: BrowserGatehouse) -> BrowserGatehouse:
    """Each payload in every field that a stranger can fill: half of them held, half approved."""
    from moderation.review.decisions import decide
    from tests.service.console.console_browser import now

    for n, payload in enumerate(PAYLOADS):
        comment_id = gatehouse.hand_in(
            f"You idiot {payload} moron",
            age=n,
            author=AuthorRef(payload, "", f"https://x.test/{payload}"),
            # The demo shows what belongs to its own address; the console shows every page's.
            page=PageRef(gatehouse.demo if n % 2 else f"{gatehouse.demo}?{payload}", payload),
        )
        outcome = Outcome.APPROVE if n % 2 else Outcome.HOLD
        decide(
            *(gatehouse.store, gatehouse.moderator_id, {gatehouse.site.id}, comment_id, outcome),
            now=now(),
            entropy=os.urandom,
        )
    gatehouse.judge()
    return gatehouse


def test_a_payload_that_works_would_be_noticed(visit, gatehouse):
    watch = visit()
    watch.page.goto("about:blank")
    watch.page.set_content("<img src=x onerror=alert(1)><img src=https://canary.test/p.png>")
    watch.page.wait_for_timeout(500)
    assert watch.dialogs == ["1"]
    assert any("canary.test" in url for url in watch.outbound)
    # And on our own pages the policy stands behind the escaping.
    watch = visit()
    watch.page.goto(gatehouse.demo)
    watch.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>"
        "<img src=https://canary.test/p.png>')"
    )
    watch.page.wait_for_timeout(300)
    assert watch.dialogs == [] and any("Content Security Policy" in error for error in watch.errors)


def test_no_payload_does_anything_on_any_page(visit, infested):
    watch = visit()
    watch.log_in()
    campaigns: set[str] = set()
    seen: set[str] = set()
    for queue in ("held", "approved"):
        for page in pages(watch, f"{infested.url}/console/?queue={queue}"):
            seen |= {
                card.get_attribute("id").removeprefix("c-")
                for card in page.locator("article.card:not(.campaign)").all()
            }
            # Of the cards one is open, and a role is asked only of what can be seen.
            links = page.locator(".campaign a", has_text="View comments").all()
            campaigns |= {link.get_attribute("href") for link in links}
    # Similar comments are one card in the queue; a page of their own shows each.
    for path in campaigns:
        for page in pages(watch, infested.url + path):
            members = page.locator(".members input[type=checkbox]").all()
            seen |= {member.get_attribute("value") for member in members}
    assert campaigns and len(seen) == len(PAYLOADS)
    watch.page.goto(f"{infested.url}/console/")
    for _ in range(5):  # results and fresh cards come as fragments, not as pages
        watch.page.keyboard.press("a")
        watch.page.wait_for_timeout(150)
    watch.page.keyboard.press("z")
    wait_for_load(watch)
    watch.page.goto(infested.url + watch.page.locator(".when a").last.get_attribute("href"))
    wait_for_load(watch)
    watch.page.goto(infested.demo)
    watch.page.locator("gatehouse-comments article .said").first.wait_for()
    watch.without_embed()
    for path in ("", "?gatehouse=received"):
        watch.page.goto(f"{infested.demo}{path}")
        wait_for_load(watch)
    assert watch.page.locator("li .said").count() > len(PAYLOADS) // 3
    watch.page.locator(".answer").first.click()
    wait_for_load(watch)
    assert watch.incidents == []


@pytest.mark.parametrize("half", [0, 1])
def test_no_payload_does_anything_on_the_pages_about_one_thing(visit, gatehouse, half):
    hostile = " ".join(PAYLOADS[half::2])[:1_900]
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    newspaper_of(gatehouse, hostile[:200])
    known = people_and_things(gatehouse, hostile[:400])
    watch = visit()
    watch.log_in()
    for path in (*PAGES.values(), "/console/campaigns?site={site}", "/console/appeals?site={site}"):
        for _ in pages(watch, gatehouse.url + path.format(site=gatehouse.site.id, **known)):
            continue
    assert watch.incidents == []


def test_no_payload_does_anything_on_a_refused_form(visit, gatehouse):
    set_rules(gatehouse.store, gatehouse.site.id, ReaderRules(website=True))
    watch = visit(java_script_enabled=True)
    watch.without_embed()
    for payload in PAYLOADS[:: max(1, len(PAYLOADS) // 12)]:
        watch.page.goto(gatehouse.demo)
        watch.page.get_by_label("Comment").fill(payload)
        watch.page.get_by_label("Name").fill(payload)
        watch.page.get_by_label("Website").fill(payload)
        watch.page.get_by_role("button", name="Post Comment").click()
        watch.page.get_by_role("alert").wait_for()
        wait_for_load(watch)
    # The browser logs every 422 as an error; there must be no other.
    errors = [error for error in watch.errors if "422" not in error]
    assert watch.dialogs + watch.outbound + watch.navigated + errors == []


def pages(watch, url: str):
    """A list's pages one after the other; on none of them a payload became an element."""
    watch.page.goto(url)
    while True:
        wait_for_load(watch)
        for parent in (".card", ".item", ".campaign", ".members"):
            for element in (
                "img",
                "script",
                "iframe",
                "style",
                # But the article and the author's website.
                "a[href^='http']:not(.where > .url[rel^='noopener noreferrer'])",
                "[onload]",
                "[onerror]",
            ):
                assert watch.page.locator(f"{parent} {element}").count() == 0, (parent, element)
        yield watch.page
        following = watch.page.get_by_role("link", name="Next page")
        if not following.count():
            return
        with watch.page.expect_navigation():  # the page left behind counts as loaded, too
            following.click()


def wait_for_load(watch) -> None:
    """Long enough for whatever fires by itself."""
    watch.page.wait_for_load_state("networkidle")
    watch.page.wait_for_timeout(50)
