"""Sketches of texts: what is stored of a text to find its copies, also with varied endings.

Two comments are compared if they share one of their eight smallest hashes of sixteen letters in a
row, and are alike as their signatures say: 64 smallest hashes of five letters in a row, a byte each
(bottom-k and one-permutation MinHash: Cohen & Kaplan 2007; Li, Owen & Zhang 2012; b-bit: Li & König
2010). docs/decisions/0012 has the table by which this was chosen.
"""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.domain.score import Candidate
from moderation.domain.similarity import SIGNATURE_SLOTS, Sketch, key_of, target_key
from moderation.scorers.spam.link_targets import links_of, targets_of

KEY_COUNT = 8
# Characters read; longer comments are compared by their beginnings.
TEXT_LIMIT = 4_000
# Words in a row that make a quote of a parent or a title; a title of fewer than the least quotes nothing.
_QUOTED_WORDS, _FEWEST_WORDS = 6, 3
_LINK = re.compile(r"(?i)(?:https?://|www\.)[^\s<>\"]+")
_QUOTE = re.compile(r"(?m)^[ \t]*>.*$")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")
# A character of Chinese, Japanese or Korean says as much as three letters.
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")

_U64 = NDArray[np.uint64]
_PRIME = np.uint64(0x100000001B3)
_POWERS: _U64 = np.cumprod(np.array([1] + 8 * [_PRIME], np.uint64), dtype=np.uint64)
# splitmix64's finaliser (Steele, Lea & Flood 2014).
_FIRST_MULTIPLIER, _SECOND_MULTIPLIER = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = tuple(map(np.uint64, (30, 27, 31)))
_SIX, _RANGE, _BYTE = map(np.uint64, (6, 58, 20))  # a range is the first six bits of 64


def comparable_text(text: str) -> str:
    """The words of a normalised text in lower case, without links and quoted lines, every digit as 0."""
    text = text[:TEXT_LIMIT]
    if ">" in text:
        text = _QUOTE.sub(" ", text)
    if "://" in text or "www." in text.lower():
        text = _LINK.sub(" ", text)
    text = " ".join(_WORD.findall(_DIGIT.sub("0", text.lower())))
    if text.isascii():
        return text
    return text.translate(
        {ord(character): 3 * character for character in set(_IDEOGRAPH.findall(text))}
    )


def sketches(batch: Sequence[Candidate]) -> list[Sketch]:
    """The sketch of each candidate, in order."""
    return [
        _with_links(sketch, candidate)
        for sketch, candidate in zip(
            sketches_of([_own_text(candidate) for candidate in batch]), batch, strict=True
        )
    ]


def _own_text(candidate: Candidate) -> str:
    """The normalised text; without what it quotes of its parent or of the page's title, where it leads
    nowhere: people quote those, and that makes no copies of their comments.
    """
    text = candidate.view.text
    if not (candidate.parent_text or candidate.page_title) or targets_of(candidate):
        return text
    words = comparable_text(text).split()
    quoted: set[int] = set()
    for source in (candidate.parent_text, candidate.page_title):
        source_words = comparable_text(source).split()
        length = min(_QUOTED_WORDS, len(source_words))
        if length < _FEWEST_WORDS:
            continue
        runs = {
            tuple(source_words[start : start + length])
            for start in range(len(source_words) - length + 1)
        }
        for start in range(len(words) - length + 1):
            if tuple(words[start : start + length]) in runs:
                quoted.update(range(start, start + length))
    if not quoted:
        return text
    return " ".join(word for position, word in enumerate(words) if position not in quoted)


def _with_links(sketch: Sketch, candidate: Candidate) -> Sketch:
    targets = targets_of(candidate)
    links = links_of(candidate)
    if not targets and not links:
        return sketch
    return sketch._replace(
        keys=(*sketch.keys, *map(target_key, targets)),
        link_keys=tuple(key_of("link", link) for link in links),
        domains=targets,
    )


def sketches_of(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each normalised text, in order; without links."""
    plain_texts = [comparable_text(text) for text in texts]
    text_count = len(plain_texts)
    hashes, starts = _sorted_distinct(*_hashes_of_pieces(plain_texts))
    signatures = _signatures(hashes[: starts[text_count]], starts[: text_count + 1])
    keys = _smallest(hashes, starts[text_count:])
    return [
        Sketch(signature, end - start, text_keys or _text_key(plain_text))
        for signature, (start, end), text_keys, plain_text in zip(
            signatures, pairwise(starts), keys, plain_texts, strict=False
        )
    ]


def _text_key(plain_text: str) -> tuple[int, ...]:
    """The key of a text too short for pieces."""
    return (key_of("text", plain_text),) if plain_text else ()


# Hashes, text after text, and where those of each text begin; one more for the end.
_TextHashes = tuple[_U64, list[int]]


def _hashes_of_pieces(plain_texts: Sequence[str]) -> _TextHashes:
    """The hash of every 5 letters in a row of each text, then of every 16; none crosses the end of a text."""
    lengths = [len(plain_text) for plain_text in plain_texts]
    letters = "".join(plain_texts).encode("utf-32-le", "replace")
    single = np.frombuffer(letters, np.uint32).astype(np.uint64)
    pair = _concatenated(single, 1, single, 1)
    four = _concatenated(pair, 2, pair, 2)
    five = _concatenated(four, 4, single, 1)
    eight = _concatenated(four, 4, four, 4)
    sixteen = _concatenated(eight, 8, eight, 8)
    if len(plain_texts) > 1:
        # To the text's end.
        remaining = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(single))
        five = five[remaining[: len(five)] >= 5]
        sixteen = sixteen[remaining[: len(sixteen)] >= 16]
    counts = [max(0, length - excess) for excess in (4, 15) for length in lengths]
    return _mix(np.concatenate((five, sixteen))), [0, *accumulate(counts)]


def _concatenated(first: _U64, size: int, following: _U64, following_size: int) -> _U64:
    """The hash of each `size` letters with the `following_size` letters after them, from the hashes of both."""
    hashes: _U64 = first[: max(0, len(following) - size)] * _POWERS[following_size]
    hashes += following[size:]
    return hashes


def _mix(hashes: _U64) -> _U64:
    """Makes every bit depend on every bit; in place."""
    first, second, third = _SHIFTS
    hashes ^= hashes >> first
    hashes *= _FIRST_MULTIPLIER
    hashes ^= hashes >> second
    hashes *= _SECOND_MULTIPLIER
    hashes ^= hashes >> third
    return hashes


def _sorted_distinct(hashes: _U64, starts: Sequence[int]) -> _TextHashes:
    """Each text's hashes once, in ascending order."""
    is_new = np.empty(len(hashes) + 1, bool)
    for start, end in pairwise(starts):
        hashes[start:end].sort()
    np.not_equal(hashes[1:], hashes[:-1], out=is_new[1:-1])
    is_new[starts] = True
    kept_starts = is_new.cumsum()[starts] - 1
    return hashes[is_new[:-1]], kept_starts.tolist()


def _smallest(hashes: _U64, starts: Sequence[int]) -> list[tuple[int, ...]]:
    """The first KEYS hashes of each text, as signed numbers, which databases take."""
    signed = hashes.view(np.int64)
    return [
        tuple(signed[start : min(start + KEY_COUNT, end)].tolist())
        for start, end in pairwise(starts)
    ]


def _signatures(hashes: _U64, starts: Sequence[int]) -> list[bytes]:
    """Of each text the smallest hash in each of SIGNATURE_SLOTS ranges, a byte of it."""
    texts = len(starts) - 1
    if not len(hashes):
        return [bytes(SIGNATURE_SLOTS)] * texts
    slots = (hashes >> _RANGE).view(np.int64)
    # Twice as far apart as they are long: the next text's are no neighbours.
    wanted_slots = np.arange(2 * SIGNATURE_SLOTS * texts).reshape(texts, -1)[:, :SIGNATURE_SLOTS]
    if texts > 1:
        slots += wanted_slots[:, 0].repeat([end - start for start, end in pairwise(starts)])
    smallest = np.empty(len(hashes), bool)
    smallest[0] = True
    np.not_equal(slots[1:], slots[:-1], out=smallest[1:])
    filled_slots = slots[smallest]
    # Rotation (Shrivastava & Li 2014): an empty range borrows from the next full one to the right, around.
    nearest = filled_slots.searchsorted(wanted_slots)
    beyond = (filled_slots.take(nearest, mode="clip") - wanted_slots).view(
        np.uint64
    ) >= SIGNATURE_SLOTS
    nearest = np.where(beyond, nearest[:, :1], nearest)
    distance = (filled_slots.take(nearest, mode="clip") - wanted_slots & SIGNATURE_SLOTS - 1).view(
        np.uint64
    )
    borrowed = (hashes[smallest] << _SIX).take(nearest, mode="clip")
    borrowed += distance * _PRIME
    bytes_by_slot = (_mix(borrowed) >> _BYTE).astype(np.uint8)
    return [
        row.tobytes() if end > start else bytes(SIGNATURE_SLOTS)
        for row, (start, end) in zip(bytes_by_slot, pairwise(starts), strict=True)
    ]
