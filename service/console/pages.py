"""What all pages of the console share: templates, redirects, the log-in page, errors as pages."""

import gzip
import logging
import os
import re
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.routing import APIRoute
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.errors import GatehouseError, Unauthenticated
from moderation.domain.roles import Action
from moderation.store.memberships import Membership
from service.console import language, session
from service.console.language import N_
from service.console.presenters import (
    MONTHS,
    STATUS_WORDS,
    age,
    iso,
    label,
    not_so,
    utc_clock,
    utc_time,
)
from service.console.sentences import translated
from service.http.html import HEADERS, Pages, retry_header, status_of

log = logging.getLogger("gatehouse.console")

URL = "/console"
NAME_PATTERN = r"^[A-Za-z0-9_.-]*$"
# An id, a queue or a reason code in the query of a page.
QueryName = Annotated[str, Query(max_length=64, pattern=NAME_PATTERN)]
# Where a list goes on, which may be sealed (moderation/store/place_seal.py).
PlaceName = Annotated[str, Query(max_length=200, pattern=NAME_PATTERN)]


def is_mixed(back: str) -> bool:
    """Whether comments of several states stand together in the list with this query; '' for the page of one comment."""
    asked = dict(parse_qsl(back))
    return not asked.get("status") and asked.get("queue", "") not in {each.value for each in Status}


def when(millis: int) -> Markup:
    """A moment as an element, for the middle of a sentence."""
    return Markup('<time datetime="{}">{}</time>').format(iso(millis), utc_time(millis))


def hidden_fields(**values: object) -> Markup:
    """Fields of a form that nobody sees, by name."""
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("\n").join(field.format(name, value) for name, value in values.items())


pages = Pages(
    Path(__file__).parent,
    f"{URL}/static",
    scripts=True,
    gettext=language.FOR_TEMPLATES,
    Action=Action,
    LANGUAGES=language.LANGUAGES,
    MONTHS=MONTHS,
    STATUS_WORDS=STATUS_WORDS,
    is_mixed=is_mixed,
    hidden_fields=hidden_fields,
    age=lambda millis: age(now_ms() - millis),
    iso=iso,
    label=label,
    language=language.current,
    not_so=not_so,
    number=language.number,
    translated=translated,
    upfirst=language.upfirst,
    utc_clock=utc_clock,
    utc_time=utc_time,
    when=when,
)

ENDED = N_("Your session has ended. Please log in again.")
ENDED_UNDONE = N_("Your session has ended, and nothing was changed. Log in, and do it once more.")
# Where a decision is sent, and the page of what it was about.
_DECIDED = re.compile(rf"({URL}/(?:comments|campaigns)/[a-z0-9_]{{1,64}})/(?:decisions|undo)")

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
    is_out: bool = False,
) -> Response:
    """The log-in form, or with a link the button that uses it. retry_after: s, 0 for no such header. is_out: somebody has just logged out."""
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
        error=translated(error),
        email=email,
        link=link,
        wanted=next_page(wanted),
        provider=request.app.state.provider,
        is_out=is_out,
        form_token=session.masked(session.form_token(cookie), os.urandom(32)),
    )
    if is_new:
        session.start_visit(request, response, cookie)
    if next_page(wanted) != next_page(""):
        session.keep_wanted(request, response, next_page(wanted))
    return response


class NoSite(Exception):
    """Whoever is signed in moderates no site yet."""

    def __init__(self, visitor: session.Visitor) -> None:
        super().__init__("no site")
        self.visitor = visitor


def _site(visitor: session.CurrentVisitor, site: QueryName = "") -> Membership:
    """The site that the query names, or the visitor's first. Raises NotFound and NoSite."""
    if not visitor.signed.sites:
        raise NoSite(visitor)
    return visitor.membership(site)


CurrentSite = Annotated[Membership, Depends(_site)]


def _compressed(request: Request, response: Response) -> Response:
    """The answer as the browser takes it: a page of twenty comments is a tenth as long."""
    if isinstance(response, StreamingResponse):  # is sent as it is made
        return response
    accepted = request.headers.get("accept-encoding", "")
    body = bytes(response.body)
    if len(body) > 1_000 and "gzip" in accepted and "content-encoding" not in response.headers:
        response.body = gzip.compress(body, 5)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Vary"] = "Accept-Encoding"
    return response


class PageRoute(APIRoute):
    """A route whose errors are pages too: people read them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            language.begin(request)
            try:
                return await run_in_threadpool(_compressed, request, await handle(request))
            except NoSite as error:
                return pages.page("no_site.html", visitor=error.visitor)
            except Unauthenticated:
                return _unauthenticated(request)
            except session.FactorWanted:
                return _to_set_up(request)
            except GatehouseError as error:
                shown = (*status_of(error), error.message, retry_header(error))
            except RequestValidationError:
                shown = (422, N_("This address is not valid"), N_("Start from the queue."), {})
            except Exception as error:
                log.error("unexpected error", extra={"route": self.path}, exc_info=error)
                shown = (500, N_("Something went wrong here"), N_("The error was logged."), {})
            return await run_in_threadpool(error_page, request, *shown)

        return answer


def _to_set_up(request: Request) -> Response:
    """The page on which a second factor is set up; htmx leaves its own page for that one."""
    url = f"{URL}/account/second-factor"
    if "hx-request" in request.headers:
        return Response(status_code=403, headers={"HX-Redirect": url})
    return redirect(url)


def page_router(prefix: str = "") -> APIRouter:
    """For pages below /console, and below this part of it."""
    return APIRouter(prefix=URL + prefix, include_in_schema=False, route_class=PageRoute)


def _unauthenticated(request: Request) -> Response:
    """The log-in form, with a word on what was not done, and the way back to where it can be done."""
    if request.method == "GET":
        wanted = f"{request.url.path}?{request.url.query}"
        is_first_visit = not session.session_cookie(request)
        return login_page(request, 401, error="" if is_first_visit else ENDED, wanted=wanted)
    wanted = _page_of_form(request)
    response = login_page(request, 401, error=ENDED_UNDONE, wanted=wanted)
    if "hx-request" in request.headers:  # htmx leaves the page for this one
        response.headers["HX-Redirect"] = f"{URL}/login?{urlencode({'next': wanted, 'ended': 1})}"
    return response


def _page_of_form(request: Request) -> str:
    """The page from which a form can be sent again; a decision is asked again on its own page."""
    form = getattr(request.state, "form", {})
    if decided := _DECIDED.fullmatch(request.url.path):
        asked = {"site": form.get("site", ""), "ask": form.get("outcome", "")}
        asked = {name: value for name, value in asked.items() if value}
        return next_page(f"{decided[1]}?{urlencode(asked)}" if asked else decided[1])
    try:
        sent_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return next_page("")
    return next_page(f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path)


def error_page(
    request: Request, status: int, title: str, message: str, headers: Mapping[str, str]
) -> Response:
    """An error as a page. In the console it keeps the navigation of whoever is signed in."""
    path = request.url.path
    is_console = path == URL or path.startswith(f"{URL}/")
    values: dict[str, Any] = {}
    with suppress(GatehouseError):  # not signed in, or the database is away
        if is_console:
            values["visitor"] = visitor = session.current_visitor(request)
            form = getattr(request.state, "form", {})
            site_id = request.query_params.get("site") or form.get("site", "")
            values["site"] = visitor.membership(site_id) if site_id else None
    return pages.page(
        "error.html",
        status,
        headers,
        title=translated(title),
        message=translated(message),
        is_console=is_console,
        **{name: value for name, value in values.items() if value},
    )
