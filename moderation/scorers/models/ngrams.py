"""Hashes texts into n-grams of 1-2 words and 2-5 characters, many texts at once with numpy.

Words and characters have 2^18 indexes each. Case, punctuation and apostrophes do not count: half of
the public training text has lost them, and a model must not learn which half a comment is from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

BITS = 18
INDEX_COUNT = 2 << BITS  # words first, then characters
_EDGE, _SPACE, _DROPPED = 0, 32, 1
# Odd multipliers from the first digits of pi, the golden ratio and MurmurHash3's finaliser.
_CHARACTER, _PAIR, _MIXER = np.uint32(0x9E3779B1), np.uint32(0x243F6A89), np.uint32(0x85EBCA6B)
_SIZES = np.array((2, 3, 4, 5))  # grams of characters

_Codes = NDArray[np.uint32]
_Positions = NDArray[np.int64]


def _ascii_table() -> _Codes:
    table = np.full(128, _SPACE, np.uint32)
    for code in b"0123456789abcdefghijklmnopqrstuvwxyz*":  # f**k is a word
        table[code] = code
    for code in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        table[code] = code + 32
    table[ord("'")] = _DROPPED
    table[_EDGE] = _EDGE
    return table


_ASCII_CODES = _ascii_table()
_POWERS = np.cumprod(np.full(256, _CHARACTER, np.uint32), dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """Texts in a row in one array, each between edges.

    codes: what the grams are made of. text: the number of the text that each code belongs to. before: its position
    before anything was dropped. begins: the position of each text's edge then.
    """

    codes: _Codes
    text: _Positions
    before: _Positions
    begins: _Positions

    def origin(self, positions: _Positions) -> _Positions:
        """The positions in their own texts of the codes at these positions of the row."""
        return self.before[positions] - self.begins[self.text[positions]] - 2


@dataclass(frozen=True, slots=True)
class Grams:
    """Every occurrence of every gram: its index into the weights, and where in the row it starts and ends.

    words: how many of them, the first ones, are words. Pairs of words follow, then 2 to 5 characters.
    """

    indexes: NDArray[np.int64]
    starts: _Positions
    ends: _Positions
    words: int


def encode_texts(texts: Sequence[str]) -> EncodedTexts:
    """The texts in one row: in lower case, with a single space for whatever is no letter or digit."""
    texts_in_lower_case = [_lower_case(text) for text in texts]
    joined = "\0 " + " \0 ".join(texts_in_lower_case) + " \0"
    if joined.isascii():
        codes = _ASCII_CODES[np.frombuffer(joined.encode(), np.uint8)]
    else:
        code_points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = np.where(code_points < 128, _ASCII_CODES[np.minimum(code_points, 127)], code_points)
        codes[
            (code_points > 127) & (code_points < 0xC0)
            | (code_points >= 0x2000) & (code_points < 0x2070)
        ] = _SPACE
    positions = (codes != _DROPPED).nonzero()[0]
    codes = codes[positions]
    is_space = codes == _SPACE
    is_kept = np.ones_like(is_space)
    np.logical_not(is_space[1:] & is_space[:-1], out=is_kept[1:])
    codes = codes[is_kept]
    # Each text has three codes more: the edge and the space before it, the space after it.
    begins = np.array([0, *accumulate(len(text) + 3 for text in texts_in_lower_case)])
    return EncodedTexts(codes, (codes == _EDGE).cumsum() - 1, positions[is_kept], begins)


def _lower_case(text: str) -> str:
    lower = text.lower() if len(text.lower()) == len(text) else text  # only U+0130 grows
    return lower.replace("\0", " ")


def find_grams(encoded: EncodedTexts) -> Grams:
    """All grams of encoded texts."""
    codes = encoded.codes
    letter = codes > _SPACE
    boundaries = (letter[1:] != letter[:-1]).nonzero()[
        0
    ] + 1  # the row begins and ends without a letter
    starts, ends = boundaries[::2], boundaries[1::2]
    lengths = ends - starts
    first_letters = lengths.cumsum() - lengths
    terms = codes[letter]
    letter_positions = np.arange(len(terms)) - first_letters.repeat(lengths)
    terms *= _POWERS.take(letter_positions, mode="clip")
    words = np.add.reduceat(terms, first_letters, dtype=np.uint32) if len(first_letters) else terms
    text = encoded.text[starts]
    same_text = text[1:] == text[:-1]
    pairs = (words[:-1] * _PAIR + words[1:])[same_text]
    hashes, starts_of_characters, ends_of_characters = _characters(codes)
    indexes = _index(np.concatenate((words, pairs, hashes)))
    indexes[len(words) + len(pairs) :] += 1 << BITS
    return Grams(
        indexes,
        np.concatenate((starts, starts[:-1][same_text], starts_of_characters)),
        np.concatenate((ends, ends[1:][same_text], ends_of_characters)),
        len(words),
    )


def _characters(codes: _Codes) -> tuple[_Codes, _Positions, _Positions]:
    """The hash of every 2, then 3 to 5 codes in a row without an edge; where they start and end."""
    edges = (codes == _EDGE).nonzero()[0]
    count = len(codes) - 1
    to_next_edge = edges[1:].repeat(edges[1:] - edges[:-1]) - np.arange(
        count
    )  # codes to the next edge
    to_next_edge[edges[:-1]] = 0
    hashes = np.empty((len(_SIZES), count), np.uint32)
    rolling = codes
    for size, row in zip(_SIZES.tolist(), hashes, strict=True):
        following = codes[size - 1 :]
        rolling = np.multiply(rolling[: len(following)], _CHARACTER, out=row[: len(following)])
        rolling += following
    is_inside = to_next_edge >= _SIZES[:, np.newaxis]
    flat = is_inside.ravel().nonzero()[0]
    size_index = flat // count
    starts = flat - size_index * count
    return hashes[is_inside], starts, starts + size_index + _SIZES[0]


def _index(hashes: _Codes) -> NDArray[np.int64]:
    mixed = (hashes ^ (hashes >> np.uint32(15))) * _MIXER
    return (mixed >> np.uint32(32 - BITS)).astype(np.int64)


def presence(
    texts: Sequence[str],
    fold: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda indexes: indexes,
    index_count: int = INDEX_COUNT,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The indexes of the grams of each text, each once: (indexes, starts), text i from starts[i] to starts[i+1].

    fold: maps the indexes to fewer; index_count: how many these are.
    """
    encoded = encode_texts(texts)
    all_grams = find_grams(encoded)
    keys = encoded.text[all_grams.starts] * index_count + fold(all_grams.indexes)
    keys.sort()
    is_new = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=is_new[1:])
    keys = keys[is_new]
    starts = keys.searchsorted(np.arange(len(texts) + 1) * index_count)
    return keys % index_count, starts


def weigh_words(
    texts: Sequence[str], weights: Callable[[NDArray[np.int64]], NDArray[np.floating]]
) -> list[list[tuple[float, int, int]]]:
    """(weight, start, end) of each word of each text, start inclusive, end exclusive.

    weights: of n-grams, by their indexes. The weight of a word is the sum over its n-grams; n-grams that reach
    into its neighbours count by their letters in it.
    """
    encoded = encode_texts(texts)
    all_grams, size = find_grams(encoded), len(encoded.codes) + 1
    weight_per_code = weights(all_grams.indexes) / (all_grams.ends - all_grams.starts)
    steps = np.bincount(all_grams.starts, weight_per_code, size) - np.bincount(
        all_grams.ends, weight_per_code, size
    )
    sums = np.concatenate(([0.0], steps.cumsum().cumsum()))
    starts, ends = all_grams.starts[: all_grams.words], all_grams.ends[: all_grams.words]
    rows = zip(
        encoded.text[starts].tolist(),
        (sums[ends] - sums[starts]).tolist(),
        encoded.origin(starts).tolist(),
        (encoded.origin(ends - 1) + 1).tolist(),
        strict=True,
    )
    words: list[list[tuple[float, int, int]]] = [[] for _ in texts]
    for text, weight, start, end in rows:
        words[text].append((weight, start, end))
    return words
