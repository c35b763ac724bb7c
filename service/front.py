"""The front of the service, for people: the start page, the icon, robots.txt, and errors as pages."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from service.console.pages import URL, error_page, pages

router = APIRouter(include_in_schema=False)

_ICON = (Path(__file__).parent / "console" / "static" / "logo.svg").read_bytes()
# Nothing here is for a search engine but the demo and the documentation.
_ROBOTS = f"User-agent: *\nDisallow: {URL}\nDisallow: /api/\nDisallow: /reply/\n"
_DOCUMENTATION = "/docs"
_MESSAGES = {
    404: "There is no page at this address.",
    405: "This address is for forms and programs; there is nothing to read here.",
}


@router.get("/")
def start(request: Request) -> Response:
    """Where people find what is here."""
    paths = {getattr(route, "path", "") for route in request.app.routes}
    return pages.page(
        "start.html",
        documentation=_DOCUMENTATION if _DOCUMENTATION in paths else str(request.app.openapi_url),
    )


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
    message = _MESSAGES.get(status, message)
    return await run_in_threadpool(error_page, request, status, title, message, headers)
