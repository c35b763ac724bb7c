"""Words disguised for learning, each a little differently; gatehouse/evaluation measures with its own ways."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from training.corpus import Example

_LEET = str.maketrans("aeiostAEIOST", "431057431057")


def _masked_one(word: str, random_: random.Random) -> str:
    at = random_.randrange(1, max(2, len(word) - 1))
    return word[:at] + random_.choice("***#-_%") + word[at + 1 :]


def _masked_some(word: str, random_: random.Random) -> str:
    kept = random_.choice((1, 1, 2))
    return word[:kept] + "*" * (len(word) - kept - 1) + word[-1]


def _cut(word: str, random_: random.Random) -> str:
    return word[: random_.choice((1, 2))] + "*" * (len(word) - 2)


def _swapped(word: str, random_: random.Random) -> str:
    at = random_.randrange(0 if random_.random() < 0.1 else 1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _dropped(word: str, random_: random.Random) -> str:
    at = random_.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1 :]


def _doubled(word: str, random_: random.Random) -> str:
    at = random_.randrange(len(word))
    return word[: at + 1] + word[at:]


def _spaced(word: str, random_: random.Random) -> str:
    at = random_.randrange(1, len(word))
    return word[:at] + " " + word[at:]


def _stretched(word: str, random_: random.Random) -> str:
    at = random_.randrange(1, len(word))
    return word[:at] + word[at] * random_.randrange(3, 7) + word[at + 1 :]


def _leet(word: str, random_: random.Random) -> str:
    return "".join(letter.translate(_LEET) if random_.random() < 0.5 else letter for letter in word)


_WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    _masked_one, _masked_some, _cut, _swapped, _swapped, _swapped, _dropped, _dropped, _doubled, _spaced, _stretched, _leet,
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{3,}")


def disguised(example: Example, toxic: frozenset[str], random_: random.Random) -> Example:
    """A copy with words altered in one way: the toxic words; where there are none, one word in eight.

    Harmless words are altered as often, or the alteration itself would be what is learned.
    """
    way = random_.choice(_WAYS)
    found = {match.group().lower() for match in _WORD.finditer(example.text)} & toxic

    def alter(match: re.Match[str]) -> str:
        word = match.group()
        chosen = word.lower() in found if found else random_.random() < 0.125
        return way(word, random_) if chosen else word

    text = _WORD.sub(alter, example.text)
    if random_.random() < 0.1:  # words run together
        at = random_.randrange(max(1, text.count(" ")))
        parts = text.split(" ")
        text = (
            " ".join(parts[:at])
            + " "
            + "".join(parts[at : at + 3])
            + " "
            + " ".join(parts[at + 3 :])
        )
    return replace(example, text=text.strip(), source="disguised")


def toxic_words(examples: Sequence[Example]) -> frozenset[str]:
    """Words seen at least four times in toxic comments, and six times as often as in harmless ones."""
    counts: dict[str, list[int]] = {}
    totals = [0, 0]
    for one in examples:
        toxic = one.labels[0] >= 0.5
        totals[toxic] += 1
        for word in {match.group().lower() for match in _WORD.finditer(one.text)}:
            counts.setdefault(word, [0, 0])[toxic] += 1
    share = totals[1] / max(1, totals[0])
    return frozenset(
        word for word, (no, yes) in counts.items() if yes >= 4 and yes > 6 * (no + 0.5) * share
    )
