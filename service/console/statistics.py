"""A site's statistics under /console/statistics: tables that a script draws as plots, and the same as CSV."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.accounts.sign_in import emails_of
from moderation.clock import now_ms
from moderation.domain.day_totals import SCORE_STEPS
from moderation.domain.decision import Outcome
from moderation.domain.roles import Action
from moderation.review.statistics import (
    MONTH_DAYS,
    PERIODS,
    Statistics,
    by_site,
    csv_of,
    iso_day,
    statistics,
)
from moderation.store.moderators import Membership
from service.console.pages import CurrentSite, PageRoute, pages
from service.console.presenters import person_name
from service.console.session import CurrentVisitor, Visitor
from service.http.html import HEADERS

router = APIRouter(prefix="/statistics", route_class=PageRoute)

Days = Annotated[int, Query(ge=1, le=90)]


@router.get("")
def statistics_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, days: Days = 30
) -> Response:
    """The numbers of the last days; somebody who is no auditor or admin sees of colleagues' work only their own."""
    store, now = request.app.state.store, now_ms()
    found = statistics(store, membership.site_id, days, now=now)
    names = _names(request, visitor, membership, found)
    sites = {each.site_id: each.site_name for each in visitor.signed.sites}
    sums = by_site(store, sites, days, now=now) if len(sites) > 1 else {}
    return pages.page(
        "statistics.html",
        visitor=visitor,
        site=membership,
        found=found,
        days=days,
        periods=PERIODS,
        month=MONTH_DAYS,
        steps=SCORE_STEPS,
        outcomes=[(outcome.value, word) for outcome, word in _OUTCOMES.items()],
        work=[(names[id], count) for id, count in found.whole.counts("by") if id in names],
        sites=[(sites[id], sums[id]) for id in sorted(sums, key=lambda id: sites[id].casefold())],
        iso_day=iso_day,
        duration=duration,
    )


@router.get("/csv")
def statistics_csv(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, days: Days = 30
) -> Response:
    found = statistics(request.app.state.store, membership.site_id, days, now=now_ms())
    headers = {
        **HEADERS,
        "Content-Disposition": 'attachment; filename="statistics.csv"',
        "Content-Security-Policy": pages.policy(),
    }
    text = csv_of(found, _names(request, visitor, membership, found))
    return Response(text, media_type="text/csv", headers=headers)


_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.APPROVE: "Approved",
    Outcome.HOLD: "Held",
    Outcome.SPAM: "Spam",
    Outcome.REJECT: "Rejected",
}


def _names(
    request: Request, visitor: Visitor, membership: Membership, found: Statistics
) -> dict[str, str]:
    """What those are called whose work this visitor may see, by id."""
    ids = [id for id, _ in found.whole.counts("by")]
    if not membership.may(Action.SEE_AUDIT):
        ids = [id for id in ids if id == visitor.signed.moderator_id]
    emails = emails_of(request.app.state.store, ids)
    return {id: person_name(id, emails) for id in ids}


def duration(ms: int | None) -> str:
    """'2 h 5 min': two units at most; '' for none."""
    if ms is None:
        return ""
    minutes = round(ms / 60_000)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h" if hours else f"{days} days"
