"""/reply/{site_id} takes a plain form and answers 303, and so do the URLs for forms of WordPress and
Staticman; /embed/v1.js and /embed/thread show thread and form on a site's pages, /embed/feed is for feed readers.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from moderation.domain.comment import PAGE_URL_LIMIT, TITLE_LIMIT, Receipt
from moderation.domain.errors import Forbidden, GatehouseError, Invalid, NotFound, PageClosed
from moderation.domain.page_url import origin_of, plain_url
from moderation.reading import threads
from moderation.reading.thread_versions import NamedPage
from moderation.review.reader_rules import get_rules
from moderation.store import sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.access import identity
from service.api import threads as threads_api
from service.api.responses import public
from service.embed import form_formats
from service.embed.feed import feed
from service.embed.module import module
from service.embed.page_thread import is_plain, page_thread
from service.embed.reply import (
    NAMES,
    FormProblem,
    landing,
    page_of,
    problems,
    read_submission,
    within,
)
from service.http.body import read_body, strict_json
from service.http.client_address import client_address
from service.http.errors import wants_html
from service.http.forms import UnreadableForm, read_form
from service.http.html import HEADERS, Pages, retry_header, status_of
from service.queues.hand_in import hand_in
from service.queues.kept_answers import KeptRoute

router = APIRouter(include_in_schema=False)
pages = Pages(Path(__file__).parent, "/embed/static")

MODULE_CACHE = "public, max-age=300"
_SITE_ID = re.compile(r"[a-z0-9_]{1,64}")


@router.get("/embed/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    return pages.file(request, version, name)


@router.get("/embed/v1.js")
def script(request: Request) -> Response:
    """The module for a site's pages: it changes only with Gatehouse, and a cache asks every five minutes."""
    text, headers = module().text, {"Vary": "Accept-Encoding"}
    answer = public(request, text, "text/javascript", MODULE_CACHE, headers)
    if answer.status_code == 200 and "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = module().compressed
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
        answer.headers["ETag"] = f"W/{answer.headers['etag']}"
    return answer


@router.post("/reply/{site_id}")
@router.post("/reply/{site_id}/wp-comments-post.php")
async def reply(request: Request, site_id: str) -> Response:
    """Stores a reply and sends the reader back to the page: 303 means that it is on disk."""
    return await _reply(request, lambda _: _site(request.app.state.store, site_id))


@router.post("/wp-comments-post.php")
async def reply_as_to_wordpress(request: Request) -> Response:
    """The same at WordPress's own path: the site is the only one with the page's origin."""

    def find(fields: Mapping[str, str]) -> Site:
        headers = request.headers
        typed_urls = (fields.get("page_url"), fields.get("redirect_to"))
        for url in (*typed_urls, headers.get("referer"), headers.get("origin")):
            if url and (origin := origin_of(url)):
                site_id = threads.site_of(request.app.state.store, "", origin)
                if site_id:
                    return _site(request.app.state.store, site_id)
        raise NotFound("No site here has this page.")

    return await _reply(request, find)


async def _reply(request: Request, find_site: Callable[[Mapping[str, str]], Site]) -> Response:
    """find_site: from the fields, in a thread; raises NotFound."""
    typed: dict[str, str] = {}
    site: Site | None = None
    try:
        typed = await read_form(request, NAMES, request.app.state.settings.body_limit)
        site = await run_in_threadpool(find_site, typed)
        _check_origin(request, site)
        typed = form_formats.wordpress(typed, site.origins, request.headers.get("referer", ""))
        _, token = await _hand_in(request, site, typed)
    except UnreadableForm as error:
        typed = error.typed
        with suppress(NotFound):
            site = await run_in_threadpool(find_site, typed)
            typed = form_formats.wordpress(typed, site.origins, request.headers.get("referer", ""))
        return _refused(error, site, typed)
    except GatehouseError as error:
        return _refused(error, site, typed)
    redirect_to = typed.get("redirect_to", "")
    page_url = redirect_to if within(redirect_to, site.origins) else typed["page_url"]
    return _go_back(request, site, landing(page_url), token)


def _go_back(request: Request, site: Site, url: str, token: str) -> Response:
    """303 to a page of the site. token: for the browser's cookie, '' for none."""
    response = RedirectResponse(url, 303, headers=HEADERS)
    if token:
        identity.set_cookie(request, response, site.id, token)
    return response


async def _hand_in(request: Request, site: Site, fields: Mapping[str, str]) -> tuple[Receipt, str]:
    """Stores the reply in the fields; its receipt, and the browser's token, '' for none.

    A token counts, and is issued, only where the browser says that the form is on the site or here;
    otherwise any page could comment in its visitors' names.
    """
    state = request.app.state
    rules = await run_in_threadpool(get_rules, state.store, site.id)
    uses_token = (
        state.settings.author_days > 0 and request.headers.get("origin", "null").lower() != "null"
    )
    return await hand_in(
        state,
        site.id,
        client_address(request, state.trusted),
        lambda new: read_submission(
            fields,
            site.origins,
            request.headers.get("user-agent", ""),
            new,
            asks_proof=rules.proof_of_work > 0,
        ),
        browser_token=identity.cookie_token(request, site.id) if uses_token else "",
        issue_token=uses_token,
        join=True,
    )


@router.post("/reply/{site_id}/staticman")
@router.post("/reply/{site_id}/staticman/{rest:path}")
async def reply_as_to_staticman(request: Request, site_id: str) -> Response:
    """The same for forms made for Staticman, whatever repository and branch their URL names.

    Redirects to the URL in the form's options, if it is on the site; a script gets JSON.
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
        error_url = fields.get(form_formats.REDIRECT_ERROR, "")
        if site and within(error_url, site.origins):
            return RedirectResponse(plain_url(error_url), 303, headers=HEADERS)
        if wants_html(request):
            if isinstance(error, UnreadableForm) and site:
                referer = request.headers.get("referer", "")
                typed = form_formats.staticman(error.typed, site.origins, referer)
            return _refused(error, site, typed)
        headers = {**retry_header(error), **_cors(request, site)}
        return JSONResponse(form_formats.staticman_error(error), status_of(error)[0], headers)
    redirect_to = fields.get(form_formats.REDIRECT, "")
    if within(redirect_to, site.origins):
        return _go_back(request, site, plain_url(redirect_to), token)
    if wants_html(request):
        return _go_back(request, site, landing(typed["page_url"]), token)
    body = {"success": True, "fields": {"_id": receipt.comment_id}}
    return JSONResponse(body, headers=_cors(request, site))


@router.options("/reply/{site_id}/staticman")
@router.options("/reply/{site_id}/staticman/{rest:path}")
async def may_script_reply(request: Request, site_id: str) -> Response:
    """The preflight of a page's script that sends JSON."""
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
    """Raises Forbidden for a form that is neither on the site's own pages nor on ours.

    A request without Origin passes: old browsers and pages with a strict referrer policy send none.
    """
    origin = request.headers.get("origin", "null").lower()
    host = request.headers.get("host", "")
    ours = (request.app.state.settings.public_url, f"http://{host}", f"https://{host}")
    if origin not in ("null", *site.origins, *ours):
        raise Forbidden("This form stands on a page that does not belong to the site.")


def _refused(error: GatehouseError, site: Site | None, fields: Mapping[str, str]) -> Response:
    """A page that says what was wrong, and still contains what was typed."""
    status, title = status_of(error)
    broken = problems(error) if isinstance(error, Invalid) else [FormProblem("", error.message)]
    wrong = {problem.field for problem in broken}
    # Only the page's own URL goes back into the form, and only if it is on the site.
    origins = site.origins if site else ()
    is_on_site = site is not None and within(fields.get("page_url", ""), origins)
    return pages.page(
        "refused.html",
        status,
        retry_header(error),
        form_action=filter(is_plain, origins),
        title=title,
        problems=broken,
        wait=getattr(error, "retry_after", 0),
        can_retry=is_on_site and not isinstance(error, PageClosed),
        site_id=site.id if site else "",
        typed=fields,
        form={
            "page_url": fields.get("page_url", "") if is_on_site else "",
            "page_title": fields.get("page_title", ""),
            # What cannot be answered any more would be refused again: sent once more, it stands by itself.
            "parent": "" if "comment_parent" in wrong else fields.get("comment_parent", ""),
            "state": "",
            "until": "",
            "website": "url" in fields,  # where the form had it
            "service": "",
        },
    )


def fragment(
    request: Request,
    site: Annotated[str, Query(max_length=64)],
    page_url: Annotated[str, Query(max_length=PAGE_URL_LIMIT)],
    page_title: Annotated[str, Query(max_length=TITLE_LIMIT)] = "",
    replytocom: str = "",
    gatehouse: str = "",
    before: str = "",
) -> Response:
    """The newest approved comments of a page and the form, for the site's server to put into its page.

    replytocom, gatehouse, before: what the links and the form add to the page's own query; the server passes it on.
    """
    state = request.app.state
    state.kept_answers.about(request, NamedPage(site, page_of(page_url)))
    known = _site(state.store, site)
    if not within(page_url, known.origins):
        raise NotFound("No page of this site has this address.")
    values = page_thread(
        state.store, site, page_of(page_url), page_title, replytocom, gatehouse, before
    )
    values["form"]["service"] = state.settings.public_url
    html = pages.render("thread.html", **values)
    return public(request, html, "text/html", threads_api.CACHE, {"X-Robots-Tag": "noindex"})


router.add_api_route("/embed/thread", fragment, route_class_override=KeptRoute)
router.add_api_route("/embed/feed", feed, route_class_override=KeptRoute)
