"""Compares answers with the OpenAPI document: status, media type, and the body with every member of it."""

import copy
import re
import tempfile
from datetime import datetime
from functools import cache
from typing import Any

import jsonschema

from harness.servers import SECRET
from moderation.environment import read_settings
from service.app import create_app

_FORMATS = jsonschema.FormatChecker([])


@_FORMATS.checks("date-time", ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document; the same for every app."""
    with tempfile.TemporaryDirectory() as data:
        settings = read_settings({"GATEHOUSE_DATA": data, "GATEHOUSE_SECRET_KEY": SECRET.decode()})
        return create_app(settings).openapi()


@cache
def _closed_components() -> dict[str, Any]:
    """The schemas, with nothing allowed in an object that it does not name."""
    components = copy.deepcopy(document()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return components


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The path and the description of an operation; None where there is none."""
    patterns = sorted(document()["paths"], key=lambda pattern: pattern.count("{"))
    for pattern in patterns:
        matches = re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern)), path)
        if matches and method.lower() in document()["paths"][pattern]:
            return pattern, document()["paths"][pattern][method.lower()]
    return None


@cache
def validator(pattern: str, method: str, status: str, media_type: str) -> Any:
    """Checks bodies of one answer. Raises KeyError where it is not described."""
    described = document()["paths"][pattern][method]["responses"][status]
    schema = described["content"][media_type]["schema"] | {"components": _closed_components()}
    return jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)


def check_answer(response: Any) -> None:
    """That an answer is as it is described. Paths and methods that are not described are let pass."""
    method, path = response.request.method, response.request.url.path
    if (found := operation_of(method, path)) is None:
        return
    pattern, operation = found
    status, seen = str(response.status_code), f"{method} {pattern} {response.status_code}"
    assert status in operation["responses"], f"{seen} is not described"
    content = operation["responses"][status].get("content", {})
    if not response.content:
        assert not content, f"{seen} has no body"
        return
    media_type = response.headers["content-type"].partition(";")[0]
    if media_type == "text/html" and not path.startswith("/api/"):
        return  # what a browser is shown in place of a problem document
    assert media_type in content, f"{seen} is described as {[*content]}, not {media_type}"
    if media_type.endswith("json"):
        validator(pattern, method.lower(), status, media_type).validate(response.json())
