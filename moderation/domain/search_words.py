"""The words that comments are found by: the same on both databases, in any language, nothing stemmed."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from unicodedata import category, normalize

from moderation.domain.errors import Invalid

QUERY_LIMIT = 200  # characters
WORDS_LIMIT = 16  # of a query; each costs a look into the index
PREFIX_LETTERS = 3  # fewer begin too many words
_WORD_LIMIT = 64  # letters of a word that count

# Written without spaces: each character is a word of its own, and what is sought is a row of them. Thai and
# Lao, Myanmar, Khmer, kana, Bopomofo, Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Accents of Latin, Greek and Cyrillic letters, points of Hebrew and vowel signs of Arabic, the Arabic
# stretcher, and what is not seen: people leave them out.
_LEFT_OUT = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# A phrase in quotes, or what stands between spaces.
_PART = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row. is_prefix: the last one may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A word, of letters, digits and the marks on them; and a character of a script without spaces."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if category(chr(code))[0] == "M")
    return re.compile(rf"[\w{marks}]+"), re.compile(rf"[{_UNSPACED}][{marks}]*")


def words_of(text: str) -> list[str]:
    """The words of a text in their order: letters and digits, without case and accents."""
    folded = text.casefold()
    if folded.isascii():
        words = _ASCII_WORD.findall(folded)
    else:
        word, unspaced = _patterns()
        bare = _LEFT_OUT.sub("", normalize("NFKD", folded))
        folded = normalize("NFC", bare).casefold().replace("_", " ")
        words = word.findall(unspaced.sub(r" \g<0> ", folded))
    return [found[:_WORD_LIMIT] for found in words]


def parse_query(query: str) -> tuple[Phrase, ...]:
    """What a query asks for, all of it to be found: words, "words in a row", and beginnings*.

    What is written together (an address, Chinese) is sought as words in a row. Raises Invalid where there
    is no word in it, or there are too many.
    """
    phrases = []
    for quoted, bare in _PART.findall(query):
        words = words_of(quoted or bare)
        if words:
            is_prefix = bare.endswith("*") and len(words[-1]) >= PREFIX_LETTERS
            phrases.append(Phrase(tuple(words), is_prefix))
    if not phrases:
        raise Invalid("There is no word in it.")
    if sum(len(phrase.words) for phrase in phrases) > WORDS_LIMIT:
        raise Invalid(f"Takes {WORDS_LIMIT} words at most.")
    return tuple(phrases)


def fact_word(kind: str, value: str) -> str:
    """What stands in the index for a fact about a comment (its site, a domain, a language), not a word of it."""
    return kind + blake2b(value.lower().encode(), digest_size=8).hexdigest()
