"""How long a site keeps comments of each status: terms in days, from when a comment came to stand there."""

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.domain.comment import Status
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid

TERM_LIMIT = 36_500  # days
# Those that can have a term: nothing is deleted before it is judged, and of the erased there is nothing left.
WITH_TERM = (Status.APPROVED, Status.HELD, Status.REJECTED, Status.SPAM, Status.WITHDRAWN)

# Days by status; 0: for ever. A status that is left out has the installation's: GATEHOUSE_SPAM_DAYS for spam,
# GATEHOUSE_PERSONAL_DAYS for what was withdrawn, and for ever for the rest.
Terms = Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Expiring:
    """What a term would delete now. oldest_at: since when the first of them has that status, ms; None for none."""

    status: Status
    days: int
    comments: int
    oldest_at: int | None


def check_terms(terms: Terms) -> Terms:
    """The terms. Raises Invalid with the status for one that cannot be."""
    for status, days in terms.items():
        if status not in WITH_TERM:
            raise Invalid("There is no term for this status.", f"/{status}")
        if not 0 <= days <= TERM_LIMIT:
            raise Invalid(f"Days are 0 (for ever) to {TERM_LIMIT:,}.", f"/{status}")
    return terms


def expired_before(days: int, now: int) -> int:
    """What has its status since before this time (ms) has had its days. now: ms.

    Days of UTC: what is deleted on a day is known when it begins, and a dry run says it.
    """
    return now - now % DAY_MS - days * DAY_MS
