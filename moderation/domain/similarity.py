"""How similar two comments are, by what the index remembers of them."""

import hashlib
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

SIGNATURE_SLOTS = 64  # bytes of a signature: a share is known to +-.06
# Letters that two comments must have in common before their text alone makes them alike: "thank you
# for the heads up" is 22, "what a stupid thing to say" 23; a sentence of one's own is 40 and more.
MIN_COMMON_LETTERS = 40
# Share of all their letters; random tails as long as the text itself leave .3 (docs/decisions/0012).
MIN_SHARE = 0.25
# Enough where both lead to the same domain: "see also" and a link are not.
MIN_LETTERS_WITH_LINK = 12
# Share of a copy without words of its own. Whoever quotes a long sentence and says something himself has less.
WHOLE_COPY = 0.85


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


def target_key(target: str) -> int:
    """The key by which comments with the same link target find each other."""
    return key_of("place", target)


def key_of(kind: str, value: str) -> int:
    """A key for a whole thing that two comments may share: a link, a domain."""
    digest = hashlib.blake2b(f"{kind}\x1f{value}".encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


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
    comment: IndexedComment, other: IndexedComment, *, same_link: bool, fresh: Collection[str] = ()
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
