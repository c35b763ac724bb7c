"""Reads the public datasets as labelled texts, and says which of them a model may learn from.

Every file is CSV, UTF-8, gzip, in one folder. Texts are abusive by nature and stay out of the
repository. What is named *_dev, or has no licence for training, is for measuring only.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatehouse.evaluation.sets import JIGSAW, rows

UNKNOWN = -1
NO_LABELS = (UNKNOWN,) * 6


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its labels. labels: 0 to 1 or UNKNOWN, in the order of LABELS.

    origin: its place among the public examples, which its copies keep; -1 where there is none.
    """

    text: str
    labels: tuple[float, ...]
    weight: float = 1.0
    source: str = ""
    origin: int = -1


def toxicity_labels(toxic: bool) -> tuple[float, ...]:
    """Labels for a dataset of toxic or not: what is not toxic has none of the other labels either."""
    return (1, *[UNKNOWN] * 5) if toxic else (0,) * 6


def _unmarked_sentences(text: str, marked: set[int]) -> str:
    """The sentences without a word marked as toxic; '' where they are only a few words."""
    sentences = [
        match.group()
        for match in re.finditer(r"[^.!?\n]+[.!?\n]*", text)
        if not marked.intersection(range(*match.span()))
    ]
    rest = "".join(sentences).strip()
    return rest if len(rest) > 30 else ""


def hate_labels() -> tuple[float, ...]:
    """Labels for hate against a group."""
    return (1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 1)


def jigsaw(folder: Path) -> list[Example]:
    """Wikipedia talk pages with all six labels (comments CC BY-SA 3.0, labels CC0)."""
    return [
        Example(
            row["text"],
            tuple(int(float(row[name])) if row[name] else UNKNOWN for name in JIGSAW),
            source="jigsaw",
        )
        for row in rows(folder, "jigsaw_train_pool")
    ]


def talk(folder: Path) -> list[Example]:
    """Wikipedia talk, not selected (context_toxicity: Apache-2.0, text CC BY-SA), 1 % toxic."""
    return [
        Example(row["text"], toxicity_labels(row["label"] == "1"), 1.0, "talk")
        for row in rows(folder, "context_toxicity")
        if row["split"] == "gc"  # the other half, 'gn', measures false alarms
    ]


def rest_of_talk(folder: Path) -> list[Example]:
    """The half of Wikipedia talk that is kept for the calibration."""
    return talk(folder)[1::2]


def other_datasets(folder: Path) -> Iterator[Example]:
    """All other datasets that may be learned from, weighted so that they do not outweigh the news sites."""
    yield from _civil(folder)
    yield from talk(folder)[::2]
    yield from _tweets(folder)
    for row in rows(folder, "sbic_dev_test"):  # CC BY 4.0
        votes = float(row["offensiveYN"] or 0.5)
        if votes in (0.0, 1.0):
            at_group = votes and row["targetMinority"] not in ("", "[]")
            yield Example(
                row["post"], hate_labels() if at_group else toxicity_labels(votes > 0), 0.4, "sbic"
            )
    for row in rows(folder, "hatemoji_build"):  # CC BY 4.0
        yield Example(row["text"], _hate_or_not(row["label_gold"] == "1"), 0.7, "hatemoji")
    for row in rows(folder, "dynahate_dev"):  # CC BY 4.0
        yield Example(row["text"], _hate_or_not(row["label"] == "hate"), 0.7, "dynahate")
    for row in rows(folder, "edos"):  # CC0; not sexist is not yet harmless: only the sexist rows
        if row["label_sexist"] == "sexist" and row["label_category"][:2] in ("1.", "2."):
            yield Example(row["text"], hate_labels(), 0.4, "edos")
    yield from _chat_bots(folder)
    for row in rows(folder, "sms_spam"):  # CC BY 4.0: everyday language, hardly ever an attack
        text = next(
            value for key, value in row.items() if key.lower() in ("text", "message", "sms")
        )
        yield Example(text, (0.02, 0, UNKNOWN, 0, 0.02, 0), 0.2, "sms")


def unlabelled(folder: Path) -> Iterator[Example]:
    """Texts without labels of toxicity, which a teacher may label (teacher.py)."""
    for row in rows(folder, "edos"):
        if row["label_category"][:2] not in ("1.", "2."):
            yield Example(row["text"], NO_LABELS, 0.4, "rest of edos")
    for row in rows(folder, "sbic_dev_test"):
        if float(row["offensiveYN"] or 0.5) not in (0.0, 1.0):
            yield Example(row["post"], NO_LABELS, 0.4, "rest of sbic")


def _hate_or_not(hate: bool) -> tuple[float, ...]:
    """Labels where annotators were asked about hate only: other texts may still be rude."""
    return hate_labels() if hate else (0.1, 0, UNKNOWN, 0.05, 0.1, 0)


def _civil(folder: Path) -> Iterator[Example]:
    """Civil Comments (news sites): those called toxic there, and their harmless sentences. CC0."""
    seen_texts = set()
    for row in rows(folder, "toxic_spans"):  # the SemEval split keeps its test rows apart
        if row["split"] == "test":
            seen_texts.add(row["text"])
            continue
        seen_texts.add(row["text"])  # not again below
        marked = json.loads(row["spans"])
        if marked:
            yield Example(row["text"], toxicity_labels(True), 0.6, "toxic_spans")
            # There are no harmless comments from news sites. Their harmless sentences stand in,
            # or the model would learn that talking politics is toxic.
            if rest := _unmarked_sentences(row["text"], set(marked)):
                yield Example(rest, (0.03, 0, 0, 0, 0.03, 0.03), 1.0, "rest of toxic_spans")
    for row in rows(folder, "civil_toxic_spans_comments"):
        if row["comment_text"] in seen_texts:
            continue
        # nt: the share of annotators who found nothing toxic in what the crowd had called toxic.
        unsure = float(row["nt"])
        labels = (1 - 0.6 * unsure, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
        yield Example(row["comment_text"], labels, 0.6 if unsure < 0.4 else 0.3, "civil")


def _tweets(folder: Path) -> Iterator[Example]:
    for row in rows(folder, "davidson"):  # MIT
        if row["class"] != "1":  # 'offensive' there is mostly the dialect of the writer
            labels = hate_labels() if row["class"] == "0" else (0.03, 0, UNKNOWN, 0, 0.05, 0.03)
            yield Example(row["tweet"], labels, 0.4, "davidson")
    for row in rows(folder, "hatexplain_processed"):  # MIT; 1 is hate or offensive
        is_hateful = row["label"] == "1"
        labels = (
            (0.9, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0.75)
            if is_hateful
            else (0.2, 0, UNKNOWN, 0, 0.1, 0.08)
        )
        yield Example(row["tweet"], labels, 0.35, "hatexplain")


def _chat_bots(folder: Path) -> Iterator[Example]:
    """What people said to chat bots; abuse by the mean of the votes, 1 to -3. CC BY 4.0."""
    for row in rows(folder, "convabuse"):
        votes = [
            int(name.rpartition(".")[2])
            for name, value in row.items()
            if "is_abuse" in name and value == "1"
        ]
        mean = sum(votes) / len(votes) if votes else 0.5
        if mean >= 0.9 or mean < -0.5:
            yield Example(row["user"], toxicity_labels(mean < 0), 0.5, "convabuse")


def own_decisions(file: Path) -> Iterator[Example]:
    """A site's comments, labelled by its moderators' last decisions: what `gatehouse export SITE` wrote.

    Approved is harmless, rejected is toxic, of a kind unknown; spam and undecided comments say nothing.
    """
    for line in file.read_text(encoding="utf-8").splitlines():
        comment = json.loads(line)
        moderator_decisions = [
            decision
            for decision in comment["decisions"]
            if decision["actor"]["kind"] == "moderator"
        ]
        outcome = moderator_decisions[-1]["outcome"] if moderator_decisions else ""
        if outcome in ("approve", "reject"):
            yield Example(comment["text"], toxicity_labels(outcome == "reject"), 2.0, "own")
