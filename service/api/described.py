"""Describes what a route takes and answers, for FastAPI and the OpenAPI document.

Answers are TypedDicts that the serialisers return: mypy compares each serialiser with its type, and nothing
is checked or copied when a request is answered.
"""

from collections.abc import Sequence
from typing import Any, get_args

from typing_extensions import TypedDict

from service.api.answers import NextPage
from service.api.fields import StrictModel

# Every type that a route names in its description, by name: openapi.py makes schemas of them.
SCHEMAS: dict[str, Any] = {}

_HEADERS = {
    "ETag": "The version of what is answered; goes with If-Match",
    "Link": '<URL>; rel="next" leads to the next page; missing on the last',
    "Location": "The path of what was made",
}
_DESCRIPTIONS = {200: "It is answered", 201: "It is done", 202: "It is taken", 204: "It is gone"}
_typed_dict: Any = TypedDict


def described(
    answer: Any,
    *errors: int,
    body: type[StrictModel] | None = None,
    status: int = 200,
    headers: Sequence[str] = (),
    body_required: bool = True,
    as_csv: bool = False,
) -> dict[str, Any]:
    """What the decorator of a route takes: the status, and its body and answer as in describe_body() and describe_answer().

    as_csv: the answer can be had as CSV, too.
    """
    extra = describe_answer(answer, *errors, status=status, headers=headers)
    if as_csv:
        extra["responses"][str(status)]["content"]["text/csv"] = {"schema": {"type": "string"}}
    if body is not None:
        extra |= describe_body(body, required=body_required)
    return {"status_code": status, "openapi_extra": extra}


def describe_body(model: type[StrictModel], *, required: bool = True) -> dict[str, Any]:
    """The part of a route's OpenAPI description that describes its body."""
    content = {"application/json": {"schema": _reference_to(model)}}
    return {"requestBody": {"required": required, "content": content}}


def describe_answer(
    answer: Any, *errors: int, status: int = 200, headers: Sequence[str] = ()
) -> dict[str, Any]:
    """The part of a route's OpenAPI description that describes what it answers.

    answer: a TypedDict, or a union of some; None for no body. errors: statuses of problems besides those of every route like it, which
    openapi.py adds.
    """
    described: dict[str, Any] = {"description": _DESCRIPTIONS[status]}
    if answer is not None:
        kinds = [_reference_to(kind) for kind in get_args(answer) or [answer]]
        schema = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        described["content"] = {"application/json": {"schema": schema}}
    if headers:
        described["headers"] = {
            name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in headers
        }
    problems = {str(error): {"description": ""} for error in errors}
    return {"responses": {str(status): described, **problems}}


def page_type(name: str, row: Any, of: str) -> Any:
    """The TypedDict of a page of a list, as page_response() answers it. of: what is listed, in words."""
    page = _typed_dict(name, {"items": list[row], "next": NextPage})
    page.__doc__ = f"A page of {of}."
    return page


def _reference_to(kind: Any) -> dict[str, str]:
    SCHEMAS[kind.__name__] = kind
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
