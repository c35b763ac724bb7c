"""Measures the bundled model on the development sets: python -m training.evaluate --data DIR.

Prints the figures of moderation/weights/bundled/CARD.md. None of these rows was learned from.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from moderation.domain.score import Candidate
from moderation.domain.text import normalise
from moderation.scorers.bundled import FOLDER, Bundled
from training.corpus import JIGSAW, LABELS, rows

THRESHOLDS = (0.3, 0.5, 0.8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--weights", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    score = scoring(Bundled(arguments.weights))
    for part in (
        wikipedia,
        natural,
        hatecheck,
        identities,
        forum,
        evasions,
        hidden,
        examples,
    ):
        print(f"\n== {part.__doc__.splitlines()[0]}")  # type: ignore[union-attr]
        part(arguments.data, score)


Score = Callable[[Sequence[str]], np.ndarray]


def scoring(model: Bundled) -> Score:
    """Texts to an array with one column per label, a batch of 32 at a time as the service does."""

    def score(texts: Sequence[str]) -> np.ndarray:
        found = []
        for at in range(0, len(texts), 32):
            batch = [Candidate(text, normalise(text)) for text in texts[at : at + 32]]
            found += [[signal.value for signal in one] for one in model.measure(batch)]
        return np.array(found)

    return score


def wikipedia(folder: Path, score: Score) -> None:
    """Wikipedia, half of the official 2018 Jigsaw test, clean rows weighted to their real number"""
    table = list(rows(folder, "jigsaw_test_dev"))
    texts = [row["text"] for row in table]
    weights = np.array([float(row["w"]) for row in table])
    truth = np.array([[int(row[name]) for name in JIGSAW] for row in table])
    begun = time.process_time()
    values = score(texts)
    spent = time.process_time() - begun
    print(f"{len(texts) / spent:,.0f} comments per CPU second, normalisation included")
    areas = [roc_auc_score(truth[:, at], values[:, at], sample_weight=weights) for at in range(6)]
    print("AUC", *(f"{area:.4f}" for area in areas), f"mean {np.mean(areas):.4f}")
    clean = np.sort(values[truth[:, 0] == 0, 0])
    for share in (0.05, 0.01):
        threshold = clean[int(len(clean) * (1 - share))]
        recall = (values[truth[:, 0] == 1, 0] > threshold).mean()
        print(f"toxic found at {share:.0%} false alarms: {recall:.3f} (threshold {threshold:.3f})")
    for at, label in enumerate(LABELS):
        line = []
        for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
            inside = (values[:, at] >= low) & (values[:, at] < high)
            if inside.sum() >= 10:
                share = np.average(truth[inside, at], weights=weights[inside])
                mean = np.average(values[inside, at], weights=weights[inside])
                line.append(f"{mean:.2f}->{share:.2f} ({inside.sum()})")
        print(f"{label:16} said -> true: " + "  ".join(line))


def natural(folder: Path, score: Score) -> None:
    """Wikipedia at natural prevalence: false alarms among 10,000 comments, about 1 % toxic"""
    table = [row for row in rows(folder, "context_toxicity") if row["split"] == "gn"]
    values = score([row["text"] for row in table])
    toxic = np.array([row["label"] == "1" for row in table])
    print(f"AUC {roc_auc_score(toxic, values[:, 0]):.4f}")
    _alarms(values[~toxic], values[toxic])


def _alarms(clean: np.ndarray, toxic: np.ndarray) -> None:
    for threshold in THRESHOLDS:
        print(
            f"toxicity >= {threshold}: {(clean[:, 0] >= threshold).mean():.2%} of harmless,"
            f" {(toxic[:, 0] >= threshold).mean():.1%} of toxic"
        )


def hatecheck(folder: Path, score: Score) -> None:
    """HateCheck: functional tests of hate against groups"""
    table = list(rows(folder, "hatecheck_dev"))
    values = score([row["test_case"] for row in table])
    hateful = np.array([row["label_gold"] == "hateful" for row in table])
    print(f"AUC toxicity {roc_auc_score(hateful, values[:, 0]):.3f}")
    print(f"AUC identity_attack {roc_auc_score(hateful, values[:, 5]):.3f}")
    _alarms(values[~hateful], values[hateful])


def identities(folder: Path, score: Score) -> None:
    """Bias templates: do harmless sentences that name a group outrank toxic ones that do not?"""
    table = list(rows(folder, "bias_madlibs_dev"))
    table = random.Random(1).sample(table, 12_000)
    texts = [row["Text"].lower() for row in table]
    values = score(texts)[:, 0]
    toxic = np.array([row["Label"] == "BAD" for row in table])
    print(f"AUC {roc_auc_score(toxic, values):.4f}")
    terms = [
        "gay",
        "homosexual",
        "lesbian",
        "transgender",
        "muslim",
        "jewish",
        "christian",
        "black",
        "white",
        "women",
        "blind",
    ]
    for term in terms:
        named = np.array([term in text.split() for text in texts])
        if (named & ~toxic).sum() > 5:
            chosen = (named & ~toxic) | (~named & toxic)
            area = roc_auc_score(toxic[chosen], values[chosen])
            print(f"{term:12} {area:.3f} (n={int((named & ~toxic).sum())})")


def forum(folder: Path, score: Score) -> None:
    """News and forum comments with insults (Impermium)"""
    table = list(rows(folder, "impermium_insults_dev"))
    values = score([row["text"] for row in table])
    insult = np.array([row["Insult"] == "1" for row in table])
    print(f"AUC {roc_auc_score(insult, values[:, 0]):.4f}")
    _alarms(values[~insult], values[insult])


_LEET = str.maketrans("aeiost", "431057")
_CYRILLIC = str.maketrans("aeopcyx", "аеорсух")
_ATTACKS: dict[str, Callable[[str], str]] = {
    "none": lambda word: word,
    "leet": lambda word: word[0] + word[1:-1].translate(_LEET) + word[-1],
    "zero-width": "\u200b".join,
    "cyrillic": lambda word: word.translate(_CYRILLIC),
    "spaced": " ".join,
    "dotted": ".".join,
    "diacritics": lambda word: "".join(letter + "\u0308" for letter in word),
    "stretched": lambda word: word + word[-1] * 4,
    "bold": lambda word: "".join(
        chr(0x1D41A + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in word
    ),
    "emoji": lambda word: word[0] + "😀" + word[1:],
    "masked": lambda word: word[0] + "*" * (len(word) - 2) + word[-1],
    "swapped": lambda word: word[0] + word[2] + word[1] + word[3:] if len(word) > 3 else word,
}


def evasions(folder: Path, score: Score) -> None:
    """Toxic comments whose toxic words were altered: share still found at 5 % false alarms"""
    table = list(rows(folder, "jigsaw_test_dev"))
    clean = np.sort(score([row["text"] for row in table if row["toxic"] == "0"])[:, 0])
    threshold = clean[int(len(clean) * 0.95)]
    toxic = [row["text"].lower() for row in table if row["toxic"] == "1"][:700]
    words = _toxic_words(table)
    for name, alter in _ATTACKS.items():
        texts = [
            " ".join(
                alter(word) if word.strip(".,!?") in words and len(word) > 2 else word
                for word in text.split(" ")
            )
            for text in toxic
        ]
        print(f"{name:12} {(score(texts)[:, 0] > threshold).mean():.3f}")


def _toxic_words(table: Sequence[dict[str, str]]) -> set[str]:
    """The words seen far more often in toxic comments than in others."""
    counts: dict[str, list[int]] = {}
    for row in table:
        for word in set(row["text"].lower().split()):
            counts.setdefault(word, [0, 0])[row["toxic"] == "1"] += 1
    return {word for word, (no, yes) in counts.items() if yes >= 5 and yes > 8 * (no + 0.5)}


def hidden(folder: Path, score: Score) -> None:
    """One toxic comment inside 5,000 harmless words: share found, and false alarms without it"""
    table = list(rows(folder, "jigsaw_test_dev"))
    random_ = random.Random(3)
    clean = [row["text"] for row in rows(folder, "context_toxicity") if row["label"] == "0"]
    short = [row for row in table if row["toxic"] == "1" and 20 < len(row["text"]) < 120]
    long, whole = [], []
    for row in random_.sample(short, 60):
        around = " ".join(random_.sample(clean, 200)).split()[:5000]
        at = random_.randrange(len(around))
        whole.append(" ".join(around))
        long.append(" ".join([*around[:at], row["text"], *around[at:]]))
    alone, inside, without = score([row["text"] for row in short]), score(long), score(whole)
    for threshold in THRESHOLDS:
        print(
            f"toxicity >= {threshold}: alone {(alone[:, 0] >= threshold).mean():.2f},"
            f" inside {(inside[:, 0] >= threshold).mean():.2f},"
            f" without it {(without[:, 0] >= threshold).mean():.2f}"
        )


def examples(folder: Path, score: Score) -> None:
    """Sentences that must come out right"""
    texts = [
        "The minister is a liar and should resign",
        "I am a gay man",
        "Great article, thanks!",
        "I am a Muslim woman and I liked this article",
        "My sister is transgender.",
        "The government lied to us about the budget, they should all resign in shame.",
        "You are wrong, and your numbers are nonsense.",
        "Black people vote too",
        "You are an idiot",
        "you are a fucking idiot",
        "Go kill yourself",
        "I will find you and kill you",
        "All muslims should be deported, they are vermin",
        "fuck off",
        "What a load of crap",
    ]
    for text, row in zip(texts, score(texts), strict=True):
        print(" ".join(f"{value:.2f}" for value in row), text)


if __name__ == "__main__":
    main()
