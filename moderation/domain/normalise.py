"""Normalised text that remembers where each character came from."""

import re
import string
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

import re2

from moderation.domain.letters import fold_letters, lookalike_edits
from moderation.domain.normalised_text import Edit, NormalisedText, apply_edits, to_editable
from moderation.domain.patterns import contains

_EMOJI = "[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
_EMOJI_WORD = re.compile(f"(?<![A-Za-z])[A-Za-z]+(?:{_EMOJI}+[A-Za-z]+)+")
_EMOJI_RUN = re.compile(f"{_EMOJI}+")
_EMOJI_INSIDE = re2.compile(f"[A-Za-z]{_EMOJI}+[A-Za-z]")
_SPACED = re.compile(
    r"(?<![A-Za-z0-9@$])[A-Za-z](?:[ ._*/-]{1,2}[A-Za-z0-9@$!](?![A-Za-z0-9])){2,400}"
)
_SEPARATOR = re.compile(r"[ ._*/-]+")
_STRETCHED = re.compile(r"([A-Za-z])\1\1+", re.IGNORECASE | re.ASCII)
_HINT = r"[A-Za-z][0-9@$]|[0-9$][A-Za-z]|[A-Za-z]![A-Za-z]"
_LEET_HINT = re.compile(_HINT)
_CHUNK = re.compile(r"\S+")
_TOKEN = re.compile(r"[A-Za-z0-9@$!]+")
# Addresses, and e-mail; @names are skipped where they are met.
_ADDRESS = re.compile(r"://|^www\.|[A-Za-z0-9]\.[A-Za-z]{2,}(?:[/:?]|$)|[\w]@[\w-]+\.")
# 10k, 2nd, 1980s, 20km; covid19, F16, mp3; $5m.
_PLAIN_NUMBER = re.compile(r"\d+[A-Za-z]{1,3}|[A-Za-z]+\d+s?|\$\d.*")
_LEET = str.maketrans("013456789@$!", "oieasgtbgasi")
# Whether one of the later steps has anything to do.
_JOINABLE = r"[A-Za-z](?:[ ._*/-]{1,2}[A-Za-z0-9@$!]){2}(?:[^A-Za-z0-9]|$)"
_REPEATED = "|".join(f"{one}{one}{one}" for one in string.ascii_lowercase)
_CONTROL = r"[\x00-\x08\x0e-\x1f\x7f]"
_HAS_CONTROL = re2.compile(_CONTROL)
_HAS_SPACED = re2.compile(_JOINABLE)
_HAS_LEET = re2.compile(_HINT)
_HAS_STRETCHED = re2.compile(f"(?i){_REPEATED}")
_HAS_ANY = re2.compile(f"(?i){_CONTROL}|{_JOINABLE}|{_HINT}|{_REPEATED}")
# Edits of one pass. A comment of 65 kB may have more and is then read with its rest as it stands: nobody writes
# five hundred words in disguise, and whoever sends them is not to cost 50 ms.
_EDITS = 500
_LEET_LONGEST = 60  # letters of a word; the longest English one has 45


def normalise(text: str) -> NormalisedText:
    """The view of a text; never raises, whatever the text. Linear in its length.

    In order: NFKC; what is invisible goes; lookalikes become ASCII in words that hold Latin letters
    or nothing but lookalikes; accents on Latin letters go; emoji inside words go; s.p.a.c.e.d
    letters join; d1g1ts become letters; letters repeated three times or more are squeezed.
    Case, line breaks and punctuation stay. Plain English comes back as it is.
    """
    same = NormalisedText(text, range(len(text)), range(1, len(text) + 1))
    if text.isascii() and not contains(_HAS_ANY, text):
        return same
    now = to_editable(same)
    if not text.isascii() or contains(_HAS_CONTROL, text):
        now = fold_letters(now)
        if not now.text.isascii():
            now = apply_edits(now, lookalike_edits(now.text))
            now = apply_edits(now, _embedded_emoji(now.text))
    now = apply_edits(now, _spaced_letters(now.text))
    now = apply_edits(now, _leet_words(now.text))
    now = apply_edits(now, _repeated_letters(now.text))
    return same if now.text is text else NormalisedText(*now)


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """The normalised text of something short that many scorers look at, such as a name."""
    return normalise(name).text


def _embedded_emoji(text: str) -> Iterable[Edit]:
    """idi😀ot loses its emoji; in you👏are👏dumb they become spaces."""
    if not contains(_EMOJI_INSIDE, text):
        return
    for word in islice(_EMOJI_WORD.finditer(text), _EDITS):
        runs = list(islice(_EMOJI_RUN.finditer(text, word.start(), word.end()), _EDITS))
        letters = word.end() - word.start() - sum(run.end() - run.start() for run in runs)
        between = " " if len(runs) > 1 and letters >= 2.5 * (len(runs) + 1) else ""
        for run in runs:
            yield run.start(), run.end(), between


def _spaced_letters(text: str) -> Iterable[Edit]:
    """s.p.a.c.e.d becomes spaced; a wider gap among narrow ones is where a word ends."""
    if not contains(_HAS_SPACED, text):
        return
    left = _EDITS
    for run in _SPACED.finditer(text):
        gaps = list(islice(_SEPARATOR.finditer(text, run.start(), run.end()), left))
        left -= len(gaps)
        end = run.end() if left else gaps[-1].end()
        letters = sum(letter.isalpha() for letter in text[run.start() : end])
        if letters * 2 < len(gaps) + 1:
            gaps = []
        # The narrowest gap of one kind of sign: s  p  a  c  e  d, but not J. R. R. Tolkien.
        inner = [gap for gap in gaps if len(set(gap.group())) == 1]
        narrow = min((len(gap.group()) for gap in inner), default=0)
        inner = [gap for gap in inner if len(gap.group()) == narrow]
        if len(inner) * 2 > len(gaps):
            for gap in inner:
                yield gap.start(), gap.end(), ""
        if not left:
            return


def _leet_words(text: str) -> Iterable[Edit]:
    """1d10t becomes idiot."""
    if not contains(_HAS_LEET, text):
        return
    left, looked = _EDITS, 0
    for chunk in _CHUNK.finditer(text):
        written = chunk.group()
        if written.isalpha() or not _LEET_HINT.search(written):
            continue
        looked += 1
        if looked > 2 * _EDITS:
            return
        if ("." in written or "://" in written) and _ADDRESS.search(written):
            continue
        for token in _TOKEN.finditer(text, chunk.start(), chunk.end()):
            if len(token.group()) > _LEET_LONGEST:
                continue
            word = token.group().strip("!")
            if word.endswith("$") and not word.endswith("$$"):
                word = word[:-1]
            start = token.start() + (1 if token.group()[0] == "!" else 0)
            if word and text.startswith(word, start) and _is_leet(word):
                plain = word.replace("11", "ll").translate(_LEET)
                yield start, start + len(word), plain
                left -= 1
                if not left:
                    return


def _is_leet(word: str) -> bool:
    letters = sum(map(str.isalpha, word))
    if word[0] == "@" or "2" in word or letters == len(word) or letters * 4 < len(word):
        return False
    if _PLAIN_NUMBER.fullmatch(word):
        return False
    # sh!t, but not wow!great: an exclamation mark is a letter only close to a word's edge.
    before, mark, after = word.partition("!")
    return not mark or min(len(before), len(after)) <= 2


def _repeated_letters(text: str) -> Iterable[Edit]:
    """soooo becomes so. G, l and s after a vowel stay double: those words carry meaning that way."""
    if not contains(_HAS_STRETCHED, text):
        return
    for match in islice(_STRETCHED.finditer(text), _EDITS):
        start, end = match.span()
        run = match.group()
        alone = not (text[start - 1 : start].isalpha() or text[end : end + 1].isalpha())
        if run == "III" or (alone and len(run) == 3):  # www, KKK, Louis XIII
            continue
        double = run[0] in "glsGLS" and text[start - 1 : start].lower() in tuple("aeiou")
        yield start, end, run[: 2 if double else 1]
