"""What all pages of the console share: templates, redirects, the log-in page, errors as pages."""

import logging
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from moderation.clock import now_ms
from moderation.domain.errors import GatehouseError, Unauthenticated
from moderation.domain.roles import Action
from service.console import session
from service.console.presenters import age, iso, label, utc_time
from service.http.html import HEADERS, Pages, retry_header, status_of

log = logging.getLogger("gatehouse.console")

URL = "/console"
NAME_PATTERN = r"^[A-Za-z0-9_.-]*$"
# An id, a queue or a reason code in the query of a page.
QueryName = Annotated[str, Query(max_length=64, pattern=NAME_PATTERN)]

pages = Pages(
    Path(__file__).parent,
    f"{URL}/static",
    scripts=True,
    Action=Action,
    age=lambda millis: age(now_ms() - millis),
    iso=iso,
    label=label,
    utc_time=utc_time,
)

# The pages that a log-in may lead to: our own, spelled so plainly that no browser reads another host
# into it.
_NEXT = re.compile(r"/console/([a-z_]+/)*[a-z0-9_]*(\?[A-Za-z0-9_=&.-]*)?")


def redirect(url: str) -> Response:
    """Leads from a form to a page of ours."""
    return RedirectResponse(url, 303, headers=HEADERS)


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
    """The log-in form, or with a link the button that uses it. retry_after: s, 0 for no such header."""
    cookie = session.visit_cookie(request)
    is_new = not re.fullmatch(r"[0-9a-f]{64}", cookie)
    cookie = session.new_visit() if is_new else cookie
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
        form_token=session.form_token(cookie),
    )
    if is_new:
        session.start_visit(request, response, cookie)
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
                return _error_page(422, "This address is not valid", "Start from the queue.", {})
            except Exception as error:
                log.error("unexpected error", extra={"route": self.path}, exc_info=error)
                return _error_page(500, "Something went wrong here", "The error was logged.", {})

        return answer


def _unauthenticated(request: Request, error: Unauthenticated) -> Response:
    wanted = f"{request.url.path}?{request.url.query}" if request.method == "GET" else ""
    is_first_visit = request.method == "GET" and not session.session_cookie(request)
    return login_page(request, 401, error="" if is_first_visit else error.message, wanted=wanted)


def _error_page(status: int, title: str, message: str, headers: dict[str, str]) -> Response:
    return pages.page("error.html", status, headers, title=title, message=message)
