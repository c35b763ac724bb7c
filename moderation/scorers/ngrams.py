"""Texts as hashed n-grams: words 1-2 and characters 2-5, for many texts at once with numpy.

Words and characters have 2^18 places each. Case, punctuation and apostrophes do not count: half of
the public training text has lost them, and a model must not learn which half a comment is from.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 18
PLACES = 2 << BITS  # words first, then characters
_EDGE, _SPACE, _DROP = 0, 32, 1
# Odd multipliers from the first digits of pi, the golden ratio and MurmurHash3's finaliser.
_CHARACTER, _PAIR, _MIX = np.uint32(0x9E3779B1), np.uint32(0x243F6A89), np.uint32(0x85EBCA6B)
_LONGEST_GRAM = 5

_Codes = NDArray[np.uint32]
_Positions = NDArray[np.int64]


def _ascii_table() -> _Codes:
    table = np.full(128, _SPACE, np.uint32)
    for code in b"0123456789abcdefghijklmnopqrstuvwxyz*":  # f**k is a word
        table[code] = code
    for code in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        table[code] = code + 32
    table[ord("'")] = _DROP
    table[_EDGE] = _EDGE
    return table


_TABLE = _ascii_table()
_POWERS = np.cumprod(np.full(256, _CHARACTER, np.uint32), dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Tape:
    """Texts laid out one after another, each between edges.

    codes: what the grams are made of. text: which text each is of. at: where it stood on the tape before
    anything was dropped. begins: where each text's edge stood there.
    """

    codes: _Codes
    text: _Positions
    at: _Positions
    begins: _Positions

    def origin(self, positions: _Positions) -> _Positions:
        """Where codes stood in their own texts, by their positions."""
        return self.at[positions] - self.begins[self.text[positions]] - 2


@dataclass(frozen=True, slots=True)
class Grams:
    """One kind of gram: its place in the weights, and where on the tape it starts and ends."""

    places: NDArray[np.int64]
    starts: _Positions
    ends: _Positions


def lay_out(texts: Sequence[str]) -> Tape:
    """The texts on one tape: lower case, what is no letter or digit is a space, spaces are single."""
    clean = [_lower(text) for text in texts]
    joined = "\0 " + " \0 ".join(clean) + " \0"
    if joined.isascii():
        codes = _TABLE[np.frombuffer(joined.encode(), np.uint8)]
    else:
        raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = np.where(raw < 128, _TABLE[np.minimum(raw, 127)], raw)
        codes[(raw > 127) & (raw < 0xC0) | (raw >= 0x2000) & (raw < 0x2070)] = _SPACE
    at = np.flatnonzero(codes != _DROP)
    codes = codes[at]
    space = codes == _SPACE
    kept = np.ones(len(codes), bool)
    kept[1:] = ~(space[1:] & space[:-1])
    codes = codes[kept]
    # Each text has three codes of its own: the edge and the space before it, the space after it.
    begins = np.cumsum([0, *(len(text) + 3 for text in clean)])
    return Tape(codes, np.cumsum(codes == _EDGE) - 1, at[kept], begins)


def _lower(text: str) -> str:
    lower = text.lower() if len(text.lower()) == len(text) else text  # only U+0130 grows
    return lower.replace("\0", " ")


def grams(tape: Tape) -> Iterator[Grams]:
    """Every occurrence of every gram, kind by kind: words, pairs, then 2 to 5 characters."""
    codes = tape.codes
    edge = codes == _EDGE
    letter = (codes != _SPACE) & ~edge
    starts = np.flatnonzero(letter[1:] & ~letter[:-1]) + 1
    ends = np.flatnonzero(letter[:-1] & ~letter[1:]) + 1
    if len(starts):
        depth = np.arange(len(codes))
        depth[starts[0] :] -= np.repeat(starts, np.diff(starts, append=len(codes)))
        terms = codes * _POWERS[np.minimum(depth, 255)] * letter
        words = np.add.reduceat(terms, starts, dtype=np.uint32)
        yield Grams(_place(words), starts, ends)
        text = tape.text[starts]
        near = text[1:] == text[:-1]
        pairs = (words[:-1] * _PAIR + words[1:])[near]
        yield Grams(_place(pairs), starts[:-1][near], ends[1:][near])
    rolling, crossing = codes, edge
    hashes, found = [], []
    for size in range(2, _LONGEST_GRAM + 1):
        rolling = rolling[:-1] * _CHARACTER + codes[size - 1 :]
        crossing = crossing[:-1] | edge[size - 1 :]
        found.append(np.flatnonzero(~crossing))
        hashes.append(rolling[found[-1]])
    places = _place(np.concatenate(hashes)) + (1 << BITS)
    ends = np.concatenate([some + size for size, some in enumerate(found, 2)])
    yield Grams(places, np.concatenate(found), ends)


def _place(hashes: _Codes) -> NDArray[np.int64]:
    mixed = (hashes ^ (hashes >> np.uint32(15))) * _MIX
    return (mixed >> np.uint32(32 - BITS)).astype(np.int64)


def presence(
    texts: Sequence[str],
    fold: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda places: places,
    places: int = PLACES,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which places each text touches, each once: (places, first), text i from first[i] to first[i+1].

    fold: makes fewer of the places; places: how many.
    """
    tape = lay_out(texts)
    keys = np.concatenate(
        [tape.text[one.starts] * places + fold(one.places) for one in grams(tape)]
    )
    keys.sort()
    fresh = np.ones(len(keys), bool)
    fresh[1:] = keys[1:] != keys[:-1]
    keys = keys[fresh]
    first = np.searchsorted(keys, np.arange(len(texts) + 1) * places)
    return keys % places, first


def weigh_words(
    texts: Sequence[str], weights: Callable[[NDArray[np.int64]], NDArray[np.floating]]
) -> list[list[tuple[float, int, int]]]:
    """(weight, start, end) of each word of each text, start inclusive, end exclusive.

    weights: of n-grams, by their places. What a word weighs is the sum over its n-grams; of those it
    shares with its neighbours, by their letters.
    """
    tape = lay_out(texts)
    size = len(tape.codes) + 1
    each = np.zeros(size)
    for gram in grams(tape):
        share = weights(gram.places) / (gram.ends - gram.starts)
        each += np.bincount(gram.starts, share, size) - np.bincount(gram.ends, share, size)
    raised = np.concatenate(([0.0], np.cumsum(np.cumsum(each))))
    found: list[list[tuple[float, int, int]]] = [[] for _ in texts]
    words = next(grams(tape), None)
    if words is None or not len(words.starts):
        return found
    rows = zip(
        tape.text[words.starts].tolist(),
        (raised[words.ends] - raised[words.starts]).tolist(),
        tape.origin(words.starts).tolist(),
        (tape.origin(words.ends - 1) + 1).tolist(),
        strict=True,
    )
    for text, weight, start, end in rows:
        found[text].append((weight, start, end))
    return found
