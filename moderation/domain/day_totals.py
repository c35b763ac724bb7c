"""What is counted of a site's day, under which names; which days are to be counted again; times to a decision in steps."""

import math
from collections import Counter
from collections.abc import Mapping

from moderation.domain.durations import DAY_MS, HOUR_MS, MINUTE_MS

# Counts of one site and day by name: 'comments', 'machine.hold', 'person.reject', 'reason.toxic', 'language.en',
# 'score.toxicity.9' (the step), 'by.mod_1', 'reversed.mod_1', 'pace.mod_1.20' (the step), 'wait.40' (the step), 'appeal.made', 'campaign.comments'.
Totals = Counter[str]

SCORE_STEPS = 10  # from 0 to 1; 1 is in the last
KEPT_DAYS = 400
BACK_DAYS = 120  # so far back counts begin: 90 days and four weeks before them
FRESH_MS = 10 * MINUTE_MS  # so old may be what is shown of today
_WAIT_STEPS = 4  # between a time and twice that


def day_of(time: int) -> int:
    """The day of UTC, counted from 1970, of a moment (ms)."""
    return time // DAY_MS


def day_to_count(counted: Mapping[int, int], now: int, first: int) -> int | None:
    """The next day to be counted, None while all are up to date.

    counted: when each day was counted last. now: ms. first: the day of the first comment. Today is counted every ten minutes;
    a day that is over at once, then hourly for a day, as comments may be judged late; after that never again. Older days
    that were not counted then follow, the newest first.
    """
    today = day_of(now)
    if now - counted.get(today, 0) >= FRESH_MS:
        return today
    for day in range(today - 1, max(first, today - BACK_DAYS) - 1, -1):
        at, end = counted.get(day, 0), (day + 1) * DAY_MS
        if at < end or (at < end + DAY_MS and now - at >= HOUR_MS):
            return day
    return None


def score_step(value: float) -> int:
    """The step of a histogram that a score is in."""
    return min(SCORE_STEPS - 1, max(0, int(value * SCORE_STEPS)))


def wait_step(ms: int) -> int:
    """The step of a time to a decision: each is a fifth longer than the one before; less than a second is in the first."""
    return int(_WAIT_STEPS * math.log2(ms / 1_000)) if ms > 1_000 else 0


def waited(steps: Mapping[int, int], share: float) -> int | None:
    """The time (ms) within which this share of all was decided, by the middle of its step: a tenth too long or too short at
    most. steps: how many there are in each. None where there is none.
    """
    rank, seen = math.ceil(share * sum(steps.values())), 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= rank and steps[step]:
            return round(1_000 * 2 ** ((step + 0.5) / _WAIT_STEPS))
    return None


def of_kind(totals: Mapping[str, int], kind: str) -> dict[str, int]:
    """The counts of one kind by the rest of their names: of_kind(totals, 'reason') has 'toxic'."""
    start = f"{kind}."
    return {name[len(start) :]: count for name, count in totals.items() if name.startswith(start)}
