"""Sends real comments over HTTP at a rate until all are decided: how long that took, and the outcomes.

    python -m bench.replay --data FOLDER_OR_CSV... [--faults] [--postgresql]
    python -m bench.replay --data ... --url http://127.0.0.1:8000 --key ghs_... --database URL

Without --url it starts its own Gatehouse. The CSV files (.csv, .csv.gz) have a column `text`,
`comment_text`, `comment` or `content`.
"""

import argparse
import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from bench.environment import bench_environment
from bench.table import table
from harness.history import History, read_history
from harness.load import Load
from harness.outage import KilledWorker, faults, load_with_faults
from harness.servers import SECRET, wait_until
from harness.texts import read_comments, submissions
from moderation.clock import now_ms
from moderation.store import judging_queue
from moderation.store.sql.engine import Store

BROKER_AWAY = 10.0  # seconds


def main() -> None:
    arguments = _arguments()
    texts = read_comments(arguments.data, arguments.count)
    if arguments.url:
        address = urlsplit(arguments.url)
        store = Store(arguments.database, SECRET)  # read only: the secret is not needed
        since = now_ms()
        host, port = address.hostname or "127.0.0.1", address.port or 80
        raws = submissions(texts, arguments.key)
        load = asyncio.run(load_with_faults(port, raws, arguments.rate, host=host))
        _wait(store)
        _print(load, read_history(store, load.accepted, since))
        return
    with (
        bench_environment(arguments.postgresql) as environment,
        environment.gatehouse() as gatehouse,
    ):
        gatehouse.start_api()
        workers = KilledWorker(gatehouse, gatehouse.start_worker())
        gatehouse.wait_for_worker()
        plan = (
            list(faults(workers, len(texts) / arguments.rate, BROKER_AWAY))
            if arguments.faults
            else []
        )
        load = asyncio.run(
            load_with_faults(
                gatehouse.port, submissions(texts, gatehouse.key), arguments.rate, plan
            )
        )
        _wait(gatehouse.store)
        _print(load, read_history(gatehouse.store, load.accepted), workers.killed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=5_000, help="comments to send")
    parser.add_argument("--rate", type=float, default=200.0, help="comments a second")
    parser.add_argument(
        "--faults", action="store_true", help="kill workers, wipe and stop the broker meanwhile"
    )
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--url", help="of a Gatehouse that runs; needs --key and --database")
    parser.add_argument("--key", help="a secret key of a site there")
    parser.add_argument("--database", help="SQLAlchemy URL of its database, to read the outcomes")
    arguments = parser.parse_args()
    if arguments.url and not (arguments.key and arguments.database):
        parser.error("--url needs --key and --database")
    if arguments.url and arguments.faults:
        parser.error("--faults hit only a Gatehouse that was started here")
    return arguments


def _wait(store: Store) -> None:
    def nothing_waits() -> bool:
        with store.read() as connection:
            return judging_queue.backlog(connection)[0] == 0

    wait_until(nothing_waits, "everything is decided", 180)


def _print(load: Load, history: History, killed: int = 0) -> None:
    split = ", ".join(f"{name} {count}" for name, count in history.outcomes.most_common())
    print(
        table(
            ("", "value"),
            [
                ("sent", f"{len(load.latencies)} in {load.seconds:.1f} s"),
                ("answered 202", load.statuses.get(202, 0)),
                ("failed submissions", load.failed),
                ("answer p50 / p99", f"{_ms(load, 0.5)} / {_ms(load, 0.99)} ms"),
                ("decided", len(history.moments)),
                (
                    "accepted -> decided p50 / p95 / p99",
                    f"{history.at(0.5):.0f} / {history.at(0.95):.0f} / {history.at(0.99):.0f} ms",
                ),
                ("worst", f"{history.at(1.0):.0f} ms"),
                ("outcomes", split),
                ("workers killed", killed),
                ("lost", len(history.lost)),
                ("decided twice", len(history.doubled)),
                ("approved unmeasured", len(history.unmeasured)),
            ],
        )
    )


def _ms(load: Load, share: float) -> str:
    return f"{load.percentile(share) * 1000:.1f}"


if __name__ == "__main__":
    main()
