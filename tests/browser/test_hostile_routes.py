"""Every page that answers a GET with HTML, found by the app's own routes, with payloads in every field and in every parameter of its address:
none of them is run, loads anything from elsewhere, becomes an element, or makes a page wider than a phone.
"""

import html
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.routing import Route

from moderation.store import memberships
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.hostile_dom import found_in
from tests.browser.infested import infest
from tests.browser.look import fits
from tests.browser.payloads import MARK, Payloads

PARTS = 6  # tests that share the pages between them
PHONE = {"viewport": {"width": 390, "height": 844}}
_SITE = "site={site}"
# Where each route is visited, by its path. A route that is not here fails the test.
VISITED = {
    "/": ["/"],
    "/console/": [
        *(f"/console/?{_SITE}&queue={queue}" for queue in ("held", "reported", "proposed", "mine", "pending")),
        *(f"/console/?{_SITE}&queue={queue}" for queue in ("approved", "rejected", "spam")),
        f"/console/?{_SITE}&queue=held&open={{edited}}",
        f"/console/?{_SITE}&queue=held&done={{rejected}}",
        f"/console/?{_SITE}&query=idiot&status=held&language=en&order=toxicity",
        f"/console/?{_SITE}&author=id:eve",
        f"/console/?{_SITE}&moderator={{person}}",
        f"/console/?{_SITE}&same_text={{shown}}",
        "/console/?site=all",
        "/console/?site=all&query=idiot",
    ],
    "/console/comments/{comment_id}": [
        f"/console/comments/{{{name}}}" for name in ("comment", "shown", "edited", "rejected", "opinion")
    ],
    "/console/comments/{comment_id}/context": [
        "/console/comments/{edited}/context",
        "/console/comments/{shown}/context",
    ],
    "/console/bulk": [f"/console/bulk?{_SITE}"],
    "/console/bulk/new": [f"/console/bulk/new?{_SITE}&status=held&all=1&outcome=reject"],
    "/console/bulk/{bulk_id}": [f"/console/bulk/{{bulk}}?{_SITE}", f"/console/bulk/{{act}}?{_SITE}"],
    "/console/appeals": [f"/console/appeals?{_SITE}"],
    "/console/appeals/{appeal_id}": ["/console/appeals/{appeal}"],
    "/console/notices": [f"/console/notices?{_SITE}"],
    "/console/campaigns": [f"/console/campaigns?{_SITE}"],
    "/console/campaigns/{campaign_id}": [f"/console/campaigns/{{campaign}}?{_SITE}"],
    "/console/filters": [f"/console/filters?{_SITE}"],
    "/console/filters/new": [f"/console/filters/new?{_SITE}"],
    "/console/filters/{filter_id}": [f"/console/filters/{{filter}}?{_SITE}"],
    "/console/learning": [f"/console/learning?{_SITE}"],
    "/console/policy": [f"/console/policy?{_SITE}", f"/console/policy?{_SITE}&scope=section:/demo"],
    "/console/policy/record": [f"/console/policy/record?{_SITE}"],
    "/console/policy/shadow": [f"/console/policy/shadow?{_SITE}"],
    "/console/policy/second-opinion": [f"/console/policy/second-opinion?{_SITE}"],
    "/console/pages": [f"/console/pages?{_SITE}"],
    "/console/reputation/{kind}/{name}": [
        f"/console/reputation/author/{{author}}?{_SITE}",
        f"/console/reputation/domain/x.test?{_SITE}",
    ],
    "/console/sample": [f"/console/sample?{_SITE}"],
    "/console/reasons": [f"/console/reasons?{_SITE}"],
    "/console/statistics": [f"/console/statistics?{_SITE}"],
    "/console/agreement": [f"/console/agreement?{_SITE}"],
    "/console/embed": [f"/console/embed?{_SITE}"],
    "/console/retention": [f"/console/retention?{_SITE}"],
    "/console/audit": [f"/console/audit?{_SITE}"],
    "/console/people": [f"/console/people?{_SITE}"],
    "/console/people/{moderator_id}": [f"/console/people/{{person}}?{_SITE}"],
    "/console/people/{moderator_id}/remove": [f"/console/people/{{person}}/remove?{_SITE}"],
    "/console/personal-data": [f"/console/personal-data?{_SITE}"],
    "/console/account": ["/console/account"],
    "/console/account/second-factor": ["/console/account/second-factor"],
    "/console/keys": [f"/console/keys?{_SITE}"],
    "/console/keys/{key_id}/revoke": [f"/console/keys/{{key}}/revoke?{_SITE}"],
    "/console/sites": ["/console/sites"],
    "/console/sites/new": ["/console/sites/new"],
    "/console/site": [f"/console/site?{_SITE}"],
    "/console/site/apis": [f"/console/site/apis?{_SITE}"],
    "/console/proposals": [f"/console/proposals?{_SITE}"],
    "/console/invitation": ["/console/invitation?link={link}"],
    "/console/endpoints": [f"/console/endpoints?{_SITE}"],
    "/console/endpoints/new": [f"/console/endpoints/new?{_SITE}", f"/console/endpoints/new?{_SITE}&kind=channel"],
    "/console/endpoints/{endpoint_id}": ["/console/endpoints/{endpoint}"],
    "/console/endpoints/{endpoint_id}/remove": ["/console/endpoints/{endpoint}/remove"],
    "/console/login": ["/console/login"],
    "/console/login/code": ["/console/login/code"],
    "/demo": ["/demo"],
    "/demo/{slug}": ["/demo/ferry", "/demo/ferry?gatehouse=received", "/demo/ferry?replytocom={shown}"],
    "/demo/{slug}/peek": ["/demo/ferry/peek"],
    "/embed/thread": [f"/embed/thread?{_SITE}&page_url={{demo}}"],
    "/embed/feed": [f"/embed/feed?{_SITE}&page_url={{demo}}"],
    "/status/{comment_id}": ["/status/{rejected}"],
    "/notices/new": ["/notices/new?comment={shown}"],
    "/notices/{notice_id}/{token}": ["/notices/{notice}/{notice_token}"],
    "/docs": ["/docs"],
}  # fmt: skip
# Routes that answer no page, with what they answer; that it is none is looked at.
NO_PAGES = {
    "/console": "a redirect to /console/",
    "/console/login/provider": "a redirect to the provider, where one is set",
    "/console/login/provider/back": "a redirect from the provider, where one is set",
    "/console/counts": "JSON",
    "/console/colleagues": "JSON",
    "/console/events": "a stream",
    "/console/policy/record/csv": "a download",
    "/console/statistics/csv": "a download",
    "/console/statistics/statements/csv": "a download",
    "/console/agreement/csv": "a download",
    "/console/audit/csv": "a download",
    "/healthz": "JSON",
    "/readyz": "JSON",
    "/metrics": "text",
    "/robots.txt": "text",
    "/favicon.ico": "a picture",
    "/embed/v1.js": "a script",
    "/embed/static/{version}/{name}": "a file of ours",
    "/docs/static/{version}/{name}": "a file of ours",
    "/console/static/{version}/{name}": "a file of ours",
}
# Answer where something is set up that is not here.
ELSEWHERE = {"/console", "/console/login/provider", "/console/login/provider/back", "/metrics"}
# Pages on which nobody's words stand.
SAY_NOTHING = {
    *("/", "/docs", "/console/login", "/console/login/code", "/demo", "/status/{comment_id}"),
}
# Parts of somebody else's page, or no HTML: without a style of their own.
UNSTYLED = {
    "/embed/thread",
    "/embed/feed",
    "/demo/{slug}/peek",
    "/console/comments/{comment_id}/context",
}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_words_do_anything_on_any_page(visit, gatehouse, part):
    ids = infest(gatehouse) | {"site": gatehouse.site.id, "demo": gatehouse.demo}
    watch = visit(**PHONE)
    watch.log_in()
    routes, wrong = _routes(gatehouse), []
    for path in sorted(VISITED)[part::PARTS]:
        for address in (each.format(**ids) for each in VISITED[path]):
            answer = _look(watch, address, wrong)
            says = MARK in html.unescape(answer.text())
            if answer.status != 200 or says == (path in SAY_NOTHING):
                wrong.append(f"{address}: {answer.status}, hostile words: {says}")
            if path not in UNSTYLED and not fits(watch.page):
                wrong.append(f"{address}: wider than a phone")
        for asked in _asked_for(routes[path], address):
            if (answer := _look(watch, asked, wrong)).status >= 500:
                wrong.append(f"{asked}: {answer.status}")
    assert wrong + watch.dialogs + watch.outbound + watch.navigated + _errors(watch) == []


def test_every_page_is_visited(gatehouse):
    routes = _routes(gatehouse)
    assert sorted(routes) == sorted([*VISITED, *NO_PAGES]), (
        "say where it is visited, or why it is no page"
    )


def test_what_is_called_no_page_is_none(visit, gatehouse):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    watch = visit()
    watch.log_in()
    for path, answers in NO_PAGES.items():
        if "{" not in path and answers != "a stream":
            url = f"{gatehouse.url}{path}?site={gatehouse.site.id}"
            answer = watch.page.request.get(url, max_redirects=0)
            is_page = answer.ok and "html" in answer.headers["content-type"]
            assert not is_page and (answer.ok or path in ELSEWHERE), path


def _routes(gatehouse: BrowserGatehouse) -> dict[str, Route]:
    """The GET routes outside the API and the compatible APIs, by path."""
    return {
        route.path: route
        for route in gatehouse.app.routes
        if "GET" in (getattr(route, "methods", None) or ())
        and not route.path.startswith("/api/")
        and not route.endpoint.__module__.startswith("service.compat.")
    }


def _asked_for(route: Route, address: str) -> Iterator[str]:
    """The address with payloads in each parameter of its query and of its path."""
    names = [name for name in _parameters(route.dependant) if name != "site"]
    payloads = Payloads()
    start, _, query = address.partition("?")
    for some in (names, [name for name in names if name in ("query", "did", "after", "next")]):
        if some:
            yield f"{address}{'&' if query else '?'}" + "&".join(
                f"{name}={quote(payloads.some(90))}" for name in some
            )
    if "{" in route.path:
        yield f"{start.rpartition('/')[0]}/{quote(payloads.some(90), safe='')}?{query}"


def _parameters(dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _parameters(other)


def _look(watch, address: str, wrong: list[str]):
    """The answer; notes where words became an element. Loaded is what the document asks for, its scripts have run."""
    answer = watch.page.goto(watch.gatehouse.url + address)
    watch.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    )
    wrong += [f"{address}: {found}" for found in found_in(watch.page)]
    return answer


def _errors(watch) -> list[str]:
    """But that the browser calls every answer of 4xx an error."""
    return [
        error for error in watch.errors if "the server responded with a status of 4" not in error
    ]
