"""Lengths of time in milliseconds, the unit of every point in time and duration unless a name says otherwise."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
UNITS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}  # of lengths as people write them: 30m, 12h, 7d
