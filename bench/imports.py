"""How long `gatehouse import` takes for a JSONL file of so many comments, and its memory beside a tenth of them.

    python -m bench.imports [--comments 100000]

The comments are made up, half of them replies, on 1,000 pages over five years. SQLite; each import in a process of its own (Linux).
"""

import argparse
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.fill import NOW, SECRET
from bench.table import table
from harness.texts import made_up
from moderation.domain.durations import DAY_MS
from moderation.store import sites
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from moderation.upkeep.import_formats import formats
from moderation.upkeep.importing import import_comments

_FIRST = NOW - 5 * 365 * DAY_MS


def _write(path: Path, count: int) -> None:
    texts = made_up(500)
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            at = datetime.fromtimestamp((_FIRST + n * 1_000) / 1_000, UTC).isoformat()
            line = {
                "id": str(n),
                "page_url": f"https://herald.test/{n % 1_000}",
                "author": f"Reader {n % 5_000}",
                "email": f"reader{n % 5_000}@private.test",
                "text": f"{texts[n % len(texts)]} ({n})",
                "created_at": at,
                "status": ("approved", "approved", "approved", "spam")[n % 4],
            }
            if n % 2 and n >= 1_000:
                line["parent_id"] = str(n - 1_000)
            file.write(json.dumps(line) + "\n")


def _import(path: Path, folder: Path) -> tuple[float, float]:
    """Seconds, and the peak of the process's memory in MB."""
    store = Store(f"sqlite+pysqlite:///{folder / 'imports.db'}", SECRET)
    migrate(store)
    with store.write() as connection:
        site = sites.add_site(connection, "Herald", ["https://herald.test"], "en", NOW, bytes)
    started = time.perf_counter()
    with formats.opened(path) as (source, _):
        name, read = formats.reader_of(source, "jsonl")
        done = import_comments(
            store, site, name, read(source), personal_days=30, now=NOW, remark=print
        )
    seconds = time.perf_counter() - started
    assert done.skipped == done.known == 0, done
    store.close()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int) -> str:
    """A table with a row for each import."""
    rows = []
    for size in (count // 10, count):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "comments.jsonl"
            _write(path, size)
            reading, writing = os.pipe()
            if os.fork() == 0:
                os.write(writing, json.dumps(_import(path, Path(folder))).encode())
                os._exit(0)
            os.close(writing)
            with os.fdopen(reading) as answer:
                seconds, peak = json.load(answer)
            os.wait()
            rows.append((f"{size:,}", f"{seconds:.1f}", f"{size / seconds:,.0f}", f"{peak:.0f}"))
    return table(("comments", "seconds", "comments/s", "peak memory, MB"), rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--comments", type=int, default=100_000)
    print(measure(parser.parse_args().comments))
