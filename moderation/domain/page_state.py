"""What a page does with new comments: its own setting, else its site's, and closing by age.

Ages are counted in days of 24 hours from a point in time, so no time zone has a say in them.
"""

from dataclasses import dataclass

from moderation.domain.comment import PageState
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid

CLOSE_AFTER_LIMIT = 36_500  # days


@dataclass(frozen=True, slots=True)
class PageDefault:
    """What holds for the pages of a site. close_after_days: 0 for never."""

    state: PageState = PageState.OPEN
    close_after_days: int = 0


@dataclass(frozen=True, slots=True)
class PageSetting:
    """What is set for one page. state, close_after_days: None as the site's; 0 days for never.

    since: when its age begins: it was published then or, where nobody said so, first seen; ms, None for a
    page that is not known yet.
    """

    state: PageState | None = None
    close_after_days: int | None = None
    since: int | None = None


UNKNOWN_PAGE = PageSetting()


def closes_at(default: PageDefault, page: PageSetting) -> int | None:
    """When the page closes, or closed, by its age (ms); None where it does not.

    A page that was opened by itself stays open, whatever the site's days.
    """
    days = page.close_after_days
    if days is None:
        days = 0 if page.state is PageState.OPEN else default.close_after_days
    return page.since + days * DAY_MS if days and page.since is not None else None


def state_at(default: PageDefault, page: PageSetting, now: int) -> PageState:
    """What the page does with a comment that comes at `now` (ms)."""
    closing = closes_at(default, page)
    if closing is not None and now >= closing:
        return PageState.CLOSED
    return page.state or default.state


@dataclass(frozen=True, slots=True)
class CurrentState:
    """What a page does with a comment that comes now. closes_at: by its age; ms, None for never."""

    state: PageState
    closes_at: int | None


def current_state(default: PageDefault, page: PageSetting, now: int) -> CurrentState:
    """The state of a page at `now` (ms)."""
    return CurrentState(state_at(default, page, now), closes_at(default, page))


def parse_state(name: str) -> PageState:
    """The state of this name. Raises Invalid where there is none."""
    try:
        return PageState(name)
    except ValueError:
        raise Invalid(f"A page is {', '.join(PageState)}.", "/state") from None


def check_days(days: int) -> int:
    """The days after which a page closes, 0 for never. Raises Invalid for a number out of range."""
    if not 0 <= days <= CLOSE_AFTER_LIMIT:
        raise Invalid(f"Days are 0 (never) to {CLOSE_AFTER_LIMIT}.", "/close_after_days")
    return days
