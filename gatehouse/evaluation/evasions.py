"""Ways to disguise a word, to measure how many disguised words a model still finds."""

import re
from collections.abc import Callable, Iterable

_LEET = str.maketrans("aeiost", "431057")
_CYRILLIC = str.maketrans("aeopcyx", "аеорсух")
_BOLD = {code: 0x1D41A + code - 97 for code in range(97, 123)}

ATTACKS: dict[str, Callable[[str], str]] = {
    "leet": lambda word: word[0] + word[1:-1].translate(_LEET) + word[-1],
    "zero-width": "\u200b".join,
    "homoglyphs": lambda word: word.translate(_CYRILLIC),
    "spaced": " ".join,
    "dotted": ".".join,
    "diacritics": lambda word: "".join(letter + "\u0308" for letter in word),
    "stretched": lambda word: word + word[-1] * 4,
    "bold letters": lambda word: word.translate(_BOLD),
    "emoji inside": lambda word: word[0] + "😀" + word[1:],
    "masked": lambda word: word[0] + "*" * (len(word) - 2) + word[-1],
    "letters swapped": lambda word: (
        word[0] + word[2] + word[1] + word[3:] if len(word) > 3 else word
    ),
}
_WORD = re.compile(r"[a-z']{3,}")


def altered(text: str, words: frozenset[str], attack: Callable[[str], str]) -> str:
    """The text in lower case with each of these words altered by the attack."""
    return _WORD.sub(
        lambda match: attack(match.group()) if match.group() in words else match.group(),
        text.lower(),
    )


def toxic_words(texts: Iterable[tuple[str, bool]]) -> frozenset[str]:
    """Words that occur in at least five toxic comments, and over eight times as often as in harmless ones."""
    counts: dict[str, list[int]] = {}
    for text, toxic in texts:
        for word in set(_WORD.findall(text.lower())):
            counts.setdefault(word, [0, 0])[int(toxic)] += 1
    return frozenset(
        word
        for word, (in_harmless, in_toxic) in counts.items()
        if in_toxic >= 5 and in_toxic > 8 * (in_harmless + 0.5)
    )
