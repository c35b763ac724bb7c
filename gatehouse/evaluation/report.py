"""The table of a model card: what one model does on every test set of a folder, and what the policy makes of it."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gatehouse.evaluation import sets
from gatehouse.evaluation.evasions import ATTACKS, altered, toxic_words
from gatehouse.evaluation.measures import (
    area,
    calibration_error,
    recall_at,
    reliability,
    threshold_at,
)
from gatehouse.evaluation.ordinary import ORDINARY
from gatehouse.evaluation.sets import LABELS, rows
from moderation.domain.normalise import normalise
from moderation.domain.policy import Policy, decide
from moderation.domain.score import Candidate, Findings, Scorer, Signal, measure_all
from moderation.scorers.language import Language

# One line of the table: what was measured, and the figure.
Line = tuple[str, str]
_BATCH = 64


class Subject:
    """A model under test: its scores in the order of LABELS, and what a policy holds by them alone."""

    def __init__(self, scorer: Scorer, policy: Policy, progress: Callable[[int], None]) -> None:
        self._scorer, self._policy, self._progress = scorer, policy, progress
        self.spent = 0.0  # CPU seconds of this process, normalisation included
        self.texts = 0

    def signals(self, texts: Sequence[str]) -> list[tuple[Signal, ...]]:
        """What the scorer says of each text."""
        begun = time.process_time()
        found: list[tuple[Signal, ...]] = []
        for at in range(0, len(texts), _BATCH):
            batch = [Candidate(text, normalise(text)) for text in texts[at : at + _BATCH]]
            found += measure_all(self._scorer, batch)
            self._progress(len(batch))
        self.spent += time.process_time() - begun
        self.texts += len(texts)
        return found

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels); 0 where the model has no such label."""
        table = []
        for signals in self.signals(texts):
            known = {one.name: one.value for one in signals}
            table.append([known.get(label, 0.0) for label in LABELS])
        return np.array(table)

    def foreign(self, texts: Sequence[str], page: str) -> float:
        """The share of texts that the model would not be asked about. page: the site's language code."""
        languages = frozenset(getattr(self._scorer, "languages", ()))
        found = Language(languages).measure(
            [Candidate(text, normalise(text), language=page) for text in texts]
        )
        said = [any(one.name == "language_unsupported" for one in signals) for signals in found]
        return sum(said) / len(said)

    def held(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the policy lets each row of scores pass, by its rules about toxicity alone."""
        return np.array(
            [
                bool(
                    decide(
                        self._policy,
                        Findings(
                            tuple(
                                Signal(label, float(value), "eval", "eval")
                                for label, value in zip(LABELS, row, strict=True)
                            )
                        ),
                    ).reasons
                )
                for row in scores
            ]
        )


def toxicity_only(policy: Policy) -> Policy:
    """The policy's rules about toxicity labels; it needs nothing else."""
    kept = tuple(
        rule
        for rule in policy.rules
        if all(set(one.signals) <= set(LABELS) for one in rule.conditions)
    )
    return Policy(policy.name, kept, (), policy.version)


def report(folder: Path, subject: Subject, only: str = "") -> Iterator[tuple[str, list[Line]]]:
    """(heading, lines) of each part whose test set is in the folder and whose heading contains `only`."""
    parts: tuple[tuple[str, Callable[[Path, str, Subject], list[Line]]], ...] = (
        ("jigsaw_test", _wikipedia),
        ("jigsaw_test", _evasions),
        ("jigsaw_test", _buried),
        ("context_toxicity", _natural),
        ("hatecheck", _hatecheck),
        ("multilingual_hatecheck", _languages),
        ("bias_madlibs", _identities),
        ("hatemoji_check", _emoji),
        ("wiki_fuzzed_testset", _fuzzed),
        ("impermium_insults", _forum),
    )
    for name, part in parts:
        found = sets.find(folder, name)
        heading = f"{(part.__doc__ or '').splitlines()[0]} ({found})"
        if found and only.lower() in heading.lower():
            yield heading, part(folder, found, subject)
    heading = "Ordinary sentences that must not be held"
    if only.lower() in heading.lower():
        yield heading, _ordinary(subject)


def _wikipedia(folder: Path, name: str, subject: Subject) -> list[Line]:
    """Wikipedia talk, official Jigsaw test of 2018, clean rows weighted to their real number"""
    test = sets.jigsaw(folder, name)
    before = subject.spent
    scores = subject.scores(test.texts)
    rate = len(test.texts) / (subject.spent - before)
    truth = test.truth == 1
    areas = [area(truth[:, at], scores[:, at], test.weights) for at in range(6)]
    lines = [(f"AUC {label}", f"{value:.4f}") for label, value in zip(LABELS, areas, strict=True)]
    lines.append(("AUC, mean of the columns", f"{np.mean(areas):.4f}"))
    for share in (0.01, 0.05):
        found = recall_at(truth[:, 0], scores[:, 0], share)
        lines.append((f"toxic found at {share:.0%} false alarms", f"{found:.3f}"))
    error = calibration_error(truth[:, 0], scores[:, 0], test.weights)
    lines.append(("calibration error (ECE) at 9.6 % toxic", f"{error:.4f}"))
    for said, true, count in reliability(truth[:, 0], scores[:, 0], test.weights):
        lines.append((f"toxicity said {said:.2f}", f"true {true:.2f} ({count} rows)"))
    lines.append(("comments per CPU second", f"{rate:,.0f}"))
    return lines


def _natural(folder: Path, name: str, subject: Subject) -> list[Line]:
    """Wikipedia talk as it comes, 1 % toxic; the half that no model of ours has seen"""
    table = [row for row in rows(folder, name) if row["split"] == "gn"]
    scores = subject.scores([row["text"] for row in table])
    truth = np.array([row["label"] == "1" for row in table])
    held = subject.held(scores)
    lines = [
        ("AUC", f"{area(truth, scores[:, 0]):.4f}"),
        ("calibration error (ECE) of toxicity", f"{calibration_error(truth, scores[:, 0]):.4f}"),
        ("harmless held by the policy", f"{held[~truth].mean():.2%}"),
        ("toxic held by the policy", f"{held[truth].mean():.1%}"),
    ]
    for said, true, count in reliability(truth, scores[:, 0]):
        lines.append((f"toxicity said {said:.2f}", f"true {true:.2f} ({count} rows)"))
    return lines


def _hatecheck(folder: Path, name: str, subject: Subject) -> list[Line]:
    """HateCheck: functional tests of hate against groups"""
    table = list(rows(folder, name))
    scores = subject.scores([row["test_case"] for row in table])
    hateful = np.array([row["label_gold"] == "hateful" for row in table])
    kind = np.array([row["functionality"] for row in table])
    held = subject.held(scores)
    named = np.array([one.startswith("ident_") for one in kind])
    lines = [
        ("AUC toxicity", f"{area(hateful, scores[:, 0]):.3f}"),
        ("AUC identity_attack", f"{area(hateful, scores[:, 5]):.3f}"),
        ("hateful held by the policy", f"{held[hateful].mean():.3f}"),
        ("harmless mentions of a group held", f"{held[named].mean():.3f}"),
        (
            "everything not hateful held, swearing and insults included",
            f"{held[~hateful].mean():.3f}",
        ),
    ]
    for one in sorted(set(kind)):
        lines.append((f"  {one} held", f"{held[kind == one].mean():.2f}"))
    return lines


_CODES = {
    "arabic": "ar", "dutch": "nl", "french": "fr", "german": "de", "hindi": "hi", "italian": "it",
    "mandarin": "zh", "polish": "pl", "portuguese": "pt", "spanish": "es",
}  # fmt: skip
_TERMS = [
    "lesbian",
    "gay",
    "bisexual",
    "transgender",
    "trans",
    "queer",
    "lgbt",
    "lgbtq",
    "homosexual",
    "straight",
    "heterosexual",
    "male",
    "female",
    "nonbinary",
    "african",
    "african-american",
    "black",
    "white",
    "european",
    "hispanic",
    "latino",
    "latina",
    "latinx",
    "mexican",
    "canadian",
    "american",
    "asian",
    "indian",
    "middle-eastern",
    "chinese",
    "japanese",
    "christian",
    "muslim",
    "jewish",
    "buddhist",
    "catholic",
    "protestant",
    "sikh",
    "taoist",
    "old",
    "older",
    "young",
    "younger",
    "teenage",
    "millenial",
    "middle-aged",
    "elderly",
    "blind",
    "deaf",
    "paralyzed",
    "women",
]


def _identities(folder: Path, name: str, subject: Subject) -> list[Line]:
    """Bias templates: harmless sentences naming a group against toxic ones not naming it (BPSN AUC)"""
    table = list(rows(folder, name))
    table = random.Random(1).sample(table, min(len(table), 12_000))  # noqa: S311
    texts = [row["Text"].lower() for row in table]
    scores = subject.scores(texts)
    values = scores[:, 0]
    toxic = np.array([row["Label"] == "BAD" for row in table])
    words = [set(text.split()) for text in texts]
    lines = [("AUC over all", f"{area(toxic, values):.4f}")]
    found = []
    for term in _TERMS:
        named = np.array([term in one for one in words])
        if (named & ~toxic).sum() >= 20:
            chosen = (named & ~toxic) | (~named & toxic)
            found.append((area(toxic[chosen], values[chosen]), term))
    found.sort()
    if found:
        lines.append(("BPSN AUC, worst term", f"{found[0][0]:.3f} ({found[0][1]})"))
        lines.append(
            ("BPSN AUC, five worst", " ".join(f"{term} {one:.3f}" for one, term in found[:5]))
        )
        lines.append(("BPSN AUC, median term", f"{found[len(found) // 2][0]:.3f}"))
    lines.append(("harmless held by the policy", f"{subject.held(scores[~toxic]).mean():.3f}"))
    return lines


def _languages(folder: Path, name: str, subject: Subject) -> list[Line]:
    """HateCheck in ten more languages: the better of toxicity and identity_attack; what is not passed to the model"""
    table = list(rows(folder, name))
    lines, areas = [], []
    for language in sorted({row["lang"] for row in table}):
        mine = [row for row in table if row["lang"] == language]
        texts = [row["test_case"] for row in mine]
        hateful = np.array([row["label_gold"] == "hateful" for row in mine])
        scores = subject.scores(texts)
        areas.append(max(area(hateful, scores[:, 0]), area(hateful, scores[:, 5])))
        # Their site is in another language than the model, so that short ones are no question.
        refused = subject.foreign(texts, _CODES.get(language, ""))
        lines.append((language, f"AUC {areas[-1]:.3f}, {refused:.1%} held as a language unknown"))
    return [*lines, ("AUC, mean of the languages", f"{np.mean(areas):.3f}")]


def _emoji(folder: Path, name: str, subject: Subject) -> list[Line]:
    """HatemojiCheck: hate written with emoji"""
    table = list(rows(folder, name))
    column = "text" if "text" in table[0] else "test_case"
    scores = subject.scores([row[column] for row in table])
    hateful = np.array([str(row["label_gold"]) in ("1", "hateful") for row in table])
    return [
        ("AUC toxicity", f"{area(hateful, scores[:, 0]):.3f}"),
        ("AUC identity_attack", f"{area(hateful, scores[:, 5]):.3f}"),
    ]


def _fuzzed(folder: Path, name: str, subject: Subject) -> list[Line]:
    """Wikipedia talk, the groups it names swapped for others"""
    table = list(rows(folder, name))
    toxic = np.array([row["toxic"].lower() in ("true", "1", "1.0") for row in table])
    plain = subject.scores([row["comment"] for row in table])[:, 0]
    swapped = subject.scores([row["fuzzed"] for row in table])[:, 0]
    return [
        ("AUC as written", f"{area(toxic, plain):.4f}"),
        ("AUC with groups swapped", f"{area(toxic, swapped):.4f}"),
    ]


def _forum(folder: Path, name: str, subject: Subject) -> list[Line]:
    """News and forum comments, insults against somebody present"""
    table = list(rows(folder, name))
    scores = subject.scores([row["text"] for row in table])
    insult = np.array([str(row["Insult"]) == "1" for row in table])
    held = subject.held(scores)
    return [
        ("AUC toxicity", f"{area(insult, scores[:, 0]):.4f}"),
        ("AUC insult", f"{area(insult, scores[:, 4]):.4f}"),
        ("insults held by the policy", f"{held[insult].mean():.3f}"),
        ("others held, rude ones included", f"{held[~insult].mean():.3f}"),
    ]


def _evasions(folder: Path, name: str, subject: Subject) -> list[Line]:
    """Toxic words disguised: found at 5 % false alarms, and of that the share of what is found undisguised"""
    test = sets.jigsaw(folder, name)
    toxic = test.truth[:, 0] == 1
    words = toxic_words(zip(test.texts, toxic, strict=True))
    clean = [text for text, yes in zip(test.texts, toxic, strict=True) if not yes][:2_000]
    threshold = threshold_at(subject.scores(clean)[:, 0], 0.05)
    chosen = [text for text, yes in zip(test.texts, toxic, strict=True) if yes]
    chosen = [text for text in chosen if altered(text, words, str.upper) != text.lower()][:700]

    def found(attack: Callable[[str], str]) -> float:
        values = subject.scores([altered(text, words, attack) for text in chosen])[:, 0]
        return float((values > threshold).mean())

    plain = found(str)
    lines = [("undisguised", f"{plain:.3f}")]
    for attack, alter in ATTACKS.items():
        now = found(alter)
        lines.append((attack, f"{now:.3f} ({now / plain:.3f} kept)"))
    return lines


def _buried(folder: Path, name: str, subject: Subject) -> list[Line]:
    """One toxic sentence at ten places of a comment of 5,000 harmless words: held by the policy"""
    test = sets.jigsaw(folder, name)
    random_ = random.Random(3)  # noqa: S311
    toxic = test.truth[:, 0] == 1
    short = [
        text for text, yes in zip(test.texts, toxic, strict=True) if yes and 20 < len(text) < 120
    ]
    clean = [text for text, yes in zip(test.texts, toxic, strict=True) if not yes]
    calm = subject.held(subject.scores(clean))
    clean = [text for text, one in zip(clean, calm, strict=True) if not one]
    alone = subject.held(subject.scores(short))
    short = [text for text, one in zip(short, alone, strict=True) if one]
    texts, places = [], []
    for text in random_.sample(short, min(8, len(short))):
        around = " ".join(random_.sample(clean, min(len(clean), 250))).split()[:5000]
        for at in np.linspace(0, len(around), 10).astype(int):
            texts.append(" ".join([*around[:at], text, *around[at:]]))
            places.append(text)
    whole = [
        " ".join(" ".join(random_.sample(clean, min(len(clean), 250))).split()[:5000])
        for _ in range(10)
    ]
    held = subject.held(subject.scores(texts))
    return [
        ("such comments held", f"{held.sum()} of {len(held)}"),
        ("of as many words without it held", f"{subject.held(subject.scores(whole)).sum()} of 10"),
    ]


def _ordinary(subject: Subject) -> list[Line]:
    scores = subject.scores(ORDINARY)
    held = subject.held(scores)
    lines = [("held", f"{held.sum()} of {len(ORDINARY)}")]
    for text, row, one in zip(ORDINARY, scores, held, strict=True):
        lines.append((text, f"{row[0]:.2f}" + (" HELD" if one else "")))
    return lines
