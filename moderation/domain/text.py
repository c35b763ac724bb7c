"""Normalised text that remembers where each character came from."""

import json
import pkgutil
import re
import string
from array import array
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, islice
from typing import NamedTuple
from unicodedata import is_normalized, normalize

import re2

from moderation.domain.search import found

# An edit: the piece text[start:end] becomes another string.
_Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class View:
    """A text as scorers should see it.

    text: the normalised text. starts, ends: for each of its characters, the code points of the
    original that it stands for (start inclusive, end exclusive); same length as text.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The piece of the original that view.text[start:end] stands for. Empty pieces map to (0, 0)."""
        if start >= end:
            return 0, 0
        return self.starts[start], self.ends[end - 1]

    def edited(self, edits: Iterable[tuple[int, int, str]]) -> "View":
        """The view with pieces of its text replaced. edits: (start, end, replacement), in order, apart."""
        laid = _laid(self)
        new = _rewritten(laid, edits)
        return self if new is laid else View(*new)


# Marks that go on any letter (accents, strokes, "zalgo"). Vowel signs of Hindi, Arabic, Thai ... stay.
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Characters that NFKC may melt into the one before: Hangul vowels and finals, kana voicing.
_TAILS = "\u1161-\u11ff\u3099\u309a\uff9e\uff9f"
# What nobody sees: format characters, fillers, variation selectors, tags, control characters.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Marks that may melt into the letter before, on a plain one they just go; what they melt into, eight at a time:
# canonical ordering is quadratic in the marks of one letter.
_COMBINED = re2.compile(f"[^\x00-\x7f{_MARKS}][{_MARKS}{_TAILS}]|[{_TAILS}]")
_COMBINING = re.compile(f"[{_MARKS}{_TAILS}]")
_CLUSTER = re.compile(
    f"[^\x00-\x7f][{_MARKS}{_TAILS}]{{1,8}}|[\x00-\x7f][{_MARKS}]{{1,8}}|[{_MARKS}]"
)
_MARKED = re.compile(f"[^{_MARKS}][{_MARKS}]+")
_DROPPED = re.compile(f"[{_MARKS}{_INVISIBLE}]")
_EMOJI = "[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
_EMOJI_WORD = re.compile(f"(?<![A-Za-z])[A-Za-z]+(?:{_EMOJI}+[A-Za-z]+)+")
_EMOJI_RUN = re.compile(f"{_EMOJI}+")
_EMOJI_INSIDE = re2.compile(f"[A-Za-z]{_EMOJI}+[A-Za-z]")
_WORD = re.compile(r"[^\W_]+")
_SPACED = re.compile(
    r"(?<![A-Za-z0-9@$])[A-Za-z](?:[ ._*/-]{1,2}[A-Za-z0-9@$!](?![A-Za-z0-9])){2,400}"
)
_SEPARATOR = re.compile(r"[ ._*/-]+")
_STRETCHED = re.compile(r"([A-Za-z])\1\1+", re.IGNORECASE | re.ASCII)
_LATIN = re.compile(r"[A-Za-z]")
_HINT = r"[A-Za-z][0-9@$]|[0-9$][A-Za-z]|[A-Za-z]![A-Za-z]"
_LEET_HINT = re.compile(_HINT)
_CHUNK = re.compile(r"\S+")
_TOKEN = re.compile(r"[A-Za-z0-9@$!]+")
# Addresses, and e-mail; @names are skipped where they are met.
_ADDRESS = re.compile(r"://|^www\.|[A-Za-z0-9]\.[A-Za-z]{2,}(?:[/:?]|$)|[\w]@[\w-]+\.")
# 10k, 2nd, 1980s, 20km; covid19, F16, mp3; $5m.
_PLAIN_NUMBER = re.compile(r"\d+[A-Za-z]{1,3}|[A-Za-z]+\d+s?|\$\d.*")
_LEET = str.maketrans("013456789@$!", "oieasgtbgasi")
_SIGNS = str.maketrans("‘’‚‛′ʼ´“”„″‐‑‒–—―", "'" * 7 + '"' * 4 + "-" * 6)
for _first in (0x1F150, 0x1F170):  # white capitals on black circles and squares: NFKC leaves them
    _SIGNS |= {_first + _at: ord(_letter) for _at, _letter in enumerate(string.ascii_uppercase)}
# What _fold changes in a text in NFKC: marks, what is invisible, signs, Latin letters and "not equal" with accents.
_CHANGED = (
    f"[{_MARKS}{_INVISIBLE}\u00c0-\u024f\u1e00-\u1eff\u2260\u226e\u226f{''.join(map(chr, _SIGNS))}]"
)
_FOLDED, _FOLDABLE = re.compile(_CHANGED), re2.compile(_CHANGED)
# Whether one of the later steps has anything to do.
_JOINABLE = r"[A-Za-z](?:[ ._*/-]{1,2}[A-Za-z0-9@$!]){2}(?:[^A-Za-z0-9]|$)"
_REPEATED = "|".join(f"{one}{one}{one}" for one in string.ascii_lowercase)
_CONTROL = r"[\x00-\x08\x0e-\x1f\x7f]"
_HAS_CONTROL = re2.compile(_CONTROL)
_HAS_SPACED = re2.compile(_JOINABLE)
_HAS_LEET = re2.compile(_HINT)
_HAS_STRETCHED = re2.compile(f"(?i){_REPEATED}")
_HAS_ANY = re2.compile(f"(?i){_CONTROL}|{_JOINABLE}|{_HINT}|{_REPEATED}")


def _lookalikes() -> dict[int, str]:
    """Characters of other alphabets, and the ASCII letter each is mistaken for.

    Unicode's confusables, as shipped by confusable_homoglyphs (read as data: its module also loads
    what we do not need). Added: what evasions use and that table calls distinct.
    """
    table = json.loads(pkgutil.get_data("confusable_homoglyphs", "confusables.json") or b"{}")
    found: dict[int, str] = {}
    for letter in string.ascii_letters:
        for twin in table.get(letter, ()):
            if len(twin["c"]) == 1 and not twin["c"].isascii():
                found[ord(twin["c"])] = letter
    evasive = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢкпнтвмияькКøØłŁđĐħŧƒɐǝ"
    letters = "abcdefghijklmnoprstuvwyzknhtbmurbkKoOlLdDhtfae"
    found |= {ord(twin): letter for twin, letter in zip(evasive, letters, strict=True)}
    for code in range(0x370, 0x530):  # accented Greek and Cyrillic: as their bare letter
        bare = ord(normalize("NFD", chr(code))[0])
        if bare in found:
            found.setdefault(code, found[bare])
    return found


_LOOKALIKES = _lookalikes()
_HAS_LOOKALIKE = re2.compile(f"[{''.join(map(chr, _LOOKALIKES))}]")
# Edits of one pass, letters with their marks, words of other alphabets. A comment of 65 kB may have more and is
# then read with its rest as it stands: nobody writes five hundred words in disguise, and whoever sends them is
# not to cost 50 ms.
_EDITS, _FOLDS, _WORDS = 500, 2_000, 1_000
# Different letters that are folded, and that are looked at: an alphabet has a hundred, a Chinese novel 4,000.
_LETTERS, _DIFFERENT = 300, 4_000
_FEW = 20  # letters that are sooner exchanged one after another
_LONGEST = 1_000  # letters of a word in disguise
_LEET_LONGEST = 60  # letters of a word; the longest English one has 45


def normalise(text: str) -> View:
    """The view of a text; never raises, whatever the text. Linear in its length.

    In order: NFKC; what is invisible goes; lookalikes become ASCII in words that hold Latin letters
    or nothing but lookalikes; accents on Latin letters go; emoji inside words go; s.p.a.c.e.d
    letters join; d1g1ts become letters; letters repeated three times or more are squeezed.
    Case, line breaks and punctuation stay. Plain English comes back as it is.
    """
    same = View(text, range(len(text)), range(1, len(text) + 1))
    if text.isascii() and not found(_HAS_ANY, text):
        return same
    laid = _laid(same)
    if not text.isascii() or found(_HAS_CONTROL, text):
        laid = _folded(laid)
        if not laid.text.isascii():
            laid = _rewritten(laid, _unmaskings(laid.text))
            laid = _rewritten(laid, _embedded_emoji(laid.text))
    laid = _rewritten(laid, _joins(laid.text))
    laid = _rewritten(laid, _spellings(laid.text))
    laid = _rewritten(laid, _squeezes(laid.text))
    return same if laid.text is text else View(*laid)


@lru_cache(maxsize=1024)
def plainly(name: str) -> str:
    """The normalised text of something short that many scorers look at, such as a name."""
    return normalise(name).text


class _Laid(NamedTuple):
    """A text on its way to a view."""

    text: str
    starts: "array[int]"  # Python 3.11 cannot read it bare
    ends: "array[int]"


# Pieces of these are copied in one go, as long as a comment may be.
_NUMBERS = array("i", range((1 << 16) + 1))


def _laid(view: View) -> _Laid:
    return _Laid(view.text, _as_array(view.starts), _as_array(view.ends))


def _as_array(numbers: Sequence[int]) -> "array[int]":
    if isinstance(numbers, range) and numbers.stop <= len(_NUMBERS):
        return _NUMBERS[numbers.start : numbers.stop]
    return numbers if isinstance(numbers, array) else array("i", numbers)


def _rewritten(laid: _Laid, edits: Iterable[_Edit]) -> _Laid:
    """Applies edits, which come in order and do not overlap; the same object where there are none."""
    text, starts, ends = laid
    pieces: list[str] = []
    new_starts, new_ends = array("i"), array("i")
    at = 0
    for start, end, replacement in edits:
        size = len(replacement)
        pieces += text[at:start], replacement
        if size == end - start:  # letter by letter
            new_starts += starts[at:end]
            new_ends += ends[at:end]
        else:
            new_starts += starts[at:start]
            new_ends += ends[at:start]
            if size:
                new_starts += starts[start : start + 1] * size
                new_ends += ends[end - 1 : end] * size
        at = end
    if not at:
        return laid
    pieces.append(text[at:])
    new_starts += starts[at:]
    new_ends += ends[at:]
    return _Laid("".join(pieces), new_starts, new_ends)


@lru_cache(maxsize=8192)
def _fold(cluster: str) -> str:
    """One letter with its marks: NFKC, without what is invisible, Latin letters without accents."""
    kept = normalize("NFKC", cluster.translate(_SIGNS))
    if len(kept) > 4 + len(
        cluster
    ):  # one ligature of Arabic is a phrase of 18 letters: not ours to read
        kept = cluster
    kept = _DROPPED.sub("", kept)
    if kept.isascii():
        return kept
    bare = ((letter, normalize("NFD", letter)) for letter in kept)
    return "".join(parts[0] if parts[0].isascii() else letter for letter, parts in bare)


def _folded(laid: _Laid) -> _Laid:
    text = laid.text
    if is_normalized("NFKC", text) and not found(_FOLDABLE, text):
        return laid  # most of what is written in other alphabets
    every = set(text)
    letters = "".join(every if len(every) <= _DIFFERENT else set(text[:_DIFFERENT]))
    changed = {
        *_FOLDED.findall(letters),
        *(one for one in letters if not is_normalized("NFKC", one)),
    }
    combined = found(_COMBINED, text)
    if combined:
        changed.difference_update(_COMBINING.findall(letters))
    some = changed if len(changed) <= _LETTERS else sorted(changed)[:_LETTERS]
    alone = {one: _fold(one) for one in some}
    gone = {one for one, new in alone.items() if not new}
    laid = _exchanged(_without(laid, gone, every), alone)
    if combined:
        laid = _rewritten(laid, _melted(laid.text))
    wide = {one: new for one, new in alone.items() if len(new) > 1}
    return _rewritten(laid, _widened(laid.text, wide)) if wide else laid


def _without(laid: _Laid, gone: Set[str], every: Set[str]) -> _Laid:
    """Without some of its letters. every: the letters of the text, each once."""
    if gone.isdisjoint(every):
        return laid
    text, starts, ends = laid.text, laid.starts, laid.ends[:]
    for marks in islice(_MARKED.finditer(text), _EDITS):  # they belong to their letter
        ends[marks.start()] = ends[marks.end() - 1]
    kept = list(map((every - gone).__contains__, text))
    starts, ends = (array("i", list(compress(numbers, kept))) for numbers in (starts, ends))
    return _Laid("".join(compress(text, kept)), starts, ends)


def _exchanged(laid: _Laid, alone: Mapping[str, str]) -> _Laid:
    """Letters that become another one, all at once. alone: what becomes of a letter."""
    new = {ord(one): other for one, other in alone.items() if len(other) == 1}
    if not new:
        return laid
    text = laid.text
    if len(new) > _FEW or not new.keys().isdisjoint(map(ord, new.values())):
        return laid._replace(text=text.translate(new))
    for code, other in new.items():  # in a long text a tenth of the time
        text = text.replace(chr(code), other)
    return laid._replace(text=text)


def _melted(text: str) -> Iterable[_Edit]:
    """Letters with their marks as one."""
    for match in islice(_CLUSTER.finditer(text), _FOLDS):
        folded = _fold(match.group())
        if folded != match.group():
            yield *match.span(), folded


def _widened(text: str, wide: Mapping[str, str]) -> Iterable[_Edit]:
    """Letters that become several."""
    places = (at for at, one in enumerate(text) if one in wide)
    for at in islice(places, _FOLDS):
        yield at, at + 1, wide[text[at]]


def _unmaskings(text: str) -> Iterable[_Edit]:
    """Words written with lookalikes. Words of nothing else are left alone among foreign words."""
    if not found(_HAS_LOOKALIKE, text):
        return ()
    latin, foreign, left = 0, 0, _WORDS
    mixed: list[_Edit] = []
    whole: list[_Edit] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isascii():
            latin += 1
            continue
        left -= 1
        if not left:
            break
        if len(word) > _LONGEST:
            foreign += 1
            continue
        plain = word.translate(_LOOKALIKES)
        if _LATIN.search(word):
            latin += 1
            if plain != word:
                mixed.append((*match.span(), plain))
        elif plain.isascii():
            whole.append((*match.span(), plain))
        else:
            foreign += 1
    return mixed if foreign > latin else sorted(mixed + whole)


def _embedded_emoji(text: str) -> Iterable[_Edit]:
    """idi😀ot loses its emoji; in you👏are👏dumb they become spaces."""
    if not found(_EMOJI_INSIDE, text):
        return
    for word in islice(_EMOJI_WORD.finditer(text), _EDITS):
        runs = list(islice(_EMOJI_RUN.finditer(text, word.start(), word.end()), _EDITS))
        letters = word.end() - word.start() - sum(run.end() - run.start() for run in runs)
        between = " " if len(runs) > 1 and letters >= 2.5 * (len(runs) + 1) else ""
        for run in runs:
            yield run.start(), run.end(), between


def _joins(text: str) -> Iterable[_Edit]:
    """s.p.a.c.e.d becomes spaced; a wider gap among narrow ones is where a word ends."""
    if not found(_HAS_SPACED, text):
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


def _spellings(text: str) -> Iterable[_Edit]:
    """1d10t becomes idiot."""
    if not found(_HAS_LEET, text):
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


def _squeezes(text: str) -> Iterable[_Edit]:
    """soooo becomes so. G, l and s after a vowel stay double: those words carry meaning that way."""
    if not found(_HAS_STRETCHED, text):
        return
    for match in islice(_STRETCHED.finditer(text), _EDITS):
        start, end = match.span()
        run = match.group()
        alone = not (text[start - 1 : start].isalpha() or text[end : end + 1].isalpha())
        if run == "III" or (alone and len(run) == 3):  # www, KKK, Louis XIII
            continue
        double = run[0] in "glsGLS" and text[start - 1 : start].lower() in tuple("aeiou")
        yield start, end, run[: 2 if double else 1]
