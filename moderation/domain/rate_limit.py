"""What a rate limit may be, wherever one is set: by a setting, for a site's compatible API, or as a command's option."""

import re

from moderation.domain.errors import Invalid

_WRITTEN = re.compile(r"[1-9][0-9]*\s*(/|per)\s*([1-9][0-9]*\s*)?[a-z]{1,10}", re.IGNORECASE)


def checked_limit(text: str) -> str:
    """A limit as it is kept, such as 600/minute or 10/15 minutes. Raises Invalid."""
    from limits import parse  # takes a tenth of a second: only where a limit is set

    limit = text.strip()
    try:
        parsed = parse(limit) if _WRITTEN.fullmatch(limit) else None
    except (ValueError, OverflowError):
        parsed = None
    if parsed is None or not 1 <= parsed.amount <= 10**9 or not 1 <= parsed.multiples <= 10**4:
        raise Invalid("A limit is written 600/minute, and is at least 1.", "/limit")
    return limit
