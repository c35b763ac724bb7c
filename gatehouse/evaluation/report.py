"""The tables of a model card: what a model does on every test set of a folder, and what a policy then holds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gatehouse.evaluation import groups, sets, sources, wikipedia
from gatehouse.evaluation.dilution import dilution
from gatehouse.evaluation.evaluated_model import EvaluatedModel, Line
from gatehouse.evaluation.measures import area
from gatehouse.evaluation.ordinary import ORDINARY
from gatehouse.evaluation.sets import LABELS, rows


def _insults(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    table = list(rows(folder, name))
    scores = model.scores([row["text"] for row in table])
    insult = np.array([str(row["Insult"]) == "1" for row in table])
    held = model.held(scores)
    return [
        ("AUC toxicity", f"{area(insult, scores[:, 0]):.4f}"),
        ("AUC insult", f"{area(insult, scores[:, LABELS.index('insult')]):.4f}"),
        ("insults held by the policy", f"{held[insult].mean():.3f}"),
        ("others held, rude ones included", f"{held[~insult].mean():.3f}"),
    ]


class _Part(NamedTuple):
    """One table. set: the test set's name. lines: from (folder, file name, model)."""

    set: str
    heading: str
    lines: Callable[[Path, str, EvaluatedModel], list[Line]]


_PARTS = (
    _Part(
        "jigsaw_test",
        "Wikipedia talk, official Jigsaw test of 2018, clean rows weighted to their real number",
        wikipedia.official_test,
    ),
    _Part(
        "jigsaw_test",
        "Toxic comments with every word disguised: share still held, of those held undisguised",
        sources.disguises,
    ),
    _Part(
        "jigsaw_test",
        "One toxic sentence at ten positions of a comment of 5,000 harmless words: held by the policy",
        wikipedia.buried,
    ),
    _Part(
        "ucc_val",
        "Attacks inside longer comments: held by the policy among fine news comments, and those alone",
        dilution,
    ),
    _Part(
        "context_toxicity",
        "Wikipedia talk as it comes, 1 % toxic; the half that no model of ours has seen",
        wikipedia.as_it_comes,
    ),
    _Part("hatecheck", "HateCheck: functional tests of hate against groups", groups.hatecheck),
    _Part(
        "multilingual_hatecheck",
        "HateCheck in ten more languages: the better of toxicity and identity_attack; what is not passed to the model",
        groups.multilingual_hatecheck,
    ),
    _Part(
        "bias_madlibs",
        "Bias templates: harmless sentences naming a group against toxic ones not naming it (BPSN AUC)",
        groups.bias_templates,
    ),
    _Part("hatemoji_check", "HatemojiCheck: hate written with emoji", groups.hatemoji),
    _Part(
        "wiki_fuzzed_testset",
        "Wikipedia talk, the groups it names swapped for others",
        wikipedia.swapped_groups,
    ),
    *(
        _Part(
            name,
            f"Held by the whole policy of each profile, with 95 % intervals: {what}",
            sources.profiles,
        )
        for name, what in (
            (
                "ucc_val",
                "news comments, hostile or antagonising against clearly fine; thresholds chosen on it",
            ),
            ("olid_train", "tweets, offensive against not; nothing chosen on it"),
            (
                "davidson",
                "tweets, hateful against neither; the model has learned from a part of it",
            ),
            ("edos", "Reddit and Gab, sexist comments; the model has learned from a part of it"),
        )
    ),
    _Part(
        "impermium_insults", "News and forum comments, insults against somebody present", _insults
    ),
)


def report(folder: Path, model: EvaluatedModel, only: str = "") -> Iterator[tuple[str, list[Line]]]:
    """(heading, lines) of each part whose test set is in the folder and whose heading contains `only`."""
    for part in _PARTS:
        name = sets.find(folder, part.set)
        heading = f"{part.heading} ({name})"
        is_measurable = model.has_policy or part.lines not in sources.OF_WHOLE_POLICY
        if name and is_measurable and only.lower() in heading.lower():
            yield heading, part.lines(folder, name, model)
    for heading, lines in (
        (
            "Own sentences, held by the whole policy; its phrases were written looking at one half",
            sources.own_sentences,
        ),
        (
            "Own sentences, the second set: nothing was chosen or learned by it",
            sources.further_sentences,
        ),
        (
            "Classic advertising, held by the whole policy; its patterns were written looking at one half",
            sources.advertising,
        ),
    ):
        if model.has_policy and only.lower() in heading.lower():
            yield heading, lines(model)
    heading = "Ordinary sentences that must not be held"
    if only.lower() in heading.lower():
        yield heading, _ordinary_sentences(model)


def _ordinary_sentences(model: EvaluatedModel) -> list[Line]:
    scores = model.scores(ORDINARY)
    held = model.held(scores)
    lines = [("held", f"{held.sum()} of {len(ORDINARY)}")]
    for text, row, is_held in zip(ORDINARY, scores, held, strict=True):
        lines.append((text, f"{row[0]:.2f}" + (" HELD" if is_held else "")))
    return lines
