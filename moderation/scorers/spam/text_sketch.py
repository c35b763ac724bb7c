"""Sketches: what stays of a text so that its copies are found, however their tails are varied.

Two comments are compared if they share one of their eight smallest hashes of sixteen letters in a
row, and are alike as their signatures say: 64 smallest hashes of five letters in a row, a byte each
(bottom-k and one-permutation MinHash: Cohen & Kaplan 2007; Li, Owen & Zhang 2012; b-bit: Li & König
2010). docs/decisions/0012 has the table by which this was chosen.
"""

import hashlib
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.domain.campaign import SIGNATURE_SLOTS, Sketch
from moderation.domain.score import Candidate
from moderation.scorers.spam.link_targets import links_of, places

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
# splitmix64's finaliser (Steele, Lea & Flood 2014).
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_RIGHT = tuple(map(np.uint64, (30, 27, 31)))
_SIX, _RANGE, _BYTE = map(np.uint64, (6, 58, 20))  # a range is the first six bits of 64


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
    return text.translate({ord(one): 3 * one for one in set(_DENSE.findall(text))})


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
    return sketch._replace(
        keys=(*sketch.keys, *(key_of("place", one) for one in where)),
        link_keys=tuple(key_of("link", one) for one in links),
        domains=where,
    )


def sketches_of(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each normalised text, in order; without links."""
    words = [plain(text) for text in texts]
    many = len(words)
    hashes, starts = _distinct(*_pieces(words))
    signatures = _signatures(hashes[: starts[many]], starts[: many + 1])
    keys = _smallest(hashes, starts[many:])
    return [
        Sketch(signature, end - start, own or _whole(word))
        for signature, (start, end), own, word in zip(
            signatures, pairwise(starts), keys, words, strict=False
        )
    ]


def key_of(kind: str, value: str) -> int:
    """A key for something that two comments have in common as a whole: a link, a domain."""
    digest = hashlib.blake2b(f"{kind}\x1f{value}".encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _whole(words: str) -> tuple[int, ...]:
    """The key of a text too short for pieces."""
    return (key_of("text", words),) if words else ()


# Hashes, text after text, and where each text's begin; one more for the end.
_Pieces = tuple[_U64, list[int]]


def _pieces(words: Sequence[str]) -> _Pieces:
    """The hash of every 5 letters in a row of each text, then of every 16; none reaches over a text's end."""
    lengths = [len(one) for one in words]
    one = np.frombuffer("".join(words).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    two = _followed(one, 1, one, 1)
    four = _followed(two, 2, two, 2)
    five = _followed(four, 4, one, 1)
    eight = _followed(four, 4, four, 4)
    sixteen = _followed(eight, 8, eight, 8)
    if len(words) > 1:
        left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(one))  # to the text's end
        five = five[left[: len(five)] >= 5]
        sixteen = sixteen[left[: len(sixteen)] >= 16]
    own = [max(0, length - less) for less in (4, 15) for length in lengths]
    return _mixed(np.concatenate((five, sixteen))), [0, *accumulate(own)]


def _followed(first: _U64, size: int, then: _U64, more: int) -> _U64:
    """The hash of each `size` letters with the `more` letters after them, from the hashes of both."""
    both: _U64 = first[: max(0, len(then) - size)] * _POWERS[more]
    both += then[size:]
    return both


def _mixed(hashes: _U64) -> _U64:
    """Every bit depends on every bit; in place."""
    first, second, third = _RIGHT
    hashes ^= hashes >> first
    hashes *= _FIRST
    hashes ^= hashes >> second
    hashes *= _SECOND
    hashes ^= hashes >> third
    return hashes


def _distinct(hashes: _U64, starts: Sequence[int]) -> _Pieces:
    """Each text's hashes once, in ascending order."""
    fresh = np.empty(len(hashes) + 1, bool)
    for start, end in pairwise(starts):
        hashes[start:end].sort()
    np.not_equal(hashes[1:], hashes[:-1], out=fresh[1:-1])
    fresh[starts] = True
    before = fresh.cumsum()[starts] - 1
    return hashes[fresh[:-1]], before.tolist()


def _smallest(hashes: _U64, starts: Sequence[int]) -> list[tuple[int, ...]]:
    """The first KEYS hashes of each text, as signed numbers, which databases take."""
    signed = hashes.view(np.int64)
    return [
        tuple(signed[start : min(start + KEYS, end)].tolist()) for start, end in pairwise(starts)
    ]


def _signatures(hashes: _U64, starts: Sequence[int]) -> list[bytes]:
    """Of each text the smallest hash in each of PLACES ranges, a byte of it."""
    texts = len(starts) - 1
    if not len(hashes):
        return [bytes(SIGNATURE_SLOTS)] * texts
    places = (hashes >> _RANGE).view(np.int64)
    # Twice as far apart as they are long: the next text's are no neighbours.
    every = np.arange(2 * SIGNATURE_SLOTS * texts).reshape(texts, -1)[:, :SIGNATURE_SLOTS]
    if texts > 1:
        places += every[:, 0].repeat([end - start for start, end in pairwise(starts)])
    smallest = np.empty(len(hashes), bool)
    smallest[0] = True
    np.not_equal(places[1:], places[:-1], out=smallest[1:])
    full = places[smallest]
    # Rotation (Shrivastava & Li 2014): an empty range borrows from the next full one to the right, around.
    nearest = full.searchsorted(every)
    beyond = (full.take(nearest, mode="clip") - every).view(np.uint64) >= SIGNATURE_SLOTS
    nearest = np.where(beyond, nearest[:, :1], nearest)
    distance = (full.take(nearest, mode="clip") - every & SIGNATURE_SLOTS - 1).view(np.uint64)
    taken = (hashes[smallest] << _SIX).take(nearest, mode="clip")
    taken += distance * _PRIME
    drawn = (_mixed(taken) >> _BYTE).astype(np.uint8)
    return [
        one.tobytes() if end > start else bytes(SIGNATURE_SLOTS)
        for one, (start, end) in zip(drawn, pairwise(starts), strict=True)
    ]
