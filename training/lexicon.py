"""Writes the words whose misspellings are restored: moderation/weights/bundled/lexicon.txt."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from moderation.scorers.models.spelling import Spelling, meanings
from training import words
from training.corpus import Example
from training.sentences import names

_WORD = re.compile(r"[a-z]{3,20}")
# A misspelling that occurs so often in harmless comments is a word of its own.
ORDINARY = 4


def choose_words(
    examples: Sequence[Example], vocabulary: frozenset[str]
) -> tuple[list[str], list[str]]:
    """(words, the commonest in toxic comments first; misspellings of them that are other words).

    vocabulary: words known to the base model's tokenizer. A word enters when it stands in five toxic
    Wikipedia comments and five times as often as in harmless ones, or in training/words.py as slur or
    insult. (On Twitter, swearing is how people talk: it says little there.)
    """
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    totals = [0, 0]
    for example in examples:
        if example.source not in ("jigsaw", "talk"):
            continue
        toxic = example.labels[0] >= 0.5
        totals[toxic] += 1
        counts[toxic].update(set(_WORD.findall(example.text.lower())))
    harmless_counts, toxic_counts = counts
    share = totals[1] / max(1, totals[0])
    insults = {
        word
        for word, toxic_count in toxic_counts.items()
        if toxic_count >= 5 and toxic_count > 5 * (harmless_counts[word] + 0.5) * share
    }
    insults -= set(names())  # a group's name is no insult
    slurs = {slur for pair in words.SLURS for slur in pair}
    insults |= slurs
    insults |= {
        word for word in words.INSULTS if toxic_counts[word] > 3 * harmless_counts[word] * share
    }
    insults |= {
        "fucking",
        "fucked",
        "shitty",
        "bitches",
        "idiots",
        "morons",
        "assholes",
        "stupidity",
    }
    chosen: list[str] = []
    misspelt: set[str] = set()  # fcuk is read as meant, and no word of its own
    for word in sorted(insults, key=lambda word: (-toxic_counts[word], word)):
        if word in slurs or word not in misspelt:
            chosen.append(word)
            misspelt.update(meanings([word]))
    ordinary = [
        word
        for word in sorted(meanings(chosen))
        if word in vocabulary or harmless_counts[word] >= ORDINARY
    ]
    return chosen, ordinary


def write(path: Path, chosen: Sequence[str], ordinary: Sequence[str]) -> Spelling:
    """Writes both lists and returns the Spelling that reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "\n".join([*chosen, *(f"-{word}" for word in ordinary)]) + "\n", encoding="utf-8"
    )
    return Spelling(chosen, ordinary)
