"""A folder of tiny datasets, made up, under the names and with the columns that training/corpus.py reads."""

import csv
import gzip
import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

from gatehouse.evaluation.sets import JIGSAW

SUBJECTS = ("the bridge", "this article", "the mayor", "our school", "the new tram", "her garden")
KIND = ("was a pleasure to read", "opens again in May", "deserves more trees", "is well described")
FOUL = ("is run by stupid idiots", "belongs to you pathetic moron", "was made by filthy scum")
OFFERS = ("cheap watches", "free followers", "a loan today", "my new channel")


def kind(chance: random.Random) -> str:
    return f"I think {chance.choice(SUBJECTS)} {chance.choice(KIND)} {chance.randint(1, 99)} times."


def foul(chance: random.Random) -> str:
    return f"Well, {chance.choice(SUBJECTS)} {chance.choice(FOUL)}, all {chance.randint(2, 99)}."


def advertised(chance: random.Random) -> str:
    return f"Get {chance.choice(OFFERS)} at http://shop{chance.randint(1, 99)}.example now!!!"


def write(folder: Path, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    table = list(rows)
    with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def write_all(folder: Path) -> None:
    """120 comments with all six labels, and a dozen or two of every other dataset."""
    chance = random.Random(3)

    def labelled(count: int) -> Iterable[tuple[str, bool]]:
        for number in range(count):
            toxic = number % 2 == 1
            yield (foul if toxic else kind)(chance), toxic

    jigsaw = [{"text": text, **dict.fromkeys(JIGSAW, int(toxic))} for text, toxic in labelled(120)]
    write(folder, "jigsaw_train_pool", jigsaw)
    write(folder, "jigsaw_test", [{**row, "w": 1} for row in jigsaw[:40]])
    # gc is learned from, every second one, and the rest calibrates; gn measures.
    write(
        folder,
        "context_toxicity",
        (
            {"text": (foul if toxic else kind)(chance), "label": int(toxic), "split": split}
            for split in ("gc", "gn")
            for toxic in [False, False, True, True] * 10
        ),
    )
    spans = []
    for number in range(12):
        bad, rest = foul(chance), kind(chance)
        marked = list(range(len(bad) - 12, len(bad) - 1))
        split = "test" if number % 4 == 0 else "train"
        spans.append({"text": f"{bad} {rest}", "spans": json.dumps(marked), "split": split})
    write(folder, "toxic_spans", spans)
    write(
        folder,
        "civil_toxic_spans_comments",
        ({"comment_text": foul(chance), "nt": number % 10 / 10} for number in range(24)),
    )
    write(
        folder,
        "davidson",
        ({"tweet": text, "class": 0 if toxic else 2} for text, toxic in labelled(12)),
    )
    write(
        folder,
        "hatexplain_processed",
        ({"tweet": text, "label": int(toxic)} for text, toxic in labelled(12)),
    )
    votes = ("0.0", "1.0", "0.5")
    write(
        folder,
        "sbic_dev_test",
        (
            {"post": text, "offensiveYN": votes[number % 3], "targetMinority": ""}
            for number, (text, _) in enumerate(labelled(12))
        ),
    )
    write(
        folder,
        "hatemoji_build",
        ({"text": text, "label_gold": int(toxic)} for text, toxic in labelled(12)),
    )
    write(
        folder,
        "dynahate_dev",
        ({"text": text, "label": "hate" if toxic else "nothate"} for text, toxic in labelled(12)),
    )
    categories = ("1. threats", "2. derogation", "3. animosity", "none")
    write(
        folder,
        "edos",
        (
            {
                "text": foul(chance),
                "label_sexist": "sexist" if number % 4 < 3 else "not sexist",
                "label_category": categories[number % 4],
            }
            for number in range(12)
        ),
    )
    write(
        folder,
        "convabuse",
        (
            {"user": text, "a.is_abuse.1": int(not toxic), "a.is_abuse.-2": int(toxic)}
            for text, toxic in labelled(12)
        ),
    )
    write_spam(folder, chance)


def write_spam(folder: Path, chance: random.Random) -> None:
    """Four videos, text messages, and a forum."""
    write(
        folder,
        "youtube_spam_dev",
        (
            {
                "CONTENT": (advertised if number % 2 else kind)(chance),
                "CLASS": number % 2,
                "video": video,
                "AUTHOR": f"viewer {number}",
            }
            for video in ("Psy", "KatyPerry", "LMFAO", "Eminem")
            for number in range(12)
        ),
    )
    write(
        folder,
        "sms_spam",
        (
            {"text": (advertised if number % 2 else kind)(chance), "y": ("ham", "spam")[number % 2]}
            for number in range(24)
        ),
    )
    write(
        folder,
        "impermium_insults_dev",
        ({"text": kind(chance), "Insult": int(number % 4 == 0)} for number in range(12)),
    )
