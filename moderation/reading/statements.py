"""Statements of reasons: of a site's decisions against comments, in the order of their time."""

from collections.abc import Iterator

from moderation.domain.statement import Statement, statement_of
from moderation.store import appeals, decisions, sites, statements
from moderation.store.sql.engine import Store
from moderation.store.statements import Position

PAGE = 500  # statements read at once


def list_statements(
    store: Store, site_id: str, since: int, after: Position | None = None, limit: int = PAGE
) -> list[Statement]:
    """The statements for what was decided at or after `since` (ms), past the position `after`, first to last."""
    with store.read() as connection:
        start = (since, "", 0)
        found = statements.against(connection, site_id, max(after or start, start), limit)
        ids = sorted({comment_id for _, comment_id, _ in found})
        histories = decisions.histories(connection, ids) if ids else {}
        of_comments = appeals.of_comments(connection, ids)
        site = sites.get_site(connection, site_id)
    made = (
        statement_of(
            [decision for decision in histories[comment_id] if decision.sequence <= sequence],
            site.name if site else "",
            of_comments.get(comment_id, ()),
        )
        for _, comment_id, sequence in found
    )
    return [statement for statement in made if statement]


def position_of(statement: Statement) -> Position:
    """Where a statement stands in the list."""
    return (statement.decided_at, statement.comment_id, statement.sequence)


def each_statement(store: Store, site_id: str, since: int) -> Iterator[Statement]:
    """All of them. since: ms."""
    after: Position | None = None
    while page := list_statements(store, site_id, since, after):
        yield from page
        after = position_of(page[-1])
