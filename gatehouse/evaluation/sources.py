"""What each profile holds on each kind of source, and on our own sentences: by the whole policy."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gatehouse.evaluation.advertising import ADVERTISING, HEADLINES, HONEST, QUOTING
from gatehouse.evaluation.evaluated_model import EvaluatedModel, Line
from gatehouse.evaluation.evasions import DISGUISES
from gatehouse.evaluation.further_sentences import FURTHER_HARMLESS, FURTHER_HATE
from gatehouse.evaluation.measures import area, recall_at, share_with_interval
from gatehouse.evaluation.own_sentences import HARMLESS, PLAIN_HATE
from gatehouse.evaluation.sets import jigsaw, rows
from moderation.domain.policy import Policy, decide
from moderation.domain.score import Findings
from moderation.policies import load_policy

PROFILES = ("relaxed", "newsroom", "strict", "social", "children")
_SAMPLE = 1_500  # rows of a set
_SHARES = (
    0.005,
    0.01,
    0.012,
    0.02,
    0.03,
    0.05,
)  # of others, at which a single score is asked what it holds
_DISGUISED = 200  # comments, as many for each disguise


def _ucc(row: Mapping[str, str]) -> bool | None:
    """Hostile or antagonising, or clearly fine; None for what lies between."""
    marks = ("hostile", "antagonize", "condescending", "dismissive", "sarcastic")
    marked = [float(row[mark] or 0) > 0 for mark in (*marks, "generalisation_unfair")]
    sure = all(float(row[f"{mark}:confidence"] or 0) >= 0.6 for mark in ("hostile", "antagonize"))
    if row["healthy"] == "1":
        is_fine = float(row["healthy:confidence"] or 0) >= 0.8 and sure and not any(marked)
        return False if is_fine else True if marked[0] else None
    return True if marked[0] or marked[1] else None


class _Source(NamedTuple):
    """column: of the text. is_bad: of a row; None where it counts as neither."""

    column: str
    is_bad: Callable[[Mapping[str, str]], bool | None]


SOURCES = {
    "ucc_val": _Source("text", _ucc),
    "olid_train": _Source("tweet", lambda row: row["subtask_a"] == "OFF"),
    "davidson": _Source("tweet", lambda row: {"0": True, "2": False}.get(row["class"])),
    "edos": _Source("text", lambda row: True if row["label_sexist"] == "sexist" else None),
}


def profiles(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """What each profile that ships with Gatehouse holds of one source, by the whole policy."""
    source = SOURCES[name]
    table = list(rows(folder, name))
    if len(table) > 3 * _SAMPLE:
        table = random.Random(1).sample(table, _SAMPLE)
    judged = [(row, bad) for row in table if (bad := source.is_bad(row)) is not None]
    findings = model.findings([row[source.column] for row, _ in judged])
    lines = []
    for profile in PROFILES:
        policy = _without_authors(load_policy(profile))
        reasons = [decide(policy, found).reasons for found in findings]
        held = [bool(given) for given in reasons]
        for wanted, kind in ((True, "bad"), (False, "others")):
            hits = [
                is_held for is_held, (_, bad) in zip(held, judged, strict=True) if bad is wanted
            ]
            if hits:
                lines.append((f"{profile}: {kind} held", share_with_interval(sum(hits), len(hits))))
        if profile == "newsroom":
            causes = Counter(
                reason.code
                for given, (_, bad) in zip(reasons, judged, strict=True)
                for reason in given
                if bad is False
            )
            counts = ", ".join(f"{code} {count}" for code, count in causes.most_common())
            lines.append(("newsroom: others held, by rule", counts))
    truth = np.array([bad for _, bad in judged])
    return lines if truth.all() else [*lines, *_curve(truth, findings)]


def _curve(truth: NDArray[np.bool_], findings: Sequence[Findings]) -> list[Line]:
    """What single scores could hold, whatever their thresholds, and how well they part both kinds."""
    lines = []
    for label in ("toxicity", "insult"):
        scores = np.array([found.score(label) or 0.0 for found in findings])
        shares = ", ".join(
            f"{100 * recall_at(truth, scores, share):.0f} % at {100 * share:g} %"
            for share in _SHARES
        )
        lines.append(
            (f"{label} alone: bad held at others held", f"{shares}; AUC {area(truth, scores):.3f}")
        )
    return lines


def _without_authors(policy: Policy) -> Policy:
    """Nobody wrote these texts: what is held because of its author says nothing of them."""
    rules = tuple(rule for rule in policy.rules if rule.code != "first_comment")
    return replace(policy, rules=rules)


def own_sentences(model: EvaluatedModel) -> list[Line]:
    """Hate and threats without ugly words, and harmless sentences, by kind."""
    return [*_halves("hate", PLAIN_HATE, model), *_halves("harmless", HARMLESS, model)]


def advertising(model: EvaluatedModel) -> list[Line]:
    """Advertising with a link or a contact, by what it offers, and honest comments of the same words."""
    lines = list(_halves("advertising", ADVERTISING, model))
    for heading, texts in (
        ("honest", HONEST),
        ("honest and quoting, half looked at", QUOTING[::2]),
        ("honest and quoting, half kept", QUOTING[1::2]),
        ("honest headlines, looked at", HEADLINES),
    ):
        reasons = model.reasons(texts)
        held = share_with_interval(sum(map(bool, reasons)), len(reasons))
        for_this = share_with_interval(
            sum("advertising" in codes for codes in reasons), len(reasons)
        )
        lines += [(f"{heading}: held", held), (f"{heading}: held for advertising", for_this)]
    return lines


def _halves(
    heading: str, kinds: Mapping[str, Sequence[str]], model: EvaluatedModel
) -> Iterator[Line]:
    """What the whole policy holds by kind, then of the half that was looked at and of that kept back."""
    held_by_kind = {kind: model.held_by_all(texts) for kind, texts in kinds.items()}
    for kind, held in held_by_kind.items():
        yield f"  {kind} held", f"{held.sum()} of {len(held)}"
    for part, first in (("looked at", 0), ("kept", 1)):
        chosen = np.concatenate([held[first::2] for held in held_by_kind.values()])
        figure = share_with_interval(int(chosen.sum()), len(chosen))
        yield f"{heading} held, half {part}", figure


def further_sentences(model: EvaluatedModel) -> list[Line]:
    """The same of the second set, by kind."""
    lines = []
    for heading, kinds in (("hate", FURTHER_HATE), ("harmless", FURTHER_HARMLESS)):
        held_by_kind = {kind: model.held_by_all(texts) for kind, texts in kinds.items()}
        for kind, held in held_by_kind.items():
            lines.append((f"  {kind} held", f"{held.sum()} of {len(held)}"))
        chosen = np.concatenate(list(held_by_kind.values()))
        figure = share_with_interval(int(chosen.sum()), len(chosen))
        lines.append((f"{heading} held", figure))
    return lines


def disguises(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """Comments of toxicity .9 or more with every word disguised: the share that is still held."""
    test = jigsaw(folder, name)
    short = [
        text
        for text, truth in zip(test.texts, test.truth, strict=True)
        if truth[0] == 1 and 15 < len(text) < 160
    ]
    random.Random(5).shuffle(short)
    short = short[: 4 * _DISGUISED]
    toxic = [text for text, row in zip(short, model.scores(short), strict=True) if row[0] >= 0.9][
        :_DISGUISED
    ]
    lines, kept = [], 0
    for disguise, disguised in DISGUISES.items():
        texts = [disguised(text) for text in toxic]
        by_label = model.held(model.scores(texts)).mean()
        by_all = model.held_by_all(texts).mean()
        kept += by_label >= 0.97
        lines.append((disguise, f"{by_label:.3f} by the model's labels, {by_all:.3f} in all"))
    return [*lines, ("kinds of which the labels keep 97 %", f"{kept} of {len(DISGUISES)}")]


# What needs every scorer and the whole policy, and not the model alone.
OF_WHOLE_POLICY = (profiles, own_sentences, disguises)
