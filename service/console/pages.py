"""The console's pages as a whole: its templates, the log-in page in place of others, errors as pages."""

import logging
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from moderation.domain.errors import GatehouseError, Unauthenticated
from moderation.domain.roles import Action
from service.console import session
from service.http.html import Pages, retry_header, status_of

log = logging.getLogger("gatehouse.console")

URL = "/console"
pages = Pages(Path(__file__).parent, f"{URL}/static", scripts=True, Action=Action)

# Where one may go on after logging in: our own pages, spelled so plainly that no browser reads
# another host into it.
_NEXT = re.compile(r"/console/([a-z_]+/)*[a-z0-9_]*(\?[A-Za-z0-9_=&.-]*)?")


def next_page(wanted: str) -> str:
    """The page wanted, if it is one of ours."""
    return wanted if len(wanted) <= 500 and _NEXT.fullmatch(wanted) else f"{URL}/"


def login_page(
    request: Request,
    status: int = 200,
    *,
    error: str = "",
    email: str = "",
    link: str = "",
    wanted: str = "",
    retry_after: int = 0,
) -> Response:
    """The log-in form, or with a link the button that uses it."""
    held = session.visit_cookie(request)
    fresh = not re.fullmatch(r"[0-9a-f]{64}", held)
    held = session.new_visit() if fresh else held
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Form realm="console"'  # RFC 9110 wants one; ours is a page
    response = pages.page(
        "login.html",
        status,
        headers,
        error=error,
        email=email,
        link=link,
        wanted=next_page(wanted),
        form_token=session.form_token(held),
    )
    if fresh:
        session.start_visit(request, response, held)
    return response


class PageRoute(APIRoute):
    """A route whose errors are pages too: people read them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Unauthenticated as error:
                return _unauthenticated(request, error)
            except GatehouseError as error:
                return _error_page(*status_of(error), error.message, retry_header(error))
            except RequestValidationError:
                return _error_page(422, "That address makes no sense", "Start from the queue.", {})
            except Exception as error:
                log.error("unexpected error", extra={"route": self.path}, exc_info=error)
                return _error_page(500, "Something went wrong here", "The error was logged.", {})

        return answer


def _unauthenticated(request: Request, error: Unauthenticated) -> Response:
    wanted = f"{request.url.path}?{request.url.query}" if request.method == "GET" else ""
    first = request.method == "GET" and not session.session_cookie(request)
    return login_page(request, 401, error="" if first else error.message, wanted=wanted)


def _error_page(status: int, title: str, message: str, headers: dict[str, str]) -> Response:
    return pages.page("error.html", status, headers, title=title, message=message)
