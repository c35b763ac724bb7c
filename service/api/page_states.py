"""/api/v1/pages: whether a page is open, premoderated or closed, and what holds for a site's pages by default."""

import os
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.comment import PageRef, PageState
from moderation.domain.errors import Invalid, together
from moderation.domain.page_state import CLOSE_AFTER_LIMIT, PageDefault
from moderation.review import page_states
from moderation.review.page_states import PageChange, PageStatus
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body, parse
from service.api.comment_schemas import PageIn
from service.api.described import described
from service.api.fields import StrictModel, epoch_ms
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import PageOut, moment, page_out
from service.http.broken_rules import BadParameter

router = APIRouter(prefix="/api/v1/pages", tags=["pages"], dependencies=KEYED)

# Not strict: by its name.
_State = Annotated[PageState, Field(strict=False)]
_Days = Annotated[int, Field(ge=0, le=CLOSE_AFTER_LIMIT)]


class PageStateIn(StrictModel):
    """What to set for a page. state, close_after_days: null as the site's; 0 days: it never closes by age.
    published_at: with its zone; its age begins then, else with its first comment. Left out, it stays.
    """

    page: PageIn
    state: _State | None = None
    close_after_days: _Days | None = None
    published_at: Annotated[AwareDatetime | None, Field(strict=False)] = None


class PageDefaultIn(StrictModel):
    """What holds for the pages of the site that have no setting of their own. 0 days: never."""

    state: _State = PageState.OPEN
    close_after_days: _Days = 0


class PageDefaultOut(TypedDict):
    """What holds for the pages of the site that have no setting of their own. 0 days: never."""

    state: PageState
    close_after_days: answers.Count


class PageSettingOut(TypedDict):
    """What is set for a page by itself, null as the site's."""

    state: PageState | None
    close_after_days: answers.Count | None


class PageStateOut(TypedDict):
    """What a page does with a comment that comes now. known: whether somebody commented there, or set something.
    closes_at: by its age, null for never. opens_at: when the closed hours end that it is in, null for none.
    """

    page: PageOut
    known: bool
    state: PageState
    closes_at: answers.Moment | None
    opens_at: answers.Moment | None
    set: PageSettingOut
    default: PageDefaultOut


@router.get("/state", summary="What a page does with new comments", **described(PageStateOut))
def read_state(
    request: Request,
    key: SecretKey,
    page_url: Annotated[str, Query(max_length=2_000)],
    page_id: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """A page that nobody has commented on yet has the site's default. page_id: the site's own, if it sends one."""
    page = _page(_named(page_url, page_id))
    status = page_states.get_page(request.app.state.store, key.site_id, page, now_ms())
    return private_json(state_out(status))


@router.put(
    "/state",
    summary="Open, premoderate or close a page",
    **described(PageStateOut, body=PageStateIn),
)
def change_state(
    request: Request, key: SecretKey, body: Annotated[PageStateIn, json_body(PageStateIn)]
) -> Response:
    """It may have no comment yet. The page is named as in a comment: by the site's own id, else by its URL."""
    change = PageChange(body.state, body.close_after_days, epoch_ms(body.published_at))
    store = request.app.state.store
    status = page_states.set_page(
        store, key.site_id, _page(body.page), change, now_ms(), os.urandom, key.id
    )
    return private_json(state_out(status))


@router.get(
    "/default",
    summary="What holds for pages without a setting of their own",
    **described(PageDefaultOut),
)
def read_default(request: Request, key: SecretKey) -> Response:
    return private_json(_default_out(page_states.get_default(request.app.state.store, key.site_id)))


@router.put(
    "/default",
    summary="Open, premoderate or close pages by default",
    **described(PageDefaultOut, body=PageDefaultIn),
)
def change_default(
    request: Request, key: SecretKey, body: Annotated[PageDefaultIn, json_body(PageDefaultIn)]
) -> Response:
    """It holds at once, also for pages that are there already."""
    default = PageDefault(body.state, body.close_after_days)
    page_states.set_default(request.app.state.store, key.site_id, default, by=key.id)
    return private_json(_default_out(default))


def _named(page_url: str, page_id: str) -> PageIn:
    """The page that parameters name. Raises Invalid with the names of those that break a rule."""
    try:
        return parse(PageIn, {"url": page_url, "id": page_id})
    except Invalid as error:
        raise together(
            [
                BadParameter(
                    f"page_{rule.pointer[1:]}", rule.message.removeprefix(f"{rule.pointer}: ")
                )
                for rule in (error, *error.others)
            ]
        ) from None


def _page(page: PageIn) -> PageRef:
    return PageRef(page.url.partition("#")[0], page.title, page.id)


def state_out(status: PageStatus) -> PageStateOut:
    """A page as the site reads it. state: now, its age included. set: what is its own, null as the site's."""
    setting, page = status.setting, status.page
    return {
        "page": page_out(page.url, page.title, page.by_server and page.title != "", page.id),
        "known": bool(status.id),
        "state": status.state,
        "closes_at": moment(status.closes_at),
        "opens_at": moment(status.opens_at),
        "set": {"state": setting.state, "close_after_days": setting.close_after_days},
        "default": _default_out(status.default),
    }


def _default_out(default: PageDefault) -> PageDefaultOut:
    return {"state": default.state, "close_after_days": default.close_after_days}
