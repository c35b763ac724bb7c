"""A row for each site and day with what was counted of it; and the facts that are counted, read in parts."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.engine import Connection

from moderation.domain.day_totals import Totals, of_kind
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id, value_of
from moderation.store.sql.dialect import execute, fetch, upsert_rows
from moderation.store.sql.schema import counted_days, day_totals

PART = 2_000  # comments read at once
# As decisions.add_findings() and reasons_json() write them: searched, not parsed, as in past_judgements.
_SCORE = re.compile(r'\{"name": "([^"]*)", "value": ([^,}]+), "scorer": "[^"]*", "model": "')
_LANGUAGE = re.compile(r'"name": "language", [^{}]*"note": "([^"]+)"')
_CODE = re.compile(r'\{"code": "([a-z0-9_]+)"')


class CountedComment(NamedTuple):
    """A comment that came in on a day, with what machines made of it. decided: outcome and codes of each of their decisions.
    scores: of its first text. language: '' unknown.
    """

    id: str
    site_id: str
    campaign_id: str
    is_imported: bool
    decided: list[tuple[str, set[str]]]
    scores: list[tuple[str, float]]
    language: str


class PersonDecision(NamedTuple):
    """A person's decision. held_at: when the comment was held that it decides about, None where it was not. Times in ms."""

    site_id: str
    person_id: str
    outcome: str
    at: int
    held_at: int | None


_COMMENTS = """
    SELECT id, site_id, campaign_id FROM comments WHERE id > :after AND id < :end ORDER BY id LIMIT :limit
"""
_MEASURED = """
    SELECT comment_id, signals_json FROM findings
    WHERE comment_id AMONG :ids AND revision = 1 AND failed_json = '[]' ORDER BY attempt
"""
_BY_MACHINES = """
    SELECT comment_id, actor_kind, outcome, reasons_json FROM decisions
    WHERE comment_id AMONG :ids AND actor_kind <> 'moderator'
"""


def comments_of_day(
    connection: Connection, day: int, after: str, limit: int = PART
) -> list[CountedComment]:
    """The next comments that came in on a day. after: the id of the last one before them, '' for the first."""
    after = after or timed_id("cmt", day * DAY_MS, bytes(10))
    end = timed_id("cmt", (day + 1) * DAY_MS, bytes(10))
    rows = fetch(connection, _COMMENTS, after=after, end=end, limit=limit)
    ids = [row[0] for row in rows]
    signals = dict(fetch(connection, _MEASURED, ids=ids))  # the last attempt counts
    decided: dict[str, list[tuple[str, set[str]]]] = {id: [] for id in ids}
    imported = set()
    for id, kind, outcome, reasons in fetch(connection, _BY_MACHINES, ids=ids):
        if kind == "import":
            imported.add(id)
        decided[id].append((outcome, set(_CODE.findall(reasons))))
    found = []
    for id, site_id, campaign_id in rows:
        text = signals.get(id, "")
        scores = [(name, float(value)) for name, value in _SCORE.findall(text)]
        language = _LANGUAGE.search(text)
        found.append(
            CountedComment(
                id,
                site_id,
                campaign_id,
                id in imported,
                decided[id],
                scores,
                language[1] if language else "",
            )
        )
    return found


_BY_PEOPLE = """
    SELECT c.site_id, d.actor_id, d.outcome, d.created_at,
        CASE WHEN p.outcome = 'hold' THEN p.created_at END
    FROM decisions d JOIN comments c ON c.id = d.comment_id
    LEFT JOIN decisions p ON p.comment_id = d.comment_id AND p.sequence = d.sequence - 1
    WHERE d.actor_kind = 'moderator' AND d.created_at >= :start AND d.created_at < :end
    AND d.takes_back IS NULL
"""
# Decisions of people that another person changed: to publish instead of to remove, the other way round, or back into the queue.
_REVERSED = """
    SELECT c.site_id, p.actor_id, count(*)
    FROM decisions d JOIN comments c ON c.id = d.comment_id
    JOIN decisions p ON p.comment_id = d.comment_id AND p.sequence = d.sequence - 1
    WHERE d.actor_kind = 'moderator' AND d.created_at >= :start AND d.created_at < :end
    AND p.actor_kind = 'moderator' AND p.actor_id <> d.actor_id AND p.outcome <> 'hold'
    AND CASE WHEN d.outcome = 'spam' THEN 'reject' ELSE d.outcome END
        <> CASE WHEN p.outcome = 'spam' THEN 'reject' ELSE p.outcome END
    GROUP BY c.site_id, p.actor_id
"""
_APPEALED = (
    "SELECT site_id, count(*) FROM appeals WHERE id >= :first AND id < :last GROUP BY site_id"
)
_ANSWERED = """
    SELECT site_id, state, count(*) FROM appeals
    WHERE answered_at >= :start AND answered_at < :end GROUP BY site_id, state
"""
_FORMED = """
    SELECT id FROM campaigns WHERE id AMONG :ids AND formed_at >= :start AND formed_at < :end
"""


def decisions_of_people(connection: Connection, day: int) -> list[PersonDecision]:
    """What people decided on a day, without what only takes another decision back."""
    rows = fetch(connection, _BY_PEOPLE, start=day * DAY_MS, end=(day + 1) * DAY_MS)
    return [PersonDecision._make(row) for row in rows]


def reversals_of_day(connection: Connection, day: int) -> list[tuple[str, str, int]]:
    """Site, person, and how many of the person's decisions somebody else changed on a day."""
    rows = fetch(connection, _REVERSED, start=day * DAY_MS, end=(day + 1) * DAY_MS)
    return [tuple(row) for row in rows]


def appeals_of_day(connection: Connection, day: int) -> list[tuple[str, str, int]]:
    """Site, 'made' or how it was answered, and how many."""
    start, end = day * DAY_MS, (day + 1) * DAY_MS
    first, last = (timed_id("apl", at, bytes(10)) for at in (start, end))
    made = fetch(connection, _APPEALED, first=first, last=last)
    answered = fetch(connection, _ANSWERED, start=start, end=end)
    return [(site_id, "made", count) for site_id, count in made] + [tuple(row) for row in answered]


def campaigns_formed(connection: Connection, day: int, ids: Collection[str]) -> set[str]:
    """Those of these campaigns that formed on a day."""
    times = {"start": day * DAY_MS, "end": (day + 1) * DAY_MS}
    return {id for (id,) in fetch(connection, _FORMED, ids=sorted(ids), **times)}


def first_day(connection: Connection) -> int | None:
    """The day of the first comment of all; None where there is none."""
    rows = fetch(connection, "SELECT id FROM comments ORDER BY id LIMIT 1")
    return (value_of(rows[0][0]) >> 80) // DAY_MS if rows else None


def counted(connection: Connection, since: int) -> dict[int, int]:
    """When each day from `since` on was counted last, ms."""
    query = "SELECT day, counted_at FROM counted_days WHERE day >= :since"
    return dict(fetch(connection, query, since=since))


def put(connection: Connection, day: int, totals: Mapping[str, Totals], counted_at: int) -> None:
    """Keeps what was counted of a day by site. No count falls: what was erased since the last time stays counted."""
    before = {
        site_id: Counter(json.loads(text))
        for site_id, text in fetch(
            connection, "SELECT site_id, totals_json FROM day_totals WHERE day = :day", day=day
        )
    }
    rows = []
    for site_id in sorted(totals):
        kept = totals[site_id] | before.get(site_id, Counter())
        machine = of_kind(kept, "machine")
        rows.append(
            {
                "site_id": site_id,
                "day": day,
                "comments": kept["comments"],
                "stopped": sum(machine.values()) - machine.get("approve", 0),
                "decided": sum(of_kind(kept, "person").values()),
                "totals_json": json.dumps(dict(sorted(kept.items())), separators=(",", ":")),
            }
        )
    upsert_rows(connection, day_totals, rows, "comments", "stopped", "decided", "totals_json")
    upsert_rows(connection, counted_days, [{"day": day, "counted_at": counted_at}], "counted_at")


def of_site(connection: Connection, site_id: str, first: int, last: int) -> dict[int, Totals]:
    """A site's totals by day, from `first` to `last`, both included; days without any are left out."""
    query = """
        SELECT day, totals_json FROM day_totals
        WHERE site_id = :site AND day >= :first AND day <= :last ORDER BY day
    """
    rows = fetch(connection, query, site=site_id, first=first, last=last)
    return {day: Counter(json.loads(text)) for day, text in rows}


@dataclass(frozen=True, slots=True)
class SiteTotals:
    """A site's sums over some days. stopped: decisions of machines that did not approve. decided: by people."""

    site_id: str
    comments: int
    stopped: int
    decided: int


def by_site(
    connection: Connection, site_ids: Collection[str], first: int, last: int
) -> list[SiteTotals]:
    """Of these sites those that had any, from `first` to `last`, both included."""
    query = """
        SELECT site_id, sum(comments), sum(stopped), sum(decided) FROM day_totals
        WHERE site_id AMONG :sites AND day >= :first AND day <= :last GROUP BY site_id
    """
    rows = fetch(connection, query, sites=sorted(site_ids), first=first, last=last)
    return [SiteTotals(site_id, *map(int, sums)) for site_id, *sums in rows]


def forget_before(connection: Connection, day: int) -> int:
    """Deletes what was counted of the days before this one; returns how many rows."""
    execute(connection, "DELETE FROM counted_days WHERE day < :day", day=day)
    return execute(connection, "DELETE FROM day_totals WHERE day < :day", day=day)
