"""Proposals of trainees, and what later decisions make of them."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import Decision, Outcome
from moderation.domain.proposal import Proposal, ProposalState, Tally
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import proposals

_IS_OPEN = proposals.c.state == ProposalState.OPEN.value


def add(connection: Connection, proposal: Proposal) -> None:
    insert_rows(connection, proposals, [row_of(proposal, proposals)])


def save(connection: Connection, proposal: Proposal) -> None:
    """Stores what became of a proposal."""
    connection.execute(
        sa.update(proposals)
        .where(proposals.c.id == proposal.id)
        .values(**row_of(proposal, proposals))
    )


def of_comments(
    connection: Connection, comment_ids: Sequence[str], *, only_open: bool = False
) -> dict[str, list[Proposal]]:
    """The proposals about those of the comments that have some, first to last."""
    found: dict[str, list[Proposal]] = {}
    query = sa.select(proposals).where(proposals.c.comment_id.in_(comment_ids))
    if only_open:
        query = query.where(_IS_OPEN)
    for row in connection.execute(query.order_by(proposals.c.id)) if comment_ids else ():
        found.setdefault(row.comment_id, []).append(_proposal(row))
    return found


def open_of(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Proposal]:
    """The open proposal about each of the comments that has one."""
    found = of_comments(connection, comment_ids, only_open=True)
    return {comment_id: each[0] for comment_id, each in found.items()}


def get(connection: Connection, site_ids: Collection[str], proposal_id: str) -> Proposal | None:
    """A proposal about a comment of these sites."""
    query = sa.select(proposals).where(
        proposals.c.id == proposal_id, proposals.c.site_id.in_(list(site_ids))
    )
    row = connection.execute(query).one_or_none()
    return _proposal(row) if row else None


def is_about(comment_id: sa.ColumnElement[str]) -> sa.Exists:
    """The condition that a proposal about the comment of a query is open."""
    return sa.exists().where(proposals.c.comment_id == comment_id, _IS_OPEN)


def of_site(connection: Connection, site_id: str, after: str, limit: int) -> list[Proposal]:
    """A site's open proposals past the one `after`, the oldest first."""
    query = (
        sa.select(proposals)
        .where(proposals.c.site_id == site_id, _IS_OPEN, proposals.c.id > after)
        .order_by(proposals.c.id)
        .limit(limit)
    )
    return [_proposal(row) for row in connection.execute(query)]


def sites_with_some(connection: Connection, site_ids: Collection[str]) -> list[str]:
    """Those of these sites where a proposal is open."""
    query = sa.select(proposals.c.site_id).distinct()
    return list(connection.scalars(query.where(proposals.c.site_id.in_(list(site_ids)), _IS_OPEN)))


def of_moderator(
    connection: Connection, site_id: str, moderator_id: str, after: str, limit: int
) -> list[Proposal]:
    """Somebody's proposals on a site, whatever became of them, past the one `after`; the newest first."""
    query = sa.select(proposals).where(
        proposals.c.moderator_id == moderator_id, proposals.c.site_id == site_id
    )
    if after:
        query = query.where(proposals.c.id < after)
    rows = connection.execute(query.order_by(proposals.c.id.desc()).limit(limit))
    return [_proposal(row) for row in rows]


def tally(connection: Connection, site_id: str, moderator_id: str) -> Tally:
    """How many of somebody's proposals other persons answered, and agreed with."""
    query = (
        sa.select(proposals.c.state, sa.func.count())
        .where(proposals.c.moderator_id == moderator_id, proposals.c.site_id == site_id)
        .group_by(proposals.c.state)
    )
    counts: dict[str, int] = dict(connection.execute(query).tuples().all())
    agreed = counts.get(ProposalState.AGREED, 0)
    return Tally(agreed, agreed + counts.get(ProposalState.OVERTURNED, 0))


def settle(connection: Connection, new_decisions: Sequence[Decision]) -> None:
    """What new decisions, at most one for each comment, make of the open proposals about these comments."""
    # Nobody proposes before the first decision.
    later = {decision.comment_id: decision for decision in new_decisions if decision.sequence > 1}
    for comment_id, proposal in open_of(connection, sorted(later)).items():
        save(connection, proposal.after(later[comment_id]))


def lapse(connection: Connection, comment_id: str, now: int) -> None:
    """Nobody answers a proposal any more whose comment was changed or withdrawn by its writer. now: ms."""
    connection.execute(
        sa.update(proposals)
        .where(proposals.c.comment_id == comment_id, _IS_OPEN)
        .values(state=ProposalState.LAPSED.value, answered_at=now)
    )


def _proposal(row: sa.Row[tuple[object, ...]]) -> Proposal:
    return record_of(Proposal, row, outcome=Outcome(row.outcome), state=ProposalState(row.state))
