"""Disguises words for learning, each a little differently; gatehouse/evaluation has its own disguises."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from training.corpus import Example

_LEET = str.maketrans("aeiostAEIOST", "431057431057")


def _mask_one_letter(word: str, random_: random.Random) -> str:
    position = random_.randrange(1, max(2, len(word) - 1))
    return word[:position] + random_.choice("***#-_%") + word[position + 1 :]


def _mask_inside(word: str, random_: random.Random) -> str:
    first_letters = random_.choice((1, 1, 2))
    return word[:first_letters] + "*" * (len(word) - first_letters - 1) + word[-1]


def _mask_end(word: str, random_: random.Random) -> str:
    return word[: random_.choice((1, 2))] + "*" * (len(word) - 2)


def _swap_letters(word: str, random_: random.Random) -> str:
    position = random_.randrange(0 if random_.random() < 0.1 else 1, len(word) - 1)
    return word[:position] + word[position + 1] + word[position] + word[position + 2 :]


def _drop_letter(word: str, random_: random.Random) -> str:
    position = random_.randrange(1, len(word) - 1)
    return word[:position] + word[position + 1 :]


def _double_letter(word: str, random_: random.Random) -> str:
    position = random_.randrange(len(word))
    return word[: position + 1] + word[position:]


def _insert_space(word: str, random_: random.Random) -> str:
    position = random_.randrange(1, len(word))
    return word[:position] + " " + word[position:]


def _stretch_letter(word: str, random_: random.Random) -> str:
    position = random_.randrange(1, len(word))
    return word[:position] + word[position] * random_.randrange(3, 7) + word[position + 1 :]


def _write_leet(word: str, random_: random.Random) -> str:
    return "".join(letter.translate(_LEET) if random_.random() < 0.5 else letter for letter in word)


_DISGUISES: tuple[Callable[[str, random.Random], str], ...] = (
    _mask_one_letter, _mask_inside, _mask_end, _swap_letters, _swap_letters, _swap_letters, _drop_letter, _drop_letter, _double_letter, _insert_space, _stretch_letter, _write_leet,
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{3,}")


def disguised(example: Example, toxic: frozenset[str], random_: random.Random) -> Example:
    """A copy with words altered in one way: the toxic words; where there are none, one word in eight.

    Harmless words are altered as often, or the alteration itself would be what is learned.
    """
    disguise = random_.choice(_DISGUISES)
    toxic_found = {match.group().lower() for match in _WORD.finditer(example.text)} & toxic

    def alter(match: re.Match[str]) -> str:
        word = match.group()
        chosen = word.lower() in toxic_found if toxic_found else random_.random() < 0.125
        return disguise(word, random_) if chosen else word

    text = _WORD.sub(alter, example.text)
    if random_.random() < 0.1:  # words run together
        position = random_.randrange(max(1, text.count(" ")))
        parts = text.split(" ")
        text = (
            " ".join(parts[:position])
            + " "
            + "".join(parts[position : position + 3])
            + " "
            + " ".join(parts[position + 3 :])
        )
    return replace(example, text=text.strip(), source="disguised")


def toxic_words(examples: Sequence[Example]) -> frozenset[str]:
    """Words seen at least four times in toxic comments, and six times as often as in harmless ones."""
    counts: dict[str, list[int]] = {}
    totals = [0, 0]
    for example in examples:
        toxic = example.labels[0] >= 0.5
        totals[toxic] += 1
        for word in {match.group().lower() for match in _WORD.finditer(example.text)}:
            counts.setdefault(word, [0, 0])[toxic] += 1
    share = totals[1] / max(1, totals[0])
    return frozenset(
        word for word, (no, yes) in counts.items() if yes >= 4 and yes > 6 * (no + 0.5) * share
    )
