"""Attacks inside longer comments: how many of those held alone are held among harmless news comments too."""

import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gatehouse.evaluation import sets
from gatehouse.evaluation.evaluated_model import EvaluatedModel, Line
from gatehouse.evaluation.measures import Truth
from moderation.domain.wilson import wilson_interval

LENGTHS = (20, 60, 150, 400)  # words of the harmless text around an attack
POSITIONS = {"first": 0.0, "in the middle": 0.5, "last": 1.0}
_ATTACKS, _CARRIERS = 100, 4  # attacks; harmless texts of each length, for each attack one
_HELD_FROM = 0.9  # toxicity of an attack alone
_SENTENCE_START = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")


def fine_news(folder: Path, name: str) -> list[str]:
    """News comments that their readers call healthy and neither hostile nor anything else on the list."""
    flaws = (
        "antagonize", "condescending", "dismissive", "generalisation", "generalisation_unfair",
        "hostile", "sarcastic",
    )  # fmt: skip
    return [
        row["text"]
        for row in sets.rows(folder, name)
        if float(row["healthy"] or 0) == 1
        and float(row["healthy:confidence"] or 0) >= 0.8
        and not any(float(row[flaw] or 0) for flaw in flaws)
        and all(float(row[f"{flaw}:confidence"] or 0) >= 0.6 for flaw in ("hostile", "antagonize"))
    ]


def attacks(folder: Path, model: EvaluatedModel) -> list[str]:
    """Insults and threats of 3 to 30 words, the same ones every time, whose toxicity is 0.9 or more."""
    test_name = sets.find(folder, "jigsaw_test")
    if not test_name:
        return []
    test = sets.jigsaw(folder, test_name)
    is_attack = [bool(row[3] or row[4]) for row in test.truth]  # threat, insult
    texts = [
        text.strip()
        for text, yes in zip(test.texts, is_attack, strict=True)
        if yes and 3 <= len(text.split()) <= 30
    ]
    random.Random(5).shuffle(texts)
    texts = texts[: 5 * _ATTACKS]
    scores = model.scores(texts)
    return [text for text, row in zip(texts, scores, strict=True) if row[0] >= _HELD_FROM][
        :_ATTACKS
    ]


def carrier(texts: Sequence[str], words: int, chance: random.Random) -> str:
    """Harmless comments one after another, cut after so many words."""
    parts: list[str] = []
    while len(parts) < words:
        parts += chance.choice(texts).split()
    return " ".join(parts[:words])


def placed(attack: str, text: str, share: float, *, at_word: bool = False) -> str:
    """The attack inside a text, after this share of it: between sentences, or where the word ends."""
    words = text.split()
    wanted = round(share * len(words))
    if at_word or share in (0.0, 1.0):
        return " ".join([*words[:wanted], attack, *words[wanted:]])
    starts = [0, *(match.end() for match in _SENTENCE_START.finditer(text)), len(text)]
    place = min(starts, key=lambda start: abs(len(text[:start].split()) - wanted))
    return " ".join(part for part in (text[:place].rstrip(), attack, text[place:]) if part)


def dilution(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """Attacks put into 20 to 400 words of fine news comments, and what is held of those comments alone."""
    fine = fine_news(folder, name)
    held = model.held(model.scores(fine))
    lines = [("fine news comments held", _share(held))]
    harmless = [text for text, is_held in zip(fine, held, strict=True) if not is_held]
    found = attacks(folder, model)
    for words in LENGTHS if found else ():
        chance = random.Random(words)
        carriers = [carrier(harmless, words, chance) for _ in range(_CARRIERS * 25)]
        alone = model.held(model.scores(carriers))
        carriers = [text for text, is_held in zip(carriers, alone, strict=True) if not is_held]
        pairs = list(zip(found, (carriers * len(found))[: len(found)], strict=True))
        all_held = []
        for position, share in POSITIONS.items():
            texts = [placed(attack, text, share) for attack, text in pairs]
            all_held.append(model.held(model.scores(texts)))
            lines.append((f"held {position} of {words} words", _share(all_held[-1])))
        within = [placed(attack, text, 0.5, at_word=True) for attack, text in pairs]
        lines.append(
            (f"held inside a sentence of {words} words", _share(model.held(model.scores(within))))
        )
        lines.append((f"held in {words} words", _share(np.concatenate(all_held))))
        lines.append((f"those {words} words held without an attack", _share(alone)))
    return lines


def _share(held: Truth) -> str:
    """The share that is held, with its interval of 95 % (Wilson 1927)."""
    low, high = wilson_interval(int(held.sum()), len(held))
    return f"{held.mean():.3f} ({low:.3f} to {high:.3f}, {len(held)})"
