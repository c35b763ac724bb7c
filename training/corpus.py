"""The public datasets as labelled texts; which of them a model may learn from.

Every file is CSV, UTF-8, gzip, in one folder. Texts are abusive by nature and stay out of the
repository. What is named *_dev, or has no licence for training, is for measuring only (evaluate.py).
"""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
UNKNOWN = -1
csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is known of it. labels: 1, 0 or UNKNOWN, in the order of LABELS."""

    text: str
    labels: tuple[int, ...]
    weight: float = 1.0
    source: str = ""


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of one dataset."""
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def only_toxicity(toxic: bool) -> tuple[int, ...]:
    """Labels where a dataset says toxic or not: what is not toxic is none of the others either."""
    return (1, *[UNKNOWN] * 5) if toxic else (0,) * 6


def _without(text: str, marked: set[int]) -> str:
    """The sentences in which nobody marked a toxic word, where they come to more than a few words."""
    kept = [
        found.group()
        for found in re.finditer(r"[^.!?\n]+[.!?\n]*", text)
        if not marked.intersection(range(*found.span()))
    ]
    rest = "".join(kept).strip()
    return rest if len(rest) > 30 else ""


def hateful() -> tuple[int, ...]:
    """Labels where a dataset says hate against a group."""
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


def _talk(folder: Path) -> list[Example]:
    """Wikipedia talk as it comes (context_toxicity: Apache-2.0, text CC BY-SA), 1 % toxic."""
    return [
        Example(row["text"], only_toxicity(row["label"] == "1"), 1.0, "talk")
        for row in rows(folder, "context_toxicity")
        if row["split"] == "gc"  # the other half, 'gn', measures false alarms
    ]


def rest_of_talk(folder: Path) -> list[Example]:
    """The half of Wikipedia talk that is not learned from: for the calibration."""
    return _talk(folder)[1::2]


def others(folder: Path) -> Iterator[Example]:
    """Everything else that may be learned from; weights keep strangers from drowning the news sites."""
    for row in rows(folder, "toxic_spans"):  # CC0; the SemEval split keeps its test rows apart
        marked = json.loads(row["spans"])
        if row["split"] == "train" and marked:
            yield Example(row["text"], only_toxicity(True), 0.5, "toxic_spans")
            # There are no harmless comments from news sites. Their harmless sentences stand in,
            # or the model would learn that talking politics is toxic.
            if rest := _without(row["text"], set(marked)):
                yield Example(rest, (0,) * 6, 1.0, "rest of toxic_spans")
    yield from _talk(folder)[::2]
    for row in rows(folder, "davidson"):  # MIT
        if row["class"] != "1":  # 'offensive' there is mostly the dialect of the writer
            labels = hateful() if row["class"] == "0" else (0,) * 6
            yield Example(row["tweet"], labels, 0.5, "davidson")
    for row in rows(folder, "sbic_dev_test"):  # CC BY 4.0
        votes = float(row["offensiveYN"] or 0.5)
        if votes in (0.0, 1.0):
            aimed = votes and row["targetMinority"] not in ("", "[]")
            yield Example(
                row["post"], hateful() if aimed else only_toxicity(votes > 0), 0.3, "sbic"
            )
    for row in rows(folder, "hatemoji_build"):  # CC BY 4.0
        labels = hateful() if row["label_gold"] == "1" else (0,) * 6
        yield Example(row["text"], labels, 0.3, "hatemoji")
    for row in rows(folder, "edos"):  # CC0; not sexist is not yet harmless: only the sexist rows
        if row["label_sexist"] == "sexist" and row["label_category"][:2] in ("1.", "2."):
            yield Example(row["text"], hateful(), 0.3, "edos")


@dataclass(frozen=True, slots=True)
class Reply:
    """A comment that is spam or is not, with the name it was written under where one is known.

    source: the dataset, and of YouTube the video.
    """

    text: str
    is_spam: bool
    source: str
    name: str = ""


def videos(folder: Path) -> list[Reply]:
    """Comments under YouTube videos (UCI YouTube Spam Collection, CC BY 4.0)."""
    return [
        Reply(row["CONTENT"].strip("\ufeff"), row["CLASS"] == "1", row["video"], row["AUTHOR"])
        for row in rows(folder, "youtube_spam_dev")
    ]


def messages(folder: Path) -> list[Reply]:
    """Text messages (UCI SMS Spam Collection, CC BY 4.0)."""
    return [Reply(row["text"], row["y"] == "spam", "SMS") for row in rows(folder, "sms_spam")]


def honest(folder: Path) -> list[Reply]:
    """Comments that are no spam: news sites (Civil Comments, CC0), Wikipedia talk (half of it)."""
    news = [
        Reply(row["comment_text"], False, "news")
        for row in rows(folder, "civil_toxic_spans_comments")
    ]
    return news + [Reply(one.text, False, "talk") for one in _talk(folder) if one.labels[0] == 0]


def forum(folder: Path) -> list[Reply]:
    """Comments of forums and news sites (Impermium; no licence: measured with, never learned from)."""
    table = rows(folder, "impermium_insults_dev")
    return [Reply(row["text"], False, "forum") for row in table if row["Insult"] == "0"]
