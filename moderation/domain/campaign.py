"""Campaigns: many comments that say the same, and what tells one from a common phrase."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from moderation.domain.durations import DAY_MS

DAY = DAY_MS
WINDOW_MS = 30 * DAY_MS  # how long a comment is remembered
# How long a domain counts as new; longer, and every new site of the world would look like a campaign.
NEW_DOMAIN_MS = 2 * DAY_MS
MIN_COMMENTS = 3  # two are a double click

SIGNATURE_SLOTS = 64  # bytes of a signature: a share is known to +-.06
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

    signature: SIGNATURE_SLOTS smallest hashes, a byte each; the share of slots in which two signatures agree
    is the share of pieces that the texts have in common (MinHash: Broder 1997). letters: how many
    different pieces of five letters. keys: by which comments find each other that share a piece of sixteen
    letters or a link target. link_keys: the same for whole links. domains: the link targets
    (scorers/spam/link_targets.py).
    """

    signature: bytes
    letters: int
    keys: tuple[int, ...] = ()
    link_keys: tuple[int, ...] = ()
    domains: tuple[str, ...] = ()


class Similarity(NamedTuple):
    """How similar two comments are. share: 0..1 of the pieces of both. letters: in common.

    same_link, same_domain: they link to the same. new_domain: to one that was first seen lately.
    same_source: from the same address or network.
    """

    share: float
    letters: int
    same_link: bool = False
    same_domain: bool = False
    new_domain: bool = False
    same_source: bool = False

    @property
    def is_near(self) -> bool:
        """Whether they may belong together: by their text, or by less of it where they share more than that."""
        if self.letters >= MIN_COMMON_LETTERS and self.share >= MIN_SHARE:
            return True
        if self.same_link or (self.same_domain and self.letters >= MIN_LETTERS_WITH_LINK):
            return self.share >= 0.3
        return (self.new_domain or self.same_source) and self.share >= 0.6


class Member(NamedTuple):
    """What is counted of one comment of a cluster.

    number: in the index. site, page, name, address, network: by short_hash, so that equal ones are
    equal; 0 unknown. domains: the link targets. created_at: ms.
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
    """A value of which only equality matters later; 0 for ''.

    Four bytes, signed: of a hundred different values, two have the same hash once in a million times.
    """
    if not value:
        return 0
    digest = hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)


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
        if self.sites > 1:
            where += f" of {self.sites} sites"
        return f"{sources} on {where} in {duration(self.last_at - self.first_at)}"


class IndexedComment(NamedTuple):
    """A comment of the index. campaign_id: '' where it is in none."""

    sketch: Sketch
    member: Member
    campaign_id: str = ""

    @property
    def number(self) -> int:
        """The number that the index knows it by."""
        return self.member.number


def similarity(
    comment: IndexedComment,
    other: IndexedComment,
    *,
    same_link: bool,
    fresh: Collection[str] = (),
) -> Similarity:
    """How similar two comments are that share a key.

    same_link: the key is a whole link's. fresh: domains that were first seen within NEW_DOMAIN_MS.
    """
    member, other_member = comment.member, other.member
    same_source = bool(
        (member.address and member.address == other_member.address)
        or (member.network and member.network == other_member.network)
    )
    same_domain = new_domain = False
    if member.domains and other_member.domains:
        domains = set(member.domains).intersection(other_member.domains)
        same_domain, new_domain = bool(domains), not domains.isdisjoint(fresh)
    in_common = (same_link, same_domain, new_domain, same_source)
    sketch, other_sketch = comment.sketch, other.sketch
    letters = sketch.letters + other_sketch.letters
    if not (sketch.letters and other_sketch.letters):
        # Two without any text, nothing but a word or a link, are the same.
        return Similarity(float(letters == 0), 0, *in_common)
    differing = int.from_bytes(sketch.signature) ^ int.from_bytes(other_sketch.signature)
    share = differing.to_bytes(SIGNATURE_SLOTS).count(0) / SIGNATURE_SLOTS
    return Similarity(share, round(share / (1 + share) * letters), *in_common)


def describe_campaign(stats: CampaignStats, first_seen_at: int | None, now: int) -> str:
    """'Same text from 14 addresses on 9 pages in 20 minutes; link to x.example, first seen today.'

    first_seen_at: of the domain, ms; None unknown.
    """
    sentence = f"Same text from {stats.facts}"
    if stats.domain.startswith("tel:"):
        return f"{sentence}; the same telephone number."
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

    def know(self, counts: Mapping[str, int]) -> None:
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

    def crowd(self, latest: Similarity) -> CampaignStats:
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
    ruled on it, but called one of its members spam and approved none.
    """

    outcome: str = ""
    elsewhere: bool = False
    member: bool = False


NO_RULING = Ruling()
