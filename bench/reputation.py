"""The cost of reputation: reading it before judging, and counting a decision, with a year of decisions stored.

    python -m bench.reputation

300,000 decisions about 120,000 authors, networks and domains; one domain alone has 20,000 more.
Processor time, on SQLite.
"""

import random
import statistics
import tempfile
import time
from pathlib import Path

from moderation.domain.durations import DAY_MS, WEEK_MS
from moderation.domain.normalise import normalise
from moderation.domain.reputation import Opinion, Subject, SubjectKind
from moderation.domain.score import Candidate, SenderTraces
from moderation.domain.similarity import Sketch
from moderation.judging.reputation import reputation_scores
from moderation.store import reputations
from moderation.store.reputations import Vote
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.engine import Connection, Store
from moderation.store.sql.migrate import migrate
from moderation.store.sql.schema import reputations as counts
from moderation.store.sql.schema import votes

NOW = 1_790_000_000_000  # ms
SITE = "site_1"
MANY = {SubjectKind.NETWORK: 60_000, SubjectKind.AUTHOR: 40_000, SubjectKind.DOMAIN: 20_000}
DECIDED, CROWDED, BATCH = 300_000, 20_000, 64


def main() -> None:
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite+pysqlite:///{Path(folder) / 'gatehouse.db'}", b"x" * 32)
        migrate(store)
        with store.write() as connection:
            crowded = _fill(connection, chance)
        batches = [[_comment(chance) for _ in range(BATCH)] for _ in range(40)]
        with store.read() as connection:
            reputation_scores(connection, batches[0], NOW)
            begun = time.process_time()
            for batch in batches:
                for scores in reputation_scores(connection, batch, NOW).values():
                    _ = scores.trust, scores.distrust
            each = (time.process_time() - begun) / len(batches) / BATCH
        print(f"before judging, a comment: {each * 1000:.3f} ms")
        for name, subject in (
            ("an author", _subject(SubjectKind.AUTHOR, 1)),
            ("that domain", crowded),
        ):
            print(f"a decision about {name}: {_decide(store, subject) * 1000:.2f} ms")
        store.close()


def _subject(kind: SubjectKind, number: int) -> Subject:
    name = f"d{number}.example" if kind is SubjectKind.DOMAIN else f"{number:064x}"
    return Subject(kind, SITE, name)


def _fill(connection: Connection, chance: random.Random) -> Subject:
    """A year of decisions; the domain that 20,000 of them are about."""
    crowded = _subject(SubjectKind.DOMAIN, MANY[SubjectKind.DOMAIN])
    cast: list[tuple[Subject, int]] = []
    for _ in range(DECIDED):
        kind = chance.choice(list(MANY))
        cast.append((_subject(kind, chance.randrange(MANY[kind])), chance.randrange(350)))
    cast += [(crowded, day % 350) for day in range(CROWDED)]
    weeks: dict[tuple[Subject, int], int] = {}
    rows = []
    for number, (subject, day) in enumerate(cast):
        decided_at = NOW - day * DAY_MS
        weeks[subject, decided_at // WEEK_MS] = weeks.get((subject, decided_at // WEEK_MS), 0) + 1
        rows.append(
            {
                "comment_id": f"cmt_{number}",
                "subject": subject.key,
                "kind": subject.kind.value,
                "kin": f"cmt_{number}",
                "said": Opinion.APPROVED.value,
                "created_at": decided_at,
            }
        )
    counted = [
        {
            "subject": subject.key,
            "week": week,
            "site_id": SITE,
            "kind": subject.kind.value,
            "approved": approved,
            "spam": approved % 3,
            "rejected": 0,
        }
        for (subject, week), approved in weeks.items()
    ]
    for start in range(0, len(rows), 1_000):
        insert_rows(connection, votes, rows[start : start + 1_000])
    for start in range(0, len(counted), 1_000):
        insert_rows(connection, counts, counted[start : start + 1_000])
    return crowded


def _comment(chance: random.Random) -> tuple[Candidate, Sketch]:
    author, domain, network = (_subject(kind, chance.randrange(MANY[kind])) for kind in SubjectKind)
    traces = SenderTraces(author_key=author.name, network_key=network.name)
    candidate = Candidate("x", normalise("x"), site_id=SITE, traces=traces)
    return candidate, Sketch(b"", 0, domains=(domain.name,))


def _decide(store: Store, subject: Subject) -> float:
    """Seconds that counting one decision takes, the middle one of twenty."""
    took = []
    for number in range(20):
        vote = Vote(f"new_{subject.name}_{number}", subject, f"new_{number}", Opinion.SPAM, NOW)
        with store.write() as connection:
            begun = time.process_time()
            reputations.replace_votes(connection, [], [vote])
            took.append(time.process_time() - begun)
    return statistics.median(took)


if __name__ == "__main__":
    main()
