"""The client is what the served OpenAPI document says: every call is there, and every body fits."""

import inspect
import re
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from gatehouse_client import calls
from gatehouse_client.calls import Call
from harness.servers import SECRET
from moderation.settings import read_settings
from service.app import create_app


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    data = str(tmp_path_factory.mktemp("data"))
    settings = read_settings({"GATEHOUSE_DATA": data, "GATEHOUSE_SECRET_KEY": SECRET.decode()})
    return create_app(settings).openapi()


EVERY: dict[str, Call[Any]] = {
    "submit": calls.submit(
        "Hello.",
        page_url="https://herald.test/1",
        name="Carol",
        page_title="News",
        page_id="7",
        email="carol@private.test",
        url="https://carol.example",
        parent_id="cmt_1",
        ip="192.0.2.1",
        user_agent="Firefox",
        referrer="https://herald.test/",
        idempotency_key="k",
        author_id="u7",
        email_confirmed=True,
        browser_token="ghb_x",
    ),
    "comment": calls.comment("cmt_1"),
    "status": calls.status("cmt_1", "gha_x"),
    "decide": calls.decide("cmt_1", "reject", "fine", 1, "reject"),
    "undo_decision": calls.undo_decision("cmt_1", 2),
    "queues": calls.queues(),
    "queue": calls.queue("held", "toxic", 10),
    "thread": calls.thread("https://herald.test/1", "site_1", 10),
    "page_state": calls.page_state("https://herald.test/1", "7"),
    "set_page_state": calls.set_page_state(
        "https://herald.test/1", "closed", 14, "7", datetime.now(UTC)
    ),
    "page_default": calls.page_default(),
    "set_page_default": calls.set_page_default("premoderated", 0),
    "endpoints": calls.endpoints(),
    "endpoint": calls.endpoint("ep_1"),
    "add_endpoint": calls.add_endpoint(
        "https://herald.test/hook", ["comment.held"], "thin", "cloudevents", 100
    ),
    "switch_endpoint": calls.switch_endpoint("ep_1", True),
    "remove_endpoint": calls.remove_endpoint("ep_1"),
    "rotate_secret": calls.rotate_secret("ep_1", 0),
    "replay": calls.replay("ep_1", "all", datetime.now(UTC), None),
    "erase": calls.erase("cmt_1"),
    "test_endpoint": calls.test_endpoint("ep_1"),
    "deliveries": calls.deliveries("ep_1", "dead", 10),
    "resend": calls.resend("dlv_1"),
}


def operation(document: dict[str, Any], call: Call[Any]) -> tuple[str, dict[str, Any]]:
    """The operation of the document that a call is: its path and its description."""
    for path, operations in document["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        if re.fullmatch(pattern, call.path) and call.method.lower() in operations:
            return path, operations[call.method.lower()]
    raise AssertionError(f"{call.method} {call.path} is not in the document")


def test_every_call_is_looked_at() -> None:
    made = {
        name
        for name, function in inspect.getmembers(calls, inspect.isfunction)
        if inspect.signature(function).return_annotation not in (inspect.Signature.empty, str)
        and not name.startswith("_")
        and function.__module__ == calls.__name__
    }
    assert made - {"following"} == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_a_call_is_in_the_document(document: dict[str, Any], name: str) -> None:
    call = EVERY[name]
    _, described = operation(document, call)
    names = {
        parameter["name"]
        for parameter in described.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert set(call.query) <= names
    if call.body is None:
        assert "requestBody" not in described
        return
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    resolvable = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(resolvable).validate(dict(call.body))


def test_nothing_that_sites_call_is_missing(document: dict[str, Any]) -> None:
    covered = {(operation(document, call)[0], call.method.lower()) for call in EVERY.values()}
    served = {
        (path, method)
        for path, operations in document["paths"].items()
        for method, described in operations.items()
        if {"comments", "pages", "queues", "threads"} & set(described.get("tags", []))
    }
    assert served <= covered
