"""Perspective's attributes: which of our labels stand behind each, and what a probability becomes.

Perspective's users set their thresholds around 0.8 (Coral's default). Our scores are probabilities:
0.5 is 'as often toxic as not', which a moderator wants to see. So the odds of each label are multiplied
by a factor of its own, chosen so that its anchor, where the newsroom policy holds a comment, becomes 0.8:

    score = k p / (1 - p + k p),   k = 4 (1 - anchor) / anchor

That is strictly monotone: no two comments change places. `python -m service.compat.perspective.attributes` prints
the table of docs/compat/perspective.md.
"""

from collections.abc import Callable, Mapping

SUMMARY = 0.8  # what the anchors become: Coral's default threshold
# The probability from which a person should look; moderation/policies/newsroom.toml says why.
ANCHORS: Mapping[str, float] = {
    "toxicity": 0.5,
    "severe_toxicity": 0.3,
    "identity_attack": 0.5,
    "insult": 0.5,
    "obscene": 0.6,
    "threat": 0.3,
    "sexual_explicit": 0.5,
    "spam": 0.7,
}

_PRODUCTION = {
    "TOXICITY": "toxicity",
    "SEVERE_TOXICITY": "severe_toxicity",
    "IDENTITY_ATTACK": "identity_attack",
    "INSULT": "insult",
    "PROFANITY": "obscene",
    "THREAT": "threat",
    "SEXUALLY_EXPLICIT": "sexual_explicit",
}
# Each attribute's labels; of several, the highest score counts. Coral's field "model" is free text,
# and sites have old names in it.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    **{name: (label,) for name, label in _PRODUCTION.items()},
    **{f"{name}_EXPERIMENTAL": (label,) for name, label in _PRODUCTION.items()},
    "OBSCENE": ("obscene",),
    "SPAM": ("spam",),
    "LIKELY_TO_REJECT": tuple(ANCHORS),
}


def calibrated(label: str, probability: float) -> float:
    """What Perspective's clients get for a label's probability, 0..1; strictly monotone in it."""
    anchor = ANCHORS[label]
    odds = SUMMARY / (1 - SUMMARY) * (1 - anchor) / anchor
    return odds * probability / (1 - probability + odds * probability)


def score(attribute: str, probability: Callable[[str], float | None]) -> float | None:
    """The attribute's score; None where the model has none of its labels.

    probability: of a label, None where the model does not have it.
    """
    scores = [
        calibrated(label, value)
        for label in ATTRIBUTES[attribute]
        if (value := probability(label)) is not None
    ]
    return max(scores, default=None)


_SHOWN = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99)


def table() -> str:
    """Markdown: what each label's probability becomes."""
    lines = [
        "| label | " + " | ".join(f"{value:g}" for value in _SHOWN) + " | 0.8 stands for |",
        "|---|" + "---|" * (len(_SHOWN) + 1),
    ]
    for label, anchor in ANCHORS.items():
        cells = " | ".join(f"{calibrated(label, value):.2f}" for value in _SHOWN)
        lines.append(f"| {label} | {cells} | {anchor:g} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
