"""/reply/{site_id} takes a plain form and answers 303, and has twins for the forms of WordPress and
Staticman; /demo is an article that has one.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from moderation.domain.comment import Receipt
from moderation.domain.errors import Forbidden, GatehouseError, Invalid, NotFound
from moderation.reading import threads
from moderation.store import sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.access import identity
from service.access.keys import origin_of
from service.embed import form_formats
from service.embed.reply import NAMES, Problem, landing, problem, read_submission, within
from service.embed.thread_order import in_thread_order
from service.http.body import read_body, strict_json
from service.http.client_address import client_address
from service.http.forms import read_form
from service.http.html import HEADERS, Pages, retry_header, status_of
from service.queues.hand_in import hand_in

router = APIRouter(include_in_schema=False)
pages = Pages(Path(__file__).parent, "/embed/static")

DEMO = "/demo"
_SITE_ID = re.compile(r"[a-z0-9_]{1,64}")


@router.get("/embed/static/{version}/{name}")
def static(version: str, name: str) -> Response:
    return pages.file(version, name)


@router.post("/reply/{site_id}")
@router.post("/reply/{site_id}/wp-comments-post.php")
async def reply(request: Request, site_id: str) -> Response:
    """Stores a reply and sends the reader back to the page: 303 means that it is on disk."""
    return await _reply(request, lambda _: _site(request.app.state.store, site_id))


@router.post("/wp-comments-post.php")
async def reply_as_to_wordpress(request: Request) -> Response:
    """The same, at WordPress's own address: the site is the only one with the page's origin."""

    def find(fields: Mapping[str, str]) -> Site:
        headers = request.headers
        said = (fields.get("page_url"), fields.get("redirect_to"))
        for url in (*said, headers.get("referer"), headers.get("origin")):
            if url and (origin := origin_of(url)):
                found = threads.site_of(request.app.state.store, "", origin)
                if found:
                    return _site(request.app.state.store, found)
        raise NotFound("No site here has this page.")

    return await _reply(request, find)


async def _reply(request: Request, find: Callable[[Mapping[str, str]], Site]) -> Response:
    """find: the site of a form, in a thread; raises NotFound."""
    typed: dict[str, str] = {}
    site: Site | None = None
    try:
        typed = await read_form(request, NAMES, request.app.state.settings.body_limit)
        site = await run_in_threadpool(find, typed)
        _check_origin(request, site)
        typed = form_formats.wordpress(typed, site.origins, request.headers.get("referer", ""))
        _, token = await _hand_in(request, site, typed)
    except GatehouseError as error:
        return _refused(error, site, typed)
    wanted = typed.get("redirect_to", "")
    back = landing(wanted if within(wanted, site.origins) else typed["page_url"])
    return _go_back(request, site, back, token)


def _go_back(request: Request, site: Site, url: str, token: str) -> Response:
    """303 to a page of the site. token: for the browser to keep, '' for none."""
    response = RedirectResponse(url, 303, headers=HEADERS)
    if token:
        identity.keep_token(request, response, site.id, token)
    return response


async def _hand_in(request: Request, site: Site, fields: Mapping[str, str]) -> tuple[Receipt, str]:
    """Stores what a form said in our field names; the receipt, and the browser's token, '' for none.

    A token counts, and is given, only where the browser says that the form stands on the site or here:
    else any page could write in the name of whoever opens it.
    """
    state = request.app.state
    counts_token = (
        state.settings.author_days > 0 and request.headers.get("origin", "null").lower() != "null"
    )
    return await hand_in(
        state,
        site.id,
        client_address(request, state.trusted),
        lambda new: read_submission(
            fields, site.origins, request.headers.get("user-agent", ""), new
        ),
        browser_token=identity.held_token(request, site.id) if counts_token else "",
        issue_token=counts_token,
        join=True,
    )


@router.post("/reply/{site_id}/staticman")
@router.post("/reply/{site_id}/staticman/{rest:path}")
async def reply_as_to_staticman(request: Request, site_id: str) -> Response:
    """The same for forms made for Staticman, whatever repository and branch their address names.

    Goes where the form's options say, on the site only; a script is answered with JSON.
    """
    fields: dict[str, str] = {}
    typed: dict[str, str] = {}
    site: Site | None = None
    try:
        site = await run_in_threadpool(_site, request.app.state.store, site_id)
        _check_origin(request, site)
        fields = await _staticman_fields(request)
        typed = form_formats.staticman(fields, site.origins, request.headers.get("referer", ""))
        receipt, token = await _hand_in(request, site, typed)
    except GatehouseError as error:
        back = fields.get(form_formats.REDIRECT_ERROR, "")
        if site and within(back, site.origins):
            return RedirectResponse(back, 303, headers=HEADERS)
        if _wants_html(request):
            return _refused(error, site, typed)
        headers = {**retry_header(error), **_cors(request, site)}
        return JSONResponse(form_formats.staticman_error(error), status_of(error)[0], headers)
    back = fields.get(form_formats.REDIRECT, "")
    if within(back, site.origins):
        return _go_back(request, site, back, token)
    if _wants_html(request):
        return _go_back(request, site, landing(typed["page_url"]), token)
    said = {"success": True, "fields": {"_id": receipt.comment_id}}
    return JSONResponse(said, headers=_cors(request, site))


@router.options("/reply/{site_id}/staticman")
@router.options("/reply/{site_id}/staticman/{rest:path}")
async def may_script_reply(request: Request, site_id: str) -> Response:
    """A page's script asks before it sends JSON."""
    site = await run_in_threadpool(_site, request.app.state.store, site_id)
    allowed = _cors(request, site)
    if allowed:
        allowed |= {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": "600",
        }
    return Response(status_code=204, headers=allowed)


async def _staticman_fields(request: Request) -> dict[str, str]:
    limit = request.app.state.settings.body_limit
    if request.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        return form_formats.flattened(strict_json(await read_body(request, limit)))
    return await read_form(request, form_formats.STATICMAN_NAMES, limit)


def _wants_html(request: Request) -> bool:
    """Whether a browser shows the answer as a page, rather than hand it to a script."""
    return "text/html" in request.headers.get("accept", "")


def _cors(request: Request, site: Site | None) -> dict[str, str]:
    origin = request.headers.get("origin", "").lower()
    if site is None or origin not in site.origins:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def _site(store: Store, site_id: str) -> Site:
    if _SITE_ID.fullmatch(site_id):
        with store.read() as connection:
            if site := sites.get_site(connection, site_id):
                return site
    raise NotFound("There is no such site.")


def _check_origin(request: Request, site: Site) -> None:
    """A form belongs on the site's own pages or ours. Raises Forbidden for another's.

    No Origin at all is let pass: old browsers and pages with a strict referrer policy send none.
    """
    origin = request.headers.get("origin", "null").lower()
    host = request.headers.get("host", "")
    ours = (request.app.state.settings.public_url, f"http://{host}", f"https://{host}")
    if origin not in ("null", *site.origins, *ours):
        raise Forbidden("This form stands on a page that does not belong to the site.")


def _refused(error: GatehouseError, site: Site | None, fields: Mapping[str, str]) -> Response:
    """A page that says what was wrong and still has what was typed."""
    status, title = status_of(error)
    found = problem(error) if isinstance(error, Invalid) else Problem("", error.message)
    # Only the page's own address goes back into the form, and only where it is one.
    origins = site.origins if site else ()
    can_retry = site is not None and within(fields.get("page_url", ""), origins)
    return pages.page(
        "refused.html",
        status,
        retry_header(error),
        form_action=filter(_is_plain, origins),
        title=title,
        problem=found,
        can_retry=can_retry,
        site_id=site.id if site else "",
        typed=fields,
        form={
            "page_url": fields.get("page_url", "") if can_retry else "",
            "page_title": fields.get("page_title", ""),
            "parent": fields.get("comment_parent", ""),
        },
    )


@router.get(DEMO)
def demo(request: Request, replytocom: str = "", gatehouse: str = "") -> Response:
    """An article of a small invented newspaper, with its approved comments and the form."""
    state = request.app.state
    origin = origin_of(state.settings.public_url)
    site_id = threads.site_of(state.store, "", origin)
    if site_id is None:
        return pages.page("nosite.html", 404, origin=origin)
    page_url = f"{state.settings.public_url}{DEMO}"
    comments = threads.list_approved(state.store, site_id, page_url)
    return pages.page(
        "demo.html",
        form_action=filter(_is_plain, [origin]),
        comments=in_thread_order(comments),
        answered=next((one for one in comments if one.id == replytocom), None),
        received=gatehouse == "received",
        site_id=site_id,
        problem=Problem("", ""),
        typed={},
        form={
            "page_url": page_url,
            "page_title": "The night ferry comes back",
            "parent": replytocom if any(one.id == replytocom for one in comments) else "0",
        },
    )


def _is_plain(origin: str) -> bool:
    """Whether an origin may stand in a Content-Security-Policy."""
    parts = urlsplit(origin)
    return bool(re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", origin)) and bool(parts.hostname)
