"""The parameters and headers of a request: all that is wrong with them, told together with its body."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast, get_origin

from fastapi import Depends, Request, params
from fastapi._compat import ModelField
from fastapi.dependencies.utils import get_flat_params, request_params_to_args
from fastapi.routing import APIRoute

from moderation.domain.errors import ERRORS_LIMIT, Invalid, together
from service.access.keys import secret_caller, sites_caller
from service.api.paging import CURSORS, is_cursor
from service.http.broken_rules import BadParameter, broken_parameters, is_presentable, unknown


async def check_parameters(request: Request) -> None:
    """Refuses a request for what is wrong with its parameters; where it has a body, json_body() does so.

    FastAPI ignores unknown and repeated parameters, and stops before it has seen the body.
    """
    route = cast(APIRoute, request.scope["route"])
    declared = get_flat_params(route.dependant)
    names = {field.alias for field in declared if _place(field) == "query"}
    repeatable = {field.alias for field in declared if get_origin(_info(field).annotation) is list}
    broken = [
        *_broken_values(request, declared),
        *unknown_parameters(request, names, repeatable),
        *_broken_cursors(request, names),
    ]
    if "requestBody" in (route.openapi_extra or {}):
        request.state.broken = broken
    elif broken:
        raise together(broken)


# Of every route that takes a secret key. Whoever has none is told that, and nothing else.
KEYED = [Depends(secret_caller), Depends(check_parameters)]
# The same, where a key of the installation is taken as well, or alone.
KEYED_FOR_SITES = [Depends(sites_caller), Depends(check_parameters)]


def refuse_claims(claims: Mapping[str, tuple[object, str]]) -> None:
    """For what only a site's server may say: the pointer, what was sent there, and what that is. Raises Invalid for all that were sent."""
    broken = [
        Invalid(f"{pointer}: Only a secret key may {what}.", pointer)
        for pointer, (claim, what) in claims.items()
        if claim
    ]
    if broken:
        raise together(broken)


def _broken_values(request: Request, declared: Sequence[ModelField]) -> list[Invalid]:
    sent = {"path": request.path_params, "query": request.query_params, "header": request.headers}
    found = []
    for place, values in sent.items():
        fields = [field for field in declared if _place(field) == place]
        found += request_params_to_args(fields, values)[1]
    return broken_parameters(found)


def _place(field: ModelField) -> str:
    return _info(field).in_.value


def _info(field: ModelField) -> params.Param:
    return cast(params.Param, field.field_info)


def unknown_parameters(
    request: Request, names: set[str], repeatable: Collection[str] = ()
) -> list[Invalid]:
    """Query parameters that are not among the names, or there twice and not repeatable."""
    sent = [name for name, _ in request.query_params.multi_items()]
    broken: list[Invalid] = []
    for name in dict.fromkeys(sent):
        if name in names:
            if name not in repeatable and sent.count(name) > 1:
                broken.append(BadParameter(name, "Is there twice."))
        elif is_presentable(name):
            broken.append(BadParameter(name, unknown("parameter", name, names)))
        else:
            broken.append(BadParameter("", "There is a parameter that is not known here."))
        if len(broken) == ERRORS_LIMIT:
            break
    return broken


def _broken_cursors(request: Request, names: set[str]) -> list[Invalid]:
    return [
        BadParameter(name, "Take it from 'next' of the page before; this is not from this list.")
        for name in CURSORS
        if name in names
        and (sent := request.query_params.get(name))
        and not is_cursor(request, sent, name)
    ]
