"""What a comment shows of its author and links that a site's filters can name: held, refused or trusted from now on."""

from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid
from moderation.domain.event import to_datetime
from moderation.domain.filter import Filter, FilterAction, FilterKind

DAYS_LIMIT = 3_650


class About(StrEnum):
    """What of a comment a filter names."""

    AUTHOR = "author"  # by the browser's token, the site's own id or a confirmed e-mail
    EMAIL = "email"  # as it was typed in
    NETWORK = "network"  # a /24 or /48
    DOMAIN = "domain"  # that it links to


_KINDS = {
    About.AUTHOR: FilterKind.AUTHORS,
    About.EMAIL: FilterKind.AUTHORS,
    About.NETWORK: FilterKind.NETWORKS,
    About.DOMAIN: FilterKind.DOMAINS,
}
_VERBS = {
    FilterAction.HOLD: "Held",
    FilterAction.REJECT: "Refused",
    FilterAction.TRUST: "Trusted",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a filter can name. entry: as it stands in a filter. domain: '' for what is none."""

    about: About
    entry: str
    domain: str = ""

    @property
    def kind(self) -> FilterKind:
        return _KINDS[self.about]

    def actions(self) -> tuple[FilterAction, ...]:
        """What can be done: who can be feigned by typing an e-mail, or sits beside others, is not trusted."""
        if self.about in (About.EMAIL, About.NETWORK):
            return (FilterAction.HOLD, FilterAction.REJECT)
        return tuple(_VERBS)


def list_name(kind: FilterKind, action: FilterAction, until: int | None) -> str:
    """The name of the filter that has all marks of a kind with the same action and end."""
    name = f"{_VERBS[action]} {kind.value}"
    if until is None:
        return name
    last = to_datetime(until - 1)
    return f"{name}, until {last.day} {last:%b %Y}"


def is_own_list(site_filter: Filter) -> bool:
    """Whether a filter was made from comments, and not by hand."""
    return site_filter.action in _VERBS and site_filter.name == list_name(
        site_filter.kind, site_filter.action, site_filter.until
    )


def end_of_term(days: int | None, now: int) -> int | None:
    """The end (ms) of so many days from now (ms), with the day begun; None for always. Raises Invalid."""
    if days is None:
        return None
    if not 1 <= days <= DAYS_LIMIT:
        raise Invalid(f"/days: Takes 1 to {DAYS_LIMIT:,}; without, it is always.", "/days")
    return (now // DAY_MS + days + 1) * DAY_MS
