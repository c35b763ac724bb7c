"""Who may act: every route of the console, generated from the router, against every forged request."""

import itertools
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pyotp
import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute

from harness.servers import SECRET
from moderation.accounts import invitations, second_factor
from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import HOUR_MS, WEEK_MS
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.reputation import Subject, SubjectKind
from moderation.domain.samples import Verdict
from moderation.domain.second_looks import LookKind
from moderation.intake.appeal import appeal
from moderation.learning import lessons
from moderation.notify import deliveries, endpoints
from moderation.policies import load_policy, policy_source
from moderation.review import (
    bulk,
    campaign_decisions,
    campaigns,
    decisions,
    filters,
    notes,
    proposals,
    reputation,
    views,
)
from moderation.review.search import Criteria
from moderation.review.site_policy import set_policy
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import memberships, moderators, queues, second_looks, sites, thread_order
from moderation.store.second_looks import Look
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import decisions as decision_rows
from moderation.store.sql.schema import metadata
from moderation.upkeep.samples import draw_samples
from service.console.routes import router
from service.console.session import form_token
from tests.factories import hand_in, newspaper, reply
from tests.review.test_second_looks import looked_at
from tests.service.console.conftest import ada, console_browsers, read
from tests.service.console.console_browser import (
    ORIGIN,
    PASSWORD,
    ConsoleBrowser,
    held,
    judge_all,
    link_for,
    moderator,
    now,
)
from tests.service.console.test_second_factor import turned_on


def _routes(method: str) -> list[str]:
    """The paths of all console routes that answer to a method, however they were included."""

    def walk(routes, prefix=""):
        for route in routes:
            if isinstance(route, APIRoute):
                if method in route.methods:
                    yield prefix + route.path
            elif (included := getattr(route, "original_router", None)) is not None:
                yield from walk(included.routes, prefix + route.include_context.prefix)

    return sorted(walk(router.routes))


COPY = "A bad deal: I recovered all of my stolen money with the help of a professional team, write to them"
POSTS = _routes("POST")
PERSON = "dan@private.test"  # of whom something is kept
# No pages: what they ask for by themselves, of a site that they name (test_live.py).
FOR_SCRIPTS = {"/console/counts", "/console/events", "/console/colleagues"}
GETS = [path for path in _routes("GET") if "/static/" not in path and path not in FOR_SCRIPTS]

FOR_STRANGERS = {"login", "invitation"}

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


# Told of a session every few minutes, whatever is asked.
MOVES_BY_ITSELF = {"sessions.seen_at"}


def snapshot(store):
    """Every row that a form could change, as the database keeps it."""
    columns = {
        table: [column for column in table.columns if str(column) not in MOVES_BY_ITSELF]
        for table in metadata.sorted_tables
        if table.name != "heartbeats"
    }
    with store.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(*columns[table]))))
            for table in columns
        }


def test_the_routes_are_all_here(scene):
    """Each POST has fields that work; what is not found here would not be tested."""
    assert sorted(scene.forms) == POSTS
    assert GETS == [
        "/console/",
        "/console/account",
        "/console/account/second-factor",
        "/console/agreement",
        "/console/agreement/csv",
        "/console/appeals",
        "/console/appeals/{appeal_id}",
        "/console/audit",
        "/console/audit/csv",
        "/console/bulk",
        "/console/bulk/new",
        "/console/bulk/{bulk_id}",
        "/console/campaigns",
        "/console/campaigns/{campaign_id}",
        "/console/comments/{comment_id}",
        "/console/comments/{comment_id}/context",
        "/console/embed",
        "/console/endpoints",
        "/console/endpoints/new",
        "/console/endpoints/{endpoint_id}",
        "/console/endpoints/{endpoint_id}/remove",
        "/console/filters",
        "/console/filters/new",
        "/console/filters/{filter_id}",
        "/console/invitation",
        "/console/keys",
        "/console/keys/{key_id}/revoke",
        "/console/learning",
        "/console/login",
        "/console/login/code",
        "/console/login/provider",
        "/console/login/provider/back",
        "/console/notices",
        "/console/pages",
        "/console/people",
        "/console/people/{moderator_id}",
        "/console/people/{moderator_id}/remove",
        "/console/personal-data",
        "/console/policy",
        "/console/policy/record",
        "/console/policy/record/csv",
        "/console/policy/second-opinion",
        "/console/policy/shadow",
        "/console/proposals",
        "/console/reasons",
        "/console/reputation/{kind}/{name}",
        "/console/retention",
        "/console/sample",
        "/console/site",
        "/console/site/apis",
        "/console/sites",
        "/console/sites/new",
        "/console/statistics",
        "/console/statistics/csv",
        "/console/statistics/statements/csv",
    ]


@dataclass
class Scene:
    """ids: what stands for the parameters of a path. browser: Ada's. built: the browser and the fields
    that work for each POST. other_token: of the forms of another session. secret: of a second factor to be set up.
    """

    ids: dict[str, str]
    browser: ConsoleBrowser
    built: dict[str, tuple[ConsoleBrowser, dict[str, str]]]
    other_token: str
    secret: str

    @property
    def forms(self) -> dict[str, tuple[ConsoleBrowser, dict[str, str]]]:
        """As built, with the code of now, which is another every half minute."""
        path = "/console/account/second-factor"
        browser, fields = self.built[path]
        return self.built | {path: (browser, fields | {"code": pyotp.TOTP(self.secret).now()})}


@dataclass
class Built:
    store: Store
    open_browser: Callable[[], ConsoleBrowser]
    scene: Scene
    restore: Callable[[], None]


@pytest.fixture(scope="module")
def built(_sqlite_template, _session_broker, tmp_path_factory):
    """The app, its store, and what opens a browser in it; the scene, and what restores it.

    Built once: to restore every row of it takes a thousandth of the time. One kind of database is
    enough, because the checks come before any use of it.
    """
    folder = tmp_path_factory.mktemp("guard")
    file = shutil.copy(_sqlite_template, folder / "gatehouse.db")
    store = Store(f"sqlite+pysqlite:///{file}", SECRET)
    settings = read(folder, f"sqlite+pysqlite:///{file}", _session_broker.url)
    with console_browsers(settings, store) as open_browser:
        site = newspaper(store)
        scene = build(ada(open_browser, store, site), open_browser, site)
        clients = {id(browser): browser.client for browser, _ in scene.built.values()}.values()
        cookies = [(client, list(client.cookies.jar)) for client in clients]
        with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(":memory:")) as copy:
            live.backup(copy)

            def restore():
                copy.backup(live)
                for client, those in cookies:
                    client.cookies.clear()
                    for cookie in those:
                        client.cookies.jar.set_cookie(cookie)

            yield Built(store, open_browser, scene, restore)
    store.close()


@pytest.fixture
def scene(built, broker_url):
    built.restore()
    return built.scene


@pytest.fixture
def store(built):
    return built.store


@pytest.fixture
def open_browser(built):
    return built.open_browser


def test_every_test_finds_the_scene_as_it_was_built(scene, built):
    """What one test changed, and who logged in or out, is gone in the next."""
    before = snapshot(built.store)

    def tokens():
        return {id(browser): browser.token for browser, _ in scene.forms.values()}

    for path in ("/console/logout", "/console/login", "/console/comments/{comment_id}/decisions"):
        browser, fields = scene.forms[path]
        tokens_before = tokens()
        browser.post(path.format_map(scene.ids), fields)
        assert snapshot(built.store) != before
        built.restore()
        assert snapshot(built.store) == before
        assert tokens() == tokens_before


def build(browser, open_browser, site):
    """A comment, a campaign, a filter, an endpoint, a reputation, a lesson, a log-in link; and for each
    POST the fields that work.
    """
    store = browser.store
    clock = {"now": now(), "entropy": os.urandom}
    [comment_id] = held(store, site, "bad", context=Context("203.0.113.9"))
    decisions.decide(  # something to undo
        store, "mod_1", {site.id}, comment_id, Outcome.HOLD, **clock
    )
    pages = (PageRef(f"https://herald.test/{n}") for n in range(4))
    copies = [held(store, site, COPY, page=page)[0] for page in pages]
    [campaign] = campaigns.list_campaigns(store, site.id, now())
    campaign_decisions.decide(store, "mod_1", site.id, campaign.id, Outcome.REJECT, **clock)
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
        moderators.set_owner(connection, ada.id, True)
    [linked] = held(store, site, "bad http://shop.example/")
    decisions.decide(
        store, ada.id, {site.id}, linked, Outcome.SPAM, now=now() - 200_000, entropy=os.urandom
    )
    reputation.reset(
        store,
        ada.id,
        Subject(SubjectKind.DOMAIN, site.id, "shop.example"),
        now=now(),
        entropy=os.urandom,
    )
    lessons.learn(store, load_prior(), now())
    casino = FilterDraft("casino", FilterKind.WORDS, FilterAction.HOLD, ("casino",))
    filter = filters.add_filter(store, site.id, casino, ada.id, **clock)
    hook = {"url": "https://hooks.example.com/gatehouse"}
    endpoint, _ = endpoints.add_webhook(store, site.id, hook["url"], **clock)
    endpoints.send_test(store, {site.id}, endpoint.id, **clock)
    endpoints.disable_endpoint(store, {site.id}, endpoint.id, **clock)  # the test is dead now
    endpoints.enable_endpoint(store, {site.id}, endpoint.id)
    [dead] = deliveries.list_deliveries(store, {site.id}, endpoint.id)
    with store.write() as connection:
        sites.add_key(connection, site.id, sites.SECRET, **clock)
        key_id = sites.keys_of(connection, site.id)[0].id
    bo = moderator(store, "bo@herald.test", site)
    link = link_for(store, bo)
    invited = {"role": "editor", "by": ada.id}
    asked_in, invitation = invitations.invite(
        store, site.id, "cleo@herald.test", **invited, **clock
    )
    secured = moderator(store, "eve@herald.test", site)
    _, codes = turned_on(store, secured)
    halfway = open_browser()
    halfway.log_in("eve@herald.test")
    code = halfway.fields("/console/login/code", "/console/login/code") | {"code": codes[0]}
    inside = open_browser()
    inside.log_in("eve@herald.test")
    inside.post("/console/login/code", inside.fields("/console/login/code") | {"code": codes[1]})
    proof = {"csrf": inside.fields("/console/account", "recovery")["csrf"], "proof": PASSWORD}
    session = re.findall(r'name="session" value="(ses_\w+)"', browser.get("/console/account").text)
    secret = second_factor.new_secret(os.urandom)
    other = open_browser()
    other.log_in("bo@herald.test")
    turned_on(store, bo)
    stranger = open_browser()
    visit = stranger.fields("/console/login", "/console/login")
    decision = browser.fields("/console/", f"{comment_id}/decisions")
    token = {"csrf": decision["csrf"]}
    change = token | {"site": site.id, "sequence": "1"}
    poker = token | {
        "site": site.id, "name": "poker", "kind": "words", "action": "spam",
        "entries": "poker", "in_text": "on", "do": "save",
    }  # fmt: skip
    with store.read() as connection:
        page_id = queues.by_id(connection, comment_id, [site.id]).page_id
    with store.write() as connection:
        thread_order.set_picked(connection, comment_id, 1)
    somebody = AuthorRef("Dan", PERSON)
    hand_in(store, reply(site, "Dan's ferry.", at=now() - WEEK_MS, author=somebody))
    [sampled] = hand_in(store, reply(site, "A fine ferry.", at=now() - WEEK_MS))
    judge_all(store)
    list(draw_samples(store, now()))
    asks_ada = Look(
        "look_1", LookKind.GOLDEN, site.id, sampled, 1, 1, Verdict.PUBLISH, "", ada.id, now()
    )
    with store.write() as connection:
        second_looks.put(connection, [asks_ada])
    for profile in ("relaxed", "children"):
        set_policy(store, site.id, policy_source(profile), ada.id, now=now())
    strict = {"site": site.id, "number": "2", "toml": policy_source("strict")}
    policy = token | strict
    page = token | {"site": site.id, "state": "closed", "days": ""}
    act = bulk.start(store, ada.id, site.id, [(copies[1], 0)], Outcome.SPAM, **clock).act
    members = change | {"outcome": "spam", "m0": copies[0]}
    [appealed] = held(store, site, "a bad word, quoted")
    decisions.decide(store, "mod_1", {site.id}, appealed, Outcome.REJECT, **clock)
    asked = appeal(store, appealed, "It was a quotation.", **clock)
    spam = Criteria(status=Status.SPAM)
    view = views.add_view(store, site.id, ada.id, "Spam", spam, **clock)
    proposals.propose(store, ada.id, {site.id}, comment_id, Outcome.REJECT, **clock)
    sealed = second_factor.seal(store.crypto, ada.id, secret)
    differing = looked_at(store, site, now() - HOUR_MS)
    note = notes.add_to_comment(store, "mod_1", {site.id}, comment_id, "@ada: look.", **clock)
    forms = {
        "/console/account/mentions": token | {"note": note.id},
        "/console/account/second-factor": token | {"secret": sealed},
        "/console/account/sessions": token | {"session": session[0]},
        "/console/agreement/golden": token | {"site": site.id, "person": bo, "count": "1"},
        "/console/agreement/settle": token
        | {"site": site.id, "look": differing, "verdict": "publish"},
        "/console/agreement/share": token | {"site": site.id, "share": "5"},
        "/console/appeals/{appeal_id}/decide": token | {"outcome": "overturn", "note": "Yes."},
        "/console/bulk": token | {"site": site.id, "outcome": "reject", "ids": f"{copies[2]}.1"},
        "/console/bulk/{bulk_id}/undo": token | {"site": site.id},
        "/console/campaigns/{campaign_id}/decisions": members,
        "/console/campaigns/{campaign_id}/exclusions": members,
        "/console/campaigns/{campaign_id}/splits": members,
        "/console/campaigns/{campaign_id}/undo": members,
        "/console/claims": token | {"comments": comment_id},
        "/console/comments/{comment_id}/claim": token | {"claim": "claim"},
        "/console/comments/{comment_id}/filters": token
        | {"about": "network", "action": "hold", "days": "7"},
        "/console/comments/{comment_id}/notes": token | {"text": "Says the same every week."},
        "/console/comments/{comment_id}/corrections": token | {"wrong": "toxicity"},
        "/console/comments/{comment_id}/pick": token | {"pick": "take"},
        "/console/comments/{comment_id}/decisions": decision | {"outcome": "approve"},
        "/console/comments/{comment_id}/undo": decision,
        "/console/account/language": token | {"language": "de"},
        "/console/density": token | {"density": "compact"},
        "/console/embed": token
        | {"site": site.id, "edit_minutes": "5", "hold_after_reports": "3", "proof_of_work": "0"},
        "/console/endpoints/new": token | hook | {"site": site.id},
        "/console/endpoints/{endpoint_id}": token | hook | {"batch": "7"},
        "/console/endpoints/{endpoint_id}/remove": token,
        "/console/endpoints/{endpoint_id}/replay": token | {"what": "dead"},
        "/console/endpoints/{endpoint_id}/resend": token | {"delivery": dead.id},
        "/console/endpoints/{endpoint_id}/secret": token | {"overlap": "24"},
        "/console/endpoints/{endpoint_id}/switch": token | {"enabled": "off"},
        "/console/endpoints/{endpoint_id}/test": token,
        "/console/filters/new": poker,
        "/console/filters/{filter_id}": poker | {"version": str(filter.version)},
        "/console/filters/{filter_id}/remove": token,
        "/console/filters/{filter_id}/switch": token,
        "/console/keys": token | {"site": site.id, "kind": "publishable"},
        "/console/keys/{key_id}/revoke": token | {"site": site.id},
        "/console/learning/undo": change | {"version": "1"},
        "/console/logout": token,
        "/console/pages/default": page | {"was": "open.0"},
        "/console/pages/state": page | {"was": "default.", "page": page_id},
        "/console/people": token | {"site": site.id, "email": "dan@herald.test", "role": "editor"},
        "/console/people/withdraw/{invitation_id}": token | {"site": site.id},
        "/console/people/{moderator_id}/remove": token | {"site": site.id},
        "/console/people/{moderator_id}/role": token | {"site": site.id, "role": "editor"},
        "/console/people/{moderator_id}/sessions": token | {"site": site.id},
        "/console/people/{moderator_id}/second-factor": token | {"site": site.id},
        **{
            f"/console/personal-data/{act}": token
            | {"site": site.id, "kind": "email", "who": PERSON, "sure": "yes"}
            for act in ("erase", "export", "find")
        },
        "/console/policy": policy | {"seen": load_policy("strict").version},
        "/console/policy/back": policy | {"back": "1"},
        "/console/policy/second-opinion": token | {"site": site.id, "do": "on"},
        "/console/policy/sample": token | {"site": site.id, "size": "3"},
        "/console/policy/shadow": policy | {"do": "shadow"},
        "/console/policy/try": policy | {"do": "toml"},
        "/console/sample": token | {"site": site.id, "comment": sampled, "verdict": "remove"},
        "/console/reasons": token
        | {"site": site.id, "version": "0", "do": "saved", "code": "dull", "label_en": "Dull"},
        "/console/retention": token | {"site": site.id, "rejected": "90", "do": "save"},
        "/console/reputation/{kind}/{name}/reset": change,
        "/console/reputation/{kind}/{name}/undo": change,
        "/console/site": browser.fields("/console/site", 'action="/console/site"')
        | {"name": "The Herald", "origins": "https://herald.test"},
        "/console/site/apis": token | {"site": site.id, "api": "perspective", "do": "on"},
        "/console/site/state": token | {"site": site.id, "state": "closed"},
        "/console/sites/new": token | {"name": "The Courier", "origins": "https://courier.test"},
        "/console/undo": token | {"site": site.id},
        "/console/views": token | {"site": site.id, "name": "Mine", "status": "held"},
        "/console/views/{view_id}/remove": token | {"site": site.id},
    }
    log_in = visit | {"email": "bo@herald.test", "password": PASSWORD}
    ids = {
        "appeal_id": asked.id,
        "comment_id": comment_id,
        "bulk_id": act.id,
        "campaign_id": campaign.id,
        "filter_id": filter.id,
        "endpoint_id": endpoint.id,
        "view_id": view.id,
        "invitation_id": asked_in.id,
        "key_id": key_id,
        "kind": "domain",
        "moderator_id": bo,
        "name": "shop.example",
    }
    return Scene(
        ids,
        browser,
        {path: (browser, fields) for path, fields in forms.items()}
        | {
            "/console/account/recovery-codes": (inside, proof),
            "/console/account/second-factor/remove": (inside, proof),
            "/console/login": (stranger, log_in),
            "/console/login/code": (halfway, code),
            "/console/login/link": (stranger, {"csrf": visit["csrf"], "link": link}),
            "/console/invitation": (stranger, {"csrf": visit["csrf"], "link": invitation}),
        },
        form_token(other.token),
        secret,
    )


def success(path):
    """The status of an answer to a form that works: what is shown once is shown at once."""
    shown = (
        "/account/second-factor",
        "/account/recovery-codes",
        "/filters/{filter_id}/remove",
        "/endpoints/new",
        "/secret",
        "/console/claims",
        "/console/keys",
        "/console/people",
        "/console/site/apis",
        "/console/sites/new",
        *(f"/personal-data/{act}" for act in ("erase", "export", "find")),
        "/policy/try",
    )
    return 200 if path.endswith(shown) else 303


@pytest.mark.parametrize("path", POSTS)
def test_no_forged_request_changes_anything(scene, store, path):
    browser, fields = scene.forms[path]
    url = path.format_map(scene.ids)
    before = snapshot(store)
    for name, (change, headers) in FORGERIES.items():
        if name == "too large" and "/filters/" in path:
            change = {"entries": "a" * (3 << 20)}  # a list of words may be long, not that long
        if name == "too large" and path.startswith("/console/policy"):
            change = {"toml": "a" * (3 << 20)}
        if change == "json":
            answer = browser.client.post(url, content='{"outcome": "approve"}', headers=headers)
        elif change == "twice":
            answer = browser.client.post(url, data=fields | {"csrf": [fields["csrf"]] * 2})
        else:
            sent = {key: value for key, value in (fields | change).items() if value is not None}
            if sent.get("csrf") == "other":
                sent["csrf"] = scene.other_token
            answer = browser.post(url, sent, **headers)
        assert 400 <= answer.status_code < 500, (name, answer.status_code)
        assert snapshot(store) == before, name
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        if method == "GET" and path in GETS:
            continue
        answer = browser.client.request(method, url, params=fields | {"_method": "POST"})
        assert answer.status_code == 405, method
        assert snapshot(store) == before
    # The control: the same request, unforged, works.
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
    answer = browser.post(url, fields, **ours)
    assert answer.status_code == success(path)
    # How dense rows are is kept in the browser, and a policy that is tried is not kept at all.
    keeps_nothing = path in (
        "/console/density",
        "/console/personal-data/find",
        "/console/policy/try",
    )
    assert (snapshot(store) == before) == keeps_nothing


# What a page answers whom it is not for: no link is the invitation's, and nobody is asked for a code.
OF_NOBODY = {
    "/console/invitation": 404,
    "/console/login/code": 303,
    # No provider is set here: tests/service/console/test_provider_login.py.
    "/console/login/provider": 404,
    "/console/login/provider/back": 404,
}
ALL = {"auditor", "trainee", "moderator", "editor", "admin"}
PROPOSING, EDITING = ALL - {"auditor"}, {"editor", "admin"}
DECIDING, ENDPOINTS = PROPOSING - {"trainee"}, {"auditor", "editor", "admin"}
OVERSEEING, ADMIN = {"auditor", "admin"}, {"admin"}
# The roles to which each route opens; a new route is in none of these and fails.
ROLES = {
    "GET": {
        **dict.fromkeys(GETS, None),
        **{
            f"/console/{path}": ALL
            for path in (
                "",
                "appeals",
                "appeals/{appeal_id}",
                "bulk",
                "bulk/{bulk_id}",
                "campaigns",
                "campaigns/{campaign_id}",
                "comments/{comment_id}",
                "embed",
                "filters",
                "filters/{filter_id}",
                "invitation",
                "login",
                "pages",
                "reputation/{kind}/{name}",
                "comments/{comment_id}/context",
                "notices",
                "reasons",
                "account",
                "account/second-factor",
                "sample",
                "statistics",
                "statistics/csv",
                "agreement",
                "agreement/csv",
                "statistics/statements/csv",
                "sites",
                "sites/new",  # the latter for owners, as Ada is: test_sites.py
            )
        },
        "/console/site": ENDPOINTS,
        "/console/site/apis": ENDPOINTS,
        **{
            f"/console/{path}": OVERSEEING
            for path in (
                "audit",
                "audit/csv",
                "keys",
                "learning",
                "people",
                "people/{moderator_id}",
                "retention",
            )
        },
        **{f"/console/endpoints{path}": ENDPOINTS for path in ("", "/{endpoint_id}")},
        **{f"/console/login/{path}": ALL for path in ("code", "provider", "provider/back")},
        "/console/proposals": PROPOSING,
        "/console/bulk/new": DECIDING,
        "/console/filters/new": DECIDING,
        "/console/endpoints/{endpoint_id}/remove": EDITING,
        **{
            f"/console/policy{path}": ENDPOINTS
            for path in ("", "/record", "/record/csv", "/second-opinion", "/shadow")
        },
        "/console/endpoints/new": EDITING,
        "/console/personal-data": ADMIN,
        "/console/keys/{key_id}/revoke": ADMIN,
        "/console/people/{moderator_id}/remove": ADMIN,
    },
    "POST": {
        **dict.fromkeys(POSTS, None),
        **{f"/console/{path}": ALL for path in ("login", "login/link", "logout", "invitation")},
        "/console/account/language": ALL,
        "/console/account/mentions": ALL,
        **{
            f"/console/{path}": ALL
            for path in (
                "account/second-factor",
                "account/second-factor/remove",
                "account/recovery-codes",
                "account/sessions",
                "login/code",
            )
        },
        "/console/density": ALL,
        "/console/claims": PROPOSING,
        "/console/sites/new": ALL,  # for owners, as Ada is: test_sites.py
        "/console/sample": PROPOSING,
        "/console/comments/{comment_id}/decisions": PROPOSING,
        "/console/comments/{comment_id}/undo": PROPOSING,
        "/console/undo": PROPOSING,
        **{
            f"/console/{path}": DECIDING
            for path in (
                "appeals/{appeal_id}/decide",
                "bulk",
                "bulk/{bulk_id}/undo",
                "pages/state",
                *(f"campaigns/{{campaign_id}}/{act}" for act in ("decisions", "exclusions")),
                *(f"campaigns/{{campaign_id}}/{act}" for act in ("splits", "undo")),
                *(f"comments/{{comment_id}}/{act}" for act in ("claim", "notes")),
                "reputation/{kind}/{name}/reset",
                "reputation/{kind}/{name}/undo",
                "views",
                "views/{view_id}/remove",
                *(f"comments/{{comment_id}}/{act}" for act in ("corrections", "pick")),
            )
        },
        **{f"/console/agreement/{act}": EDITING for act in ("golden", "settle", "share")},
        **{
            f"/console/{path}": EDITING
            for path in (
                "embed",
                "endpoints/new",
                "endpoints/{endpoint_id}",
                "filters/new",
                "pages/default",
                "filters/{filter_id}",
                "filters/{filter_id}/remove",
                "filters/{filter_id}/switch",
                "comments/{comment_id}/filters",
                "reasons",
                "policy",
                "policy/back",
                "policy/sample",
                "policy/second-opinion",
                "policy/shadow",
                "policy/try",
                *(f"endpoints/{{endpoint_id}}/{act}" for act in ("remove", "replay", "resend")),
                *(f"endpoints/{{endpoint_id}}/{act}" for act in ("secret", "switch", "test")),
            )
        },
        **{
            f"/console/{path}": ADMIN
            for path in (
                "keys",
                "keys/{key_id}/revoke",
                "learning/undo",
                "people",
                "retention",
                "site",
                "site/apis",
                "site/state",
                "people/withdraw/{invitation_id}",
                *(f"personal-data/{act}" for act in ("erase", "export", "find")),
                *(f"people/{{moderator_id}}/{act}" for act in ("remove", "role", "sessions")),
                "people/{moderator_id}/second-factor",
            )
        },
    },
}


@pytest.mark.parametrize("role", sorted(ALL))
def test_each_route_opens_to_the_roles_that_it_should_and_to_no_others(scene, built, role):
    """Every route of the console for every role, with a form that works for an admin."""
    wrong = []
    for method, path in [*(("GET", path) for path in GETS), *(("POST", path) for path in POSTS)]:
        if method == "POST":
            built.restore()
        with built.store.write() as connection:
            ada = moderators.by_email(connection, "ada@herald.test")
            [membership] = memberships.memberships_of(connection, ada.id)
            memberships.grant(connection, ada.id, membership.site_id, role)
        browser, fields = scene.forms[path] if method == "POST" else (scene.browser, {})
        url = path.format_map(scene.ids)
        answer = browser.post(url, fields) if method == "POST" else browser.get(url)
        allowed = ROLES[method][path]
        expected = success(path) if method == "POST" else OF_NOBODY.get(path, 200)
        if allowed is None or answer.status_code != (expected if role in allowed else 403):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


# A filter's form also tries it, without saving anything.
TRYING = dict.fromkeys(("/console/filters/new", "/console/filters/{filter_id}"), DECIDING)


@pytest.mark.parametrize("role", sorted(ALL))
def test_no_page_offers_a_form_that_would_be_refused(scene, built, role):
    """What a role may not do has no button: the forms of every page lead only where the role may send them."""
    built.restore()
    with built.store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        [membership] = memberships.memberships_of(connection, ada.id)
        memberships.grant(connection, ada.id, membership.site_id, role)
    shown = [path.format_map(scene.ids) for path in GETS if role in ROLES["GET"][path]]
    one = f"?done={scene.ids['comment_id']}&open={scene.ids['comment_id']}"
    reported = (
        "/console/?queue=reported",
        "/console/?queue=spam",
        "/console/?q=bad",
        f"/console/{one}",
    )
    wrong, offered = [], set()
    for url in (*shown, *reported):
        for sent_to in _sent_to(scene.browser.get(url).text):
            [route] = [path for path in POSTS if _fits(path, sent_to)] or [sent_to]
            offered.add(route)
            if role not in TRYING.get(route, ROLES["POST"].get(route, ())):
                wrong.append((url, route))
    assert wrong == []
    assert ("/console/comments/{comment_id}/decisions" in offered) == (role in PROPOSING)


def _sent_to(page):
    """Where the forms of a page are posted to, those of its buttons included."""
    for form in re.findall(r'<form[^>]*method="post".*?</form>', page, re.S):
        yield from re.findall(r' (?:form)?action="([^"]+)"', form)


def _fits(path, url):
    """Whether a URL is one of a route's, and of no other route with fewer parameters."""
    if url in POSTS:
        return path == url
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), url) is not None


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
    browser, fields = scene.forms[path]
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    answer = browser.post(path.format_map(scene.ids), fields, Cookie=cookies, **headers)
    assert answer.status_code == success(path)


@pytest.mark.parametrize("path", [path for path in POSTS if not FOR_STRANGERS & {*path.split("/")}])
def test_without_a_session_nothing_is_done(scene, open_browser, store, path):
    _, fields = scene.forms[path]
    before = snapshot(store)
    answer = open_browser().post(path.format_map(scene.ids), fields)
    assert answer.status_code == 401
    assert "<h1>Log in</h1>" in answer.text
    assert snapshot(store) == before


def test_no_get_changes_anything(scene, store):
    before = snapshot(store)
    link = scene.forms["/console/login/link"][1]["link"]
    for path, query in itertools.product(
        GETS, ("", f"?link={link}", "?done=" + scene.ids["comment_id"])
    ):
        expected = OF_NOBODY.get(path, 200)
        assert scene.browser.get(path.format_map(scene.ids) + query).status_code == expected
    assert snapshot(store) == before


def test_every_page_is_closed_to_the_outside(scene):
    for path in (*GETS, "/console/comments/cmt_nobody"):
        browser = scene.forms[path][0] if path == "/console/login/code" else scene.browser
        headers = browser.get(path.format_map(scene.ids)).headers
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
    for path in GETS:
        text = scene.browser.get(path.format_map(scene.ids)).text
        assert " style=" not in text and "<style" not in text and "javascript:" not in text
        assert " on" not in {part[:3] for part in text.split('"')[::2] if "=" in part[3:]}
        # What a script reads is no script: browsers run nothing of this type.
        data = text.count('<script type="application/json"')
        assert text.count("<script") == text.count("<script src=") + data


def test_an_undecided_comment_stays_so_however_often_it_is_shown(scene, site, store):
    [undecided] = held(store, site, "bad, and nobody has decided about it")
    for _ in range(3):
        scene.browser.get("/console/")
    with store.read() as connection:
        count = connection.execute(
            sa.select(sa.func.count()).where(decision_rows.c.comment_id == undecided)
        ).scalar_one()
    assert count == 1
