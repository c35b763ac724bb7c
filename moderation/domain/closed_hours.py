"""Closed hours in a policy: when comments that come in are held for a person, or refused.

[closed_hours]
zone = "Europe/Berlin"                                   # an IANA time zone
then = "hold"                                            # or "refuse"
hours = ["mon-fri 22:00-07:00", "sat,sun 23:00-09:00"]   # without days: every day
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid

WINDOWS_LIMIT = 50
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALL_DAYS = frozenset(range(7))
_KEYS = ("zone", "then", "hours")
_WINDOW = re.compile(r"(?:([a-z,-]+)\s+)?(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)")
_NEVER_OPENS = (
    8 * DAY_MS
)  # each week is like the other: what is closed for longer than one does not open


class Then(StrEnum):
    """What becomes of comments that come in during closed hours."""

    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """days: on which it begins, 0 is Monday. begin, end: minutes since midnight, 0..1440; it ends on the next day
    where `end` is not after `begin`. text: as it was written.
    """

    days: frozenset[int]
    begin: int
    end: int
    text: str

    @property
    def span(self) -> tuple[frozenset[int], int, int]:
        """The same for windows that close the same hours: 24:00 is the next day's 00:00."""
        return self.days, self.begin, self.end % (24 * 60)


@dataclass(frozen=True, slots=True)
class ClosedHours:
    """zone: an IANA time zone. windows: any of them closes."""

    zone: str
    then: Then
    windows: tuple[ClosedWindow, ...]

    def closed_until(self, at: int) -> int | None:
        """When the window that a moment lies in ends, the last of several; None where it lies in none. at, result: ms.

        What stands on the clock counts. An hour that the clock goes through twice is closed until its second end; in one
        that it leaves out, times are those that the clock would have shown without the change.
        """
        zone = ZoneInfo(self.zone)
        today = datetime.fromtimestamp(at / 1000, zone).date()
        ends = [
            end
            for window in self.windows
            for day in (today - timedelta(days=1), today)
            if day.weekday() in window.days
            for begin, end in (_span(window, day, zone),)
            if begin <= at < end
        ]
        return max(ends, default=None)

    def is_closed(self, at: int) -> bool:
        """at: ms."""
        return self.closed_until(at) is not None

    def opens_at(self, at: int) -> int | None:
        """When it opens again after a moment that is closed; None where it is open, or never opens. at, result: ms."""
        opens = None
        until = self.closed_until(at)
        while until is not None:
            if until - at > _NEVER_OPENS:
                return None
            opens, until = until, self.closed_until(until)
        return opens

    def in_words(self) -> str:
        """'mon-fri 22:00-07:00, sat 20:00-09:00 (Europe/Berlin)'."""
        return f"{', '.join(window.text for window in self.windows)} ({self.zone})"

    def windowed(self, zone: str, then: str, windows: Sequence[ClosedWindow]) -> "ClosedHours":
        """As parse_closed_hours() of these, each window in the words it has here if it has some. Raises Invalid."""
        known = {window.span: window.text for window in self.windows}
        hours = [known.get(window.span, window.text) for window in windows]
        return parse_closed_hours({"zone": zone, "then": then, "hours": hours})

    def as_table(self) -> dict[str, object]:
        """What parse_closed_hours() makes the same of."""
        return {
            "zone": self.zone,
            "then": self.then.value,
            "hours": [window.text for window in self.windows],
        }


def on_the_clock(at: int, zone: str) -> str:
    """A moment as people there read it: '2026-12-01 07:00 (Europe/Berlin)'. at: ms."""
    shown = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    return f"{shown:%Y-%m-%d %H:%M} ({zone})"


def _span(window: ClosedWindow, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """When the window that begins on a day begins and ends, ms."""
    crosses = window.end <= window.begin
    return (
        _instants(day, window.begin, zone)[0],
        max(_instants(day + timedelta(days=crosses), window.end, zone)),
    )


@lru_cache(maxsize=4_096)
def _instants(day: date, minutes: int, zone: ZoneInfo) -> tuple[int, int]:
    """The first and the second time that the clock shows this, ms; the same where it shows it once."""
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    first, second = (
        int(shown.replace(tzinfo=zone, fold=fold).astimezone(UTC).timestamp()) * 1000
        for fold in (0, 1)
    )
    return first, second


def parse_closed_hours(table: object) -> ClosedHours:
    """Reads [closed_hours]. Raises Invalid with the key that is wrong."""
    if not isinstance(table, Mapping):
        raise Invalid("'closed_hours' is a table with zone, then and hours.", "/closed_hours")
    for key in table:
        if key not in _KEYS:
            raise Invalid(f"Closed hours have no '{key}'.", f"/closed_hours/{key}")
    for key in _KEYS:
        if key not in table:
            raise Invalid(f"Closed hours lack '{key}'.", f"/closed_hours/{key}")
    try:
        then = Then(table["then"])
    except ValueError:
        message = 'What becomes of comments in closed hours is "hold" or "refuse".'
        raise Invalid(message, "/closed_hours/then") from None
    hours = table["hours"]
    if not isinstance(hours, list) or not hours or len(hours) > WINDOWS_LIMIT:
        message = (
            f"'hours' is a list such as [\"mon-fri 22:00-07:00\"], of {WINDOWS_LIMIT} at most."
        )
        raise Invalid(message, "/closed_hours/hours")
    windows = tuple(_window(text, place) for place, text in enumerate(hours))
    return ClosedHours(_zone(table["zone"]), then, windows)


def window_on(days: Collection[int], begin: int, end: int) -> ClosedWindow:
    """A window with its text. days: 0 is Monday; none or all of them: every day. begin, end: minutes, as in ClosedWindow."""
    chosen = sorted(days) if 0 < len(set(days)) < len(DAYS) else []
    parts: list[list[int]] = []
    for day in chosen:
        if parts and parts[-1][-1] == day - 1:
            parts[-1].append(day)
        else:
            parts.append([day])
    named = ",".join(
        f"{DAYS[part[0]]}-{DAYS[part[-1]]}"
        if len(part) > 2
        else ",".join(DAYS[day] for day in part)
        for part in parts
    )
    times = f"{on_a_clock(begin)}-{on_a_clock(end)}"
    return ClosedWindow(frozenset(chosen) or _ALL_DAYS, begin, end, f"{named} {times}".strip())


def on_a_clock(minutes: int) -> str:
    """'07:05'. minutes: since midnight, 0..1440."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _zone(name: object) -> str:
    known = isinstance(name, str) and name != "localtime"  # that is another one on each machine
    try:
        if known and name:
            ZoneInfo(str(name))
            return str(name)
    except (KeyError, ValueError, OSError):  # not found, not a name, a folder
        pass
    message = f"There is no time zone '{name}': write one such as \"Europe/Berlin\"."
    raise Invalid(message, "/closed_hours/zone")


def _window(text: object, place: int) -> ClosedWindow:
    pointer = f"/closed_hours/hours/{place}"
    found = _WINDOW.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if found is None:
        raise Invalid(f"'{text}' is not written like \"mon-fri 22:00-07:00\".", pointer)
    named, *times = found.groups()
    begin, end = (60 * int(hour) + int(minute) for hour, minute in (times[:2], times[2:]))
    if begin >= 24 * 60 or end > 24 * 60:
        raise Invalid(f"'{text}': a day ends at 24:00.", pointer)
    days = frozenset(_days(named, pointer)) if named else _ALL_DAYS
    return ClosedWindow(days, begin, end, " ".join(str(text).lower().split()))


def _days(named: str, pointer: str) -> Iterator[int]:
    """'mon-fri,sun': from one day to another, over the end of the week where need be."""
    for part in named.split(","):
        first, _, last = part.partition("-")
        for day in (first, last or first):
            if day not in DAYS:
                raise Invalid(f"'{day}' is none of {', '.join(DAYS)}.", pointer)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        yield from (day % 7 for day in range(begin, end + 1 + 7 * (end < begin)))
