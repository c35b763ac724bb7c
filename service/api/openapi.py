"""The OpenAPI document, with what FastAPI cannot know: keys, bodies, answers, problem documents, examples."""

import json
from collections.abc import Iterator
from typing import Any, NotRequired

from fastapi import FastAPI
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from moderation.domain import errors
from service.api.described import SCHEMAS
from service.api.examples import example_of
from service.api.serializers import ClaimOut
from service.http.broken_rules import BadParameter
from service.http.errors import BadRequest, answer, problem

DESCRIPTION = """\
Every reply passes the gatehouse before it enters the page.

A site's server sends its secret key as `Authorization: Bearer ghs_...`; a script of its pages hands comments in with the
publishable key, `ghp_...`. What is refused is answered with a problem document (RFC 9457): `code` is for programs,
`errors` names every field, parameter or header that breaks a rule. A list leads to its next page with `next` and the
header `Link`.
"""
_KEY_OPTIONAL = {("/api/v1/comments/{comment_id}/reports", "post")}
_KEYLESS = (
    "/api/v1/threads",
    "/api/v1/threads/events",
    "/api/v1/counts",
    "/api/v1/challenges",
    "/api/v1/comments/{comment_id}/notices",
    "/healthz",
    "/readyz",
    "/metrics",  # which has a token of its own
)
_REFERENCE = "#/components/schemas/{model}"
_GENERATED = (
    "HTTPValidationError",
    "ValidationError",
)  # FastAPI's own, which we do not answer with


class BrokenRule(TypedDict):
    """A rule that the request breaks, and where: in a pointer (JSON Pointer, RFC 6901) into the body, a parameter of
    path or query, or a header.
    """

    pointer: NotRequired[str]
    parameter: NotRequired[str]
    header: NotRequired[str]
    detail: str


class Problem(TypedDict):
    """RFC 9457. code: stable, for programs. errors: every rule that the request breaks, up to 20; values that were
    sent are not repeated. claim: with the code `claimed`. count: with the
    codes `drifted` and `pages_join`.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: NotRequired[list[BrokenRule]]
    claim: NotRequired[ClaimOut]
    count: NotRequired[int]


_BROKEN = errors.together(
    [
        errors.Invalid("/page/titel: There is no such field. Did you mean 'title'?", "/page/titel"),
        errors.Invalid("/text: Must not be empty.", "/text"),
        BadParameter("limt", "There is no such parameter. Did you mean 'limit'?"),
    ]
)
_UNREADABLE = "The body is not JSON: Expecting value at line 1, column 10 (character 9)."
# One error for each status, answered as the service answers it.
_PROBLEMS = {
    400: answer(BadRequest(_UNREADABLE, others=[errors.Invalid(_UNREADABLE)])),
    401: answer(errors.Unauthenticated("The key is not known.")),
    403: answer(errors.Forbidden("This needs the site's secret key.")),
    404: answer(errors.NotFound("There is no such comment.")),
    409: answer(errors.Conflict("Somebody else has decided about it in the meantime.")),
    412: problem(412, "Changed meanwhile", "Somebody else has changed it.", "conflict"),
    413: answer(BadRequest("The body is larger than 524288 bytes.", 413)),
    415: answer(BadRequest("Send JSON (Content-Type: application/json).", 415)),
    422: answer(_BROKEN),
    429: answer(errors.TooMany("Too many comments at once.", 30)),
    500: problem(500, "Something went wrong here", "The error was logged.", "internal"),
    503: answer(errors.Unavailable("The database is away.")),
}


class DescribedApp(FastAPI):
    """An app whose document is complete."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema:
            return self.openapi_schema
        document = super().openapi()
        components = document.setdefault("components", {})
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schemas = components.setdefault("schemas", {})
        schemas.update(_schemas())
        for name in _GENERATED:
            schemas.pop(name, None)
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _complete(path, operation, schemas)
                if (path, method) in _KEY_OPTIONAL:
                    operation["security"].append({})
        return document


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for name, kind in (SCHEMAS | {"Problem": Problem}).items():
        described = TypeAdapter(kind).json_schema(
            ref_template=_REFERENCE, mode="serialization" if _is_answer(kind) else "validation"
        )
        for part, schema in (described.pop("$defs", {}) | {name: described}).items():
            if schemas.setdefault(part, schema) != schema:
                raise TypeError(f"Two schemas of the API are called {part}.")
    return schemas


def _is_answer(kind: Any) -> bool:
    return hasattr(kind, "__total__")  # a TypedDict


def _complete(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Adds the key, the problems that every such route may answer with, and examples."""
    answers = operation["responses"]
    answers.pop("422", None)
    if path not in _KEYLESS:
        operation["security"] = [{"key": []}]
    for status in _common_problems(path, operation):
        answers.setdefault(str(status), {"description": ""})
    for status, described in answers.items():
        if int(status) in _PROBLEMS and "content" not in described:
            described |= _described_problem(int(status))
        elif status == "304":
            described["description"] = "It is what If-None-Match names"
    answers["default"] = {
        "description": "Anything else is a problem document, whose status and code say what it is",
        "content": {"application/problem+json": {"schema": {"$ref": _ref("Problem")}}},
    }
    operation["responses"] = dict(sorted(answers.items()))
    contents = [operation.get("requestBody", {}), *answers.values()]
    for content in (described.get("content", {}) for described in contents):
        if described := content.get("application/json"):
            is_body = content is contents[0].get("content")
            described["example"] = example_of(described["schema"], schemas, brief=is_body)


def _ref(name: str) -> str:
    return _REFERENCE.format(model=name)


def _common_problems(path: str, operation: dict[str, Any]) -> Iterator[int]:
    if not path.startswith("/api/"):
        yield 500
        return
    yield from (422, 500, 503)
    if path not in _KEYLESS:
        yield from (401, 403)
    if "{" in path:
        yield 404
    if "requestBody" in operation:
        yield from (400, 413, 415)


def _described_problem(status: int) -> dict[str, Any]:
    answered = _PROBLEMS[status]
    example = json.loads(bytes(answered.body))
    headers = {
        name: {"description": what, "schema": {"type": "integer"}}
        for name, what in (("Retry-After", "Seconds until it is worth trying again"),)
        if name in answered.headers
    }
    content = {
        "application/problem+json": {"schema": {"$ref": _ref("Problem")}, "example": example}
    }
    described: dict[str, Any] = {"description": example["title"], "content": content}
    return described | ({"headers": headers} if headers else {})
