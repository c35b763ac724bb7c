"""The age of a comment as a condition: `under-24h`, `over-4h`; it moves with the clock, unlike a day."""

import re
from dataclasses import dataclass

from moderation.domain.durations import UNITS
from moderation.domain.errors import Invalid

AGE_PATTERN = r"^((under|over)-[1-9][0-9]{0,3}[mhd])?$"  # '' for any


@dataclass(frozen=True, slots=True)
class AgeRange:
    """Less or more than a length of time, ms."""

    ms: int
    is_over: bool


def read_age(text: str) -> AgeRange:
    """Raises Invalid with the pointer /age."""
    if not text or not re.fullmatch(AGE_PATTERN, text):
        raise Invalid("/age: An age is written under-24h or over-4h, in m, h or d.", "/age")
    side, _, length = text.partition("-")
    return AgeRange(int(length[:-1]) * UNITS[length[-1]], side == "over")
