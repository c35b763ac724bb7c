"""One campaign: decided as a whole, undone, or taken apart where its comments differ."""

import os
import re
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, NotFound
from moderation.doorbell import DELIVER
from moderation.review import campaign_decisions, campaigns
from moderation.store.memberships import Membership
from service.console import session
from service.console.campaign_view import campaign_views
from service.console.language import N_
from service.console.navigation import CAMPAIGNS, PAGE_SIZE, ROWS_READ, one_page, query, queue_tabs
from service.console.pages import URL, QueryName, page_router, pages, redirect

router = page_router("/campaigns/{campaign_id}")

_ID = re.compile(r"[a-z0-9_]{1,64}")
_MEMBERS = tuple(f"m{number}" for number in range(PAGE_SIZE))  # the checkboxes of a page of members
_NONE_SELECTED = N_("Select the comments that do not belong here first; nothing was changed.")

Posted = Annotated[
    session.SignedForm,
    Depends(session.signed_form("site", "outcome", "sequence", "held", *_MEMBERS)),
]


@router.get("")
def campaign_page(
    request: Request,
    visitor: session.CurrentVisitor,
    campaign_id: str,
    site: QueryName = "",
    after: QueryName = "",
    only: QueryName = "",
    ask: QueryName = "",
) -> Response:
    """One campaign with its members. only: 'held', or 'filed' for those that no person filed. ask: the outcome that
    was chosen when the session had ended.
    """
    only = only if only in ("held", "filed") else ""
    membership = visitor.membership(site)
    return _page(request, visitor, membership, campaign_id, after=after, only=only, ask=ask)


@router.post("/decisions")
def decide(request: Request, posted: Posted, campaign_id: str) -> Response:
    return _decide(request, posted, campaign_id, session.read_outcome(posted[1]))


@router.post("/undo")
def undo(request: Request, posted: Posted, campaign_id: str) -> Response:
    return _decide(request, posted, campaign_id, None)


def _decide(
    request: Request, posted: session.SignedForm, campaign_id: str, outcome: Outcome | None
) -> Response:
    """Records a decision about a whole campaign. outcome: None undoes the last one."""
    visitor, form = posted
    state, membership = request.app.state, visitor.membership(form.get("site", ""))
    sequence = session.expected_sequence(form)
    target = (state.store, visitor.signed.moderator_id, membership.site_id, campaign_id)
    now, entropy = now_ms(), os.urandom
    is_fragment = "hx-request" in request.headers
    try:
        if outcome is None:
            campaign_decisions.undo(*target, expected_sequence=sequence, now=now, entropy=entropy)
        else:
            campaign_decisions.decide(
                *target,
                outcome,
                expected_sequence=sequence,
                held_only=form.get("held") == "1",
                now=now,
                entropy=entropy,
            )
    except Conflict as error:
        response = _fragment if is_fragment else _page
        return response(
            request, visitor, membership, campaign_id, problem=error.message, status=409
        )
    state.ring(DELIVER)
    if not is_fragment:
        return redirect(_url(campaign_id, membership.site_id))
    return _fragment(request, visitor, membership, campaign_id, decided=outcome is not None)


@router.post("/exclusions")
def exclude(request: Request, posted: Posted, campaign_id: str) -> Response:
    """Takes the selected members out of the campaign."""
    visitor, form = posted
    membership, comment_ids = visitor.membership(form.get("site", "")), _selected(form)
    store, site_id = request.app.state.store, membership.site_id
    if not comment_ids:
        return _page(request, visitor, membership, campaign_id, problem=_NONE_SELECTED, status=422)
    campaigns.exclude(store, site_id, campaign_id, comment_ids, visitor.signed.moderator_id)
    try:
        campaigns.get_campaign(store, site_id, campaign_id, now_ms())
    except NotFound:  # no member is left
        return redirect(f"{URL}/campaigns?{query(site=site_id)}")
    return redirect(_url(campaign_id, site_id))


@router.post("/splits")
def split(request: Request, posted: Posted, campaign_id: str) -> Response:
    """Makes a new campaign of the selected members, and shows it."""
    visitor, form = posted
    membership, comment_ids = visitor.membership(form.get("site", "")), _selected(form)
    store, site_id = request.app.state.store, membership.site_id
    if not comment_ids:
        return _page(request, visitor, membership, campaign_id, problem=_NONE_SELECTED, status=422)
    new_id = campaigns.split(
        store,
        site_id,
        campaign_id,
        comment_ids,
        visitor.signed.moderator_id,
        now=now_ms(),
        entropy=os.urandom,
    )
    return redirect(_url(new_id, site_id))


def _selected(form: session.Form) -> list[str]:
    """The ids of the selected members."""
    return sorted({form[name] for name in _MEMBERS if _ID.fullmatch(form.get(name, ""))})


def _fragment(
    request: Request,
    visitor: session.Visitor,
    membership: Membership,
    campaign_id: str,
    *,
    problem: str = "",
    decided: bool = False,
    status: int = 200,
) -> Response:
    """The card alone, for htmx. decided: as the line that takes the place of a decided card."""
    store, site_id = request.app.state.store, membership.site_id
    card = campaigns.get_campaign(store, site_id, campaign_id, now_ms())
    [campaign] = campaign_views(store, [card])
    return pages.page(
        "campaign_card_fragment.html",
        status,
        visitor=visitor,
        site=visitor.membership(site_id),
        campaign=campaign,
        problem=problem,
        decided=decided,
        tabs=queue_tabs(request, membership, None),
    )


def _page(
    request: Request,
    visitor: session.Visitor,
    membership: Membership,
    campaign_id: str,
    *,
    after: str = "",
    only: str = "",
    ask: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    """The campaign's page. only: which members. problem: why nothing was changed."""
    store, site_id = request.app.state.store, membership.site_id
    card = campaigns.get_campaign(store, site_id, campaign_id, now_ms())
    [campaign] = campaign_views(store, [card])
    members, last_id = one_page(
        campaigns.list_members(store, site_id, campaign_id, after, ROWS_READ, only=only)
    )
    return pages.page(
        "campaign.html",
        status,
        visitor=visitor,
        site=membership,
        tabs=queue_tabs(request, membership, CAMPAIGNS),
        campaign=campaign,
        problem=problem,
        ask=ask,
        members=members,
        only=only,
        filed=campaigns.count_filed(store, site_id, campaign_id),
        first_url=_url(campaign_id, site_id, only=only) if after else "",
        next_url=_url(campaign_id, site_id, last_id, only) if last_id else "",
    )


def _url(campaign_id: str, site_id: str, after: str = "", only: str = "") -> str:
    return f"{URL}/campaigns/{campaign_id}?{query(site=site_id, after=after, only=only)}"
