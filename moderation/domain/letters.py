"""Letters: marks and invisible characters removed, lookalikes replaced by the letter they stand for."""

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
# Characters that NFKC may combine with the one before: Hangul vowels and finals, kana voicing.
_TAILS = "\u1161-\u11ff\u3099\u309a\uff9e\uff9f"
# Invisible: format characters, fillers, variation selectors, tags, control characters.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Marks after a letter that they may combine with; after a plain one they just go.
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
_PUNCTUATION = str.maketrans("‘’‚‛′ʼ´“”„″‐‑‒–—―", "'" * 7 + '"' * 4 + "-" * 6)
for _first in (0x1F150, 0x1F170):  # white capitals on black circles and squares: NFKC leaves them
    _PUNCTUATION |= {
        _first + _index: ord(_letter) for _index, _letter in enumerate(string.ascii_uppercase)
    }
# What _fold changes in a text in NFKC: marks, invisible characters, punctuation, Latin letters and "not equal" with
# accents.
_CHANGED = f"[{_MARKS}{_INVISIBLE}\u00c0-\u024f\u1e00-\u1eff\u2260\u226e\u226f{''.join(map(chr, _PUNCTUATION))}]"
_FOLDED, _FOLDABLE = re.compile(_CHANGED), re2.compile(_CHANGED)


def _lookalikes() -> dict[int, str]:
    """Characters of other alphabets, and the ASCII letter each is mistaken for.

    Unicode's confusables, as shipped by confusable_homoglyphs (read as data: its module also loads
    what we do not need). Added: characters that evasions use and that table does not list.
    """
    table = json.loads(pkgutil.get_data("confusable_homoglyphs", "confusables.json") or b"{}")
    letter_of: dict[int, str] = {}
    for letter in string.ascii_letters:
        for entry in table.get(letter, ()):
            lookalike = entry["c"]
            if len(lookalike) == 1 and not lookalike.isascii():
                letter_of[ord(lookalike)] = letter
    evasive = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢкпнтвмияькКøØłŁđĐħŧƒɐǝβδεζηθικλμνπρςστυφχωⱥƀɇꞙǥɨɉʉƶɑɛɡɩɔʋɼʈɖɭɲɦɱʂʐɠᏆᎻ"
    letters = "abcdefghijklmnoprstuvwyzknhtbmurbkKoOlLdDhtfaebdeznoiklmvnpsstufxwabefgijuzaegiourtdlnhmszgIH"
    letter_of |= {
        ord(lookalike): letter for lookalike, letter in zip(evasive, letters, strict=True)
    }
    for code in range(0x370, 0x530):  # accented Greek and Cyrillic: as their bare letter
        bare = ord(normalize("NFD", chr(code))[0])
        if bare in letter_of:
            letter_of.setdefault(code, letter_of[bare])
    return letter_of


_LOOKALIKES = _lookalikes()
_TURNED_WORD = re.compile(r"[^\W\d_]+")
# Letters turned upside down, and what is meant; those that are letters too when turned tell nothing by themselves.
_TURNED = str.maketrans("ɐɔǝɟƃɥᴉıɾʞɯɹʇʌʍʎqpbdnulosxz", "acefghiijkmrtvwybdqpunlosxz")
_TELLING = re2.compile("[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ]")
_HAS_LOOKALIKE = re2.compile(f"[{''.join(map(chr, _LOOKALIKES))}]")
# Limits of one text. A comment of 65 kB may exceed them; its rest then stays as it is.
_CLUSTER_LIMIT = 2_000  # letters with marks
_WORD_LIMIT = 1_000  # words of other alphabets
_WORD_LENGTH_LIMIT = 1_000  # letters of a disguised word
_FOLDED_LIMIT = 300  # different letters that are folded; an alphabet has a hundred
_DISTINCT_LIMIT = 4_000  # different letters that are examined; a Chinese novel has as many
_STEP = 1_000  # characters examined at once
_ALPHABET = 100  # different letters of an alphabet, with some punctuation


@lru_cache(maxsize=8192)
def _fold(cluster: str) -> str:
    """A letter with its marks: NFKC, without invisible characters, Latin letters without accents."""
    folded = normalize("NFKC", cluster.translate(_PUNCTUATION))
    if len(folded) > len(cluster) + 4:
        folded = cluster  # an Arabic ligature may stand for a phrase of 18 letters: left as it is
    folded = _DROPPED.sub("", folded)
    if folded.isascii():
        return folded
    decomposed = ((letter, normalize("NFD", letter)) for letter in folded)
    return "".join(parts[0] if parts[0].isascii() else letter for letter, parts in decomposed)


def fold_letters(editable: EditableText) -> EditableText:
    """The text in NFKC, without invisible characters and without the accents of Latin letters."""
    text = editable.text
    if not contains(_FOLDABLE, text) and is_normalized("NFKC", text):
        return editable  # most texts in other alphabets
    letters = "".join(_distinct_letters(text) - {"\n"})
    normalised = normalize("NFKC", "\n".join(letters)).split("\n")
    changed = {letter for letter, new in zip(letters, normalised, strict=False) if new != letter}
    changed.update(_FOLDED.findall(letters))
    combined = contains(_COMBINED, text)
    if combined:
        changed.difference_update(_COMBINING.findall(letters))
    if len(changed) > _FOLDED_LIMIT:
        changed = set(sorted(changed)[:_FOLDED_LIMIT])
    folds = {letter: _fold(letter) for letter in changed}
    removed = {letter for letter, new in folds.items() if not new}
    editable = _replaced(_without(editable, removed) if removed else editable, folds)
    if combined:
        editable = apply_edits(editable, _combined_letters(editable.text))
    expanded = {letter: new for letter, new in folds.items() if len(new) > 1}
    if not expanded:
        return editable
    return apply_edits(editable, _expanded_letters(editable.text, expanded))


def _distinct_letters(text: str) -> set[str]:
    """The different letters of a text; of one with more than _DISTINCT_LIMIT, the first ones."""
    distinct = set(text[:_STEP])
    if len(distinct) <= _ALPHABET:  # then little is left of a long text without them
        for letter in distinct:
            text = text.replace(letter, "")
    for start in range(0, len(text), _STEP):
        if len(distinct) > _DISTINCT_LIMIT:
            break
        distinct.update(text[start : start + _STEP])
    return distinct


def _without(editable: EditableText, removed: Set[str]) -> EditableText:
    """The text without these letters."""
    text, starts, ends = editable.text, editable.starts, editable.ends[:]
    kept = _kept_letters(text, removed)
    if 0 not in kept:
        return editable
    for marks in islice(_MARKED.finditer(text), _CLUSTER_LIMIT):  # they belong to their letter
        ends[marks.start()] = ends[marks.end() - 1]
    for letter in removed:
        text = text.replace(letter, "")
    return EditableText(text, list(compress(starts, kept)), list(compress(ends, kept)))


def _kept_letters(text: str, removed: Set[str]) -> bytes:
    """For each letter of the text 0 where it is removed; U+0000, which is no letter, always is."""
    for letter in removed:
        text = text.replace(letter, "\0")
    return text.encode("latin-1", "replace")


def _replaced(editable: EditableText, folds: Mapping[str, str]) -> EditableText:
    """The text with letters replaced that become one other letter."""
    text = editable.text
    new = {letter: fold for letter, fold in folds.items() if len(fold) == 1 and fold != letter}
    if not new.keys().isdisjoint(new.values()):
        return editable._replace(text=text.translate({ord(letter): new[letter] for letter in new}))
    for letter, fold in new.items():  # a third of the time of translate(), or less
        text = text.replace(letter, fold)
    return editable._replace(text=text)


def _combined_letters(text: str) -> Iterable[Edit]:
    """Letters with their marks become one letter."""
    for match in islice(_CLUSTER.finditer(text), _CLUSTER_LIMIT):
        folded = _fold(match.group())
        if folded != match.group():
            yield *match.span(), folded


def _expanded_letters(text: str, expanded: Mapping[str, str]) -> Iterable[Edit]:
    """Letters that become several. expanded: what becomes of each."""
    matches = re.compile(f"[{re.escape(''.join(expanded))}]").finditer(text)
    for match in islice(matches, _CLUSTER_LIMIT):
        yield *match.span(), expanded[match.group()]


def turned_edits(text: str) -> Iterable[Edit]:
    """Words written upside down, from right to left, become what they say."""
    if not contains(_TELLING, text):
        return
    words = list(islice(_TURNED_WORD.finditer(text), _WORD_LIMIT))
    turnable = [word for word in words if all(ord(letter) in _TURNED for letter in word.group())]
    telling = sum(contains(_TELLING, word.group()) for word in turnable)
    if telling * 3 < len(words):  # a word of phonetic signs in an ordinary text
        return
    for word in turnable:
        yield *word.span(), word.group().translate(_TURNED)[::-1]


def lookalike_edits(text: str) -> Iterable[Edit]:
    """Words with lookalikes become ASCII; in a mostly foreign text only those with Latin letters too."""
    if not contains(_HAS_LOOKALIKE, text):
        return ()
    latin, foreign, words_left = 0, 0, _WORD_LIMIT
    mixed: list[Edit] = []
    whole: list[Edit] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isascii():
            latin += 1
            continue
        words_left -= 1
        if not words_left:
            break
        if len(word) > _WORD_LENGTH_LIMIT:
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
