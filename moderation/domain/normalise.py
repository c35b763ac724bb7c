"""Normalisation: a text as scorers read it, disguises undone, each character with its origin."""

import html
import re
import string
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, pairwise
from urllib.parse import unquote

import re2

from moderation.domain.letters import fold_letters, lookalike_edits, turned_edits
from moderation.domain.normalised_text import Edit, NormalisedText, apply_edits, to_editable
from moderation.domain.patterns import contains

_EMOJI = "[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
_EMOJI_WORD = re.compile(f"(?<![A-Za-z])[A-Za-z]+(?:{_EMOJI}+[A-Za-z]+)+")
_EMOJI_RUN = re.compile(f"{_EMOJI}+")
_EMOJI_INSIDE = re2.compile(f"[A-Za-z]{_EMOJI}+[A-Za-z]")
_SPACED = re.compile(
    r"(?<![A-Za-z0-9@$*])[A-Za-z](?:[ ._*/-]{1,2}[A-Za-z0-9@$!](?![A-Za-z0-9])){2,400}"
)
# s|p|a|c|e|d, or a letter a line: one mark, the same throughout. And [e][a][c][h] letter in brackets.
_MARK = r"[|·•+~:=,\\^;'\"\n]"
_MARKED = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z]({_MARK})[A-Za-z0-9@$!](?:\1[A-Za-z0-9@$!])+(?![A-Za-z0-9])"
)
# Marks that part the items of a list or equation, too: these join four letters or more that may be a word.
_LISTING = ",;=\n"
_VOWELS = frozenset("aeiou013@!")
# Grades, notes, answers to choose from; quarters of the compass.
_ITEMS = (frozenset("abcdefg"), frozenset("nesw"))
_HAS_MARKED = re2.compile(rf"[A-Za-z]{_MARK}[A-Za-z0-9@$!]{_MARK}[A-Za-z0-9@$!]")
_BRACKETED = re.compile(
    r"(?:\([A-Za-z0-9@$!]\)){3,}|(?:\[[A-Za-z0-9@$!]\]){3,}|(?:\{[A-Za-z0-9@$!]\}){3,}"
)
_HAS_BRACKETED = re2.compile(r"[(\[{][A-Za-z0-9@$!][)\]}][(\[{]")
# &#102; &#x66; &shy; as a page would show them, and %66%75 outside addresses.
_ENTITY = r"&(?:#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8});"
_ENTITIES, _HAS_ENTITY = re.compile(_ENTITY), re2.compile(_ENTITY)
_ESCAPE = "%[46][1-9a-fA-F]|%[57][0-9aA]"
_ESCAPES, _HAS_ESCAPE = re.compile(f"(?:{_ESCAPE}){{2,}}"), re2.compile(f"(?:{_ESCAPE}){{2}}")
# A word parted at the end of a line, unless its first part is one of those that mostly keep their hyphen: well-known.
_HAS_PARTED, _PARTED = (
    re2.compile(r"[A-Za-z]-\r?\n[a-z]"),
    re.compile(r"(?<=[A-Za-z])-\r?\n(?=[a-z])"),
)
_PART_LIMIT = 8  # letters
_LAST_LETTERS = re.compile(r"[A-Za-z]+\Z")
_HYPHENATED = frozenset([
    "bad", "best", "big", "deep", "double", "down", "easy", "ever", "far", "fast", "first", "five", "four",
    "full", "good", "half", "hand", "hard", "heavy", "high", "home", "hot", "ill", "large", "last", "left",
    "life", "light", "like", "little", "long", "low", "most", "much", "near", "never", "new", "next", "no",
    "old", "one", "open", "part", "post", "quick", "real", "right", "second", "self", "set", "short", "side",
    "single", "six", "slow", "small", "soft", "strong", "ten", "third", "three", "time", "two", "vice",
    "water", "well", "white", "wide", "world",
])  # fmt: skip
_SEPARATOR = re.compile(r"[ ._*/-]+")
# From an override to what ends it the letters are seen in the other order.
_OVERRIDE = re2.compile("\u202e")
_OVERRIDDEN = re.compile("\u202e([^\u202a-\u202e\u2066-\u2069\n]*)")
# Emoji that stand for letters inside words.
_LETTER_EMOJI = {
    "⭕": "o", "🔴": "o", "🌕": "o", "⚽": "o", "🏀": "o", "🍩": "o", "🅾": "o", "❌": "x", "❎": "x", "✖": "x", "💲": "s",
    "💰": "s", "🐍": "s", "📧": "e", "✉": "e", "💶": "e", "✝": "t", "➕": "t", "⛎": "u", "♏": "m", "⚡": "z", "🔺": "a", "🔼": "a", "☪": "c",
    "🌙": "c", "❗": "i", "❕": "i", "📍": "i", "✌": "v", "♈": "v", "♓": "h", "🎱": "8", "🪝": "j", "🎵": "d",
}  # fmt: skip
_HAS_LETTER_EMOJI = re2.compile(f"[{''.join(_LETTER_EMOJI)}]")
_WITH_LETTER_EMOJI = re.compile(f"[A-Za-z{''.join(_LETTER_EMOJI)}]{{2,60}}")
_EMOJI_IN_WORD = re.compile("[A-Za-z][^A-Za-z]+[A-Za-z]")
_LETTER_EMOJI_TABLE = str.maketrans(_LETTER_EMOJI)
# The signs of which two are a flag: 🇫 🇺 🇨 🇰.
_FLAG_SIGN = re2.compile("[🇦-🇿]")
_FLAG_SIGNS = re.compile("[🇦-🇿]+")
_COUNTRIES = frozenset([
    "AC", "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA",
    "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW",
    "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CP", "CR", "CU", "CV",
    "CW", "CX", "CY", "CZ", "DE", "DG", "DJ", "DK", "DM", "DO", "DZ", "EA", "EC", "EE", "EG", "EH", "ER", "ES",
    "ET", "EU", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM",
    "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "IC", "ID", "IE",
    "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN",
    "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC",
    "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW",
    "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE",
    "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV",
    "SX", "SY", "SZ", "TA", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV",
    "TW", "TZ", "UA", "UG", "UM", "UN", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS",
    "XK", "YE", "YT", "ZA", "ZM", "ZW",
])  # fmt: skip
# YYoouu aarree: each letter of a word twice. In no English word three pairs follow each other but in bookkeeper.
_PAIRED = "".join(("(?:", "|".join(letter * 2 for letter in string.ascii_lowercase), "){3}"))
_PAIRED_WORD = re.compile(r"\b(?:([A-Za-z])\1)+\b", re.IGNORECASE | re.ASCII)
# #YouAreAnIdiot
_CAMEL = "#[A-Za-z']*[a-z][A-Z]"
_HAS_CAMEL = re2.compile(_CAMEL)
_HASHTAG = re.compile(r"#([A-Za-z][A-Za-z0-9']{3,279})")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STRETCHED = re.compile(r"([A-Za-z])\1\1+", re.IGNORECASE | re.ASCII)
_HINT = r"[A-Za-z][0-9@$]|[0-9$][A-Za-z]|[A-Za-z]![A-Za-z]"
_LEET_HINT = re.compile(_HINT)
_CHUNK = re.compile(r"\S+")
_TOKEN = re.compile(r"[A-Za-z0-9@$!]+")
# URLs, hosts and e-mail addresses. A word that begins with @ is skipped too, by _is_leet.
_ADDRESS = re.compile(r"://|^www\.|[A-Za-z0-9]\.[A-Za-z]{2,}(?:[/:?]|$)|[\w]@[\w-]+\.")
# 10k, 2nd, 1980s, 20km; covid19, F16, mp3; $5m.
_PLAIN_NUMBER = re.compile(r"\d+[A-Za-z]{1,3}|[A-Za-z]+\d+s?|\$\d.*")
_LEET = str.maketrans("013456789@$!", "oieasgtbgasi")
# Cheap checks whether a later step has anything to do.
_JOINABLE = r"[A-Za-z](?:[ ._*/-]{1,2}[A-Za-z0-9@$!]){2}(?:[^A-Za-z0-9]|$)"
_REPEATED = "|".join(letter * 3 for letter in string.ascii_lowercase)
_CONTROL = r"[\x00-\x08\x0e-\x1f\x7f]"
_HAS_CONTROL = re2.compile(_CONTROL)
_HAS_SPACED = re2.compile(_JOINABLE)
_HAS_LEET = re2.compile(_HINT)
_HAS_STRETCHED = re2.compile(f"(?i){_REPEATED}")
_HAS_PAIRED = re2.compile(f"(?i){_PAIRED}")
_HAS_ANY = re2.compile(
    f"(?:{_CAMEL})|{_ENTITY}|(?:{_ESCAPE}){{2}}|{_HAS_MARKED.pattern}|{_HAS_BRACKETED.pattern}|{_HAS_PARTED.pattern}|(?i:{_CONTROL}|{_JOINABLE}|{_HINT}|{_REPEATED}|{_PAIRED})"
)
# Edits of one step. A comment of 65 kB may need more; its rest then stays as it is: nobody disguises five hundred
# words in earnest, and an attack with them must not cost 50 ms.
_EDIT_LIMIT = 500
_LEET_WORD_LIMIT = 60  # letters; the longest English word has 45


def normalise(text: str) -> NormalisedText:
    """The normalised text; never raises, whatever the text. Linear in its length.

    In order: entities of HTML and escapes of URLs become what they stand for; what a right-to-left override turns round is turned back; NFKC; invisible characters go; words written
    upside down are turned; lookalikes become ASCII in words that hold Latin letters or nothing but lookalikes; accents on
    Latin letters go; emoji inside words become the letters they look like, or go; #HashTags are parted into words; words
    with each letter twice get it once; (e)(a)(c)(h) letter in brackets loses them, s.p.a.c.e.d and s|p|a|c|e|d
    letters join, and words that the end of a line parts; rows of letters that are rather a list, an equation or a
    path (A,B,C,D; a=b=c; C:\\a\\b\\c) stay, as does well-known at the end of a line; d1g1ts become letters; letters repeated three times or
    more are reduced to one or two.
    Case, line breaks and punctuation stay. Plain English comes back as it is.
    """
    same = NormalisedText(text, range(len(text)), range(1, len(text) + 1))
    if text.isascii() and not contains(_HAS_ANY, text):
        return same
    editable = apply_edits(to_editable(same), _entities(text))
    editable = apply_edits(editable, _escapes(editable.text))
    if not editable.text.isascii() or contains(_HAS_CONTROL, editable.text):
        editable = apply_edits(editable, _overridden(editable.text))
        editable = fold_letters(editable)
        if not editable.text.isascii():
            editable = apply_edits(editable, turned_edits(editable.text))
            editable = apply_edits(editable, _flag_letters(editable.text))
            editable = apply_edits(editable, _letter_emoji(editable.text))
            editable = apply_edits(editable, lookalike_edits(editable.text))
            editable = apply_edits(editable, _embedded_emoji(editable.text))
    editable = apply_edits(editable, _hashtags(editable.text))
    editable = apply_edits(editable, _paired_letters(editable.text))
    editable = apply_edits(editable, _bracketed_letters(editable.text))
    editable = apply_edits(editable, _marked_letters(editable.text))
    editable = apply_edits(editable, _spaced_letters(editable.text))
    editable = apply_edits(editable, _parted_words(editable.text))
    editable = apply_edits(editable, _leet_words(editable.text))
    editable = apply_edits(editable, _repeated_letters(editable.text))
    return same if editable.text is text else NormalisedText(*editable)


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """The normalised form of a short text that many scorers read, such as a name."""
    return normalise(name).text


def _overridden(text: str) -> Iterable[Edit]:
    """What stands behind a right-to-left override, as it is seen."""
    if contains(_OVERRIDE, text):
        for match in islice(_OVERRIDDEN.finditer(text), _EDIT_LIMIT):
            yield *match.span(), match.group(1)[::-1]


def _entities(text: str) -> Iterable[Edit]:
    """&#102; becomes f."""
    if contains(_HAS_ENTITY, text):
        for entity in islice(_ENTITIES.finditer(text), _EDIT_LIMIT):
            yield *entity.span(), html.unescape(entity.group())


def _escapes(text: str) -> Iterable[Edit]:
    """%66%75 becomes fu, unless it is a part of an address."""
    if not contains(_HAS_ESCAPE, text):
        return
    read, is_address = 0, False
    for escapes in islice(_ESCAPES.finditer(text), _EDIT_LIMIT):
        # Since the escapes before these, with their last digit: no sign of an address reaches across them.
        written = text[max(0, read - 1) : escapes.start()]
        words = written.split()
        is_inside = bool(words) and not written[-1].isspace()
        is_one = is_address and len(words) == 1
        is_address = is_inside and (is_one or bool(_ADDRESS.search(words[-1])))
        read = escapes.end()
        if not is_address:
            yield *escapes.span(), unquote(escapes.group())


def _bracketed_letters(text: str) -> Iterable[Edit]:
    """(f)(o)(o)(l) becomes fool."""
    if contains(_HAS_BRACKETED, text):
        for run in islice(_BRACKETED.finditer(text), _EDIT_LIMIT):
            yield *run.span(), run.group()[1::3]


def _marked_letters(text: str) -> Iterable[Edit]:
    """f|o|o|l becomes f.o.o.l, which _spaced_letters joins."""
    if contains(_HAS_MARKED, text):
        for run in islice(_MARKED.finditer(text), _EDIT_LIMIT):
            if not _is_plain_row(text, run):
                yield *run.span(), run.group()[::2].replace("", ".")[1:-1]


def _is_plain_row(text: str, run: re.Match[str]) -> bool:
    r"""Whether the letters are a list (A,B,C,D), an equation (a=b=c) or the folders of a path (C:\a\b\c) rather than a word."""
    mark, start = run.group(1), run.start()
    if mark == "\\":
        return start > 1 and text[start - 1] == mark and not text[start - 2].isspace()
    letters = run.group()[::2].lower()
    if mark not in _LISTING:
        return False
    in_order = all(one < next_ for one, next_ in pairwise(letters))
    may_be_word = len(letters) >= 4 and not in_order and not _VOWELS.isdisjoint(letters)
    return not may_be_word or any(items.issuperset(letters) for items in _ITEMS)


def _parted_words(text: str) -> Iterable[Edit]:
    """A word behind whose first part stand a hyphen and the end of a line is one, but well-known keeps its hyphen."""
    if contains(_HAS_PARTED, text):
        for parting in islice(_PARTED.finditer(text), _EDIT_LIMIT):
            first = _LAST_LETTERS.search(
                text, max(0, parting.start() - _PART_LIMIT), parting.start()
            )
            if first is None or first.group().lower() not in _HYPHENATED:
                yield *parting.span(), ""


def _flag_letters(text: str) -> Iterable[Edit]:
    """🇫🇴🇴🇱, which is no row of flags, becomes FOOL."""
    if contains(_FLAG_SIGN, text):
        for signs in islice(_FLAG_SIGNS.finditer(text), _EDIT_LIMIT):
            letters = "".join(chr(ord(sign) - 0x1F1E6 + ord("A")) for sign in signs.group())
            pairs = {letters[place : place + 2] for place in range(0, len(letters), 2)}
            if not pairs <= _COUNTRIES:
                yield *signs.span(), letters


def _letter_emoji(text: str) -> Iterable[Edit]:
    """f⭕⭕l becomes fool."""
    if contains(_HAS_LETTER_EMOJI, text):
        words = list(islice(_WITH_LETTER_EMOJI.finditer(text), 4 * _EDIT_LIMIT))
        if any(_EMOJI_IN_WORD.search(word.group()) for word in words):
            for word in words:
                written = word.group()
                if not written.isascii() and any(letter.isascii() for letter in written):
                    yield *word.span(), written.translate(_LETTER_EMOJI_TABLE)


def _hashtags(text: str) -> Iterable[Edit]:
    """#YouAreAnIdiot becomes #You Are An Idiot."""
    if not contains(_HAS_CAMEL, text):
        return
    for tag in islice(_HASHTAG.finditer(text), _EDIT_LIMIT):
        for hump in _HUMP.finditer(tag.group(1)):
            last = tag.start(1) + hump.start() - 1
            yield last, last + 1, text[last] + " "


def _paired_letters(text: str) -> Iterable[Edit]:
    """iiddiioott becomes idiot; in such a text aarree becomes are."""
    if not contains(_HAS_PAIRED, text):
        return
    for word in islice(_PAIRED_WORD.finditer(text), _EDIT_LIMIT):
        if len(set(word.group().lower())) > 1:
            yield *word.span(), word.group()[::2]


def _embedded_emoji(text: str) -> Iterable[Edit]:
    """idi😀ot loses its emoji; in you👏are👏dumb they become spaces."""
    if not contains(_EMOJI_INSIDE, text):
        return
    for word in islice(_EMOJI_WORD.finditer(text), _EDIT_LIMIT):
        runs = list(islice(_EMOJI_RUN.finditer(text, word.start(), word.end()), _EDIT_LIMIT))
        letters = word.end() - word.start() - sum(run.end() - run.start() for run in runs)
        between = " " if len(runs) > 1 and letters >= 2.5 * (len(runs) + 1) else ""
        for run in runs:
            yield run.start(), run.end(), between


def _spaced_letters(text: str) -> Iterable[Edit]:
    """s.p.a.c.e.d becomes spaced; a wider gap between narrow ones, or a space between dots, ends a word."""
    if not contains(_HAS_SPACED, text):
        return
    edits_left = _EDIT_LIMIT
    for run in _SPACED.finditer(text):
        gaps = list(islice(_SEPARATOR.finditer(text, run.start(), run.end()), edits_left))
        edits_left -= len(gaps)
        end = run.end() if edits_left else gaps[-1].end()
        if text[end : end + 1] == "*" and text[end + 1 : end + 2].isalpha():
            gaps = gaps[:-1]  # Wh*t a C*NT
            if len(gaps) < 2:
                continue
        letters = sum(letter.isalpha() for letter in text[run.start() : end])
        if letters * 2 < len(gaps) + 1 or _is_masked(gaps):
            gaps = []
        # The narrowest gaps, each of one kind of character: s  p  a  c  e  d, but not J. R. R. Tolkien.
        inner = [gap for gap in gaps if len(set(gap.group())) == 1]
        narrow = min((len(gap.group()) for gap in inner), default=0)
        inner = [gap for gap in inner if len(gap.group()) == narrow]
        if len(inner) * 2 > len(gaps):
            # Where dots or dashes part the letters, a space parts the words: w.h.a.t a f.o.o.l
            marks = [gap for gap in inner if not gap.group().isspace()]
            for gap in marks if len(marks) > 2 * (len(inner) - len(marks)) else inner:
                yield gap.start(), gap.end(), ""
        if not edits_left:
            return


def _is_masked(gaps: list[re.Match[str]]) -> bool:
    """Whether the asterisks stand for letters, as in y*u a*e a, and do not part them, as in f*o*o*l."""
    stars = sum("*" in gap.group() for gap in gaps)
    return 0 < stars < 3 * sum(gap.group().isspace() for gap in gaps)


def _leet_words(text: str) -> Iterable[Edit]:
    """1d10t becomes idiot."""
    if not contains(_HAS_LEET, text):
        return
    edits_left, examined = _EDIT_LIMIT, 0
    for chunk in _CHUNK.finditer(text):
        written = chunk.group()
        if written.isalpha() or not _LEET_HINT.search(written):
            continue
        examined += 1
        if examined > 2 * _EDIT_LIMIT:
            return
        if ("." in written or "://" in written) and _ADDRESS.search(written):
            continue
        for token in _TOKEN.finditer(text, chunk.start(), chunk.end()):
            if len(token.group()) > _LEET_WORD_LIMIT:
                continue
            word = token.group().strip("!")
            if word.endswith("$") and not word.endswith("$$"):
                word = word[:-1]
            start = token.start() + (1 if token.group()[0] == "!" else 0)
            if word and text.startswith(word, start) and _is_leet(word):
                plain = word.replace("11", "ll").translate(_LEET)
                yield start, start + len(word), plain
                edits_left -= 1
                if not edits_left:
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
    """soooo becomes so. G, l and s after a vowel stay double, as in words that differ by it."""
    if not contains(_HAS_STRETCHED, text):
        return
    for match in islice(_STRETCHED.finditer(text), _EDIT_LIMIT):
        start, end = match.span()
        run = match.group()
        alone = not (text[start - 1 : start].isalpha() or text[end : end + 1].isalpha())
        if run == "III" or (alone and len(run) == 3):  # www, KKK, Louis XIII
            continue
        double = run[0] in "glsGLS" and text[start - 1 : start].lower() in tuple("aeiou")
        yield start, end, run[: 2 if double else 1]
