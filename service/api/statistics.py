"""GET /api/v1/statistics: what came in and was decided, day by day, as JSON or CSV."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.accounts.sign_in import emails_of
from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.domain.labels import label_of
from moderation.review.statistics import Period, Statistics, csv_of, iso_day, statistics
from service.access.keys import SecretKey
from service.api import answers
from service.api.described import described
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["statistics"], dependencies=KEYED)

Day = Annotated[str, Field(examples=["2026-11-25"], json_schema_extra={"format": "date"})]
Outcomes = Annotated[
    dict[str, int], Field(examples=[{"approve": 431, "hold": 12, "spam": 28, "reject": 9}])
]
Counts = Annotated[dict[str, int], Field(examples=[{"toxic": 12}])]
Histogram = Annotated[
    list[int], Field(examples=[[90, 5, 2, 1, 1, 0, 0, 0, 0, 1]], min_length=10, max_length=10)
]
Seconds = Annotated[int | None, Field(examples=[5400])]


class PeriodOut(TypedDict):
    """comments: that came in. machine: decisions of the policy about these. people: decisions that people made.
    held_and_decided: held comments that people decided about; within so many seconds half of them, and 90 %.
    """

    comments: answers.Count
    machine: Outcomes
    people: Outcomes
    held_and_decided: answers.Count
    median_seconds: Seconds
    p90_seconds: Seconds
    appeals: Counts
    campaigns_formed: answers.Count
    comments_in_campaigns: answers.Count


class DayOut(PeriodOut):
    """One day of UTC."""

    day: Day


class WorkOut(TypedDict):
    """How many decisions somebody made. id: of a moderator or a key. name: a moderator's e-mail, else null."""

    id: answers.PolicyOrPerson
    name: str | None
    decisions: answers.Count


class DriftOut(TypedDict):
    """before, now: how many comments of the 30 days before and of the last 30 days have each score, in ten steps from 0 to 1. psi:
    the population stability index of both, null where one is empty.
    """

    label: answers.Name
    before: Histogram
    now: Histogram
    psi: Annotated[float | None, Field(examples=[0.04])]
    shift: Literal["none", "some", "large", "unknown"]


class AlarmOut(TypedDict):
    """A rule or a score that left its band on a day of the last week."""

    day: Day
    kind: Literal["rule", "score"]
    name: answers.ReasonCodeName
    sentence: answers.Sentence


class StatisticsOut(TypedDict):
    """since, until: both included. counted_at: when today was counted last. reasons: of the policy's decisions, by code, the most
    frequent first. languages: of the comments, by code.
    """

    since: Day
    until: Day
    counted_at: answers.Moment | None
    whole: PeriodOut
    reasons: Counts
    languages: Counts
    work: list[WorkOut]
    drift: list[DriftOut]
    alarms: list[AlarmOut]
    days: list[DayOut]


@router.get(
    "/statistics",
    summary="What came in and was decided, day by day",
    **described(StatisticsOut, as_csv=True),
)
def read(
    request: Request,
    key: SecretKey,
    days: Annotated[int, Query(ge=1, le=90, description="So many, today among them")] = 30,
    format: Literal["json", "csv"] = "json",
) -> Response:
    """Of the key's site, by days of UTC. Today is counted every ten minutes. With `format=csv` every count as text/csv."""
    store = request.app.state.store
    found = statistics(store, key.site_id, days, now=now_ms())
    ids = [id for id, _ in found.whole.counts("by")]
    names = emails_of(store, ids)
    if format == "csv":
        text = csv_of(found, {id: names.get(id, id) for id in ids})
        headers = {"Cache-Control": "private, no-store"}
        return Response(text, media_type="text/csv", headers=headers)
    return private_json(statistics_out(found, names))


def statistics_out(found: Statistics, names: Mapping[str, str]) -> StatisticsOut:
    """names: the e-mails of moderators, by id."""
    return {
        "since": iso_day(found.first),
        "until": iso_day(found.last),
        "counted_at": iso(found.counted_at) if found.counted_at is not None else None,
        "whole": _period_out(found.whole),
        "reasons": dict(found.whole.counts("reason")),
        "languages": dict(found.whole.counts("language")),
        "work": [
            {"id": id, "name": names.get(id), "decisions": count}
            for id, count in found.whole.counts("by")
        ],
        "drift": [
            {
                "label": each.label,
                "before": list(each.before),
                "now": list(each.now),
                "psi": None if each.psi is None else round(each.psi, 4),
                "shift": each.shift,  # type: ignore[typeddict-item] # one of the four
            }
            for each in found.drift
        ],
        "alarms": [
            {
                "day": iso_day(alarm.day),
                "kind": alarm.kind,  # type: ignore[typeddict-item] # one of the two
                "name": alarm.name,
                "sentence": alarm.in_words(label_of(alarm.name)),
            }
            for alarm in found.alarms
        ],
        "days": [{"day": iso_day(day), **_period_out(period)} for day, period in found.days],
    }


def _period_out(period: Period) -> PeriodOut:
    return {
        "comments": period.comments,
        "machine": {outcome.value: period.count(f"machine.{outcome}") for outcome in Outcome},
        "people": {outcome.value: period.count(f"person.{outcome}") for outcome in Outcome},
        "held_and_decided": period.waits,
        "median_seconds": _seconds(period.waited(0.5)),
        "p90_seconds": _seconds(period.waited(0.9)),
        "appeals": {
            state: period.count(f"appeal.{state}") for state in ("made", "upheld", "overturned")
        },
        "campaigns_formed": period.count("campaign.formed"),
        "comments_in_campaigns": period.count("campaign.comments"),
    }


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else round(ms / 1_000)
