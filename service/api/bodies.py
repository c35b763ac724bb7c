"""Reads JSON bodies into request models, and describes them in the OpenAPI document."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError

from moderation.domain.errors import Invalid
from service.api.fields import StrictModel
from service.http.body import read_body, strict_json
from service.http.errors import BadRequest, first_broken_rule, pointer_to

Body = TypeVar("Body", bound=StrictModel)


def describe_body(model: type[StrictModel], *, required: bool = True) -> dict[str, Any]:
    """The part of a route's OpenAPI description that describes its body."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


def json_body(model: type[Body], *, required: bool = True) -> Callable[[Request], Awaitable[Body]]:
    """A dependency that reads a body by the rules of strict_json and then by those of `model`.

    FastAPI's own parsing accepts NaN, lone surrogates and repeated names.
    required: if False, an absent body means all the defaults.
    """

    async def read(request: Request) -> Body:
        if not required and _has_no_body(request):
            return model()
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != (
            "application/json"
        ):
            raise BadRequest("Send JSON (Content-Type: application/json).", 415)
        limit = request.app.state.settings.body_limit
        return parse(model, strict_json(await read_body(request, limit)))

    return read


def _has_no_body(request: Request) -> bool:
    headers = request.headers
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


def parse(model: type[Body], value: Any) -> Body:
    """The model of `value`. Raises Invalid with the JSON Pointer and the rule of the first wrong field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """The first error of a validation; never repeats what was sent."""
    location, rule = first_broken_rule(error)
    rule = rule.removeprefix("Value error, ")
    message, pointer = rule[0].upper() + rule[1:] + ".", pointer_to(location)
    return Invalid(f"{pointer or 'The body'}: {message}", pointer)
