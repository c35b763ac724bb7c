"""Reads spam and honest comments from the public data sets in a folder; none is kept in the repository.

Honest comments are of sets that the bundled spam score has not learned from: comments on news sites
beyond those in its training, the other half of Wikipedia talk, forums. Spam is of every file with
'spam' in its name: one column of text, one that says which is spam.
"""

import html
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatehouse.evaluation.sets import find, rows
from training.replies import HAM, honest

_SHUFFLED = 20  # the seed by which training.spam picks what it learns from
_TEXT = ("content", "text", "comment", "comment_text", "message")
_LABEL = ("class", "y", "label", "spam", "is_spam", "target")
_SPAM = {"1", "1.0", "spam", "true"}
_LONGEST = 2_000  # characters
_TAG = re.compile(r"<[^>]{1,80}>")


@dataclass(frozen=True, slots=True)
class Texts:
    """honest: by source: news, forum and talk where the folder has them.

    insults: what a troll says. sources: the files, with how many texts each gave.
    """

    honest: dict[str, list[str]]
    spam: list[str]
    insults: list[str]
    sources: dict[str, int]


def read_texts(folder: Path, spam_files: Sequence[str] | None = None) -> Texts:
    """Reads a folder of data sets (CSV, UTF-8, gzip). Raises SystemExit where it lacks spam or honest ones.

    spam_files: names without .csv.gz; None: all with 'spam' in their name.
    """
    sources: dict[str, int] = {}
    spam: list[str] = []
    names = (file.name.removesuffix(".csv.gz") for file in folder.glob("*spam*.csv.gz"))
    for name in sorted(names) if spam_files is None else spam_files:
        texts = list(_spam(folder, name))
        sources[f"{name}, spam"] = len(texts)
        spam += texts
    kinds = {"news": _news(folder), "forum": _forum(folder, "0"), "talk": _talk(folder)}
    kept = {kind: _clean(texts) for kind, texts in kinds.items() if texts}
    sources |= {f"{kind}, honest": len(texts) for kind, texts in kept.items()}
    insults = _clean(_forum(folder, "1"))
    sources["forum, insults"] = len(insults)
    if not spam or not kept:
        raise SystemExit(f"{folder} has no spam (*spam*.csv.gz) or no honest comments.")
    return Texts(kept, _clean(spam), insults, sources)


def _spam(folder: Path, name: str) -> Iterator[str]:
    for row in rows(folder, name):
        columns = {key.lower(): value for key, value in row.items()}
        text = next((columns[column] for column in _TEXT if columns.get(column)), "")
        label = next((columns[column] for column in _LABEL if column in columns), "")
        if label.strip().lower() in _SPAM:
            yield text


def _news(folder: Path) -> list[str]:
    """Comments on news sites that the score has not learned from (training.spam.corpus)."""
    try:
        replies = honest(folder)
    except FileNotFoundError:
        return []
    random.Random(_SHUFFLED).shuffle(replies)
    return [reply.text for reply in replies if reply.source == "news"][HAM:]


def _talk(folder: Path) -> list[str]:
    name = find(folder, "context_toxicity")
    table = rows(folder, name) if name else ()
    return [row["text"] for row in table if row["split"] == "gn" and row["label"] == "0"]


def _forum(folder: Path, insult: str) -> list[str]:
    name = find(folder, "impermium_insults")
    return [row["text"] for row in rows(folder, name) if row["Insult"] == insult] if name else []


def _clean(texts: list[str]) -> list[str]:
    """As somebody would type it into a form: without markup, each text once, none of one word only."""
    plain = (html.unescape(_TAG.sub(" ", text)).replace("\ufeff", "").strip() for text in texts)
    return list(dict.fromkeys(text[:_LONGEST] for text in plain if len(text.split()) > 1))
