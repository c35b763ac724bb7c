"""Around the app: origins, addresses, methods, redirects; a database or a broker that is away."""

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from prometheus_client import generate_latest
from starlette.datastructures import Headers

from moderation.domain.address import parse_networks
from moderation.domain.errors import TooMany
from moderation.domain.sender_address import canonical_address
from service import metrics
from service.access.limits import Limits
from service.http.client_address import client_address
from tests.service.console.console_browser import ConsoleBrowser, moderator
from tests.service.http.conftest import HOST


def test_with_the_database_away_a_page_s_script_reads_503_and_when_to_come_back(api):
    """The Origin is looked up outside of everything that turns errors into answers."""
    headers = {"Origin": "https://herald.test", "Authorization": f"Bearer {api.publishable}"}
    preflight = api.client.options("/api/v1/comments", headers=headers)
    assert preflight.headers["access-control-allow-origin"] == "https://herald.test"
    api.client.app.state.store.engine.dispose()
    _take_away(api.store)
    for origin in ("https://herald.test", "https://unknown.test"):
        answer = api.hand_in(key=api.publishable, headers=headers | {"Origin": origin})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), answer.text
        assert ("access-control-allow-origin" in answer.headers) == ("herald" in origin)


def _take_away(store):
    """Nobody reaches the database any more."""
    if store.is_sqlite:
        path = Path(store.engine.url.database)
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        return
    name = store.engine.url.database
    store.engine.dispose()
    other = sa.create_engine(store.engine.url.set(database="postgres"), poolclass=sa.NullPool)
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"),
            {"n": name},
        )


def test_many_submissions_ask_for_the_origins_once(api):
    statements = []
    engine = api.client.app.state.store.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *event: statements.append(event[2]))
    headers = {"Origin": "https://herald.test"}
    for _ in range(20):
        api.client.options("/api/v1/comments", headers=headers)
    assert len([statement for statement in statements if "origins_json" in statement]) == 1


class _Request:
    def __init__(self, peer: str, *lines: str) -> None:
        self.client = type("Peer", (), {"host": peer})
        self.headers = Headers(raw=[(b"x-forwarded-for", line.encode()) for line in lines])
        self.app = SimpleNamespace(state=SimpleNamespace(bell=self))
        self.noted: list[str] = []

    def note_mute_proxy(self, address: str) -> None:
        self.noted.append(address)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["6.6.6.6", "203.0.113.9"], "203.0.113.9"),  # the proxy adds a line below the sender's
        (["6.6.6.6, 203.0.113.9"], "203.0.113.9"),  # the proxy appends to it
        (["6.6.6.6", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        (["203.0.113.9", "nonsense"], "10.0.0.1"),
        ([], "10.0.0.1"),
        (["6.6.6.6:1, 203.0.113.9:51234"], "203.0.113.9"),
        (["::ffff:203.0.113.9, [::ffff:10.0.0.2]:443"], "203.0.113.9"),
        (['"[2001:db8::7]:443"'], "2001:db8::7"),
        (["[fe80::7%eth0]:443"], "fe80::7"),
    ],
)
def test_what_a_sender_claims_above_the_proxy_s_line_is_not_believed(lines, address):
    trusted = parse_networks("10.0.0.0/8")
    assert client_address(_Request("10.0.0.1", *lines), trusted) == address
    assert client_address(_Request("192.0.2.1", *lines), trusted) == "192.0.2.1"


@pytest.mark.parametrize(
    ("proxy", "lines"),
    [("10.7.0.1", ["203.0.113.9, unknown"]), ("::ffff:10.7.0.2", []), ("10.7.0.3", [" "])],
)
def test_a_trusted_proxy_that_names_nobody_is_named_once(proxy, lines, caplog):
    trusted = parse_networks("::ffff:10.0.0.0/104")
    request, other = _Request(proxy, *lines), _Request("192.0.2.1", *lines)
    with caplog.at_level(logging.WARNING, "gatehouse.http"):
        for _ in range(3):
            assert client_address(request, trusted) == canonical_address(proxy)
            client_address(other, trusted)  # nobody trusts this one
    assert (request.noted, other.noted) == ([canonical_address(proxy)], [])  # for the doctor
    assert [record.proxy for record in caplog.records] == [canonical_address(proxy)]


def test_readers_behind_any_proxy_have_a_limit_each(open_api):
    """However the proxy or the site's server writes an address: one reader's flood is nobody else's."""
    api = open_api(GATEHOUSE_LIMIT_ADDRESS="2/hour")
    for number in range(4):
        for written in (f"::ffff:203.0.113.{number}", f"[2001:db8:0:{number}::7]:443"):
            assert api.hand_in(context={"ip": written}).status_code == 202, written
    for spelling in ("203.0.113.1", "203.0.113.1:51234", '"203.0.113.1"', "[::ffff:203.0.113.1]:1"):
        last = api.hand_in(context={"ip": spelling}).status_code
    assert last == 429
    assert api.hand_in(context={"ip": "[2001:db8:0:9::7"}).status_code == 422


def test_passwords_are_not_free_to_guess_while_the_broker_is_away(open_api, broker, store):
    api = open_api(
        GATEHOUSE_REDIS_URL=broker.url, GATEHOUSE_LIMIT_LOGIN="5/year"
    )  # ends in no test
    moderator(store, "ada@herald.test", api.site)
    desk = ConsoleBrowser(api.client, store)
    broker.stop()
    answers = [desk.log_in("ada@herald.test", f"wrong horse {n}").status_code for n in range(12)]
    assert answers == [401] * 5 + [429] * 7


async def _count(limits: Limits, kind: str) -> int:
    for passed in range(50):
        try:
            await limits.allow(kind, "one")
        except TooMany:
            return passed
    return 50


def test_comments_pass_while_the_broker_is_away(settings, broker):
    async def go() -> int:
        limits = Limits(
            settings(GATEHOUSE_REDIS_URL=broker.url, GATEHOUSE_LIMIT_ADDRESS="3/minute")
        )
        broker.stop()
        passed = await _count(limits, "address")
        await limits.close()
        return passed

    assert asyncio.run(go()) == 50


def test_no_redirect_says_which_scheme_or_host(api):
    there = api.client.get("/console", headers={"Host": "evil.test"})
    assert there.headers["location"] == "/console/"
    for path in ("/api/v1/comments/", "/healthz/", "//evil.test/", "/demo/"):
        answer = api.client.post(path, headers={"Host": "evil.test"}, content=b"{}")
        assert answer.status_code in (404, 405) and "location" not in answer.headers


def test_head_is_get_without_the_body(api):
    for path in ("/healthz", "/readyz", "/console/login", "/api/v1/openapi.json"):
        got, head = api.client.get(path), api.client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-type"] == got.headers["content-type"]


def test_private_answers_are_kept_by_nobody(api):
    id = api.hand_in().json()["id"]
    for path in (
        f"/api/v1/comments/{id}",
        "/api/v1/queues",
        "/api/v1/queues/held",
        "/api/v1/endpoints",
    ):
        assert "no-store" in api.get(path).headers["cache-control"]
        assert "no-store" in api.client.get(path).headers["cache-control"]
    assert "no-store" in api.client.get(f"{HOST}/console/").headers["cache-control"]


def test_submissions_are_counted_by_their_route(api):
    """Alerts on failed submissions look for it."""
    api.hand_in()
    counted = generate_latest(metrics.registry).decode()
    assert (
        'gatehouse_requests_total{method="POST",route="/api/v1/comments",status="202"}' in counted
    )
