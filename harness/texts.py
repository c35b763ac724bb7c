"""Comments to send: generated from a seed, or read from public data sets."""

import csv
import gzip
import json
import random
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.load import request

PAGE = "https://herald.test/news/1"
WORDS = """the of and to a in that is was for it with as on be at by had not are but from or have an they
which one you were all her she there would their we him been has when who will no more if out so up said
what its about than into them can only other time new some could these two may first then do any like my
now over such our man me even most made after also did many must before back see through way where get
much go well your know should down work year because come people just say each those take day good how
long little use great still think government city council money school vote agree article"""
INSULTS = (
    "you are a stupid idiot", "what a fucking moron you are", "shut up you dumb bitch", "you pathetic piece of shit",
    "go to hell you asshole", "only a complete retard would say this",
)  # fmt: skip

# Names of the column with the comment in public data sets, case-insensitive; the first present counts.
_COLUMNS = ("text", "comment_text", "comment", "content")


def made_up(count: int, seed: int = 1) -> list[str]:
    """Comments of 8 to 80 words, as most of those under newspaper articles are."""
    chance = random.Random(seed)
    words = WORDS.split()
    return [" ".join(chance.choices(words, k=chance.randint(8, 80))) + "." for _ in range(count)]


def sentences(text: str, seed: int, insult: str = "") -> str:
    """A made-up comment in sentences of 8 to 20 words; with an insult in place of as many words of one of them."""
    chance = random.Random(seed)
    words = text.rstrip(".").split()
    if insult:
        place = chance.randrange(max(1, len(words) - len(insult.split()) + 1))
        words[place : place + len(insult.split())] = insult.split()
    parts = []
    while words:
        length = chance.randint(8, 20)
        part, words = words[:length], words[length:]
        parts.append(" ".join(part).capitalize() + ".")
    return " ".join(parts)


def flood(count: int, seed: int, insults: Sequence[str] = ()) -> list[str]:
    """Comments of made_up() in sentences; each with one of the insults, where there are any."""
    return [
        sentences(text, seed + number, insults[number % len(insults)] if insults else "")
        for number, text in enumerate(made_up(count, seed))
    ]


def read_comments(paths: Sequence[Path], count: int, seed: int = 1) -> list[str]:
    """`count` comments out of CSV files (.csv, .csv.gz) and folders of them, the same ones every time.

    Reads the first column of _COLUMNS that a file has; a file without any is left out.
    """
    csv.field_size_limit(sys.maxsize)
    files = [
        file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])
    ]
    texts = [text for file in files for text in _read(file) if text.strip()]
    if not texts:
        raise SystemExit(f"There is no CSV file with a column {' or '.join(_COLUMNS)}.")
    random.Random(seed).shuffle(texts)
    return (texts * (count // len(texts) + 1))[:count]


def _read(path: Path) -> Iterator[str]:
    if not path.name.endswith((".csv", ".csv.gz")):
        return
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        named = {name.lower(): name for name in reader.fieldnames or ()}
        column = next((named[name] for name in _COLUMNS if name in named), None)
        if column:
            yield from (row[column] or "" for row in reader)


def submissions(texts: Iterable[str], key: str) -> list[bytes]:
    """A request for each text, as a site's server would send it, with an Idempotency-Key of its own."""
    return [submission(text, key) for text in texts]


def submission(text: str, key: str) -> bytes:
    body = {"page": {"url": PAGE}, "author": {"name": "Carol"}, "text": text.replace("\x00", " ")}
    return request(
        "/api/v1/comments",
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(12),
        },
    )
