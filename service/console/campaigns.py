"""The console's campaigns: many comments on one card, decided once, taken apart where they differ."""

import os
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.campaign import quantity
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.doorbell import DELIVER
from moderation.review import campaign_decisions, campaigns
from moderation.review.campaigns import CampaignCard
from service.console.navigation import CAMPAIGNS, query, tabs
from service.console.pages import URL, PageRoute, pages
from service.console.presenters import OUTCOME_WORDS, age, excerpt, iso, utc_time
from service.console.session import MEMBERS, Acting, Here, Visitor
from service.http.html import HEADERS

PAGE = 20  # campaigns, and members of one
router = APIRouter(prefix="/campaigns", route_class=PageRoute)

_ID = re.compile(r"[a-z0-9_]{1,64}")
_OUTCOMES = (Outcome.APPROVE, Outcome.REJECT, Outcome.SPAM)

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as a card. standing: '12 held, 2 approved'. history: what was said of it, in words."""

    card: CampaignCard
    text: str
    opening: str
    size: str
    standing: str
    history: list[tuple[int, str, str, str, str]]
    actions: list[tuple[str, str]]
    said: str
    time: str
    iso: str
    age: str


def campaign_views(request: Request, cards: list[CampaignCard]) -> list[CampaignView]:
    people = {one.moderator_id for card in cards for one in card.rulings}
    names = sign_in.emails_of(request.app.state.store, people)
    return [_view(card, names, now_ms()) for card in cards]


def _view(card: CampaignCard, names: dict[str, str], now: int) -> CampaignView:
    text = card.sample[0].text if card.sample else ""
    verbs = {"approve": "Approve", "reject": "Reject", "spam": "Spam"}
    return CampaignView(
        card=card,
        text=text,
        opening=excerpt(text),
        size=quantity(card.comments, "comment"),
        standing=", ".join(f"{count:,} {status.value}" for status, count in _ordered(card)),
        history=[
            (
                one.sequence,
                _said(one.outcome),
                names.get(one.moderator_id)
                or (
                    "the site's own server"
                    if one.moderator_id.startswith("key_")
                    else "a moderator"
                ),
                utc_time(one.created_at),
                iso(one.created_at),
            )
            for one in card.rulings
        ],
        actions=[
            (one.value, f"{verbs[one]} all") for one in _OUTCOMES if one.value != card.in_force
        ],
        said=_said(card.rulings[-1].outcome) if card.rulings else "",
        time=utc_time(card.crowd.last_at),
        iso=iso(card.crowd.last_at),
        age=age(now - card.crowd.last_at),
    )


def _ordered(card: CampaignCard) -> list[tuple[Status, int]]:
    """What waits first, as the queues are."""
    order = list(Status)
    order.insert(0, Status.HELD)
    return sorted(card.counts.items(), key=lambda one: order.index(one[0]))


def _said(outcome: str) -> str:
    return "taken back" if outcome == campaigns.UNDONE else OUTCOME_WORDS[Outcome(outcome)]


@router.get("")
def listed(request: Request, here: Here, site: Name = "", after: Name = "") -> Response:
    """The campaigns of a site, the newest first."""
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    at = here.at(site)
    cards = campaigns.list_campaigns(request.app.state.store, at.site_id, now_ms(), after, PAGE + 1)
    more, cards = len(cards) > PAGE, cards[:PAGE]
    following = query(site=at.site_id, after=cards[-1].id) if more else ""
    return pages.page(
        "campaigns.html",
        here=here,
        site=at,
        tabs=tabs(request, at, CAMPAIGNS),
        crowds=campaign_views(request, cards),
        first_url="" if not after else f"{URL}/campaigns?{query(site=at.site_id)}",
        next_url=f"{URL}/campaigns?{following}" if following else "",
    )


@router.get("/{campaign_id}")
def campaign_page(
    request: Request, here: Here, campaign_id: str, site: Name = "", after: Name = ""
) -> Response:
    """One campaign with its members."""
    return _page(request, here, site, campaign_id, after)


@router.post("/{campaign_id}/decisions")
def decide(request: Request, acting: Acting, campaign_id: str) -> Response:
    here, form = acting
    if form.get("outcome") not in set(Outcome):
        raise Invalid("A decision is approve, hold, reject or spam.")
    return _ruled(request, here, form, campaign_id, Outcome(form["outcome"]))


@router.post("/{campaign_id}/undo")
def undo(request: Request, acting: Acting, campaign_id: str) -> Response:
    here, form = acting
    return _ruled(request, here, form, campaign_id, None)


@router.post("/{campaign_id}/exclusions")
def exclude(request: Request, acting: Acting, campaign_id: str) -> Response:
    """Takes the ticked members out; they are comments like any other again."""
    here, form = acting
    at, ids = here.at(form.get("site", "")), _ticked(form)
    if not ids:
        return _page(request, here, at.site_id, campaign_id, "", _NONE_TICKED, 422)
    store = request.app.state.store
    campaigns.exclude(store, at.site_id, campaign_id, ids)
    try:
        campaigns.get_campaign(store, at.site_id, campaign_id, now_ms())
    except NotFound:  # those were all
        return _to(f"{URL}/campaigns?{query(site=at.site_id)}")
    return _to(_address(campaign_id, at.site_id))


@router.post("/{campaign_id}/splits")
def split(request: Request, acting: Acting, campaign_id: str) -> Response:
    """Makes a campaign of its own of the ticked members, and shows it."""
    here, form = acting
    at, ids = here.at(form.get("site", "")), _ticked(form)
    if not ids:
        return _page(request, here, at.site_id, campaign_id, "", _NONE_TICKED, 422)
    new_id = campaigns.split(
        request.app.state.store,
        at.site_id,
        campaign_id,
        ids,
        now=now_ms(),
        entropy=os.urandom,
    )
    return _to(_address(new_id, at.site_id))


_NONE_TICKED = "Tick the comments that do not belong here first; nothing was changed."


def _ticked(form: dict[str, str]) -> list[str]:
    return sorted({form[name] for name in MEMBERS if _ID.fullmatch(form.get(name, ""))})


def _ruled(
    request: Request,
    here: Visitor,
    form: dict[str, str],
    campaign_id: str,
    outcome: Outcome | None,
) -> Response:
    """outcome: None takes the last ruling back."""
    state = request.app.state
    at = here.at(form.get("site", ""))
    sequence = form.get("sequence", "")
    if not re.fullmatch(r"[0-9]{1,9}", sequence):
        raise Invalid("The form does not say which decision it follows.")
    by = (state.store, here.signed.moderator_id, at.site_id, campaign_id)
    now, entropy = now_ms(), os.urandom
    try:
        if outcome is None:
            campaign_decisions.undo(*by, expected_sequence=int(sequence), now=now, entropy=entropy)
        else:
            campaign_decisions.decide(
                *by, outcome, expected_sequence=int(sequence), now=now, entropy=entropy
            )
    except Conflict as error:
        return _card(request, here, at.site_id, campaign_id, error.message, 409)
    state.ring(DELIVER)
    if "hx-request" not in request.headers:
        return _to(_address(campaign_id, at.site_id))
    return _card(request, here, at.site_id, campaign_id, done=outcome is not None)


def _card(
    request: Request,
    here: Visitor,
    site_id: str,
    campaign_id: str,
    trouble: str = "",
    status: int = 200,
    *,
    done: bool = False,
) -> Response:
    """The card alone for htmx, else on its page. done: as the line that takes a decided card's place."""
    if "hx-request" not in request.headers:
        return _page(request, here, site_id, campaign_id, "", trouble, status)
    at = here.at(site_id)
    card = campaigns.get_campaign(request.app.state.store, site_id, campaign_id, now_ms())
    return pages.page(
        "crowd_piece.html",
        status,
        here=here,
        crowd=campaign_views(request, [card])[0],
        trouble=trouble,
        done=done,
        tabs=tabs(request, at, None),
    )


def _page(
    request: Request,
    here: Visitor,
    site_id: str,
    campaign_id: str,
    after: str,
    trouble: str = "",
    status: int = 200,
) -> Response:
    at = here.at(site_id)
    store = request.app.state.store
    card = campaigns.get_campaign(store, at.site_id, campaign_id, now_ms())
    members = campaigns.list_members(store, at.site_id, campaign_id, after, PAGE + 1)
    more, members = len(members) > PAGE, members[:PAGE]
    following = query(site=at.site_id, after=members[-1].id) if more else ""
    return pages.page(
        "campaign.html",
        status,
        here=here,
        site=at,
        tabs=tabs(request, at, CAMPAIGNS),
        crowd=campaign_views(request, [card])[0],
        trouble=trouble,
        members=[(one, utc_time(one.created_at), iso(one.created_at)) for one in members],
        first_url="" if not after else _address(campaign_id, at.site_id),
        next_url=f"{URL}/campaigns/{campaign_id}?{following}" if following else "",
    )


def _address(campaign_id: str, site_id: str) -> str:
    return f"{URL}/campaigns/{campaign_id}?{query(site=site_id)}"


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers=HEADERS)
