"""Answers every error as application/problem+json (RFC 9457), and browsers with a page; HTTP statuses
are decided only here.

An answer names every field with its rule. It never repeats a value that was sent.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from moderation.domain import errors
from service.http.broken_rules import WHOLE, BadParameter, broken_parameters

log = logging.getLogger("gatehouse.service")

STATUS: Mapping[type[errors.GatehouseError], tuple[int, str]] = {
    errors.Invalid: (422, "The request breaks a rule"),
    errors.NotFound: (404, "Not found"),
    errors.Unauthenticated: (401, "Not authenticated"),
    errors.Forbidden: (403, "Not allowed"),
    errors.PageClosed: (403, "Comments are closed"),
    errors.NotEditable: (409, "It cannot be changed"),
    errors.NotAppealable: (409, "It cannot be appealed"),
    errors.IdempotencyConflict: (422, "Idempotency-Key used before"),
    errors.IdempotencyInFlight: (409, "Still being answered"),
    errors.Conflict: (409, "Changed meanwhile"),
    errors.TooMany: (429, "Too many requests"),
    errors.Unavailable: (503, "Try again shortly"),
    errors.StorageFull: (503, "The storage is full"),
}

_HTTP_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    411: "Length required",
    413: "Too large",
    415: "Unsupported media type",
}


class BadRequest(errors.GatehouseError):
    """The request cannot be parsed; no field was looked at. status: the HTTP status. others: what is wrong
    with it, each with its place.
    """

    code = "bad_request"

    def __init__(
        self, message: str, status: int = 400, others: Sequence[errors.Invalid] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.others = tuple(others)


def problem(
    status: int,
    title: str,
    detail: str,
    code: str,
    *,
    fields: Sequence[Mapping[str, str]] = (),
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. fields: of each broken rule the 'pointer', 'parameter' or 'header', and 'detail'. members: further
    ones of the document.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **(members or {}),
    }
    if fields:
        body["errors"] = list(fields)
    return Response(
        json.dumps(body),
        status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


def status_of(error: errors.GatehouseError) -> tuple[int, str]:
    """The HTTP status and the title of an error; a class without its own has those of its base."""
    if isinstance(error, BadRequest):
        return error.status, _HTTP_TITLES[error.status]
    entries = (STATUS[base] for base in type(error).__mro__ if base in STATUS)
    return next(entries, (500, "Something went wrong here"))


def answer(error: errors.GatehouseError) -> Response:
    """The HTTP answer to an error of the domain."""
    status, title = status_of(error)
    headers = {}
    if retry_after := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="gatehouse"'
    broken = [
        *([error] if isinstance(error, errors.Invalid) else []),
        *getattr(error, "others", ()),
    ]
    broken = broken[: errors.ERRORS_LIMIT]
    more = f" And {len(broken) - 1} more: see errors." if len(broken) > 1 else ""
    fields = [_field(each) for each in broken]
    return problem(
        status,
        title,
        error.message + more,
        error.code,
        fields=fields,
        members=error.members,
        headers=headers,
    )


def _field(error: errors.Invalid) -> dict[str, str]:
    """The entry of an error in the list of a problem document."""
    if isinstance(error, BadParameter):
        place, name = error.place, error.name
    else:
        place, name = "pointer", error.pointer
    return {place: name, "detail": error.message.removeprefix(f"{name or WHOLE}: ")}


# Shows an error as a page: request, status, title, message, headers.
ShowPage = Callable[[Request, int, str, str, dict[str, str]], Awaitable[Response]]


def wants_html(request: Request) -> bool:
    """Whether a browser shows the answer as a page, and no script reads it."""
    return "text/html" in request.headers.get("accept", "")


# What the OpenAPI document describes is answered as it says, whoever asks.
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")


def _is_for_people(request: Request) -> bool:
    return wants_html(request) and not request.url.path.startswith(_FOR_PROGRAMS)


def _without_slash(request: Request) -> str:
    """The path without slashes at its end, where something is there for the same method; '' where nothing is."""
    path = request.scope["path"]
    shorter = "/" + path.strip("/")
    scope = {**request.scope, "path": shorter}
    is_there = any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)
    return shorter if path.endswith("/") and shorter != path and is_there else ""


def _as_sent(request: Request, path: str) -> str:
    """A path with the query of this request: only the browser knows scheme and host, behind a proxy."""
    return quote(path) + (f"?{query}" if (query := request.url.query) else "")


def _is_a_page(request: Request) -> bool:
    """Whether people read what is asked for: compatible APIs and our own have no pages."""
    return request.method == "GET" and not request.url.path.startswith(_FOR_PROGRAMS)


def install(app: FastAPI, show_page: ShowPage) -> None:
    """Makes every error of the app a problem document, or for people a page."""

    async def respond(request: Request, problem: Response, title: str, message: str) -> Response:
        if not _is_for_people(request):
            return problem
        kept = ("retry-after", "allow", "x-request-id")
        headers = {name: problem.headers[name] for name in kept if name in problem.headers}
        return await show_page(request, problem.status_code, title, message, headers)

    async def domain(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.GatehouseError)
        return await respond(request, answer(error), status_of(error)[1], error.message)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        title = _HTTP_TITLES.get(error.status_code, "Request refused")
        detail = f"{title}."
        if error.status_code == 404 and (path := _without_slash(request)):
            if _is_a_page(request):
                return RedirectResponse(_as_sent(request, path))
            detail += " There is something at this path without the slash at its end."
        document = problem(
            error.status_code, title, detail, "http", headers=dict(error.headers or {})
        )
        return await respond(request, document, title, f"{title}.")

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        broken = errors.together(broken_parameters(error.errors()))
        title = "The request breaks a rule"
        return await respond(request, answer(broken), title, "This address is not valid.")

    async def unexpected(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        log.error(
            "unexpected error",
            extra={
                "request_id": request.scope.get("request_id", ""),
                "route": getattr(route, "path", ""),
            },
            exc_info=error,
        )
        title, message = "Something went wrong here", "The error was logged."
        document = problem(
            500,
            title,
            message,
            "internal",
            headers={"X-Request-ID": request.scope.get("request_id", "")},
        )
        return await respond(request, document, title, message)

    app.add_exception_handler(errors.GatehouseError, domain)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(Exception, unexpected)
