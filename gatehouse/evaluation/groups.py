"""What a model does on comments that name groups of people: hate against them, and harmless mentions."""

import random
from pathlib import Path

import numpy as np

from gatehouse.evaluation.evaluated_model import EvaluatedModel, Line
from gatehouse.evaluation.measures import area
from gatehouse.evaluation.sets import LABELS, rows

_IDENTITY_ATTACK = LABELS.index("identity_attack")
_LANGUAGE_CODES = {
    "arabic": "ar", "dutch": "nl", "french": "fr", "german": "de", "hindi": "hi", "italian": "it",
    "mandarin": "zh", "polish": "pl", "portuguese": "pt", "spanish": "es",
}  # fmt: skip
_TERMS = (
    "lesbian", "gay", "bisexual", "transgender", "trans", "queer", "lgbt", "lgbtq", "homosexual",
    "straight", "heterosexual", "male", "female", "nonbinary", "african", "african-american",
    "black", "white", "european", "hispanic", "latino", "latina", "latinx", "mexican", "canadian",
    "american", "asian", "indian", "middle-eastern", "chinese", "japanese", "christian", "muslim",
    "jewish", "buddhist", "catholic", "protestant", "sikh", "taoist", "old", "older", "young",
    "younger", "teenage", "millenial", "middle-aged", "elderly", "blind", "deaf", "paralyzed",
    "women",
)  # fmt: skip


def hatecheck(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """HateCheck, over all and by functional test."""
    table = list(rows(folder, name))
    scores = model.scores([row["test_case"] for row in table])
    hateful = np.array([row["label_gold"] == "hateful" for row in table])
    tests = np.array([row["functionality"] for row in table])
    held = model.held(scores)
    mentions = np.array([test.startswith("ident_") for test in tests])
    lines = [
        ("AUC toxicity", f"{area(hateful, scores[:, 0]):.3f}"),
        ("AUC identity_attack", f"{area(hateful, scores[:, _IDENTITY_ATTACK]):.3f}"),
        ("hateful held by the policy", f"{held[hateful].mean():.3f}"),
        ("harmless mentions of a group held", f"{held[mentions].mean():.3f}"),
        (
            "everything not hateful held, swearing and insults included",
            f"{held[~hateful].mean():.3f}",
        ),
    ]
    for test in sorted(set(tests)):
        lines.append((f"  {test} held", f"{held[tests == test].mean():.2f}"))
    return lines


def multilingual_hatecheck(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """HateCheck by language: the better AUC of two labels, and the share held for its language."""
    table = list(rows(folder, name))
    lines, areas = [], []
    for language in sorted({row["lang"] for row in table}):
        of_language = [row for row in table if row["lang"] == language]
        texts = [row["test_case"] for row in of_language]
        hateful = np.array([row["label_gold"] == "hateful" for row in of_language])
        scores = model.scores(texts)
        areas.append(max(area(hateful, scores[:, 0]), area(hateful, scores[:, _IDENTITY_ATTACK])))
        # The site's language is that of the texts, so that even short ones are recognised.
        unsupported = model.share_unsupported(texts, _LANGUAGE_CODES.get(language, ""))
        lines.append(
            (language, f"AUC {areas[-1]:.3f}, {unsupported:.1%} held as a language unknown")
        )
    return [*lines, ("AUC, mean of the languages", f"{np.mean(areas):.3f}")]


def hatemoji(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """Hate written with emoji."""
    table = list(rows(folder, name))
    column = "text" if "text" in table[0] else "test_case"
    scores = model.scores([row[column] for row in table])
    hateful = np.array([str(row["label_gold"]) in ("1", "hateful") for row in table])
    return [
        ("AUC toxicity", f"{area(hateful, scores[:, 0]):.3f}"),
        ("AUC identity_attack", f"{area(hateful, scores[:, _IDENTITY_ATTACK]):.3f}"),
    ]


def bias_templates(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """BPSN AUC by term: harmless sentences with it against toxic ones without it (Borkan et al. 2019)."""
    table = list(rows(folder, name))
    table = random.Random(1).sample(table, min(len(table), 12_000))
    texts = [row["Text"].lower() for row in table]
    scores = model.scores(texts)
    toxicity = scores[:, 0]
    toxic = np.array([row["Label"] == "BAD" for row in table])
    words_of_texts = [set(text.split()) for text in texts]
    lines = [("AUC over all", f"{area(toxic, toxicity):.4f}")]
    areas = []
    for term in _TERMS:
        named = np.array([term in words for words in words_of_texts])
        if (named & ~toxic).sum() >= 20:
            chosen = (named & ~toxic) | (~named & toxic)
            areas.append((area(toxic[chosen], toxicity[chosen]), term))
    areas.sort()
    if areas:
        five_worst = " ".join(f"{term} {value:.3f}" for value, term in areas[:5])
        lines.append(("BPSN AUC, worst term", f"{areas[0][0]:.3f} ({areas[0][1]})"))
        lines.append(("BPSN AUC, five worst", five_worst))
        lines.append(("BPSN AUC, median term", f"{areas[len(areas) // 2][0]:.3f}"))
    lines.append(("harmless held by the policy", f"{model.held(scores[~toxic]).mean():.3f}"))
    return lines
