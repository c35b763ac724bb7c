"""Sketches: what stays of a text so that its copies are found, however their tails are varied.

Two comments are compared if they share one of their eight smallest hashes of sixteen letters in a
row, and are alike as their signatures say: 64 smallest hashes of five letters in a row, a byte each
(bottom-k and one-permutation MinHash: Cohen & Kaplan 2007; Li, Owen & Zhang 2012; b-bit: Li & König
2010). docs/decisions/0012 has the table by which this was chosen.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.domain.campaign import PLACES, Sketch
from moderation.domain.score import Candidate
from moderation.scorers.places import links_of, places

KEYS = 8
# Characters looked at; longer comments are told apart by their first ones.
LIMIT = 4_000
_LINK = re.compile(r"(?i)(?:https?://|www\.)[^\s<>\"]+")
_QUOTE = re.compile(r"(?m)^[ \t]*>.*$")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")
# One sign of Chinese, Japanese or Korean says as much as three letters.
_DENSE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")

_U64 = NDArray[np.uint64]
_PRIME = np.uint64(0x100000001B3)
_POWERS: _U64 = np.cumprod(np.array([1] + 8 * [_PRIME], np.uint64), dtype=np.uint64)


def plain(text: str) -> str:
    """The words of a normalised text, lower case; without links and quoted lines, digits alike."""
    text = text[:LIMIT]
    if ">" in text:
        text = _QUOTE.sub(" ", text)
    if "://" in text or "www." in text.lower():
        text = _LINK.sub(" ", text)
    text = " ".join(_WORD.findall(_DIGIT.sub("0", text.lower())))
    if text.isascii():
        return text
    return text.translate({ord(one): 3 * one for one in set(text) if _DENSE.match(one)})


def sketches(batch: Sequence[Candidate]) -> list[Sketch]:
    """The sketch of each candidate, in order."""
    return [
        _with_links(sketch, candidate)
        for sketch, candidate in zip(
            sketches_of([one.view.text for one in batch]), batch, strict=True
        )
    ]


def _with_links(sketch: Sketch, candidate: Candidate) -> Sketch:
    where = places(candidate)
    links = links_of(candidate)
    if not where and not links:
        return sketch
    return replace(
        sketch,
        keys=(*sketch.keys, *(key_of("place", one) for one in where)),
        link_keys=tuple(key_of("link", one) for one in links),
        domains=where,
    )


def sketches_of(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each normalised text, in order; without links."""
    words = [plain(text) for text in texts]
    short, long = _pieces(words)
    counts, signatures = _signatures(*_distinct(*short), len(words))
    keys = _smallest(*_distinct(*long))
    return [
        Sketch(signature, count, tuple(own) or _whole(word))
        for signature, count, own, word in zip(signatures, counts, keys, words, strict=True)
    ]


def key_of(kind: str, value: str) -> int:
    """A key for something that two comments have in common as a whole: a link, a domain."""
    digest = hashlib.blake2b(f"{kind}\x1f{value}".encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _whole(words: str) -> tuple[int, ...]:
    """The key of a text too short for pieces."""
    return (key_of("text", words),) if words else ()


# Hashes, text after text, and where each text's begin; one more for the end.
_Pieces = tuple[_U64, NDArray[np.int64]]


def _pieces(words: Sequence[str]) -> tuple[_Pieces, _Pieces]:
    """The hash of every 5 and of every 16 letters in a row; none reaches over a text's end."""
    lengths = np.array([len(one) for one in words], dtype=np.int64)
    ends = np.cumsum(lengths)
    letters = np.frombuffer("".join(words).encode("utf-32-le", "replace"), np.uint32)
    one = letters.astype(np.uint64)
    two = _followed(one, 1, one, 1)
    four = _followed(two, 2, two, 2)
    five = _followed(four, 4, one, 1)
    eight = _followed(four, 4, four, 4)
    sixteen = _followed(eight, 8, eight, 8)
    if len(words) > 1:
        left = np.repeat(ends, lengths) - np.arange(len(one))  # to the text's end
        five = five[left[: len(five)] >= 5]
        sixteen = sixteen[left[: len(sixteen)] >= 16]
    both = _mixed(np.concatenate((five, sixteen)))
    return (
        (both[: len(five)], _starts(np.maximum(lengths - 4, 0))),
        (both[len(five) :], _starts(np.maximum(lengths - 15, 0))),
    )


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def _followed(first: _U64, size: int, then: _U64, more: int) -> _U64:
    """The hash of each `size` letters with the `more` letters after them, from the hashes of both."""
    both: _U64 = first[: max(0, len(then) - size)] * _POWERS[more] + then[size:]
    return both


def _mixed(hashes: _U64) -> _U64:
    """splitmix64's finaliser (Steele, Lea & Flood 2014): every bit depends on every bit."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _distinct(hashes: _U64, starts: NDArray[np.int64]) -> _Pieces:
    """Each text's hashes once, in ascending order."""
    fresh = np.ones(len(hashes) + 1, bool)
    for start, end in pairwise(starts.tolist()):
        hashes[start:end].sort()
    np.not_equal(hashes[1:], hashes[:-1], out=fresh[1:-1])
    fresh[starts] = True
    return hashes[fresh[:-1]], _starts(fresh[:-1])[starts]


def _smallest(hashes: _U64, starts: NDArray[np.int64]) -> list[list[int]]:
    """The first KEYS hashes of each text, as signed numbers, which databases take."""
    signed = hashes.view(np.int64)
    return [
        signed[start : min(start + KEYS, end)].tolist() for start, end in pairwise(starts.tolist())
    ]


def _signatures(
    hashes: _U64, starts: NDArray[np.int64], texts: int
) -> tuple[list[int], list[bytes]]:
    """Of each text how many hashes there are, and of PLACES ranges of them the smallest in each."""
    counts = np.diff(starts)
    if not len(hashes):
        return [0] * texts, [bytes(PLACES)] * texts
    own = np.repeat(np.arange(0, texts * PLACES, PLACES), counts)
    places = own + (hashes >> np.uint64(58)).astype(np.int64)
    smallest = np.ones(len(hashes), bool)
    np.not_equal(places[1:], places[:-1], out=smallest[1:])
    full = places[smallest]
    # Rotation (Shrivastava & Li 2014): an empty range borrows from the next full one to the right, around.
    every = np.arange(texts * PLACES)
    nearest: NDArray[np.int64] = np.searchsorted(full, every).reshape(texts, PLACES)
    first = nearest[:, :1]
    end = np.append(first[1:], len(full))[:, np.newaxis]
    nearest = np.where(nearest == end, first, nearest)
    nearest = np.where(nearest == len(full), 0, nearest).reshape(-1)  # of a text without any
    distance = (full[nearest] - every & PLACES - 1).astype(np.uint64)
    taken = (hashes[smallest] << np.uint64(6))[nearest] + distance * _PRIME
    drawn = (_mixed(taken) >> np.uint64(20)).astype(np.uint8).tobytes()
    many = counts.tolist()
    return many, [
        drawn[at * PLACES : (at + 1) * PLACES] if count else bytes(PLACES)
        for at, count in enumerate(many)
    ]
