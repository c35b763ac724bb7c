"""What a page does with new comments: its own setting, else its site's; closing by age, and closed hours of its policy.

Ages are counted in days of 24 hours from a point in time, so no time zone has a say in them; closed hours have one.
"""

from dataclasses import dataclass, field

from moderation.domain.closed_hours import ClosedHours, Then, on_the_clock
from moderation.domain.comment import PageState
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid

CLOSE_AFTER_LIMIT = 36_500  # days


@dataclass(frozen=True, slots=True)
class PageDefault:
    """What holds for the pages of a site. close_after_days: 0 for never.

    site_closed: the site takes no comments, whatever is set for its pages; not one of the settings that are compared.
    """

    state: PageState = PageState.OPEN
    close_after_days: int = 0
    site_closed: bool = field(default=False, compare=False)


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


def state_at(
    default: PageDefault, page: PageSetting, now: int, hours: ClosedHours | None = None
) -> PageState:
    """What the page does with a comment that comes at `now` (ms). hours: of the policy that it has, None for no closed ones."""
    closing = closes_at(default, page)
    if default.site_closed or (closing is not None and now >= closing):
        return PageState.CLOSED
    state = page.state or default.state
    if state is PageState.CLOSED or hours is None or not hours.is_closed(now):
        return state
    return PageState.CLOSED if hours.then is Then.REFUSE else PageState.PREMODERATED


@dataclass(frozen=True, slots=True)
class CurrentState:
    """What a page does with a comment that comes now. closes_at: by its age; ms, None for never. opens_at: when the closed hours
    end that it is in; ms, None where it is in none, or they are not what it is closed for. zone: of these hours, '' for none.
    """

    state: PageState
    closes_at: int | None
    opens_at: int | None = None
    zone: str = ""

    @property
    def until(self) -> str:
        """When it opens again, as people there read it; '' where that is not known."""
        return on_the_clock(self.opens_at, self.zone) if self.opens_at is not None else ""

    def why_closed(self) -> str:
        """To a writer whose comment is refused."""
        if self.opens_at is None:
            return "This page takes no more comments."
        return f"Comments are closed at this hour. They open again at {self.until}."


def current_state(
    default: PageDefault, page: PageSetting, now: int, hours: ClosedHours | None = None
) -> CurrentState:
    """The state of a page at `now` (ms). hours: as in state_at()."""
    state, closing = state_at(default, page, now, hours), closes_at(default, page)
    if hours is None or state is state_at(default, page, now):
        return CurrentState(state, closing)
    return CurrentState(state, closing, hours.opens_at(now), hours.zone)


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


_STRICTNESS = {PageState.PREMODERATED.value: 1, PageState.CLOSED.value: 2}


def stricter_state(kept: str, gone: str) -> str:
    """Of the settings of two pages that are one the stricter: whoever closed one of them meant the article. '' for none."""
    return max(kept, gone, key=lambda state: _STRICTNESS.get(state, 0))


def sooner_days(kept: int | None, gone: int | None) -> int | None:
    """Of the days after which two pages that are one close the fewer; 0 for never, None for none of their own."""
    set_days = [days for days in (kept, gone) if days is not None]
    return min((days for days in set_days if days), default=set_days[0] if set_days else None)
