"""Identifiers: a prefix for the kind of thing, then 26 characters that sort by time."""

import hashlib
from collections.abc import Callable

Entropy = Callable[[int], bytes]  # so many random bytes

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(number: int, length: int) -> str:
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(5 * (length - 1), -1, -5))


def timed_id(prefix: str, now: int, entropy: bytes) -> str:
    """An identifier in the shape of a ULID (48 bits of time, 80 of entropy), lower case.

    Rows that arrive together are stored together in the index, which keeps inserts cheap.

    now: milliseconds since 1970 UTC. entropy: at least 10 random bytes.
    Source of the layout: github.com/ulid/spec.
    """
    return id_of(prefix, (now & (1 << 48) - 1) << 80 | int.from_bytes(entropy[:10], "big"))


def id_of(prefix: str, value: int) -> str:
    """The timed id with these 128 bits: see value_of()."""
    return f"{prefix}_{_base32(value, 26)}"


def derived_id(prefix: str, *parts: str) -> str:
    """Always the same identifier for the same parts: lets a batch name a page before reading it."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_base32(int.from_bytes(digest[:16], 'big') >> 3, 25)}"


def value_of(id: str) -> int:
    """The 128 bits of a timed id, in the same order: its time, then 80 of the rest."""
    value = 0
    for letter in id.rpartition("_")[2]:
        value = value << 5 | max(_CROCKFORD.find(letter), 0)
    return value & (1 << 128) - 1


def number_of(id: str) -> int:
    """A number of 63 bits for a timed id, in the same order: its time, then 21 bits of the rest."""
    return value_of(id) >> 59 & (1 << 63) - 1
