"""The weekly samples: which comments are in them, and what people said about these."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from moderation.domain.ids import timed_id
from moderation.domain.samples import Verdict
from moderation.store.sql.dialect import execute, fetch, insert_rows
from moderation.store.sql.rows import row_of
from moderation.store.sql.schema import sample_weeks, samples

PART = 2_000  # comments read at once


@dataclass(frozen=True, slots=True)
class Sampled:
    """A comment of a sample. week: since 1970. machine: approve, or remove for what it filed as spam or rejected. revision,
    sequence: of the comment when it was drawn. verdict: '' while nobody has said anything. judged_at: ms, None not yet.
    """

    comment_id: str
    site_id: str
    week: int
    machine: str
    revision: int
    sequence: int
    verdict: str = ""
    judged_by: str = ""
    judged_at: int | None = None


@dataclass(frozen=True, slots=True)
class SampleCandidate:
    """A comment that a machine alone decided about."""

    comment_id: str
    revision: int
    sequence: int


_CANDIDATES = """
    SELECT id, revision, sequence FROM comments
    WHERE site_id = :site AND status = :status AND id > :after AND id < :end AND decided_by = 'policy'
    ORDER BY id LIMIT :limit
"""


def candidates(
    connection: Connection, site_id: str, status: str, after: str, end: int, limit: int = PART
) -> list[SampleCandidate]:
    """The next comments of this status past the id `after` that came in before a moment (ms), and that no person has decided about."""
    last = timed_id("cmt", end, bytes(10))
    values = {"site": site_id, "status": status, "after": after, "end": last}
    return [SampleCandidate(*row) for row in fetch(connection, _CANDIDATES, limit=limit, **values)]


def undrawn(connection: Connection, week: int) -> list[tuple[str, int]]:
    """Sites that want a sample and have none of this week yet, each with the size that it wants."""
    query = """
        SELECT id, sample_size FROM sites WHERE sample_size > 0
        AND NOT EXISTS (SELECT 1 FROM sample_weeks w WHERE w.site_id = sites.id AND w.week = :week)
        ORDER BY id
    """
    return [tuple(row) for row in fetch(connection, query, week=week)]


def put(
    connection: Connection,
    site_id: str,
    week: int,
    drawn: Sequence[Sampled],
    approved: int,
    removed: int,
    now: int,
) -> bool:
    """Keeps a week's sample, with how many comments it was drawn from; False where another process has done so. now: ms."""
    row = {"site_id": site_id, "week": week, "approved": approved, "removed": removed}
    row["drawn_at"] = now
    if not insert_rows(connection, sample_weeks, [row], new_only=True):
        return False
    insert_rows(connection, samples, [row_of(sample, samples) for sample in drawn], new_only=True)
    return True


_COLUMNS = "comment_id, site_id, week, machine, revision, sequence, verdict, judged_by, judged_at"


def waiting(connection: Connection, site_id: str, limit: int, after: str = "") -> list[Sampled]:
    """Those that nobody has said anything about, in the order of their ids."""
    query = f"""
        SELECT {_COLUMNS} FROM samples
        WHERE site_id = :site AND verdict = '' AND comment_id > :after ORDER BY comment_id LIMIT :limit
    """  # noqa: S608 - the columns stand above
    return [
        Sampled(*row) for row in fetch(connection, query, site=site_id, after=after, limit=limit)
    ]


def count_waiting(connection: Connection, site_id: str) -> int:
    query = "SELECT count(*) FROM samples WHERE site_id = :site AND verdict = ''"
    return int(fetch(connection, query, site=site_id)[0][0])


def get(connection: Connection, site_id: str, comment_id: str) -> Sampled | None:
    query = f"SELECT {_COLUMNS} FROM samples WHERE comment_id = :id AND site_id = :site"  # noqa: S608 - as above
    rows = fetch(connection, query, id=comment_id, site=site_id)
    return Sampled(*rows[0]) if rows else None


def judge(connection: Connection, comment_id: str, verdict: Verdict, by: str, now: int) -> bool:
    """Keeps what a person says; False where somebody was faster."""
    statement = """
        UPDATE samples SET verdict = :verdict, judged_by = :by, judged_at = :now
        WHERE comment_id = :id AND verdict = ''
    """
    return execute(connection, statement, verdict=verdict.value, by=by, now=now, id=comment_id) == 1


def verdicts(connection: Connection, site_id: str, since: int) -> dict[tuple[str, str], int]:
    """How often which verdict met which decision of a machine, (machine, verdict), from a week on."""
    query = """
        SELECT machine, verdict, count(*) FROM samples
        WHERE site_id = :site AND week >= :since GROUP BY machine, verdict
    """
    rows = fetch(connection, query, site=site_id, since=since)
    return {(machine, verdict): int(count) for machine, verdict, count in rows}


def drawn(connection: Connection, site_id: str) -> dict[str, Sampled]:
    """All comments of the samples that are kept."""
    query = f"SELECT {_COLUMNS} FROM samples WHERE site_id = :site"  # noqa: S608 - as above
    return {row[0]: Sampled(*row) for row in fetch(connection, query, site=site_id)}


@dataclass(frozen=True, slots=True)
class SampledWeek:
    """When a week's sample was drawn, ms, and of how many comments that a machine had approved, and removed."""

    drawn_at: int
    approved: int
    removed: int

    def drawn_from(self, machine: str) -> int:
        """machine: as in Sampled."""
        return self.approved if machine == "approve" else self.removed


def weeks(connection: Connection, site_id: str) -> dict[int, SampledWeek]:
    """The weeks that were sampled, but those of which nobody has kept how many comments they had."""
    query = """
        SELECT week, drawn_at, approved, removed FROM sample_weeks
        WHERE site_id = :site AND drawn_at IS NOT NULL
    """
    return {row[0]: SampledWeek(*row[1:]) for row in fetch(connection, query, site=site_id)}


def first_decided(connection: Connection, comment_ids: Sequence[str]) -> dict[str, int]:
    """When a person first decided about each of the comments, ms."""
    query = """
        SELECT comment_id, min(created_at) FROM decisions
        WHERE comment_id AMONG :ids AND actor_kind = 'moderator' GROUP BY comment_id
    """
    return {id: int(at) for id, at in fetch(connection, query, ids=list(comment_ids))}


def size_of(connection: Connection, site_id: str) -> int:
    return int(fetch(connection, "SELECT sample_size FROM sites WHERE id = :id", id=site_id)[0][0])


def set_size(connection: Connection, site_id: str, size: int) -> None:
    execute(
        connection, "UPDATE sites SET sample_size = :size WHERE id = :id", size=size, id=site_id
    )


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """What was said of comments that are erased."""
    execute(connection, "DELETE FROM samples WHERE comment_id AMONG :ids", ids=list(comment_ids))


def forget_before(connection: Connection, week: int, limit: int) -> int:
    """The samples of the weeks before this one; returns how many comments were in them."""
    execute(connection, "DELETE FROM sample_weeks WHERE week < :week", week=week)
    statement = """
        DELETE FROM samples WHERE comment_id IN
        (SELECT comment_id FROM samples WHERE week < :week LIMIT :limit)
    """
    return execute(connection, statement, week=week, limit=limit)
