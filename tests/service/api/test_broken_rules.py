"""Everything that is wrong with a request is told at once, by its place, on every route; values never are."""

import os
import re

import pytest

from moderation.accounts.new_site import make_installation_key
from tests.factories import NOON, key_of, newspaper
from tests.service.api.conftest import a_comment
from tests.service.described_answers import document

VALUE = "canary-7f3a"
HERALD = {"Origin": "https://herald.test"}
OF_WRITERS = {  # with the receipt's token
    ("patch", "/api/v1/comments/{comment_id}"),
    ("post", "/api/v1/comments/{comment_id}/appeal"),
}
OF_THE_INSTALLATION = {("post", "/api/v1/sites")}  # with a key that is no site's
ROUTES = [
    pytest.param(method, path, operation, id=f"{method} {path}")
    for path, operations in document()["paths"].items()
    if path.startswith("/api/v1/")
    for method, operation in operations.items()
]


def places(answer):
    """Where an answer says that something is wrong."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert VALUE not in answer.text
    return {
        (kind, name)
        for error in problem.get("errors", [])
        for kind, name in error.items()
        if kind != "detail"
    }


def resolved(schema):
    if "anyOf" in schema and {"type": "null"} in schema["anyOf"]:
        [schema] = [each for each in schema["anyOf"] if each != {"type": "null"}][:1]
    if "$ref" in schema:
        return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def wrong_body(schema, pointer=""):
    """A body of which every member is wrong, with one more that is not known; and the places of it all."""
    body, wrong = {"unknown_one": VALUE}, {("pointer", f"{pointer}/unknown_one")}
    for name, member in resolved(schema)["properties"].items():
        member = resolved(member)
        if "properties" in member:
            body[name], inner = wrong_body(member, f"{pointer}/{name}")
            wrong |= inner
        else:
            body[name] = {"sent": VALUE}  # nothing but an object is one
            wrong.add(("pointer", f"{pointer}/{name}"))
    return body, wrong


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("method", "path", "operation"), ROUTES)
def test_every_route_tells_all_that_is_wrong_at_once(api, method, path, operation):
    query, headers, body = {"unknown_one": VALUE}, {}, None
    wrong = {("parameter", "unknown_one")}
    for parameter in operation.get("parameters", []):
        name, schema = parameter["name"], resolved(parameter["schema"])
        schema = schema.get("items", schema)
        if parameter["in"] == "query" and not ({"maxLength", "type"} <= schema.keys()):
            query[name] = VALUE + "!"
            wrong.add(("parameter", name))
        elif parameter["in"] == "query":
            query[name] = "x" * 2_001
            wrong.add(("parameter", name))
        elif name == "last-event-id":
            pass  # browsers send it by themselves; one that is not known is none
        elif parameter["in"] == "header":
            headers[name] = f"{VALUE} with a space"
            wrong.add(("header", name))
        elif "enum" in schema or not re.search(schema.get("pattern", ""), VALUE):
            path = path.replace(f"{{{name}}}", VALUE)
            wrong.add(("parameter", name))
    if "requestBody" in operation:
        body, wrong_members = wrong_body(
            operation["requestBody"]["content"]["application/json"]["schema"]
        )
        wrong |= wrong_members
    if (method, path) in OF_WRITERS:
        key = api.store.crypto.author_token("none")
    elif (method, path) in OF_THE_INSTALLATION:
        key = make_installation_key(api.store, now=NOON, entropy=os.urandom)[1]
    else:
        key = api.secret
    path = re.sub(r"\{\w+\}", "none", path)
    headers["Authorization"] = f"Bearer {key}"
    answer = api.client.request(method, path, params=query, json=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert places(answer) == wrong


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("sent", "pointer"), [([], ""), ("x", ""), (a_comment(page=5), "/page")])
def test_what_must_be_an_object_is_called_one(api, sent, pointer):
    answer = api.post("/api/v1/comments", sent)
    assert answer.json()["errors"] == [{"pointer": pointer, "detail": "Must be an object."}]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_meant_is_suggested_and_pointers_are_escaped(api):
    sent = a_comment(
        page={"url": "https://herald.test/1", "titel": "x"}, **{"txt": VALUE, "a/b~c": VALUE}
    )
    answer = api.post("/api/v1/comments", sent)
    assert {error["pointer"]: error["detail"] for error in answer.json()["errors"]} == {
        "/page/titel": "There is no such field. Did you mean 'title'?",
        "/txt": "There is no such field. Did you mean 'text'?",
        "/a~1b~0c": "There is no such field.",
    }
    answer = api.get("/api/v1/queues/held?limt=5&limit=5&limit=6")
    assert {error["parameter"]: error["detail"] for error in answer.json()["errors"]} == {
        "limt": "There is no such parameter. Did you mean 'limit'?",
        "limit": "Is there twice.",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_names_that_may_be_personal_are_not_repeated(api):
    names = ("carol@private.test", "203.0.113.7", "2001:db8::7", "I wrote this " * 3, "x" * 65)
    for name in names:
        answer = api.post("/api/v1/comments", a_comment() | {name: 1})
        assert (answer.status_code, places(answer)) == (422, {("pointer", "")})
        assert name not in answer.text
        answer = api.client.get("/api/v1/threads", params={"page_url": "https://x.test", name: "1"})
        assert (answer.status_code, places(answer)) == (422, {("parameter", "")})
        assert name not in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "expected", "detail"),
    [
        ('{"text": ', "", "line 1, column 10 (character 9)"),
        ('{"text": "a",\n "text": "b"}', "/text", "twice"),
        ('{"page": {"url": NaN}, "text": 1e999}', "/page/url /text", "NaN"),
        ('{"page": {"titel": "\\ud800"}}', "/page/titel", "surrogate"),
        ('{"canary-7f3a@x.test": 1, "canary-7f3a@x.test": 2}', "", "twice"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(api, body, expected, detail):
    headers = {"Authorization": f"Bearer {api.secret}", "Content-Type": "application/json"}
    answer = api.client.post("/api/v1/comments", content=body, headers=headers)
    assert answer.status_code == 400
    assert places(answer) == {("pointer", pointer) for pointer in expected.split(" ")}
    assert detail in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_claim_that_a_script_may_not_make_is_named(api):
    answer = api.hand_in(
        api.publishable,
        headers=HERALD,
        author={"name": "Carol", "id": "7", "email_confirmed": True},
        context={"ip": "203.0.113.1"},
    )
    assert places(answer) == {
        ("pointer", pointer) for pointer in ("/author/id", "/author/email_confirmed", "/context/ip")
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("kind", "entries", "wrong"),
    [
        ("patterns", ["ok+", f"({VALUE}", f"{VALUE}\\q", f"*{VALUE}"], (1, 2, 3)),
        ("words", ["fine", f"!{VALUE}", f"{VALUE}!"], (1, 2)),
        ("domains", ["shop.com", VALUE, f"{VALUE}."], (1, 2)),
        ("emails", ["@mail.example", VALUE, f"@{VALUE}"], (1, 2)),
        ("networks", ["192.0.2.0/24", VALUE, f"192.0.2.0/{VALUE}"], (1, 2)),
    ],
)
def test_every_bad_entry_of_a_filter_is_named_and_none_repeated(api, kind, entries, wrong):
    draft = {"name": "x", "kind": kind, "action": "hold", "entries": entries}
    for path in ("/api/v1/filters", "/api/v1/filters/trial"):
        answer = api.post(path, draft)
        assert answer.status_code == 422, answer.text
        assert places(answer) == {("pointer", f"/entries/{index}") for index in wrong}


LISTS = (
    ("/api/v1/queues/pending?limit=1", "after"),
    ("/api/v1/reputation?limit=1", "after"),
    ("/api/v1/campaigns?limit=1", "after"),
    ("/api/v1/campaigns/none/comments?limit=1", "after"),
    ("/api/v1/endpoints/none/deliveries?limit=1", "before"),
    ("/api/v1/threads?page_url=https%3A%2F%2Fherald.test%2Fnews%2F1&limit=1", "after"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_cursor_that_is_not_of_this_list_is_refused_by_name(api):
    first = api.hand_in(text="One").json()["id"]
    api.hand_in(text="Two")
    given = api.get(LISTS[0][0]).json()["next"]
    assert api.get(given).json()["items"][0]["text"] == "Two"
    cursor = given.partition("after=")[2]
    bob = newspaper(api.store, "Bob's Blog", "https://bob.test")
    his = key_of(api.store, bob)
    refused = [
        (f"{path}&{name}={broken}", name, api.secret)
        for path, name in LISTS
        for broken in ("xx", first, "%00", f"{first}.{'0' * 16}", "a" * 5_000, cursor[:-1])
    ]
    refused += [(f"{path}&{name}={cursor}", name, api.secret) for path, name in LISTS[1:]]
    refused += [
        (given, "after", his),
        (given.replace("pending", "held"), "after", api.secret),
        (given + "&reason=toxic", "after", api.secret),
    ]
    for path, name, key in refused:
        answer = api.get(path, key)
        assert answer.status_code == 422, path
        assert places(answer) == {("parameter", name)}, path
    larger = given.replace("limit=1", "limit=50")
    assert api.get(larger).status_code == 200  # pages may change their size


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_key_nothing_else_is_told(api):
    for method, path in (("POST", "/api/v1/filters"), ("GET", "/api/v1/queues/held")):
        answer = api.client.request(method, f"{path}?unknown=1", json={"unknown": 1})
        assert answer.status_code == 401
        assert "errors" not in answer.json()
