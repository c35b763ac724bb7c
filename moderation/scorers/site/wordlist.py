"""Finds words and phrases of a list as whole words, in the text as written and as normalised."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

import re2

from moderation.domain.errors import Invalid, read_each
from moderation.domain.patterns import find_matches
from moderation.domain.score import Candidate, CommentScorer, Signal, Span

DEFAULT_FILE = Path(__file__).with_name("wordlist.txt")
ENTRY_LENGTH_LIMIT = 200  # characters of an entry: a phrase, not an essay
ENTRY_LIMIT = 20_000  # entries: one or two megabytes compiled
# A wildcard stands for the rest of a word; bounded, as unbounded ones make a list slow.
_WILDCARD = r"[\pL\pN_'’]{0,30}"
# RE2 knows \b for ASCII letters only.
_BEFORE, _AFTER = r"(?:^|[^\pL\pN_])", r"(?:$|[^\pL\pN_])"
SPAN_LIMIT = 200  # a text that repeats a word ten thousand times is no worse for it
_GROUP_SIZE = 500  # entries in one pattern: with 20,000 it would exceed RE2's memory


class Wordlist(CommentScorer):
    """Signal `wordlist`: how often entries were found, with the matches as spans.

    One entry a line; case does not count; a space stands for any white space; `*` for the rest of
    a word; '#' begins a comment. Entries match whole words: "cialis" is not in "specialist".
    RE2 runs in linear time for any entry and any text.

    entries: raises Invalid, with the number of the entry and a JSON Pointer below `pointer`, for what cannot
    be an entry.
    """

    name = "wordlist"

    def __init__(self, entries: Iterable[str], pointer: str = "") -> None:
        numbered = enumerate(entries, 1)
        patterns = read_each(numbered, lambda each: _pattern(each[1], each[0], pointer))
        patterns = [pattern for pattern in patterns if pattern]
        if len(patterns) > ENTRY_LIMIT:
            raise Invalid(f"A word list has at most {ENTRY_LIMIT:,} entries.")
        self._automata = [
            _compile(patterns[first : first + _GROUP_SIZE])
            for first in range(0, len(patterns), _GROUP_SIZE)
        ]

    def signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        spans = self._spans(candidate)
        return (Signal(self.name, float(len(spans)), self.name, spans=spans),) if spans else ()

    def _spans(self, candidate: Candidate) -> tuple[Span, ...]:
        spans = set(self.find(candidate.text))
        if candidate.view.text != candidate.text:
            spans |= {
                Span(*candidate.view.original(span.start, span.end))
                for span in self.find(candidate.view.text)
            }
        return _merge(spans)

    def find(self, text: str) -> list[Span]:
        """The spans of entries in a text, up to SPAN_LIMIT for each group of some hundred entries."""
        return [Span(start, end) for start, end in self._find(text)]

    def _find(self, text: str) -> Iterable[tuple[int, int]]:
        for automaton in self._automata:
            remaining = text
            # Two neighbouring entries share a border, and the first takes it: matches are blanked and
            # the rest is searched again. In a row of entries each round finds every second.
            for _ in range(3):
                spans = [match.span(1) for match in find_matches(automaton, remaining, SPAN_LIMIT)]
                if not spans:
                    break
                yield from spans
                remaining = _blank(remaining, spans)


def _pattern(entry: str, number: int, parent: str) -> str:
    """The regular expression of one entry, '' for a comment. Raises Invalid."""
    entry = normalize("NFC", entry.partition("#")[0].strip())
    if not entry:
        return ""
    pointer = f"{parent}/{number - 1}"  # JSON Pointers count from 0
    if len(entry) > ENTRY_LENGTH_LIMIT:
        raise Invalid(f"Entry {number} is longer than {ENTRY_LENGTH_LIMIT} characters.", pointer)
    if not entry.replace(" ", "").replace("\t", "").isprintable():
        raise Invalid(f"Entry {number} holds characters that cannot be seen.", pointer)
    if entry.count("*") > 3:
        raise Invalid(f"Entry {number} has more than three wildcards.", pointer)
    for word in entry.split():
        if "*" in word and sum(letter.isalnum() for letter in word) < 2:
            raise Invalid(f"Entry {number} would match almost any word.", pointer)
    if not (entry[0] == "*" or entry[0].isalnum()) or not (entry[-1] == "*" or entry[-1].isalnum()):
        raise Invalid(f"Entry {number} must begin and end with a letter, a digit or *.", pointer)
    words = (_WILDCARD.join(re2.escape(part) for part in word.split("*")) for word in entry.split())
    return r"[\pZ\s]+".join(words)


def _compile(patterns: Sequence[str]) -> Any:
    options = re2.Options()
    options.max_mem = 64 << 20  # 500 entries need under 2 MB; more is refused below
    options.log_errors = False  # they would quote the entry
    # The longest first: RE2 takes the first alternative that fits.
    alternatives = "|".join(sorted(patterns, key=len, reverse=True))
    try:
        return re2.compile(f"(?i){_BEFORE}({alternatives}){_AFTER}", options)
    except re2.error:
        raise Invalid("The word list is too large to be searched at once.") from None


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += text[position:start], "\0" * (end - start)
        position = end
    return "".join(pieces) + text[position:]


def _merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Overlapping spans as one: the same word is found as written and as normalised."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def read_entries(path: Path = DEFAULT_FILE) -> list[str]:
    """The lines of a word list file. Raises OSError."""
    return path.read_text(encoding="utf-8").splitlines()
