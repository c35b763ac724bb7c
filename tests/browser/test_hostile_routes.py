"""Every page that answers a GET with HTML, found by the app's own routes, with payloads in every field and in every parameter of its address:
none of them is run, loads anything from elsewhere, becomes an element, or makes a page wider than a phone.
"""

import html
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from moderation.store import memberships
from moderation.store.sql.schema.columns import metadata
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.hostile_dom import found_in
from tests.browser.infested import infest
from tests.browser.look import fits
from tests.browser.payloads import MARK, Payloads
from tests.browser.visited import ELSEWHERE, NO_PAGES, SAY_NOTHING, UNSTYLED, VISITED

PARTS = 6  # tests that share the pages between them
PHONE = {"viewport": {"width": 390, "height": 844}}
# Columns with ids, hashes and words of ours.
_OURS = """
id site_id comment_id page_id parent_id moderator_id decider_id campaign_id branch_id endpoint_id event_id
actor_id notice_id note_id delivery_id bulk_id owner_id answered_by undone_by switched_on_by permitted_by
invited_by changed_by set_by started_by decided_by judged_by settled_by by teacher digest key fingerprint
email_key author_key network_key address_key reporter_key network hint kin lease version actor_version
prompt_version sha256 password_hash browser first_report subject outcome in_force state actor actor_kind
actor_scope scope change status kind role code note_code reason_code reason label said known asked verdict
settled machine live shadow rules language languages_json fields_json action types_json payload format
author_badge page_state origins_json policy_scopes_json closed_hours_json page_rules_json totals_json
data_json failed_json form_json sections_json undo_sections_json site_ids_json authors_json found_by parent about path type
"""
OURS = frozenset(_OURS.split())
# Tables that no page shows words of: what compatible APIs ask and answer, processes, the provider's people, models.
UNSEEN = {"checks", "suggestions", "site_faces", "heartbeats", "provider_identities", "lessons",
          "second_opinion_endpoints", "second_opinion_sites", "corrections"}  # fmt: skip


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


def test_no_words_do_anything_to_a_writer_who_asks_where_the_comment_stands(visit, gatehouse):
    ids, wrong = infest(gatehouse), []
    watch = visit(**PHONE)
    _look(watch, f"/status/{ids['rejected']}", wrong)
    for token in (Payloads().some(90), gatehouse.store.crypto.author_token(ids["rejected"])):
        watch.page.locator("input[name=token]").fill(token)
        with watch.page.expect_navigation():
            watch.page.get_by_role("button").first.click()
        wrong += found_in(watch.page)
    assert MARK in watch.page.locator("main").inner_text() and fits(watch.page)
    appeal = watch.page.locator("form", has=watch.page.locator("textarea"))
    appeal.locator("textarea").fill(Payloads().some(900))
    with watch.page.expect_navigation():
        appeal.get_by_role("button").click()
    assert wrong + found_in(watch.page) == [] and fits(watch.page)
    assert watch.dialogs + watch.outbound + watch.navigated + _errors(watch) == []


def test_every_page_is_visited(gatehouse):
    routes = _routes(gatehouse)
    assert sorted(routes) == sorted([*VISITED, *NO_PAGES]), (
        "say where it is visited, or why it is no page"
    )


def test_words_are_hostile_wherever_words_are_kept(gatehouse):
    infest(gatehouse)
    harmless = []
    with gatehouse.store.read() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if (
                    isinstance(column.type, sa.String)
                    and column.name not in OURS
                    and table.name not in UNSEEN
                ):
                    kept = connection.execute(sa.select(column)).scalars()
                    if not any(
                        MARK in (text or "") or "canary.test" in (text or "") for text in kept
                    ):
                        harmless.append(f"{table.name}.{column.name}")
    assert harmless == [], "write payloads there (infested.py), or say that no person writes it"


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


def _routes(gatehouse: BrowserGatehouse) -> dict[str, Any]:
    """The GET routes outside the API and the compatible APIs, by path."""
    routes: list[Any] = gatehouse.app.routes
    return {
        route.path: route
        for route in routes
        if "GET" in (getattr(route, "methods", None) or ())
        and not route.path.startswith("/api/")
        and not route.endpoint.__module__.startswith("service.compat.")
    }


def _asked_for(route: Any, address: str) -> Iterator[str]:
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
