"""Spam: CPU milliseconds per comment of all spam scoring, beside a full store, and for hostile comments.

    python -m bench.spam [--stored 1000000] [--asked 640] [--hostile]

First table: comments that are new, near copies of one that is stored, and members of campaigns with 600
others, judged in the batches a worker claims; stage by stage. The store is made up, with a site that
has filters, lessons and reputations. Second: 65 kB of everything that a careless program takes long for, each alone
(the least of seven). CPU is of the thread that does the work; toxicity and the disk are not in it. The
yardstick, sum(range(30_000)), tells how fast the processor was just then.
"""

import argparse
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.fill import DOMAINS, NOW, SECRET, TEXTS, filled, offer, text
from bench.hostile import traps
from bench.table import table
from harness.load import median
from harness.texts import made_up
from moderation.domain.filter import FilterAction, FilterDraft, FilterField, FilterKind
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, Scorer, SenderTraces
from moderation.judging import context
from moderation.scorers.build import build_scorers
from moderation.scorers.spam.links import links_in
from moderation.scorers.spam.text_sketch import sketches
from moderation.store.filters import filter_set, stored_filter
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.engine import Store

BATCH = 64  # as settings.judge_batch
# Not about spam.
_OTHERS = ("bundled", "detoxify", "wordlist", "language", "taught_toxicity")
_ALL_FIELDS = (FilterField.TEXT, FilterField.NAME, FilterField.WEBSITE)
# Patterns that backtracking engines take forever for; a site's own filter may hold them.
_PATTERNS = (
    r"(x+x+)+y",
    r"(a?){30}a{30}",
    r"(.*)*=.*@",
    r"(\w+\s?)*!$",
    r"([a-z]+)*[0-9]z",
    r"(b|bb|bbb)+c",
    r"v[i1]agra",
)
_AT_ONCE = 4  # campaigns that run at the same time
_KINDS = ("new", "near copy", "campaign")


YARDSTICK = "yardstick"


def yardstick() -> float:
    """CPU seconds of a fixed computation."""
    started = time.thread_time()
    sum(range(30_000))
    return time.thread_time() - started


class Stages:
    """CPU seconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def time(self, name: str, work: Callable[..., Any], *values: object) -> Any:
        started = time.thread_time()
        result = work(*values)
        self.spent[name] += time.thread_time() - started
        return result


def filters() -> Any:
    """A site's own filters: words, domains, and patterns that are meant to be expensive."""
    drafts = (
        FilterDraft("words", FilterKind.WORDS, FilterAction.HOLD, tuple(f"casino {n}" for n in range(200)), fields=_ALL_FIELDS),
        FilterDraft("domains", FilterKind.DOMAINS, FilterAction.SPAM, tuple(f"bad{n}.com" for n in range(200)), fields=_ALL_FIELDS),
        FilterDraft("patterns", FilterKind.PATTERNS, FilterAction.HOLD, _PATTERNS, fields=_ALL_FIELDS),
    )  # fmt: skip
    return filter_set("site_1", 1, [stored_filter(draft) for draft in drafts], Crypto(SECRET))


def scorers() -> list[Scorer]:
    return [scorer for scorer in build_scorers("bundled") if scorer.name not in _OTHERS]


def measured(stages: Stages, spam_scorers: Sequence[Scorer], batch: list[Candidate]) -> None:
    for scorer in spam_scorers:
        signals = stages.time(scorer.name, scorer.measure, batch)
        batch = [
            replace(candidate, signals=(*candidate.signals, *new))
            for candidate, new in zip(batch, signals, strict=True)
        ]


def candidates(kind: str, count: int, site_id: str, chance: random.Random) -> list[Candidate]:
    """Comments of one kind, each twentieth with a link."""
    fresh = made_up(count, seed=chance.getrandbits(30))
    comments = []
    for number in range(count):
        written = fresh[number]
        if kind == "near copy":
            written = f"{text(chance.randrange(TEXTS))} {written[:20]}"
        elif kind == "campaign":
            written = f"{offer(number % _AT_ONCE)} {written[:20]}"
        if chance.random() < 0.05:
            written += f" https://site{chance.randrange(2 * DOMAINS)}.com/{number}"
        person = chance.randrange(200_000)
        comments.append(
            Candidate(
                written,
                normalise(written),
                language="en",
                author_name=f"Author {person}",
                page_url="https://herald.test/news/1",
                comment_id=f"cmt_{chance.getrandbits(64):026d}",
                site_id=site_id,
                page_id=f"pg_{person % 3_000}",
                created_at=NOW,
                traces=SenderTraces(
                    address_key=f"address{person:057d}",
                    network=f"10.{person % 256}.{person % 199}.0/24",
                    user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
                    author_key=f"author{person % 60_000:058d}",
                    network_key=f"network{person % 40_000:057d}",
                ),
            )
        )
    return comments


def judged(
    store: Store, site_id: str, kind: str, count: int, batch: int, seed: int
) -> dict[str, float]:
    """CPU seconds by stage of one comment of a kind, in such batches; the median over batches."""
    spam_scorers, chance, site_filters = scorers(), random.Random(seed), filters()
    runs: list[dict[str, float]] = []
    for _ in range(max(3, count // batch)):
        stages = Stages()
        stages.spent[YARDSTICK] = yardstick() * batch
        comments = candidates(kind, batch, site_id, chance)
        comments = [
            replace(
                comment,
                view=stages.time("normalise", normalise, comment.text),
                filters=site_filters,
            )
            for comment in comments
        ]
        drawn = stages.time("sketch", sketches, comments)
        sketched = list(zip(comments, drawn, strict=True))
        with store.read() as connection:
            loaded = stages.time("memory: read", context.load_context, connection, sketched, NOW)
        comments = [
            replace(comment, history=history)
            for comment, history in zip(comments, loaded.histories, strict=True)
        ]
        measured(stages, spam_scorers, comments)
        ids = {comment.comment_id for comment in comments}
        with store.write() as connection:
            stages.time(
                "memory: write",
                context.save_context,
                connection,
                loaded,
                ids,
                NOW,
                os.urandom,
            )
        runs.append({name: spent / batch for name, spent in stages.spent.items()})
    return {name: median([run[name] for run in runs[1:]]) for name in runs[0]}


def at_scale(stored: int, per_kind: int) -> str:
    """The first table."""
    memory = Path("/dev/shm")
    parent = memory if memory.is_dir() and os.statvfs(memory).f_bavail * 4096 > 6e9 else None
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-", dir=parent) as folder:
        started = time.process_time()
        store, site_id = filled(Path(folder), stored)
        built = time.process_time() - started
        try:
            columns = [
                (
                    f"{kind}, {batch}",
                    judged(
                        store, site_id, kind, per_kind if batch > 1 else per_kind // 8, batch, seed
                    ),
                )
                for seed, (kind, batch) in enumerate(
                    (kind, batch) for batch in (BATCH, 1) for kind in _KINDS
                )
            ]
        finally:
            store.close()
    names = list(columns[0][1])
    rows = [(name, *(f"{stages[name] * 1000:.3f}" for _, stages in columns)) for name in names]
    spent = [sum(stages.values()) - stages[YARDSTICK] for _, stages in columns]
    rows.insert(0, ("all", *(f"{seconds * 1000:.3f}" for seconds in spent)))
    title = f"{stored:,} stored comments, made up in {built:.0f} CPU s; CPU ms a comment, by kind and batch"
    return f"{title}\n\n{table(('stage', *(name for name, _ in columns)), rows)}"


def hostile() -> str:
    """The second table: normalising is for toxicity, too, and told apart."""
    spam_scorers, site_filters = scorers(), filters()
    measured(
        Stages(), spam_scorers, [Candidate("Hello.", normalise("Hello."), filters=site_filters)]
    )
    rows = []
    for name, written in traps():
        paces, runs = zip(
            *((yardstick(), _alone(spam_scorers, written, site_filters)) for _ in range(7)),
            strict=True,
        )
        best = min(runs, key=sum)
        rows.append((sum(best), name, *best, min(paces)))
    rows.sort(reverse=True)
    cells = [
        (
            name,
            *(f"{seconds * 1000:.1f}" for seconds in (total, *parts[:-1])),
            f"{parts[-1] * 1000:.2f}",
        )
        for total, name, *parts in rows
    ]
    return table(
        (
            "65 kB of",
            "CPU ms",
            "normalise",
            "sketch",
            "own filters",
            "signs",
            "spam score",
            YARDSTICK,
        ),
        cells,
    )


def _alone(spam_scorers: Sequence[Scorer], written: str, site_filters: Any) -> tuple[float, ...]:
    links_in.cache_clear()
    stages = Stages()
    view = stages.time("normalise", normalise, written)
    candidate = Candidate(
        written, view, author_name="Ann", page_url="https://herald.test/1", filters=site_filters
    )
    stages.time("sketch", sketches, [candidate])
    measured(stages, spam_scorers, [candidate])
    return tuple(
        stages.spent[name] for name in ("normalise", "sketch", "filters", "spam", "learned")
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.spam",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=640, help="comments of each kind")
    parser.add_argument("--hostile", action="store_true", help="only the second table")
    arguments = parser.parse_args()
    if not arguments.hostile:
        print(at_scale(arguments.stored, arguments.asked), end="\n\n", flush=True)
    print(hostile())


if __name__ == "__main__":
    main()
