"""Who may act: every route of the console, generated from the router, against every forged request."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute

from harness.servers import SECRET
from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.reputation import Subject, SubjectKind
from moderation.learning import lessons
from moderation.notify import deliveries, endpoints
from moderation.review import campaign_decisions, campaigns, decisions, filters, reputation
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import moderators
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import decisions as decision_rows
from moderation.store.sql.schema import metadata
from service.console.queues import router
from service.console.session import form_token
from tests.factories import newspaper
from tests.service.console.conftest import ada, browsers, read
from tests.service.console.console_browser import ORIGIN, Desk, held, link_for, moderator, now


def _routes(method: str) -> list[str]:
    """The paths of all console routes that answer to a method, however they were included."""

    def walk(routes, prefix=""):
        for one in routes:
            if isinstance(one, APIRoute):
                if method in one.methods:
                    yield prefix + one.path
            elif (inner := getattr(one, "original_router", None)) is not None:
                yield from walk(inner.routes, prefix + one.include_context.prefix)

    return sorted(walk(router.routes))


CAMPAIGN_VERBS = ("decisions", "exclusions", "splits", "undo")
ENDPOINT_VERBS = ("remove", "replay", "resend", "secret", "switch", "test")
COPY = "A bad deal: I recovered all of my stolen money with the help of a professional team, write to them"
POSTS = _routes("POST")
GETS = [path for path in _routes("GET") if "/static/" not in path]

FORGERIES = {
    "no token": ({"csrf": None}, {}),
    "empty token": ({"csrf": ""}, {}),
    "a made-up token": ({"csrf": "0" * 64}, {}),
    "the token of another session": ({"csrf": "other"}, {}),
    "the token of a visitor": ({"csrf": form_token("a" * 64)}, {}),
    "a token that is not ASCII": ({"csrf": "é"}, {}),
    "a foreign Origin": ({}, {"Origin": "https://evil.test"}),
    "a foreign Origin on our port": ({}, {"Origin": "http://127.0.0.1.evil.test:8000"}),
    "our Origin with another scheme's port": ({}, {"Origin": "http://127.0.0.1:9"}),
    "Origin null": ({}, {"Origin": "null"}),
    "a foreign Referer and no Origin": ({}, {"Referer": "https://evil.test/console/"}),
    "cross-site": ({}, {"Sec-Fetch-Site": "cross-site"}),
    "same-site": ({}, {"Sec-Fetch-Site": "same-site"}),
    "cross-site with our Origin": ({}, {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}),
    "our site, a foreign Origin": (
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
    ),
    "JSON as text": ("json", {"Content-Type": "text/plain"}),
    "JSON": ("json", {"Content-Type": "application/json"}),
    "a multipart without an end": ("json", {"Content-Type": "multipart/form-data; boundary=x"}),
    "too large": ({"outcome": "a" * 20_000}, {}),
    "a field twice": ("twice", {}),
}


def snapshot(store):
    """Every row that a form could change, as the database keeps it."""
    names = [table.name for table in metadata.sorted_tables if table.name != "heartbeats"]
    with store.read() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {name}")))
            for name in names
        }


def test_the_routes_are_all_here():
    assert [
        *(f"/console/campaigns/{{campaign_id}}/{verb}" for verb in CAMPAIGN_VERBS),
        "/console/comments/{comment_id}/decisions",
        "/console/comments/{comment_id}/undo",
        "/console/endpoints/new",
        "/console/endpoints/{endpoint_id}",
        *(f"/console/endpoints/{{endpoint_id}}/{verb}" for verb in ENDPOINT_VERBS),
        "/console/filters/new",
        "/console/filters/{filter_id}",
        "/console/filters/{filter_id}/remove",
        "/console/filters/{filter_id}/switch",
        "/console/learning/undo",
        "/console/login",
        "/console/login/link",
        "/console/logout",
        "/console/reputation/{kind}/{name}/reset",
        "/console/reputation/{kind}/{name}/undo",
    ] == POSTS
    assert GETS == [
        "/console/",
        "/console/campaigns",
        "/console/campaigns/{campaign_id}",
        "/console/comments/{comment_id}",
        "/console/endpoints",
        "/console/endpoints/new",
        "/console/endpoints/{endpoint_id}",
        "/console/endpoints/{endpoint_id}/remove",
        "/console/filters",
        "/console/filters/new",
        "/console/filters/{filter_id}",
        "/console/learning",
        "/console/login",
        "/console/reputation/{kind}/{name}",
    ]


@pytest.fixture(scope="module")
def built(_sqlite_template, _session_broker, tmp_path_factory):
    """The app, its store, and how to open a browser in it; the scene, and how to bring it back.

    Built once: to bring back every row of it takes a thousandth of the time. One kind of database is
    enough: the guard stands before any.
    """
    folder = tmp_path_factory.mktemp("guard")
    file = shutil.copy(_sqlite_template, folder / "gatehouse.db")
    store = Store(f"sqlite+pysqlite:///{file}", SECRET)
    settings = read(folder, f"sqlite+pysqlite:///{file}", _session_broker.url)
    with browsers(settings, store) as open_desk:
        site = newspaper(store)
        scene = build(ada(open_desk, store, site), open_desk, site)
        desks = {id(desk): desk for desk, _ in scene[1].values()}.values()
        cookies = [(desk.client, list(desk.client.cookies.jar)) for desk in desks]
        with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(":memory:")) as kept:
            live.backup(kept)

            def bring_back():
                kept.backup(live)
                for client, those in cookies:
                    client.cookies.clear()
                    for cookie in those:
                        client.cookies.jar.set_cookie(cookie)

            yield Built(store, open_desk, scene, bring_back)
    store.close()


@dataclass
class Built:
    store: Store
    open_desk: Callable[[], Desk]
    scene: tuple[object, ...]
    bring_back: Callable[[], None]


@pytest.fixture
def scene(built, broker_url):
    built.bring_back()
    return built.scene


@pytest.fixture
def store(built):
    return built.store


@pytest.fixture
def open_desk(built):
    return built.open_desk


def test_every_test_finds_the_scene_as_it_was_built(scene, built):
    """What the control of one test did, and who logged in or out, is gone in the next."""
    before = snapshot(built.store)
    _, works, _ = scene
    for path in ("/console/logout", "/console/login", "/console/comments/{comment_id}/decisions"):
        desk, fields = works[path]
        tokens = {id(one): one.token for one, _ in works.values()}
        desk.post(address(path, scene[0]), fields)
        assert snapshot(built.store) != before
        built.bring_back()
        assert snapshot(built.store) == before
        assert {id(one): one.token for one, _ in works.values()} == tokens


def build(desk, open_desk, site):
    """A comment, a campaign, a filter, an endpoint, a reputation, a lesson, a log-in link, and for each
    route the fields that would work.
    """
    [one] = held(desk.store, site, "bad")
    decisions.decide(  # there is something to take back
        *(desk.store, "mod_1", {site.id}, one, Outcome.HOLD), now=now(), entropy=os.urandom
    )
    pages = (PageRef(f"https://herald.test/{n}") for n in range(4))
    copies = [held(desk.store, site, COPY, page=page)[0] for page in pages]
    [campaign] = campaigns.list_campaigns(desk.store, site.id, now())
    campaign_decisions.decide(
        *(desk.store, "mod_1", site.id, campaign.id, Outcome.REJECT),
        now=now(),
        entropy=os.urandom,
    )
    with desk.store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        moderators.grant(connection, ada.id, site.id, "admin")
    [linked] = held(desk.store, site, "bad http://shop.example/")
    decisions.decide(
        *(desk.store, ada.id, {site.id}, linked, Outcome.SPAM),
        now=now() - 200_000,
        entropy=os.urandom,
    )
    reputation.reset(
        desk.store, ada.id, Subject(SubjectKind.DOMAIN, site.id, "shop.example"), now=now()
    )
    lessons.learn(desk.store, load_prior(), now())
    casino = FilterDraft("casino", FilterKind.WORDS, FilterAction.HOLD, ("casino",))
    kept = filters.add_filter(desk.store, site.id, casino, ada.id, now=now(), entropy=os.urandom)
    hook = {"url": "https://hooks.example.com/gatehouse"}
    at = {"now": now(), "entropy": os.urandom}
    endpoint, _ = endpoints.add_webhook(desk.store, site.id, hook["url"], **at)
    endpoints.send_test(desk.store, {site.id}, endpoint.id, **at)
    endpoints.disable_endpoint(desk.store, {site.id}, endpoint.id, **at)  # the test is dead now
    endpoints.enable_endpoint(desk.store, {site.id}, endpoint.id)
    [dead] = deliveries.list_deliveries(desk.store, {site.id}, endpoint.id)
    bo = moderator(desk.store, "bo@herald.test", site)
    link = link_for(desk.store, bo)
    other = open_desk()
    other.log_in("bo@herald.test")
    stranger = open_desk()
    visit = stranger.fields("/console/login", "/console/login")
    seen = desk.fields("/console/", f"{one}/decisions")
    ours = {"csrf": seen["csrf"], "site": site.id, "sequence": "1", "m0": copies[0]}
    poker = {
        "csrf": seen["csrf"], "site": site.id, "name": "poker", "kind": "words", "action": "spam",
        "entries": "poker", "in_text": "on", "do": "save",
    }  # fmt: skip
    filter_forms = {
        "/console/filters/new": poker,
        "/console/filters/{filter_id}": poker | {"version": str(kept.version)},
        "/console/filters/{filter_id}/switch": {"csrf": seen["csrf"]},
        "/console/filters/{filter_id}/remove": {"csrf": seen["csrf"]},
    }
    told = {"what": "dead", "overlap": "24", "delivery": dead.id, "enabled": "off"}
    endpoint_forms = {
        "/console/endpoints/new": hook | {"site": site.id},
        "/console/endpoints/{endpoint_id}": hook | {"batch": "7"},
    } | {f"/console/endpoints/{{endpoint_id}}/{verb}": told for verb in ENDPOINT_VERBS}
    works = (
        {path: (desk, fields) for path, fields in filter_forms.items()}
        | {path: (desk, {"csrf": seen["csrf"]} | fields) for path, fields in endpoint_forms.items()}
        | {
            f"/console/campaigns/{{campaign_id}}/{verb}": (desk, ours | {"outcome": "spam"})
            for verb in CAMPAIGN_VERBS
        }
        | {
            "/console/comments/{comment_id}/decisions": (desk, seen | {"outcome": "approve"}),
            "/console/comments/{comment_id}/undo": (desk, seen),
        }
        | {
            f"/console/reputation/{{kind}}/{{name}}/{verb}": (desk, ours)
            for verb in ("reset", "undo")
        }
        | {
            "/console/learning/undo": (desk, ours | {"version": "1"}),
            "/console/logout": (desk, {"csrf": seen["csrf"]}),
            "/console/login": (
                stranger,
                visit | {"email": "bo@herald.test", "password": "correct horse battery"},
            ),
            "/console/login/link": (stranger, {"csrf": visit["csrf"], "link": link}),
        }
    )
    return (one, campaign.id, kept.id, endpoint.id), works, form_token(other.token)


def address(path, ids):
    names = ("{comment_id}", "{campaign_id}", "{filter_id}", "{endpoint_id}", "{kind}", "{name}")
    for name, one in zip(names, (*ids, "domain", "shop.example"), strict=True):
        path = path.replace(name, one)
    return path


def done(path):
    """The status of an answer to what was done: what is shown once is shown at once."""
    shown = ("/filters/{filter_id}/remove", "/endpoints/new", "/secret")
    return 200 if path.endswith(shown) else 303


@pytest.mark.parametrize("path", POSTS)
def test_no_forged_request_changes_anything(scene, store, path):
    one, works, others_token = scene
    desk, fields = works[path]
    url = address(path, one)
    before = snapshot(store)
    for name, (change, headers) in FORGERIES.items():
        if name == "too large" and "/filters/" in path:
            change = {"entries": "a" * (3 << 20)}  # a list of words may be long, not that long
        if change == "json":
            answer = desk.client.post(url, content='{"outcome": "approve"}', headers=headers)
        elif change == "twice":
            answer = desk.client.post(url, data=fields | {"csrf": [fields["csrf"]] * 2})
        else:
            sent = {key: value for key, value in (fields | change).items() if value is not None}
            if sent.get("csrf") == "other":
                sent["csrf"] = others_token
            answer = desk.post(url, sent, **headers)
        assert 400 <= answer.status_code < 500, (name, answer.status_code)
        assert snapshot(store) == before, name
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        if method == "GET" and path in GETS:
            continue
        answer = desk.client.request(method, url, params=fields | {"_method": "POST"})
        assert answer.status_code == 405, method
        assert snapshot(store) == before
    # The control: the same request, unforged, works.
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
    assert desk.post(url, fields, **ours).status_code == done(path)
    assert snapshot(store) != before


OURS = (
    {},
    {"Origin": ORIGIN},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # a strict referrer policy does this
    {"Host": "localhost:8000", "Origin": "http://localhost:8000"},
    {"Referer": f"{ORIGIN}/console/"},
)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        *zip(POSTS, itertools.cycle(OURS), strict=False),
        *itertools.product(("/console/comments/{comment_id}/decisions", "/console/login"), OURS),
    ],
)
def test_what_browsers_send_with_our_own_forms_passes(scene, path, headers):
    one, works, _ = scene
    desk, fields = works[path]
    cookies = "; ".join(f"{name}={value}" for name, value in desk.client.cookies.items())
    answer = desk.post(address(path, one), fields, Cookie=cookies, **headers)
    assert answer.status_code == done(path)


@pytest.mark.parametrize("path", [one for one in POSTS if "login" not in one])
def test_without_a_session_nothing_is_done(scene, open_desk, store, path):
    one, works, _ = scene
    _, fields = works[path]
    before = snapshot(store)
    answer = open_desk().post(address(path, one), fields)
    assert answer.status_code == 401
    assert "<h1>Log in</h1>" in answer.text
    assert snapshot(store) == before


def test_looking_changes_nothing(scene, store):
    one, works, _ = scene
    desk, _ = works["/console/logout"]
    before = snapshot(store)
    link = works["/console/login/link"][1]["link"]
    for path, query in itertools.product(GETS, ("", f"?link={link}", "?done=" + one[0])):
        assert desk.get(address(path, one) + query).status_code == 200
    assert snapshot(store) == before


def test_every_page_is_closed_to_the_outside(scene):
    one, works, _ = scene
    desk, _ = works["/console/logout"]
    for path in (*GETS, "/console/nothing_here?x", "/console/comments/cmt_nobody"):
        if path.startswith("/console/nothing"):
            continue
        headers = desk.get(address(path, one)).headers
        policy = headers["content-security-policy"]
        for part in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert part in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_hold_nothing_inline(scene):
    one, works, _ = scene
    desk, _ = works["/console/logout"]
    for path in GETS:
        text = desk.get(address(path, one)).text
        assert " style=" not in text and "<style" not in text and "javascript:" not in text
        assert " on" not in {part[:3] for part in text.split('"')[::2] if "=" in part[3:]}
        assert text.count("<script") == text.count("<script src=")


def test_an_undecided_comment_stays_so_however_often_it_is_looked_at(scene, site, store):
    _, works, _ = scene
    desk, _ = works["/console/logout"]
    [undecided] = held(store, site, "bad, and nobody has decided about it")
    for _ in range(3):
        desk.get("/console/")
    with store.read() as connection:
        found = connection.execute(
            sa.select(sa.func.count()).where(decision_rows.c.comment_id == undecided)
        ).scalar_one()
    assert found == 1
