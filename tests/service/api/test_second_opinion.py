"""/api/v1/second-opinion: the switch, the backtest and the permission; the answer with its comment; the metrics."""

import os

import pytest
from starlette.testclient import TestClient

from moderation.domain.audit import AuditQuery
from moderation.judging.second_opinion import ask_one
from moderation.review import second_opinion
from moderation.store import audit, second_opinion_usage
from moderation.store.second_opinion_usage import Budget
from service.app import create_app
from tests.factories import NOON, key_of, newspaper, reply
from tests.judging.test_second_opinion import HELD, LATER, POLICY, judged, permit
from tests.service.api.conftest import Api
from tests.workers.chat_stub import ChatStub, said
from workers.chat_endpoint import ChatEndpoint

PATH = "/api/v1/second-opinion"


@pytest.fixture
def api(settings, store):
    """Of a service that has an endpoint."""
    site = newspaper(store)
    app = create_app(
        settings(
            GATEHOUSE_SECOND_OPINION_URL="http://127.0.0.1:9/v1",
            GATEHOUSE_SECOND_OPINION_KEY="sk-x",
        )
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Api(client, store, site, key_of(store, site), key_of(store, site, "publishable"))


def changes(api):
    query = AuditQuery()
    with api.store.read() as connection:
        return [entry.change for entry in audit.newest(connection, [api.site.id], query)][::-1]


def test_it_is_off_until_the_site_allows_it(api):
    state = api.get(PATH).json()
    assert (state["may_send"], state["model"], state["permission"]) == (False, "llama3.1", None)
    assert state["trial"]["decisions_missing"] == 100 and not state["trial"]["enough"]
    assert api.post(f"{PATH}/past", {"count": 10}).status_code == 409
    assert api.put(PATH, {"may_send": True}).json()["may_send"]
    assert api.post(f"{PATH}/past", {"count": 10}).json() == {"asked": 0}
    refused = api.put(PATH, {"may_send": True, "approve_from": 0.9})
    assert refused.status_code == 409 and "100 more" in refused.json()["detail"]
    assert not api.put(PATH, {"may_send": False}).json()["may_send"]
    assert changes(api) == ["second_opinion.on", "second_opinion.off"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"may_send": "yes"}),
        ("", {}),
        ("", {"may_send": True, "approve_from": 0.4}),
        ("", {"may_send": True, "approve_from": 2}),
        ("/past", {"count": 0}),
        ("/past", {"count": 1_001}),
    ],
)
def test_what_makes_no_sense_is_refused(api, path, body):
    send = api.post if path else api.put
    assert send(PATH + path, body).status_code == 422
    assert api.get(f"{PATH}?approve_from=0.1").status_code == 422


def test_only_the_secret_key_may(api):
    assert api.get(PATH, api.publishable).status_code in (401, 403)


def test_the_permission_is_shown_and_ended(api):
    api.put(PATH, {"may_send": True})
    permit(api.store, api.site, version="0" * 12)
    shown = api.get(PATH).json()["permission"]
    assert (shown["approve_from"], shown["examined"], shown["holds"]) == (0.9, 200, False)
    assert api.put(PATH, {"may_send": True}).json()["permission"] is None
    assert changes(api) == ["second_opinion.on", "second_opinion.permission_ended"]


def test_the_answer_is_with_its_comment_and_counted(api):
    second_opinion.switch(api.store, api.site.id, True, now=NOON)
    [id] = judged(api.store, reply(api.site, HELD))
    assert api.get(f"/api/v1/comments/{id}").json()["second_opinion"] is None
    with ChatStub(said(reason="<b>Visit</b> https://evil.test now")) as stub:
        endpoint = ChatEndpoint(stub.url, "llama3.1", "", 20.0)
        ask_one(
            api.store, endpoint.ask, "llama3.1", Budget(1_000, 1_000_000), POLICY,
            lease_ms=60_000, now=lambda: LATER, entropy=os.urandom,
        )  # fmt: skip
    said_of_it = api.get(f"/api/v1/comments/{id}").json()["second_opinion"]
    assert (said_of_it["label"], said_of_it["probability"]) == ("fine", 0.92)
    assert said_of_it["reason"] == "<b>Visit</b> (link) now"
    [found] = api.get("/api/v1/queues/held?order=second_opinion").json()["items"]
    assert found["id"] == id
    with api.store.write() as connection:
        second_opinion_usage.note_failure(connection, "llama3.1", 4_000_000_000_000, 60_000)
    token = {"Authorization": f"Bearer {api.store.crypto.metrics_token}"}
    shown = api.client.get("/metrics", headers=token).text
    for line in (
        'gatehouse_second_opinions{result="answered"} 1.0',
        'gatehouse_second_opinions{result="tokens"} 120.0',
        'gatehouse_second_opinion_budget_left{unit="requests"} 1000.0',
        "gatehouse_second_opinions_waiting 0.0",
        "gatehouse_second_opinion_paused 1.0",
    ):
        assert line in shown
    assert "evil" not in shown and "toxicity=0.6" not in shown
