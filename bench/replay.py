"""Real comments over HTTP at a rate, until all are decided: how long it took, what came of them.

    python -m bench.replay --data FOLDER_OR_CSV... [--faults] [--postgresql]
    python -m bench.replay --data ... --url http://127.0.0.1:8000 --key ghs_... --database URL

Without --url it starts a Gatehouse of its own. The CSV files (.csv, .csv.gz) have a column `text`,
`comment_text`, `comment` or `content`.
"""

import argparse
import asyncio
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.environment import a_place
from bench.table import table
from harness.history import History, read_history
from harness.load import Load
from harness.outage import KilledWorker, faults, storm
from harness.servers import SECRET, wait_until
from harness.texts import read_comments, submissions
from moderation.store import judging_queue
from moderation.store.sql.engine import Store

BROKER_AWAY = 10.0  # seconds


def main() -> None:
    given = _arguments()
    texts = read_comments(given.data, given.count)
    if given.url:
        where = urlsplit(given.url)
        store = Store(given.database, SECRET)  # only read: the secret opens nothing
        since = _now()
        host, port = where.hostname or "127.0.0.1", where.port or 80
        raws = submissions(texts, given.key)
        load = asyncio.run(storm(port, raws, given.rate, host=host))
        _wait(store)
        _print(load, read_history(store, load.accepted, since))
        return
    with a_place(given.postgresql) as place, place.house() as house:
        house.start_api()
        workers = KilledWorker(house, house.start_worker())
        house.wait_for_worker()
        plan = list(faults(workers, len(texts) / given.rate, BROKER_AWAY)) if given.faults else []
        load = asyncio.run(storm(house.port, submissions(texts, house.key), given.rate, plan))
        _wait(house.store)
        _print(load, read_history(house.store, load.accepted), workers.killed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=5_000, help="comments to send")
    parser.add_argument("--rate", type=float, default=200.0, help="comments a second")
    parser.add_argument("--faults", action="store_true", help="kill, wipe and stop meanwhile")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--url", help="of a Gatehouse that runs; needs --key and --database")
    parser.add_argument("--key", help="a secret key of a site there")
    parser.add_argument(
        "--database", help="SQLAlchemy URL of its database, to read what came of it"
    )
    given = parser.parse_args()
    if given.url and not (given.key and given.database):
        parser.error("--url needs --key and --database")
    if given.url and given.faults:
        parser.error("--faults hit only a Gatehouse that was started here")
    return given


def _wait(store: Store) -> None:
    def nothing_waits() -> bool:
        with store.read() as connection:
            return judging_queue.backlog(connection)[0] == 0

    wait_until(nothing_waits, "everything is decided", 180)


def _print(load: Load, found: History, killed: int = 0) -> None:
    split = ", ".join(f"{name} {count}" for name, count in found.outcomes.most_common())
    print(
        table(
            ("", "value"),
            [
                ("sent", f"{len(load.latencies)} in {load.seconds:.1f} s"),
                ("answered 202", load.statuses.get(202, 0)),
                ("failed submissions", load.failed),
                ("answer p50 / p99", f"{_ms(load, 0.5)} / {_ms(load, 0.99)} ms"),
                ("decided", len(found.moments)),
                (
                    "accepted -> decided p50 / p95 / p99",
                    f"{found.at(0.5):.0f} / {found.at(0.95):.0f} / {found.at(0.99):.0f} ms",
                ),
                ("worst", f"{found.at(1.0):.0f} ms"),
                ("outcomes", split),
                ("workers killed", killed),
                ("lost", len(found.lost)),
                ("decided twice", len(found.doubled)),
                ("approved unmeasured", len(found.unmeasured)),
            ],
        )
    )


def _ms(load: Load, share: float) -> str:
    return f"{load.percentile(share) * 1000:.1f}"


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
