"""A site's statistics: what came in and was decided, how long it took, and whether scores and rules drift; from daily totals."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from moderation.domain.day_totals import Totals, day_of, of_kind, waited
from moderation.domain.drift import (
    PSI_LARGE,
    PSI_SOME,
    WEEKS_DAYS,
    Alarm,
    alarms_of,
    histograms,
    stability_index,
)
from moderation.domain.statement_csv import plain_cell
from moderation.store import day_totals
from moderation.store.day_totals import SiteTotals
from moderation.store.sql.engine import Store

PERIODS = (7, 30, 90)  # days
MONTH_DAYS = 30
ALARM_DAYS = 7  # so long an alarm is shown
_CSV = ("day", "what", "name", "count")
_OF_PEOPLE = ("by", "reversed")


@dataclass(frozen=True, slots=True)
class Period:
    """The same of one day or of many. totals: see domain/day_totals.py."""

    totals: Totals

    @property
    def comments(self) -> int:
        return self.totals["comments"]

    @property
    def by_machine(self) -> int:
        """Decisions of machines about comments that came in."""
        return sum(of_kind(self.totals, "machine").values())

    @property
    def stopped(self) -> int:
        """Those of them that did not approve."""
        return self.by_machine - self.totals["machine.approve"]

    @property
    def by_people(self) -> int:
        """Decisions that people made."""
        return sum(of_kind(self.totals, "person").values())

    def counts(self, kind: str) -> list[tuple[str, int]]:
        """The counts of a kind ('reason', 'language', 'by'), the largest first."""
        found = of_kind(self.totals, kind)
        return sorted(found.items(), key=lambda counted: (-counted[1], counted[0]))

    def count(self, name: str) -> int:
        return self.totals[name]

    def waited(self, share: float) -> int | None:
        """Within which time (ms) this share of the held comments was decided about by people; None where none was."""
        return waited({int(step): n for step, n in of_kind(self.totals, "wait").items()}, share)

    @property
    def waits(self) -> int:
        """How many held comments people decided about."""
        return sum(of_kind(self.totals, "wait").values())


@dataclass(frozen=True, slots=True)
class Drift:
    """The scores of one label in the last 30 days beside the 30 before. psi: None where one of them has none."""

    label: str
    before: Sequence[int]
    now: Sequence[int]
    psi: float | None

    @property
    def shift(self) -> str:
        """none, some, large or unknown."""
        if self.psi is None:
            return "unknown"
        return "large" if self.psi > PSI_LARGE else "some" if self.psi >= PSI_SOME else "none"


@dataclass(frozen=True, slots=True)
class Statistics:
    """first, last: days since 1970, both included; last is today. counted_at: when today was counted, ms, None not yet.
    days: every one of them, also those without comments.
    """

    first: int
    last: int
    counted_at: int | None
    whole: Period
    days: tuple[tuple[int, Period], ...]
    drift: tuple[Drift, ...]
    alarms: tuple[Alarm, ...]


def statistics(store: Store, site_id: str, days: int, *, now: int) -> Statistics:
    """Of the last `days` days of UTC, today among them. now: ms."""
    last = day_of(now)
    first = last - days + 1
    begin = min(first, last - 2 * MONTH_DAYS + 1, last - ALARM_DAYS - WEEKS_DAYS)
    with store.read() as connection:
        of_day = day_totals.of_site(connection, site_id, begin, last)
        counted_at = day_totals.counted(connection, last).get(last)
    alarms = [
        alarm
        for day in range(last - 1, last - 1 - ALARM_DAYS, -1)
        for alarm in alarms_of(day, of_day)
    ]
    return Statistics(
        first,
        last,
        counted_at,
        Period(_sum(of_day, first, last)),
        tuple((day, Period(of_day.get(day, Counter()))) for day in range(first, last + 1)),
        tuple(_drift(of_day, last)),
        tuple(alarms),
    )


def by_site(
    store: Store, site_ids: Collection[str], days: int, *, now: int
) -> Mapping[str, SiteTotals]:
    """The sums of these sites over the last `days` days, by id."""
    last = day_of(now)
    with store.read() as connection:
        found = day_totals.by_site(connection, site_ids, last - days + 1, last)
    return {totals.site_id: totals for totals in found}


def _sum(of_day: Mapping[int, Totals], first: int, last: int) -> Totals:
    found: Totals = Counter()
    for day, totals in of_day.items():
        if first <= day <= last:
            found.update(totals)
    return found


def _drift(of_day: Mapping[int, Totals], last: int) -> Iterator[Drift]:
    middle = last - MONTH_DAYS
    now = histograms(_sum(of_day, middle + 1, last))
    before = histograms(_sum(of_day, middle - MONTH_DAYS + 1, middle))
    for label in sorted(now.keys() | before.keys()):
        size = len(now.get(label) or before[label])
        one, other = before.get(label, (0,) * size), now.get(label, (0,) * size)
        yield Drift(label, one, other, stability_index(one, other))


def iso_day(day: int) -> str:
    """'2026-11-25' of a day since 1970."""
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def csv_of(found: Statistics, names: Mapping[str, str]) -> str:
    """A line for each count of each day (RFC 4180), and two for the times in which held comments were decided about, in seconds.

    names: what moderators are called, by id; decisions of others have no line.
    """
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(_CSV)
    for day, period in found.days:
        for name, count in sorted(period.totals.items()):
            what, _, rest = name.partition(".")
            if what in ("wait", "pace") or (what in _OF_PEOPLE and rest not in names):
                continue
            rest = names[rest] if what in _OF_PEOPLE else rest
            writer.writerow((iso_day(day), what, plain_cell(rest), count))
        for share, named in ((0.5, "median"), (0.9, "90 %")):
            if (ms := period.waited(share)) is not None:
                writer.writerow((iso_day(day), "seconds to decision", named, round(ms / 1_000)))
    return lines.getvalue()
