"""Second looks: which decisions are looked at again, by whom, and what was said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from moderation.domain.samples import Verdict
from moderation.domain.second_looks import LookKind
from moderation.store.sql.dialect import execute, fetch, insert_rows
from moderation.store.sql.rows import row_of
from moderation.store.sql.schema import second_looks


@dataclass(frozen=True, slots=True)
class Look:
    """A comment that is looked at again. known: publish or remove, as it was decided. decided_by: '' where nobody in particular did. asked:
    who alone is asked, '' anybody else. verdict: '' while nobody has said anything; settled: '' while no editor has. Times in ms.
    """

    id: str
    kind: LookKind
    site_id: str
    comment_id: str
    revision: int
    sequence: int
    known: Verdict
    decided_by: str
    asked: str
    created_at: int
    verdict: str = ""
    judged_by: str = ""
    judged_at: int | None = None
    settled: str = ""
    settled_by: str = ""


class ReviewedDecision(NamedTuple):
    """A person's decision about one comment by itself, to which nothing happened since."""

    comment_id: str
    revision: int
    sequence: int
    outcome: str
    actor_id: str
    at: int


_NAMES = [field.name for field in fields(Look)]
_FIELDS = ", ".join(_NAMES)


def _look(row: Sequence[Any]) -> Look:
    values = dict(zip(_NAMES, row, strict=True))
    return Look(**values | {"kind": LookKind(values["kind"]), "known": Verdict(values["known"])})


def wanting(connection: Connection) -> list[tuple[str, int, int]]:
    """The sites that want second looks: id, share in per cent, and until when decisions were looked through (ms)."""
    query = "SELECT id, review_share, reviewed_until FROM sites WHERE review_share > 0 ORDER BY id"
    return [tuple(row) for row in fetch(connection, query)]


# Without what was decided as a whole: a campaign, a bulk act, the replies below a comment.
_DECIDED = """
    SELECT d.comment_id, d.revision, d.sequence, d.outcome, d.actor_id, d.created_at
    FROM decisions d JOIN comments c ON c.id = d.comment_id
    WHERE d.actor_kind = 'moderator' AND d.created_at >= :since AND d.created_at < :until
    AND (d.created_at > :since OR d.comment_id > :after)
    AND c.site_id = :site AND c.sequence = d.sequence AND c.revision = d.revision
    AND d.takes_back IS NULL AND d.campaign_id = '' AND d.branch_id = '' AND d.outcome <> 'hold'
    AND d.reasons_json NOT LIKE '%"bulk_decided"%' AND c.status IN ('approved', 'rejected', 'spam')
    ORDER BY d.created_at, d.comment_id LIMIT :limit
"""


def decisions_between(
    connection: Connection, site_id: str, since: int, after: str, until: int, limit: int
) -> list[ReviewedDecision]:
    """A site's decisions by people from `since` to before `until` (ms), the oldest first; of the first millisecond those about comments past
    the id `after`.
    """
    place = {"since": since, "after": after, "until": until}
    rows = fetch(connection, _DECIDED, site=site_id, limit=limit, **place)
    return [ReviewedDecision(*row) for row in rows]


def set_until(connection: Connection, site_id: str, until: int) -> None:
    statement = "UPDATE sites SET reviewed_until = :until WHERE id = :id"
    execute(connection, statement, until=until, id=site_id)


def share_of(connection: Connection, site_id: str) -> int:
    query = "SELECT review_share FROM sites WHERE id = :id"
    return int(fetch(connection, query, id=site_id)[0][0])


def set_share(connection: Connection, site_id: str, share: int, until: int) -> None:
    """until: what was decided before is not looked at, ms."""
    statement = "UPDATE sites SET review_share = :share, reviewed_until = :until WHERE id = :id"
    execute(connection, statement, share=share, until=until, id=site_id)


def put(connection: Connection, looks: Sequence[Look]) -> int:
    """Keeps those that are not there yet; returns how many."""
    return insert_rows(
        connection, second_looks, [row_of(look, second_looks) for look in looks], new_only=True
    )


_WAITS = """
    site_id = :site AND verdict = '' AND (asked = :who OR (asked = '' AND :any AND decided_by <> :who
    AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.comment_id = second_looks.comment_id AND d.actor_id = :who)))
"""


def waiting(
    connection: Connection,
    site_id: str,
    who: str,
    limit: int,
    *,
    only_asked: bool = False,
    comment_id: str = "",
) -> list[Look]:
    """Those that wait for this person, who has decided about none of them. only_asked: those that nobody else is asked. comment_id: at this
    comment alone.
    """
    one = "AND comment_id = :comment" if comment_id else ""
    query = f"SELECT {_FIELDS} FROM second_looks WHERE {_WAITS} {one} ORDER BY id LIMIT :limit"  # noqa: S608 - written above
    values = {"comment": comment_id} if comment_id else {}
    rows = fetch(
        connection, query, site=site_id, who=who, any=not only_asked, limit=limit, **values
    )
    return [_look(row) for row in rows]


def count_waiting(
    connection: Connection, site_id: str, who: str, *, only_asked: bool = False
) -> int:
    query = f"SELECT count(*) FROM second_looks WHERE {_WAITS}"  # noqa: S608 - written above
    return int(fetch(connection, query, site=site_id, who=who, any=not only_asked)[0][0])


def of_comment(connection: Connection, site_id: str, comment_id: str) -> list[Look]:
    """All looks at a comment, first to last."""
    query = f"SELECT {_FIELDS} FROM second_looks WHERE comment_id = :id AND site_id = :site ORDER BY created_at, id"  # noqa: S608 - as above
    return [_look(row) for row in fetch(connection, query, id=comment_id, site=site_id)]


def judge(connection: Connection, look_id: str, verdict: Verdict, by: str, now: int) -> bool:
    """Keeps what a person says; False where somebody was faster."""
    statement = """
        UPDATE second_looks SET verdict = :verdict, judged_by = :by, judged_at = :now
        WHERE id = :id AND verdict = ''
    """
    return execute(connection, statement, verdict=verdict.value, by=by, now=now, id=look_id) == 1


_DISAGREED = "site_id = :site AND kind = 'review' AND verdict IN ('publish', 'remove') AND verdict <> known AND settled = ''"


def disagreements(connection: Connection, site_id: str, since: int, limit: int) -> list[Look]:
    """Reviews since then (ms) in which two persons differ and no editor has said who is right, the oldest first."""
    query = f"SELECT {_FIELDS} FROM second_looks WHERE judged_at >= :since AND {_DISAGREED} ORDER BY judged_at, id LIMIT :limit"  # noqa: S608 - as above
    return [_look(row) for row in fetch(connection, query, site=site_id, since=since, limit=limit)]


def settle(
    connection: Connection, site_id: str, look_id: str, verdict: Verdict, by: str
) -> Look | None:
    """Keeps what an editor says; the look as it is then, None where there is no such disagreement, or it is settled."""
    statement = f"""
        UPDATE second_looks SET settled = :verdict, settled_by = :by WHERE id = :id AND {_DISAGREED}
        RETURNING {_FIELDS}
    """  # noqa: S608 - as above
    values = {"verdict": verdict.value, "by": by, "id": look_id, "site": site_id}
    rows = fetch(connection, statement, **values)
    return _look(rows[0]) if rows else None


class Said(NamedTuple):
    """How often this happened: of a kind, decided by one, judged by another, known and said."""

    kind: str
    decided_by: str
    judged_by: str
    known: str
    verdict: str
    times: int


def results(connection: Connection, site_id: str, since: int) -> list[Said]:
    """What was said since then (ms)."""
    query = """
        SELECT kind, decided_by, judged_by, known, verdict, count(*) FROM second_looks
        WHERE site_id = :site AND judged_at >= :since
        GROUP BY kind, decided_by, judged_by, known, verdict
    """
    return [Said(*row) for row in fetch(connection, query, site=site_id, since=since)]


# Comments about which two persons said the same, by a second look or by agreeing with a proposal; not those that `who` had a part in.
_AGREED = """
    SELECT found.comment_id, found.revision, c.sequence, found.known FROM (
        SELECT comment_id, revision, CASE WHEN settled = '' THEN known ELSE settled END AS known
        FROM second_looks WHERE site_id = :site AND kind = 'review' AND judged_at >= :since
        AND (verdict = known OR settled <> '')
        UNION
        SELECT comment_id, revision, CASE WHEN outcome = 'approve' THEN 'publish' ELSE 'remove' END AS known
        FROM proposals WHERE site_id = :site AND state = 'agreed' AND outcome <> 'hold' AND created_at >= :since
    ) found JOIN comments c ON c.id = found.comment_id AND c.revision = found.revision
    WHERE c.status IN ('approved', 'rejected', 'spam')
    AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.comment_id = c.id AND d.actor_id = :who)
    AND NOT EXISTS (SELECT 1 FROM proposals p WHERE p.comment_id = c.id AND p.moderator_id = :who)
    AND NOT EXISTS (SELECT 1 FROM second_looks l WHERE l.comment_id = c.id AND (l.judged_by = :who OR l.asked = :who))
    ORDER BY found.comment_id DESC LIMIT :limit
"""


class Agreed(NamedTuple):
    """A comment whose answer is known."""

    comment_id: str
    revision: int
    sequence: int
    known: str


def agreed(connection: Connection, site_id: str, who: str, since: int, limit: int) -> list[Agreed]:
    """Comments with a known answer that this person has never seen, the newest first. since: ms."""
    rows = fetch(connection, _AGREED, site=site_id, who=who, since=since, limit=limit)
    return [Agreed(*row) for row in rows]


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """Looks at comments that are erased."""
    statement = "DELETE FROM second_looks WHERE comment_id AMONG :ids"
    execute(connection, statement, ids=list(comment_ids))


def forget_old(connection: Connection, before: int, limit: int) -> int:
    """Looks made before then (ms)."""
    statement = """
        DELETE FROM second_looks WHERE id IN
        (SELECT id FROM second_looks WHERE created_at < :before LIMIT :limit)
    """
    return execute(connection, statement, before=before, limit=limit)
