"""How long `gatehouse policy test --since` takes beside so many stored comments.

    python -m bench.policy_backtest [--comments 100000] [--rounds 3]

The signals are those of 200 comments as the bundled model and all other scorers measure them, each score moved a little at
random, so that hardly two comments are alike. SQLite, one process; a third of the comments were decided by moderators.
Timed are the trial alone, and the whole command as a process of its own: from its start to what it prints.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.fill import NOW, SECRET
from harness.texts import INSULTS, flood, made_up
from moderation.domain.decision import Actor, ActorKind
from moderation.domain.durations import DAY_MS
from moderation.domain.event import iso
from moderation.domain.ids import timed_id
from moderation.domain.normalise import normalise
from moderation.domain.policy import decide
from moderation.domain.score import Candidate, Findings, Signal
from moderation.policies import load_policy, policy_source
from moderation.review.policy_backtest import backtest
from moderation.scorers.build import build_scorers
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import decisions, sites
from moderation.store.sites import Site
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from moderation.store.sql.schema import comments, revisions
from moderation.store.sql.schema import decisions as decision_rows

_PART = 1_000
_TEXTS = 200


def filled(folder: Path, count: int) -> tuple[Store, Site]:
    """A store with so many comments of the last 30 days that were measured and decided."""
    store = Store(f"sqlite+pysqlite:///{folder / 'measured.db'}", SECRET)
    migrate(store)
    chance = random.Random(1)
    with store.write() as connection:
        site = sites.add_site(connection, "Herald", ["https://herald.test"], "en", NOW, bytes)
    measured, texts = _measured(), made_up(2_000)
    policy = load_policy("newsroom")
    for first in range(0, count, _PART):
        part = range(first, min(first + _PART, count))
        times = {n: NOW - 30 * DAY_MS + (30 * DAY_MS - 1_000) * n // count for n in part}
        ids = {n: timed_id("cmt", times[n], n.to_bytes(10, "big")) for n in part}
        findings = {n: _moved(measured[n % len(measured)], chance) for n in part}
        with store.write() as connection:
            machine = {n: decide(policy, findings[n]).outcome.value for n in part}
            by_person = {n: chance.random() < 1 / 3 for n in part}
            insert_rows(
                connection,
                comments,
                [_comment(ids[n], site.id, times[n], 1 + by_person[n]) for n in part],
            )
            insert_rows(
                connection,
                revisions,
                [_revision(ids[n], texts[n % len(texts)], times[n]) for n in part],
            )
            rows = [
                _decision(ids[n], 1, machine[n], Actor(ActorKind.POLICY, policy.name), times[n])
                for n in part
            ]
            person = Actor(ActorKind.MODERATOR, "mod_1")
            rows += [
                _decision(ids[n], 2, chance.choice(("approve", "reject")), person, times[n])
                for n in part
                if by_person[n]
            ]
            insert_rows(connection, decision_rows, rows)
            decisions.add_findings(connection, [(ids[n], 1, 1, findings[n]) for n in part], NOW)
    return store, site


def _measured() -> list[Findings]:
    pipeline = ScorerPipeline(build_scorers("bundled"), 600.0)
    texts = [*made_up(_TEXTS - 20), *flood(20, 1, insults=INSULTS)]
    return pipeline.measure([Candidate(text, normalise(text), language="en") for text in texts])


def _moved(findings: Findings, chance: random.Random) -> Findings:
    def moved(signal: Signal) -> Signal:
        if not signal.is_score:
            return signal
        return replace(signal, value=min(1.0, max(0.0, signal.value + chance.gauss(0, 0.1))))

    return replace(findings, signals=tuple(map(moved, findings.signals)))


def _comment(id: str, site_id: str, at: int, sequence: int) -> dict[str, object]:
    return {
        "id": id,
        "site_id": site_id,
        "page_id": "pg_1",
        "parent_id": "",
        "author_name": "Carol",
        "author_url": "",
        "created_at": at,
        "revision": 1,
        "status": "approved",
        "sequence": sequence,
        "decided_by": "policy",
        "campaign_id": "",
    }


def _revision(id: str, text: str, at: int) -> dict[str, object]:
    return {"comment_id": id, "number": 1, "text": text, "created_at": at, "form_json": ""}


def _decision(id: str, sequence: int, outcome: str, actor: Actor, at: int) -> dict[str, object]:
    return {
        "comment_id": id,
        "sequence": sequence,
        "revision": 1,
        "outcome": outcome,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_version": "",
        "reasons_json": "[]",
        "created_at": at,
        "takes_back": None,
        "campaign_id": "",
        "ruling": None,
        "branch_id": "",
        "branch_sequence": None,
    }


def seconds(store: Store, site: Site, rounds: int) -> Iterator[tuple[float, float]]:
    """What `strict` beside `newsroom` takes: by the clock, and of CPU."""
    strict, newsroom = load_policy("strict"), load_policy("newsroom")
    for _ in range(rounds):
        started, cpu = time.perf_counter(), time.process_time()
        found = backtest(store, strict, newsroom, {site.id}, NOW - 31 * DAY_MS, now=NOW)
        yield time.perf_counter() - started, time.process_time() - cpu
        print(f"{found.examined:,} looked at, {found.changed:,} changed", flush=True)


def command_seconds(folder: Path) -> tuple[float, float]:
    """What `gatehouse policy test` takes from start to end: by the clock, and of CPU."""
    environment = {
        **os.environ,
        "GATEHOUSE_DATA": str(folder / "data"),
        "GATEHOUSE_DATABASE_URL": f"sqlite+pysqlite:///{folder / 'measured.db'}",
        "GATEHOUSE_SECRET_KEY": "k" * 32,
    }
    command = [sys.executable, "-m", "gatehouse.main", "policy", "test"]
    candidate = folder / "strict.toml"
    candidate.write_text(policy_source("strict"))
    since = iso(NOW - 31 * DAY_MS)
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*command, str(candidate), "--since", since],
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.perf_counter() - started, cpu


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.policy_backtest", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store, site = filled(Path(folder), arguments.comments)
        for clock, cpu in seconds(store, site, arguments.rounds):
            print(f"{clock:.2f} s, of CPU {cpu:.2f} s")
        store.close()
        for _ in range(arguments.rounds):
            clock, cpu = command_seconds(Path(folder))
            print(f"the whole command: {clock:.2f} s, of CPU {cpu:.2f} s", flush=True)


if __name__ == "__main__":
    main()
