"""Campaigns: many comments that say the same, and what tells one from a common phrase."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from moderation.domain.campaign_targets import contact_kind
from moderation.domain.durations import DAY_MS
from moderation.domain.similarity import MIN_COMMON_LETTERS, Member, Similarity

WINDOW_MS = 30 * DAY_MS  # how long a comment is remembered
# How long a domain counts as new; longer, and every new site of the world would look like a campaign.
NEW_DOMAIN_MS = 2 * DAY_MS
MIN_COMMENTS = 3  # two are a double click

# A text of this length that appears word for word a third time was not thought up three times.
LONG_TEXT_LETTERS = 80


@dataclass(frozen=True, slots=True)
class CampaignStats:
    """Counts of comments that say the same. domain: the link target of most of them, '' for none.

    letters, share: of the similarity that brought the last one in. first_at, last_at: ms.
    """

    comments: int
    addresses: int
    names: int
    networks: int
    pages: int
    sites: int
    domain: str
    letters: int
    share: float
    first_at: int
    last_at: int

    @property
    def is_campaign(self) -> bool:
        """Whether this is more than a phrase that people happen to share.

        A link in common is evidence enough. Without one the text must be long, and stand on several
        pages: below one article people quote the article and each other. Short texts are a campaign
        only where few networks send many of them.
        """
        if self.comments < MIN_COMMENTS or (self.pages < 2 and max(self.addresses, self.names) < 2):
            return False
        if self.domain:
            return True
        if self.pages < 2:
            return self.letters >= LONG_TEXT_LETTERS and self.share >= 0.6 and self.comments >= 5
        if self.letters >= LONG_TEXT_LETTERS:
            return True
        if self.letters >= MIN_COMMON_LETTERS and self.comments >= 6:
            return True
        return self.comments >= 5 and self.pages >= 3 and 0 < self.networks * 3 <= self.comments

    @property
    def facts(self) -> str:
        """'14 addresses on 9 pages in 20 minutes', for a sentence about it."""
        sources = (
            quantity(self.addresses, "address", "addresses")
            if self.addresses
            else quantity(self.names, "name")
        )
        where = quantity(self.pages, "page")
        return f"{sources} on {where} in {duration(self.last_at - self.first_at)}"


def describe_campaign(stats: CampaignStats, first_seen_at: int | None, now: int) -> str:
    """'Same text from 14 addresses on 9 pages in 20 minutes; link to x.example, first seen today.'

    first_seen_at: of the domain, ms; None unknown.
    """
    sentence = f"Same text from {stats.facts}"
    if contact := contact_kind(stats.domain):
        return f"{sentence}; the same {contact}."
    if stats.domain:
        sentence += f"; link to {stats.domain}"
        if first_seen_at is not None:
            days = (now - first_seen_at) // DAY_MS
            age = "today" if days < 1 else f"{quantity(days, 'day')} ago"
            sentence += f", first seen {age}"
    return f"{sentence}."


def quantity(number: int, noun: str, plural: str = "") -> str:
    """'1 page', '1,200 pages'. plural: where it is not made with an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(millis: int) -> str:
    """'20 minutes': rounded up, so that it is never too short."""
    minutes = -(-max(0, millis) // 60_000)
    if minutes <= 1:
        return "a minute"
    if minutes < 120:
        return f"{minutes} minutes"
    if minutes < 48 * 60:
        return f"{-(-minutes // 60)} hours"
    return f"{-(-minutes // (24 * 60))} days"


COUNTED_FIELDS = ("comments", "addresses", "names", "networks", "pages", "sites")


@dataclass(slots=True)
class ClusterCounter:
    """Counts the members of a cluster while it grows, each once, however often it is added.

    earlier: counts of older members that are known by number only.
    """

    comments: set[int] = field(default_factory=set)
    addresses: set[int] = field(default_factory=set)
    networks: set[int] = field(default_factory=set)
    names: set[int] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    sites: set[int] = field(default_factory=set)
    domains: Counter[str] = field(default_factory=Counter)
    first_at: int = 1 << 62
    last_at: int = 0
    earlier: Counter[str] = field(default_factory=Counter)

    def add(self, members: Sequence[Member]) -> None:
        """Counts members; column by column, for there may be a hundred for one comment."""
        members = [member for member in members if member.number not in self.comments]
        if not members:
            return
        numbers, sites, pages, names, addresses, networks, domains, times = zip(
            *members, strict=True
        )
        self.comments.update(numbers)
        self.pages.update(pages)
        self.sites.update(sites)
        self.names.update(names)
        self.addresses.update(filter(None, addresses))
        self.networks.update(filter(None, networks))
        for domains_of_member in filter(None, domains):
            self.domains.update(set(domains_of_member))
        self.first_at = min(self.first_at, *times)
        self.last_at = max(self.last_at, *times)

    def add_earlier_counts(self, counts: Mapping[str, int]) -> None:
        """Adds what was counted before, for a campaign of which only the newest members were added.

        An older address or name that comes back counts once more: the numbers of a large campaign are
        right as long as its senders take turns.
        """
        for name in COUNTED_FIELDS:
            self.earlier[name] = max(0, counts[name] - len(getattr(self, name)))

    def merge(self, other: "ClusterCounter") -> None:
        """Adds all of the other's members."""
        in_both = self.comments & other.comments
        self.earlier.update(other.earlier)
        self.domains.update(other.domains)
        if in_both:  # counted twice just now; a domain is shared by most or it is not
            self.domains -= Counter({name: len(in_both) for name in other.domains})
        for name in COUNTED_FIELDS:
            getattr(self, name).update(getattr(other, name))
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)

    def stats(self, latest: Similarity) -> CampaignStats:
        """The counts now. latest: the similarity that brought the last member in."""
        domain = next(
            (name for name, count in self.domains.most_common(1) if count * 2 > len(self.comments)),
            "",
        )
        return CampaignStats(
            **{name: len(getattr(self, name)) + self.earlier[name] for name in COUNTED_FIELDS},
            domain=domain,
            letters=latest.letters,
            share=latest.share,
            first_at=self.first_at,
            last_at=self.last_at,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What moderators decided about a campaign. outcome: those of this site, '' where nothing is in force.

    elsewhere: whether those of another site call it spam. member: whether those of this site have not
    ruled on it, but called one of its members spam and approved none. target: the link target or contact
    that the comment shares with those of this site that people called spam, '' for none. is_news: whether
    the comment brings something that is worth another look at the campaign (campaign_targets.py).
    """

    outcome: str = ""
    elsewhere: bool = False
    member: bool = False
    target: str = ""
    is_news: bool = False


NO_RULING = Ruling()
