"""Letters as they are meant: without marks and what is invisible, each look-alike as the letter it stands for."""

import json
import pkgutil
import re
import string
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from itertools import compress, islice
from unicodedata import is_normalized, normalize

import re2

from moderation.domain.normalised_text import Edit, EditableText, apply_edits
from moderation.domain.patterns import contains

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
# Marks after a letter that they may melt into; after a plain one they just go.
_COMBINED = re2.compile(f"[^\x00-\x7f{_MARKS}][{_MARKS}{_TAILS}]|[{_TAILS}]")
_COMBINING = re.compile(f"[{_MARKS}{_TAILS}]")
# Eight marks at a time: canonical ordering is quadratic in the marks of one letter.
_CLUSTER = re.compile(
    f"[^\x00-\x7f][{_MARKS}{_TAILS}]{{1,8}}|[\x00-\x7f][{_MARKS}]{{1,8}}|[{_MARKS}]"
)
_MARKED = re.compile(f"[^{_MARKS}][{_MARKS}]+")
_DROPPED = re.compile(f"[{_MARKS}{_INVISIBLE}]")
_WORD = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[A-Za-z]")
_SIGNS = str.maketrans("‘’‚‛′ʼ´“”„″‐‑‒–—―", "'" * 7 + '"' * 4 + "-" * 6)
for _first in (0x1F150, 0x1F170):  # white capitals on black circles and squares: NFKC leaves them
    _SIGNS |= {_first + _at: ord(_letter) for _at, _letter in enumerate(string.ascii_uppercase)}
# What _fold changes in a text in NFKC: marks, what is invisible, signs, Latin letters and "not equal" with accents.
_CHANGED = (
    f"[{_MARKS}{_INVISIBLE}\u00c0-\u024f\u1e00-\u1eff\u2260\u226e\u226f{''.join(map(chr, _SIGNS))}]"
)
_FOLDED, _FOLDABLE = re.compile(_CHANGED), re2.compile(_CHANGED)


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
# A comment of 65 kB may have more and is then read with its rest as it stands: letters with their marks, words of
# other alphabets, different letters that are folded (an alphabet has a hundred) and that are looked at (a Chinese
# novel has 4,000).
_FOLDS, _WORDS, _LETTERS, _DIFFERENT = 2_000, 1_000, 300, 4_000
_STEP = 1_000  # letters looked at in one go
_ALPHABET = 100  # different letters, and a few signs
_LONGEST = 1_000  # letters of a word in disguise


@lru_cache(maxsize=8192)
def _fold(cluster: str) -> str:
    """One letter with its marks: NFKC, without what is invisible, Latin letters without accents."""
    kept = normalize("NFKC", cluster.translate(_SIGNS))
    if len(kept) > len(cluster) + 4:
        kept = cluster  # one ligature of Arabic is a phrase of 18 letters: not ours to read
    kept = _DROPPED.sub("", kept)
    if kept.isascii():
        return kept
    bare = ((letter, normalize("NFD", letter)) for letter in kept)
    return "".join(parts[0] if parts[0].isascii() else letter for letter, parts in bare)


def fold_letters(laid: EditableText) -> EditableText:
    """NFKC, without what is invisible and without the accents of Latin letters."""
    text = laid.text
    if not contains(_FOLDABLE, text) and is_normalized("NFKC", text):
        return laid  # most of what is written in other alphabets
    letters = "".join(_letters(text) - {"\n"})
    alike = normalize("NFKC", "\n".join(letters)).split("\n")
    changed = {one for one, new in zip(letters, alike, strict=False) if new != one}
    changed.update(_FOLDED.findall(letters))
    combined = contains(_COMBINED, text)
    if combined:
        changed.difference_update(_COMBINING.findall(letters))
    some = changed if len(changed) <= _LETTERS else sorted(changed)[:_LETTERS]
    alone = {one: _fold(one) for one in some}
    gone = {one for one, new in alone.items() if not new}
    laid = _exchanged(_without(laid, gone) if gone else laid, alone)
    if combined:
        laid = apply_edits(laid, _combined_letters(laid.text))
    wide = {one: new for one, new in alone.items() if len(new) > 1}
    return apply_edits(laid, _expanded_letters(laid.text, wide)) if wide else laid


def _letters(text: str) -> set[str]:
    """The letters of a text; of one with more than _DIFFERENT, those it begins with."""
    different = set(text[:_STEP])
    if len(different) <= _ALPHABET:  # then hardly anything is left of a long text, and to look at
        for one in different:
            text = text.replace(one, "")
    for at in range(0, len(text), _STEP):
        if len(different) > _DIFFERENT:
            break
        different.update(text[at : at + _STEP])
    return different


def _without(laid: EditableText, gone: Set[str]) -> EditableText:
    """Without some of its letters."""
    text, starts, ends = laid.text, laid.starts, laid.ends[:]
    kept = _kept_letters(text, gone)
    if 0 not in kept:
        return laid
    for marks in islice(_MARKED.finditer(text), _FOLDS):  # they belong to their letter
        ends[marks.start()] = ends[marks.end() - 1]
    for one in gone:
        text = text.replace(one, "")
    return EditableText(text, list(compress(starts, kept)), list(compress(ends, kept)))


def _kept_letters(text: str, gone: Set[str]) -> bytes:
    """Of each letter 0 where it goes. What no letter stands for, U+0000, always does."""
    for one in gone:
        text = text.replace(one, "\0")
    return text.encode("latin-1", "replace")


def _exchanged(laid: EditableText, alone: Mapping[str, str]) -> EditableText:
    """Letters that become another one, all at once. alone: what becomes of a letter."""
    new = {one: other for one, other in alone.items() if len(other) == 1 and other != one}
    if not new.keys().isdisjoint(new.values()):
        return laid._replace(text=laid.text.translate({ord(one): new[one] for one in new}))
    text = laid.text
    for one, other in new.items():  # a third of the time of translate(), or less
        text = text.replace(one, other)
    return laid._replace(text=text)


def _combined_letters(text: str) -> Iterable[Edit]:
    """Letters with their marks as one."""
    for match in islice(_CLUSTER.finditer(text), _FOLDS):
        folded = _fold(match.group())
        if folded != match.group():
            yield *match.span(), folded


def _expanded_letters(text: str, wide: Mapping[str, str]) -> Iterable[Edit]:
    """Letters that become several."""
    places = re.compile(f"[{re.escape(''.join(wide))}]").finditer(text)
    for match in islice(places, _FOLDS):
        yield *match.span(), wide[match.group()]


def lookalike_edits(text: str) -> Iterable[Edit]:
    """Words written with lookalikes. Words of nothing else are left alone among foreign words."""
    if not contains(_HAS_LOOKALIKE, text):
        return ()
    latin, foreign, left = 0, 0, _WORDS
    mixed: list[Edit] = []
    whole: list[Edit] = []
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
