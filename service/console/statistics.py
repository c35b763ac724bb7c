"""A site's statistics under /console/statistics: tables that a script draws as plots, and the same as CSV; its statements of reasons as CSV."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated

from fastapi import Query, Response

from moderation.accounts.sign_in import emails_of
from moderation.clock import now_ms
from moderation.domain.day_totals import SCORE_STEPS
from moderation.domain.decision import Outcome
from moderation.domain.drift import Alarm
from moderation.domain.durations import DAY_MS
from moderation.domain.roles import Action
from moderation.domain.statement import Statement
from moderation.domain.statement_csv import csv_of as statement_csv
from moderation.reading.statements import each_statement
from moderation.review.statistics import (
    MONTH_DAYS,
    PERIODS,
    Statistics,
    by_site,
    csv_of,
    iso_day,
    statistics,
)
from service.console.durations import duration
from service.console.language import N_, _, number
from service.console.pages import page_router, pages
from service.console.presenters import label, person_name
from service.console.site_request import CurrentRequest, SiteRequest

router = page_router("/statistics")

_PART = 500  # statements sent at once
Days = Annotated[int, Query(ge=1, le=90)]


@router.get("")
def statistics_page(request: CurrentRequest, days: Days = 30) -> Response:
    """The numbers of the last days; somebody who is no auditor or admin sees of colleagues' work only their own."""
    store, now = request.store, now_ms()
    found = statistics(store, request.site_id, days, now=now)
    names = _names(request, found)
    sites = {site.site_id: site.site_name for site in request.visitor.signed.sites}
    sums = by_site(store, sites, days, now=now) if len(sites) > 1 else {}
    return request.answer(
        "statistics.html",
        found=found,
        days=days,
        periods=PERIODS,
        month=MONTH_DAYS,
        steps=SCORE_STEPS,
        outcomes=[(outcome.value, word) for outcome, word in _OUTCOMES.items()],
        work=[(names[id], count) for id, count in found.whole.counts("by") if id in names],
        sites=[(sites[id], sums[id]) for id in sorted(sums, key=lambda id: sites[id].casefold())],
        shifts=_SHIFTS,
        alarm_in_words=alarm_in_words,
        iso_day=iso_day,
        duration=duration,
    )


@router.get("/csv")
def statistics_csv(request: CurrentRequest, days: Days = 30) -> Response:
    found = statistics(request.store, request.site_id, days, now=now_ms())
    text = csv_of(found, _names(request, found))
    return pages.attachment("statistics.csv", text)


@router.get("/statements/csv")
def statements_csv(request: CurrentRequest, days: Days = 30) -> Response:
    """The statements of reasons of what was decided on the days that are shown, the oldest first, as a file that is sent as it is read."""
    store, first = request.store, now_ms() // DAY_MS - (days - 1)
    return pages.attachment(
        "statements.csv", _lines(each_statement(store, request.site_id, first * DAY_MS))
    )


def _lines(statements: Iterator[Statement]) -> Iterator[str]:
    yield statement_csv([], header=True)
    while part := list(islice(statements, _PART)):
        yield statement_csv(part, header=False)


_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.APPROVE: N_("Approved"),
    Outcome.HOLD: N_("Held"),
    Outcome.SPAM: N_("Spam"),
    Outcome.REJECT: N_("Rejected"),
}
_SHIFTS = {"none": N_("none"), "some": N_("some"), "large": N_("large"), "unknown": N_("unknown")}


def _names(request: SiteRequest, found: Statistics) -> dict[str, str]:
    """What those are called whose work this visitor may see, by id."""
    ids = [id for id, _ in found.whole.counts("by")]
    if not request.may(Action.SEE_AUDIT):
        ids = [id for id in ids if id == request.moderator_id]
    emails = emails_of(request.store, ids)
    return {id: person_name(id, emails) for id in ids}


def alarm_in_words(alarm: Alarm) -> str:
    """What left its band, as one sentence in the language of the page."""
    name = label(alarm.name)
    if alarm.kind == "score":
        return _(
            "Scores of %(name)s are distributed otherwise than in the four weeks before (PSI %(psi)s).",
            name=name,
            psi=number(alarm.psi, 2),
        )
    return _(
        "The rule %(name)s gave a reason for %(now)s %% of %(n)s comments; in the four weeks before it was %(before)s %%.",
        name=name,
        now=number(100 * alarm.hits / alarm.count, 1),
        n=number(alarm.count),
        before=number(100 * alarm.hits_before / alarm.count_before, 1),
    )
