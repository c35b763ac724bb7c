"""Writes the words whose misspellings are read as meant: moderation/weights/bundled/lexicon.txt."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from moderation.scorers.models.spelling import Spelling, meanings
from training import words
from training.corpus import Example
from training.sentences import names

_WORD = re.compile(r"[a-z]{3,20}")
# So often in comments called harmless, and the misspelling is a word of its own.
ORDINARY = 4


def lexicon(examples: Sequence[Example], vocabulary: frozenset[str]) -> tuple[list[str], list[str]]:
    """(words, the commonest in toxic comments first; misspellings of them that are other words).

    vocabulary: words known to the base model's tokenizer. A word enters when it stands in five toxic
    Wikipedia comments and five times as often as in harmless ones, or in training/words.py as slur or
    insult. (On Twitter, swearing is how people talk: it says little there.)
    """
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    totals = [0, 0]
    for one in examples:
        if one.source not in ("jigsaw", "talk"):
            continue
        toxic = one.labels[0] >= 0.5
        totals[toxic] += 1
        counts[toxic].update(set(_WORD.findall(one.text.lower())))
    clean, toxic_ = counts
    share = totals[1] / max(1, totals[0])
    strong = {
        word for word, yes in toxic_.items() if yes >= 5 and yes > 5 * (clean[word] + 0.5) * share
    }
    strong -= set(names())  # a group's name is no insult
    strong |= {slur for pair in words.SLURS for slur in pair}
    strong |= {word for word in words.INSULTS if toxic_[word] > 3 * clean[word] * share}
    strong |= {
        "fucking",
        "fucked",
        "shitty",
        "bitches",
        "idiots",
        "morons",
        "assholes",
        "stupidity",
    }
    chosen = sorted(strong, key=lambda word: (-toxic_[word], word))
    ordinary = [
        word for word in sorted(meanings(chosen)) if word in vocabulary or clean[word] >= ORDINARY
    ]
    return chosen, ordinary


def write(path: Path, chosen: Sequence[str], ordinary: Sequence[str]) -> Spelling:
    """Writes both and gives the speller that reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "\n".join([*chosen, *(f"-{word}" for word in ordinary)]) + "\n", encoding="utf-8"
    )
    return Spelling(chosen, ordinary)
