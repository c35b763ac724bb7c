"""Candidates to measure: from plain to hostile."""

import random
import string
from typing import Any

from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate


def candidate(text: str, **more: Any) -> Candidate:
    """A text as the service hands it to scorers."""
    return Candidate(text, normalise(text), **more)


_RANDOM = random.Random(7)


def _words(letters: str, length: int) -> str:
    """65 kB of random words."""
    count = 65_000 // (length + 1)
    return " ".join("".join(_RANDOM.choices(letters, k=length)) for _ in range(count))


# Much work in few characters, for one scorer or another: pieces of words, links, masked words.
COSTLY = {
    "random words": _words(string.ascii_lowercase[:16], 5),
    "random words of 99 letters": _words(string.ascii_lowercase, 99),
    "random letters": _words(string.ascii_lowercase, 1),
    "random digits": _words(string.digits, 11),
    "one masked word": "f" + "*" * 65_000,
    "one word of masked letters": "a_" * 32_500,
    "random masked words": _words(string.ascii_lowercase + "#*#*", 4),
    "random punctuation": "".join(_RANDOM.choices(".,;:!?()-/", k=65_000)),
    "random ideographs": "".join(chr(_RANDOM.randint(0x4E00, 0x9FA5)) for _ in range(21_600)),
    "domains": " ".join(f"a{number}.com" for number in range(7_900))[:65_000],
}
# As long, of ordinary words: what the scorers are made for.
_ORDINARY = [
    "the",
    "council",
    "votes",
    "on",
    "new",
    "bridge",
    "this",
    "summer",
    "after",
    "long",
    "debate",
    "about",
    "costs",
    "and",
    "most",
    "people",
    "who",
    "live",
    "near",
    "river",
    "hope",
    "that",
    "work",
    "will",
    "begin",
    "before",
    "winter",
    "comes",
    "back",
    "because",
    "old",
    "one",
    "has",
    "been",
    "closed",
    "for",
    "years",
    "but",
    "others",
    "say",
    "money",
    "should",
    "go",
    "to",
    "schools",
    "first",
]
PROSE = " ".join(_RANDOM.choices(_ORDINARY, k=14_000))[:65_000]

HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "one word of 65 kB": "a" * 65_525,
    "two letters for 65 kB": "ab " * 21_000,
    "an insult for 65 kB": "you idiot " * 6_500,
    "dots": "." * 65_525,
    "links": "http://a.b/" * 5_000,
    "20,000 links": "a.co " * 13_000 + "b.ru",
    "links of another alphabet": "http://мм.рф/ " * 3_000,
    "anchors": "<a href=http://a.com>b.com</a>" * 2_000,
    "open anchors": "<a href=" * 8_000,
    "open brackets": "[url=" * 13_000,
    "masked links": "a dot com " * 6_500,
    "names at names, spelled": "a at b dot com " * 4_300,
    "number words": "one two nine " * 5_000,
    "digits": "1 " * 32_000,
    "letters for digits": "O0l1 " * 13_000,
    "names at names": "a@b." * 16_000,
    "NULs": "\x00" * 1_000 + "idiot\x00",
    "emoji": "😀👏🏽👨‍👩‍👧‍👦🇩🇪" * 500,
    "emoji inside": "i😀d😀i😀o😀t " * 500,
    "bidi": "\u202eidiot\u202c \u2066you\u2069" * 200,
    "marks": "e\u0301\u0316" * 5_000,
    "Russian": "Это совершенно обычный комментарий. " * 50,
    "Chinese": "这是一条普通的评论。" * 300,
    "Hindi": "यह एक साधारण टिप्पणी है। " * 100,
    "Arabic ligatures": "ﷺ" * 5_000,
    "capital that grows": "İ" * 500 + " İstanbul",
    "unassigned and private": "\u0378\ue000\U000f0000\U0010ffff" * 100,
    "invisible": "\u200b\u200d\ufeff" * 1_000,
}
