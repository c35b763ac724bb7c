"""The front of the service, for people: the start page, the icon, robots.txt, and errors as pages."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from service.console import language
from service.console.language import N_
from service.console.pages import URL, error_page, pages

router = APIRouter(include_in_schema=False)

_ICON = (Path(__file__).parent / "console" / "static" / "logo.svg").read_bytes()
# Nothing here is for a search engine but the demo and the documentation.
_ROBOTS = f"User-agent: *\nDisallow: {URL}\nDisallow: /api/\nDisallow: /reply/\n"
_MESSAGES = {
    404: N_("There is no page at this address."),
    405: N_("This address is for forms and programs; there is nothing to read here."),
}


@router.get("/")
def start(request: Request) -> Response:
    """Where people find what is here."""
    language.begin(request)
    return pages.page("start.html")


@router.get("/favicon.ico")
def icon() -> Response:
    """Browsers ask for this path by themselves; what they get may be of any type."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(_ICON, media_type="image/svg+xml", headers=headers)


@router.get("/robots.txt")
def robots() -> Response:
    return PlainTextResponse(_ROBOTS)


async def show_error(
    request: Request, status: int, title: str, message: str, headers: dict[str, str]
) -> Response:
    """An error for somebody with a browser."""
    language.begin(request)
    message = _MESSAGES.get(status, message)
    return await run_in_threadpool(error_page, request, status, title, message, headers)
