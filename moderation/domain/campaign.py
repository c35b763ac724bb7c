"""Campaigns: many comments that say the same, and what tells one from a common phrase."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

DAY = 86_400_000  # ms
WINDOW_MS = 30 * DAY  # how long a comment is remembered
NEW_DOMAIN_MS = (
    2 * DAY
)  # a domain is; longer, and every new site of the world would look like a campaign
MIN_COMMENTS = 3  # comments; two are a double click

SIGNATURE_SLOTS = 64  # of a signature: a share is known to +-.06
# Letters that two comments must have in common before their text alone makes them alike: "thank you
# for the heads up" is 22, "what a stupid thing to say" 23; a sentence of one's own is 40 and more.
MIN_COMMON_LETTERS = 40
# Share of all their letters; random tails as long as the text itself leave .3 (docs/decisions/0012).
MIN_SHARE = 0.25
# Enough where both lead to the same domain: "see also" and a link are not.
MIN_LETTERS_WITH_LINK = 12
# A text of this length that appears word for word a third time was not thought up three times.
LONG_TEXT_LETTERS = 80


class Sketch(NamedTuple):
    """What the index remembers of a text instead of the text.

    signature: PLACES smallest hashes, a byte each; two signatures agree in as many places as the texts
    have pieces in common (MinHash: Broder 1997). letters: how many different pieces of five letters.
    keys: by which comments that share a piece of sixteen letters, or lead to one place, find each
    other. link_keys: the same for whole links. domains: the places, as domains (scorers/places.py).
    """

    signature: bytes
    letters: int
    keys: tuple[int, ...] = ()
    link_keys: tuple[int, ...] = ()
    domains: tuple[str, ...] = ()


class Similarity(NamedTuple):
    """How alike two comments are. share: 0..1 of the pieces of both. letters: in common.

    same_link, same_place: they lead to the same. fresh_place: and nobody knew it until lately.
    same_source: from one address or network.
    """

    share: float
    letters: int
    same_link: bool = False
    same_place: bool = False
    fresh_place: bool = False
    same_source: bool = False

    @property
    def is_near(self) -> bool:
        """Whether they may belong together: alike by text, or less so with more in common."""
        if self.letters >= MIN_COMMON_LETTERS and self.share >= MIN_SHARE:
            return True
        if self.same_link or (self.same_place and self.letters >= MIN_LETTERS_WITH_LINK):
            return self.share >= 0.3
        return (self.fresh_place or self.same_source) and self.share >= 0.6


class Member(NamedTuple):
    """One comment of a crowd, as far as counting needs it.

    number: its place in the index. site, page, name, address, network: marks (mark_of), by which two are the
    same or not; 0 unknown. domains: the places it leads to. created_at: ms.
    """

    number: int
    site: int
    page: int
    name: int
    address: int
    network: int
    domains: tuple[str, ...]
    created_at: int


@lru_cache(maxsize=8192)
def short_hash(value: str) -> int:
    """What stays of something of which only whether two are the same will ever be asked; 0 for ''.

    Four bytes, signed: of a hundred different ones, two have the same mark once in a million times.
    """
    if not value:
        return 0
    digest = hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True, slots=True)
class CampaignStats:
    """Comments that say the same, counted. domain: the place that most lead to, '' none.

    letters, share: of the likeness that brought the last one in. first_at, last_at: ms.
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
        """'14 addresses on 9 pages in 20 minutes': what a sentence about it is made of."""
        sources = (
            quantity(self.addresses, "address", "addresses")
            if self.addresses
            else quantity(self.names, "name")
        )
        where = quantity(self.pages, "page")
        if self.sites > 1:
            where += f" of {self.sites} sites"
        return f"{sources} on {where} in {duration(self.last_at - self.first_at)}"


class IndexedComment(NamedTuple):
    """A comment of the index. campaign_id: '' where it is like no other."""

    sketch: Sketch
    member: Member
    campaign_id: str = ""

    @property
    def number(self) -> int:
        """Its place in the index."""
        return self.member.number


def similarity(
    one: IndexedComment, other: IndexedComment, *, same_link: bool, fresh: Collection[str] = ()
) -> Similarity:
    """How alike two comments are that share a key.

    same_link: the key is a whole link's. fresh: places that were first seen within FRESH.
    """
    mine, theirs = one.member, other.member
    same_source = bool(
        (mine.address and mine.address == theirs.address)
        or (mine.network and mine.network == theirs.network)
    )
    same_place = fresh_place = False
    if mine.domains and theirs.domains:
        places = set(mine.domains).intersection(theirs.domains)
        same_place, fresh_place = bool(places), not places.isdisjoint(fresh)
    leads = (same_link, same_place, fresh_place, same_source)
    ours, others = one.sketch, other.sketch
    if not (ours.letters and others.letters):
        # Nothing but a word or a link, and that is the same.
        return Similarity(float(ours.letters == others.letters), 0, *leads)
    differing = int.from_bytes(ours.signature) ^ int.from_bytes(others.signature)
    share = differing.to_bytes(SIGNATURE_SLOTS).count(0) / SIGNATURE_SLOTS
    return Similarity(share, round(share / (1 + share) * (ours.letters + others.letters)), *leads)


def describe_campaign(crowd: CampaignStats, first_seen_at: int | None, now: int) -> str:
    """'Same text from 14 addresses on 9 pages in 20 minutes; link to x.example, first seen today.'

    first_seen_at: of the place most of them lead to, ms; None unknown.
    """
    told = f"Same text from {crowd.facts}"
    if crowd.domain.startswith("tel:"):
        return f"{told}; the same telephone number."
    if crowd.domain:
        told += f"; link to {crowd.domain}"
        if first_seen_at is not None:
            days = (now - first_seen_at) // DAY
            told += (
                ", first seen today" if days < 1 else f", first seen {quantity(days, 'day')} ago"
            )
    return f"{told}."


def quantity(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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
    """A crowd while it grows. Counts every member once, whatever how often it is added."""

    comments: set[int] = field(default_factory=set)
    addresses: set[int] = field(default_factory=set)
    networks: set[int] = field(default_factory=set)
    names: set[int] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    sites: set[int] = field(default_factory=set)
    domains: Counter[str] = field(default_factory=Counter)
    first_at: int = 1 << 62
    last_at: int = 0
    beyond: Counter[str] = field(default_factory=Counter)  # the same of older members, as numbers

    def add(self, members: Sequence[Member]) -> None:
        """Counts members, none twice; column by column, for there may be a hundred for one comment."""
        members = [one for one in members if one.number not in self.comments]
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
        for some in filter(None, domains):
            self.domains.update(set(some))
        self.first_at = min(self.first_at, *times)
        self.last_at = max(self.last_at, *times)

    def know(self, counts: Mapping[str, int]) -> None:
        """Takes what was counted before of a campaign of which only the newest members were added.

        Whoever was among the older ones and comes back counts once more: the numbers of a large campaign
        are right as long as its senders take turns.
        """
        for name in COUNTED_FIELDS:
            self.beyond[name] = max(0, counts[name] - len(getattr(self, name)))

    def join(self, other: "ClusterCounter") -> None:
        """Takes in all of the other's members."""
        both = self.comments & other.comments
        self.beyond.update(other.beyond)
        self.domains.update(other.domains)
        if both:  # counted twice just now; a domain is shared by most or it is not
            self.domains -= Counter({name: len(both) for name in other.domains})
        for name in COUNTED_FIELDS:
            getattr(self, name).update(getattr(other, name))
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)

    def crowd(self, likeness: Similarity) -> CampaignStats:
        """As it stands now. likeness: of the one that came last to one that was there."""
        shared = [
            name for name, many in self.domains.most_common(1) if many * 2 > len(self.comments)
        ]
        return CampaignStats(
            **{name: len(getattr(self, name)) + self.beyond[name] for name in COUNTED_FIELDS},
            domain=shared[0] if shared else "",
            letters=likeness.letters,
            share=likeness.share,
            first_at=self.first_at,
            last_at=self.last_at,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What people have said of a campaign. outcome: by this site's own, '' for nothing in force.

    elsewhere: whether another site's people call it spam. member: whether this site's people have not ruled
    on it, but called one of its members spam and approved none.
    """

    outcome: str = ""
    elsewhere: bool = False
    member: bool = False


NO_RULING = Ruling()
