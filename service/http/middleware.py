"""The outermost layer of the app: request ids, safe headers, CORS, one log line and one count each."""

import logging
import os
import re
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import metrics
from service.http.errors import problem

log = logging.getLogger("gatehouse.access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # An answer without its own policy is data, not a page.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
}
COMMENTS_PATH = "/api/v1/comments"
# What scripts of other origins may call: methods and headers.
_ONE_COMMENT = re.compile(rf"{COMMENTS_PATH}/[a-z0-9_]{{1,64}}")
_REPORTS_AND_APPEAL = re.compile(rf"{_ONE_COMMENT.pattern}/(reports|appeal)")
_CORS = {
    COMMENTS_PATH: ("POST", "authorization, content-type, idempotency-key"),
    "/api/v1/forewarnings": ("POST", "authorization, content-type"),
    "/v1alpha1/comments:analyze": ("POST", "authorization, content-type, x-goog-api-key"),
    "/v1alpha1/comments:suggestscore": ("POST", "authorization, content-type, x-goog-api-key"),
}


def _cors_rule(path: str) -> tuple[str, str] | None:
    """What scripts of other origins may do at a path; None for nothing."""
    if _ONE_COMMENT.fullmatch(path):
        return "GET, PATCH, DELETE", "authorization, content-type"
    if _REPORTS_AND_APPEAL.fullmatch(path):
        return "POST", "authorization, content-type"
    return _CORS.get(path)


# A name or an address, and a port; empty where the URL had none.
_HOST = re.compile(rb"([\w.~%!$&'()*+;=-]+|\[[0-9A-Fa-f:.]+\])?(:\d{0,5})?", re.ASCII)


def _has_one_host(scope: Scope) -> bool:
    """RFC 9112: a request without Host, with two of them, or with what is none is for nobody; HTTP/1.0 may have none."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) == 1:
        return _HOST.fullmatch(hosts[0]) is not None
    return not hosts and scope.get("http_version") == "1.0"


class Middleware:
    """Plain ASGI, because every request passes it.

    owns_origin: whether a site is registered with an origin; needed for preflights and answers of the
    few routes that scripts of other origins may call.
    """

    def __init__(self, app: ASGIApp, owns_origin: Callable[[str], Any]) -> None:
        self._app = app
        self._owns_origin = owns_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # RFC 9110: where there is a GET; the server drops the body
            scope = {**scope, "method": "GET"}
        headers = Headers(scope=scope)
        sent_id = headers.get("x-request-id", "")
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else os.urandom(12).hex()
        scope["request_id"] = request_id
        cors = await self._cors(scope, headers)
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    answered.setdefault(name, value)
                for name, value in cors.items():
                    answered[name] = value
                answered["X-Request-ID"] = request_id
            await send(message)

        try:
            if cors and scope["method"] == "OPTIONS":
                await answer({"type": "http.response.start", "status": 204, "headers": []})
                await answer({"type": "http.response.body", "body": b""})
            elif not _has_one_host(scope):
                refused = problem(
                    400,
                    "Bad request",
                    "A request has one Host header, which names a host.",
                    "bad_request",
                )
                await refused(scope, receive, answer)
            else:
                await self._app(scope, receive, answer)
        finally:
            # The route's pattern, not the path: paths contain ids, and queries may contain secrets.
            # FastAPI does not set the route of SUBMIT_ROUTE (service/api/comments.py).
            fallback = COMMENTS_PATH if scope["path"] == COMMENTS_PATH else "other"
            route = getattr(scope.get("route"), "path", fallback)
            elapsed = time.perf_counter() - started
            metrics.requests.labels(route, scope["method"], status).inc()
            metrics.seconds.labels(route).observe(elapsed)
            if log.isEnabledFor(logging.DEBUG) or status >= 500:
                log.log(
                    logging.WARNING if status >= 500 else logging.DEBUG,
                    "answered",
                    extra={
                        "request_id": request_id,
                        "method": scope["method"],
                        "route": route,
                        "status": status,
                        "ms": round(elapsed * 1000, 1),
                    },
                )

    async def _cors(self, scope: Scope, headers: Headers) -> dict[str, str]:
        origin = headers.get("origin", "").lower()
        rule = _cors_rule(scope["path"])
        if not origin or rule is None or not await self._owns_origin(origin):
            return {}
        allowed = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",  # how long to wait after a 429
            "Vary": "Origin",
        }
        if scope["method"] == "OPTIONS":
            methods, names = rule
            allowed |= {
                "Access-Control-Allow-Methods": methods,
                "Access-Control-Allow-Headers": names,
                "Access-Control-Max-Age": "600",
            }
        return allowed
