"""Reads JSON bodies into request models."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from moderation.domain.errors import ERRORS_LIMIT, Invalid, together
from service.api.fields import StrictModel
from service.http.body import read_body, strict_json
from service.http.broken_rules import BadParameter, broken_rules
from service.http.errors import BadRequest

Body = TypeVar("Body", bound=StrictModel)


def json_body(model: type[Body], *, required: bool = True) -> Any:
    """For Annotated[]: the parameter of a route that is its body, as body_reader() reads it."""
    return Depends(body_reader(model, required=required))


def body_reader(
    model: type[Body], *, required: bool = True
) -> Callable[[Request], Awaitable[Body]]:
    """Reads a body by the rules of strict_json and then by those of `model`.

    FastAPI's own parsing accepts NaN, lone surrogates and repeated names.
    required: if False, an absent body means all the defaults.
    """

    async def read(request: Request) -> Body:
        broken = getattr(request.state, "broken", [])  # of the parameters, see check_parameters()
        if not required and _has_no_body(request):
            if broken:
                raise together(broken)
            return model()
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != (
            "application/json"
        ):
            rule = "Send JSON (Content-Type: application/json)."
            raise BadRequest(rule, 415, [BadParameter("Content-Type", rule, "header")])
        limit = request.app.state.settings.body_limit
        value = strict_json(await read_body(request, limit))
        try:
            body = parse(model, value)
        except Invalid as error:
            raise together([*broken, error]) from None
        if broken:
            raise together(broken)
        return body

    return read


def _has_no_body(request: Request) -> bool:
    headers = request.headers
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


def parse(model: type[Body], value: Any) -> Body:
    """The model of `value`. Raises Invalid with the JSON Pointer and the rule of every wrong field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
    raise together(broken_rules(found[:ERRORS_LIMIT], partial(_names_at, model)))


def _names_at(model: type[BaseModel], location: Sequence[str | int]) -> Collection[str]:
    """The names of the fields at a place of a body; none where there is no object of ours."""
    for part in location:
        field = model.model_fields.get(str(part))
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return ()
        model = inner
    return model.model_fields
