"""The console's pages under /console/pages: which take comments, and what holds for the rest of a site."""

import os
import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query, Response

from moderation.clock import now_ms
from moderation.domain.comment import PageRef
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.page_state import PageDefault, parse_state
from moderation.domain.roles import Action
from moderation.review import page_states
from moderation.review.page_states import PageChange, PageStatus
from service.api.fields import is_web_address
from service.console import navigation
from service.console.language import N_
from service.console.pages import URL, QueryName, page_router, redirect
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/pages")

# What `state` of a page is called; the templates translate it.
STATES = (N_("open"), N_("premoderated"), N_("closed"))
AS_SITE = "default"  # the choice that follows the site's default
SITE = "site"  # in the place of a page's id: the default itself
# What was set before, in the query of the page that offers to restore it: 'closed.14', 'default.'.
_SETTING = re.compile(r"([a-z]{1,20})\.([0-9]{0,9})")

Posted = Annotated[
    PostedForm,
    Depends(request_form("page", "url", "state", "days", "was", "undo", may=Action.DECIDE)),
]


@router.get("")
def pages_page(
    request: CurrentRequest,
    after: QueryName = "",
    one: QueryName = "",
    was: QueryName = "",
    url: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """A site's pages, newest first. one, was: what was just changed, and what was set before; url: find it."""
    return _page(request, after, one=one, was=was, url=url)


@router.post("/state")
def change_state(posted: Posted) -> Response:
    """Sets what holds for one page: one that is listed, or one by its address that has no comment yet."""
    request, form = posted
    store, site_id = request.store, request.site_id
    change = _change(form.get("state", ""), form.get("days", ""))
    page_id, by, now = form.get("page", ""), request.moderator_id, now_ms()
    if not page_id:
        url = form.get("url", "").partition("#")[0]
        if not is_web_address(url):
            raise Invalid("A page's address begins with http:// or https://.")
        status = page_states.set_page(store, site_id, PageRef(url), change, now, os.urandom, by)
        return redirect(_changed_url(site_id, status.id, PageChange()))
    try:
        status, before = page_states.change_page(
            store, site_id, page_id, change, _setting(form.get("was", "")), by, now=now
        )
    except Conflict as error:
        return _page(request, one=page_id, problem=error.message, status=409)
    return redirect(_changed_url(site_id, status.id, None if form.get("undo") else before))


@router.post("/default")
def change_default(posted: Posted) -> Response:
    """Sets what holds for all pages that have nothing set; editors and admins only."""
    request, form = posted
    request.require(Action.CHANGE_PAGE_DEFAULT)
    store, site_id = request.store, request.site_id
    default = _as_default(_change(form.get("state", ""), form.get("days", "")))
    expected = _as_default(_setting(form.get("was", "")))
    try:
        before = page_states.set_default(store, site_id, default, expected, request.moderator_id)
    except Conflict as error:
        return _page(request, problem=error.message, status=409)
    restored = PageChange(before.state, before.close_after_days)
    return redirect(_changed_url(site_id, SITE, None if form.get("undo") else restored))


def _page(
    request: SiteRequest,
    after: str = "",
    *,
    one: str = "",
    was: str = "",
    url: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    """problem: why nothing was changed."""
    store, site_id, now = request.store, request.site_id, now_ms()
    url = url.strip().partition("#")[0]
    listed: Sequence[PageStatus]
    if one and one != SITE:
        listed, next_id = [page_states.get_by_id(store, site_id, one, now)], ""
    elif url:
        is_address = is_web_address(url)
        listed = [page_states.get_page(store, site_id, PageRef(url), now)] if is_address else []
        next_id = ""
    else:
        rows = page_states.list_pages(store, site_id, now, after, navigation.ROWS_READ)
        listed, next_id = navigation.one_page(rows)
    default = page_states.get_default(store, site_id)
    return request.answer(
        "pages.html",
        status,
        default=default,
        default_was=_words(PageChange(default.state, default.close_after_days)),
        pages=[
            (page, _words(PageChange(page.setting.state, page.setting.close_after_days)))
            for page in listed
        ],
        now=now,
        may_change_default=request.may(Action.CHANGE_PAGE_DEFAULT),
        one=one,
        undo=was if was and _SETTING.fullmatch(was) else "",
        url=url,
        problem=problem,
        first_url=_list_url(site_id) if after or one or url else "",
        next_url=_list_url(site_id, after=next_id) if next_id else "",
    )


def _change(state: str, days: str) -> PageChange:
    """What a form says. Raises Invalid."""
    days = days.strip()
    if days and not (days.isascii() and days.isdecimal() and len(days) <= 9):
        raise Invalid("Days are a number, 0 for never.")
    chosen = None if state == AS_SITE else parse_state(state)
    return PageChange(chosen, int(days) if days else None)


def _as_default(change: PageChange) -> PageDefault:
    if change.state is None:
        raise Invalid("A site's pages are open, premoderated or closed.")
    return PageDefault(change.state, change.close_after_days or 0)


def _words(setting: PageChange) -> str:
    """A setting as _SETTING reads it."""
    days = setting.close_after_days
    return f"{setting.state.value if setting.state else AS_SITE}.{'' if days is None else days}"


def _setting(words: str) -> PageChange:
    """Raises Invalid where a form does not say what it saw."""
    if not (matched := _SETTING.fullmatch(words)):
        raise Invalid("The form does not say what it changes.")
    return _change(matched[1], matched[2])


def _list_url(site_id: str, **fields: str) -> str:
    return f"{URL}/pages?{navigation.query(site=site_id, **fields)}"


def _changed_url(site_id: str, page_id: str, before: PageChange | None) -> str:
    """before: what an undo restores; None after an undo."""
    was = _words(before) if before else ""
    return f"{_list_url(site_id, one=page_id, was=was)}#notice"
