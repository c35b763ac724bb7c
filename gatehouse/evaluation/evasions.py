"""Ways to disguise a whole comment, to measure how many disguised ones are still held."""

import codecs
import random
import re
from collections.abc import Callable

_LEET = str.maketrans("aeioAEIO", "43104310")
_HEAVY_LEET = str.maketrans("abegilostz", "48391105+2")
_CYRILLIC = str.maketrans("aeopcyxiAEOPCTX", "аеорсухіАЕОРСТХ")
_GREEK = str.maketrans("abeiknoptuvwxy", "αβεικηορτυνωχγ")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_BOLD = {97 + place: 0x1D41A + place for place in range(26)} | {
    65 + place: 0x1D400 + place for place in range(26)
}
_CIRCLED = {97 + place: 0x24D0 + place for place in range(26)}
_SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
_TURNED = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥıɾʞlɯuodbɹsʇnʌʍxʎz")
_EMOJI = str.maketrans(
    {"a": "🅰️", "b": "🅱️", "e": "📧", "i": "ℹ️", "o": "⭕", "p": "🅿️", "s": "💲", "x": "❌"}
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_VOWEL = re.compile("[aeiouAEIOU]")


def _each(disguise: Callable[[str], str]) -> Callable[[str], str]:
    """Disguises every word of three letters or more."""
    return lambda text: _WORD.sub(lambda match: disguise(match.group()), text)


def _between(mark: str) -> Callable[[str], str]:
    return _each(lambda word: mark.join(word))


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z']+", text)


def _pig_latin(word: str) -> str:
    start = re.match(r"[^aeiouAEIOU]*", word)
    moved = start.end() if start else 0
    return word + "way" if not moved else word[moved:] + word[:moved].lower() + "ay"


def _mask_vowels(word: str) -> str:
    random_ = random.Random(word)
    return _VOWEL.sub(lambda _: random_.choice("#@%&"), word)


def _bold_inside(word: str) -> str:
    middle = len(word) // 2
    return f"{word[:middle]}**{word[middle:]}**"


def _zalgo(word: str) -> str:
    return "".join(letter + "\u0335\u0321\u0353\u0306\u030b" for letter in word)


_PRAISE = (
    "What a lovely and careful piece of writing, thank you to everybody who worked on it. ",
    " I have shared it with my family, and we will read the next part together on Sunday.",
)

DISGUISES: dict[str, Callable[[str], str]] = {
    "leet vowels": _each(lambda word: word[0] + word[1:].translate(_LEET)),
    "leet heavy": _each(lambda word: word[0] + word[1:].lower().translate(_HEAVY_LEET)),
    "spaced letters": _between(" "),
    "dotted letters": _between("."),
    "dashed letters": _between("-"),
    "zero-width space": _between("\u200b"),
    "soft hyphen": _between("\u00ad"),
    "homoglyph Cyrillic": _each(lambda word: word.translate(_CYRILLIC)),
    "homoglyph Greek": _each(lambda word: word.lower().translate(_GREEK)),
    "full width": _each(lambda word: word.translate(_FULL_WIDTH)),
    "mathematical bold": _each(lambda word: word.translate(_BOLD)),
    "circled": _each(lambda word: word.lower().translate(_CIRCLED)),
    "small capitals": _each(lambda word: word.lower().translate(_SMALL_CAPITALS)),
    "upside down": lambda text: text.lower().translate(_TURNED)[::-1],
    "combining marks": _each(lambda word: "".join(letter + "\u0308" for letter in word)),
    "zalgo": _each(_zalgo),
    "reversed words": _each(lambda word: word[::-1]),
    "repeated vowels": _each(lambda word: _VOWEL.sub(lambda match: match.group() * 4, word)),
    "every letter twice": _each(lambda word: "".join(letter * 2 for letter in word)),
    "words joined": lambda text: "".join(_words(text)),
    "underscores": _between("_"),
    "#CamelHashtag": lambda text: "#" + "".join(word.capitalize() for word in _words(text)),
    "emoji letters": _each(lambda word: word.lower().translate(_EMOJI)),
    "pig latin": _each(_pig_latin),
    "in a URL path": lambda text: "https://www.example.com/" + "/".join(_words(text)),
    "in a search URL": lambda text: "https://www.example.com/search?q=" + "+".join(_words(text)),
    "right-to-left override": lambda text: f"\u202e{text[::-1]}\u202c",
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "second letter *": _each(lambda word: word[0] + "*" + word[2:]),
    "vowels *": _each(lambda word: _VOWEL.sub("*", word)),
    "vowels # @ % &": _each(_mask_vowels),
    "vowels dropped": _each(lambda word: word[0] + _VOWEL.sub("", word[1:])),
    "letters swapped": _each(lambda word: word[0] + word[2] + word[1] + word[3:]),
    "letter dropped": _each(lambda word: word[0] + word[2:] if len(word) > 3 else word),
    "HTML tags inside": _each(lambda word: f"{word[:2]}<b></b>{word[2:]}"),
    "HTML entities": _each(lambda word: "".join(f"&#{ord(letter)};" for letter in word)),
    "Markdown bold inside": _each(_bold_inside),
    "among praise": lambda text: text.join(_PRAISE),
}
