"""What was measured and decided of the comments of the last weeks, read in bulk, for trials of policies."""

import re
from collections.abc import Collection, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

_PART = 2_000  # comments read at once
# As decisions.add_findings() writes them; inside a JSON text no quote stands without a backslash. Searched, not parsed:
# that would take half of the time of all.
_SIGNALS = re.compile(r'\{"name": "([^"]*)", "value": ([^,}]+)')
_SEQUENCE = itemgetter(1)
_LANGUAGE = re.compile(r'"name": "language", [^{}]*"note": "([^"]+)"')


class PastDecision(NamedTuple):
    """One entry of a comment's history, as in domain.decision.Decision; reasons_json is '' where a policy approved."""

    comment_id: str
    sequence: int
    revision: int
    outcome: str
    actor_kind: str
    takes_back: int | None
    branch_id: str
    campaign_id: str
    ruling: int | None
    reasons_json: str


class PastJudgement(NamedTuple):
    """A comment with what was measured last about its newest revision. created_at: ms. decisions: first to last.

    page_id, page_url: its page. came_in: when its text came in, ms. The three are '' and 0 unless they were asked for.
    """

    comment_id: str
    site_id: str
    created_at: int
    status: str
    revision: int
    signals_json: str
    failed: bool
    decisions: list[PastDecision]
    page_id: str = ""
    page_url: str = ""
    came_in: int = 0

    @property
    def signals(self) -> list[tuple[str, str]]:
        """Names and values, as JSON has them."""
        return _SIGNALS.findall(self.signals_json)

    def has(self, signal: str) -> bool:
        """Whether a signal of this name was measured."""
        return f'{{"name": "{signal}", "value": ' in self.signals_json

    @property
    def language(self) -> str:
        """The code of the comment's language, '' where it was not told."""
        found = _LANGUAGE.search(self.signals_json)
        return found[1] if found else ""


_IDS = """
    SELECT c.id FROM comments c
    WHERE c.id >= :since AND c.sequence > 0 AND c.status <> 'erased' {of_sites} {by_people} {among}
    ORDER BY c.id DESC LIMIT :limit
"""
_MEASURED = """
    SELECT c.id, c.site_id, c.created_at, c.status, c.revision, f.attempt, f.signals_json, f.failed_json
    FROM comments c JOIN findings f ON f.comment_id = c.id AND f.revision = c.revision
    WHERE c.id AMONG :ids
"""
_DECIDED = """
    SELECT comment_id, sequence, revision, outcome, actor_kind, takes_back, branch_id, campaign_id, ruling,
        CASE WHEN outcome <> 'approve' OR actor_kind = 'moderator' OR actor_id = 'second_opinion' THEN reasons_json ELSE '' END
    FROM decisions WHERE comment_id AMONG :ids
"""

_PLACES = """
    SELECT c.id, c.page_id, p.url, r.created_at FROM comments c JOIN pages p ON p.id = c.page_id
    JOIN revisions r ON r.comment_id = c.id AND r.number = c.revision
    WHERE c.id AMONG :ids
"""

_TEXTS = """
    SELECT c.id, SUBSTR(r.text, 1, :characters) FROM comments c
    JOIN revisions r ON r.comment_id = c.id AND r.number = c.revision
    WHERE c.id AMONG :ids AND r.text <> ''
"""


def past_judgements(
    connection: Connection,
    site_ids: Collection[str],
    since: str,
    limit: int,
    *,
    by_people: bool = False,
    with_places: bool = False,
    among: Collection[str] | None = None,
) -> Iterator[PastJudgement]:
    """The newest `limit` decided comments that were measured, newest first. site_ids: () for all. since: a comment's id.
    by_people: only those that a person has decided about last. with_places: also where each stands, and when it came in.
    among: these comments alone.
    """
    query = _IDS.format(
        of_sites="AND c.site_id AMONG :sites" if site_ids else "",
        by_people="AND c.decided_by = 'moderator'" if by_people else "",
        among="" if among is None else "AND c.id AMONG :among",
    )
    bound: dict[str, object] = {"sites": sorted(site_ids)} if site_ids else {}
    if among is not None:
        bound["among"] = sorted(among)
    # All at once: page by page each would sort the site's comments again.
    ids = [id for (id,) in fetch(connection, query, since=since, limit=limit, **bound)]
    for first in range(0, len(ids), _PART):
        yield from _part(connection, ids[first : first + _PART], with_places)


def _part(connection: Connection, ids: list[str], with_places: bool) -> Iterator[PastJudgement]:
    # Sorted here: the databases would sort with all that the rows hold.
    decisions: dict[str, list[PastDecision]] = {id: [] for id in ids}
    for decided in fetch(connection, _DECIDED, ids=ids):
        decisions[decided[0]].append(PastDecision._make(decided))
    measured: dict[str, tuple[Any, ...]] = {}
    for row in fetch(connection, _MEASURED, ids=ids):
        if row[0] not in measured or row[5] > measured[row[0]][5]:  # the last attempt counts
            measured[row[0]] = row
    places: dict[str, tuple[str, str, int]] = {}
    if with_places:
        rows = fetch(connection, _PLACES, ids=ids)
        places = {id: (page_id, url, came_in) for id, page_id, url, came_in in rows}
    for id in ids:
        if id in measured:
            _, site_id, created_at, status, revision, _, signals, failed = measured[id]
            if len(history := decisions[id]) > 1:
                history.sort(key=_SEQUENCE)
            past = PastJudgement(
                id, site_id, created_at, status, revision, signals, failed != "[]", history
            )
            if id in places:
                page_id, page_url, came_in = places[id]
                past = past._replace(page_id=page_id, page_url=page_url, came_in=came_in)
            yield past


def texts_of(
    connection: Connection, comment_ids: list[str], characters: int
) -> list[tuple[str, str]]:
    """Id and beginning of the text of those that still have one."""
    rows = fetch(connection, _TEXTS, ids=comment_ids, characters=characters)
    return [(id, text) for id, text in rows]
