"""Notices of illegal content, and what decisions about their comments make of them."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import Decision
from moderation.domain.legal_notice import LegalNotice, NoticeState
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import appeals, legal_notices

_OPEN = NoticeState.OPEN.value
_FORGOTTEN = {"name": "", "email_sealed": None, "email_key": "", "why": ""}


def add(connection: Connection, notice: LegalNotice, crypto: Crypto) -> None:
    """The e-mail is stored sealed, beside a keyed hash."""
    row = row_of(
        notice,
        legal_notices,
        email_sealed=crypto.encrypt(notice.email, notice.id) if notice.email else None,
        email_key=crypto.email_key(notice.email),
    )
    insert_rows(connection, legal_notices, [row])


def by_id(connection: Connection, notice_id: str, crypto: Crypto) -> LegalNotice | None:
    query = sa.select(legal_notices).where(legal_notices.c.id == notice_id)
    row = connection.execute(query).one_or_none()
    return _notice(row, crypto) if row else None


def of_site(
    connection: Connection, site_id: str, state: NoticeState, after: str, limit: int, crypto: Crypto
) -> list[LegalNotice]:
    """A site's notices of one state, the oldest first, past the notice `after`."""
    rows = connection.execute(
        sa.select(legal_notices)
        .where(
            legal_notices.c.site_id == site_id,
            legal_notices.c.state == state.value,
            legal_notices.c.id > after,
        )
        .order_by(legal_notices.c.id)
        .limit(limit)
    )
    return [_notice(row, crypto) for row in rows]


def open_of(connection: Connection, comment_ids: Collection[str]) -> dict[str, int]:
    """How many notices of each comment wait, where there are any."""
    if not comment_ids:
        return {}
    rows = connection.execute(
        sa.select(legal_notices.c.comment_id, sa.func.count().label("notices"))
        .where(legal_notices.c.comment_id.in_(comment_ids), legal_notices.c.state == _OPEN)
        .group_by(legal_notices.c.comment_id)
    )
    return {row.comment_id: row.notices for row in rows}


def by_email(
    connection: Connection, email_key: str, site_ids: Collection[str], crypto: Crypto
) -> list[LegalNotice]:
    """The notices on these sites that were sent with an e-mail, by its keyed hash; none for ''."""
    if not email_key:
        return []
    rows = connection.execute(
        sa.select(legal_notices)
        .where(legal_notices.c.email_key == email_key, legal_notices.c.site_id.in_(site_ids))
        .order_by(legal_notices.c.id)
    )
    return [_notice(row, crypto) for row in rows]


def settle(connection: Connection, new_decisions: Sequence[Decision]) -> None:
    """What persons' decisions, at most one for each comment, make of the notices of these comments (LegalNotice.after)."""
    by_comment = {decision.comment_id: decision for decision in new_decisions}
    rows = connection.execute(
        sa.select(legal_notices)
        .where(legal_notices.c.comment_id.in_(by_comment))
        .order_by(legal_notices.c.id)
    ).all()
    for row in rows:
        notice = _notice(row, None)
        changed = notice.after(by_comment[row.comment_id])
        if changed != notice:
            connection.execute(
                sa.update(legal_notices)
                .where(legal_notices.c.id == row.id)
                .values(
                    state=changed.state.value,
                    decided_in=changed.decided_in,
                    decided_at=changed.decided_at,
                )
            )


def close(connection: Connection, comment_ids: Collection[str], now: int) -> None:
    """Nobody has to decide about comments any more that are gone. now: ms."""
    connection.execute(
        sa.update(legal_notices)
        .where(legal_notices.c.comment_id.in_(comment_ids), legal_notices.c.state == _OPEN)
        .values(state=NoticeState.GONE.value, decided_at=now)
    )


def forget_words(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets what was said about erased comments: it may repeat them. Who sent it is told of the outcome still."""
    connection.execute(
        sa.update(legal_notices).where(legal_notices.c.comment_id.in_(comment_ids)).values(why="")
    )


def forget(connection: Connection, notice_ids: Collection[str]) -> None:
    """Forgets who sent these notices and what they said, in their appeals too."""
    connection.execute(_forget_appeals(notice_ids))
    connection.execute(
        sa.update(legal_notices).where(legal_notices.c.id.in_(notice_ids)).values(**_FORGOTTEN)
    )


def forget_old(connection: Connection, before: int, limit: int) -> int:
    """Forgets who sent the notices that were decided before `before` (ms), and what they said; how many."""
    old = (
        sa.select(legal_notices.c.id)
        .where(legal_notices.c.decided_at < before, legal_notices.c.why != "")
        .limit(limit)
    )
    connection.execute(_forget_appeals(old))
    forgotten = sa.update(legal_notices).where(legal_notices.c.id.in_(old))
    return connection.execute(forgotten.values(**_FORGOTTEN)).rowcount


def _forget_appeals(notice_ids: Collection[str] | sa.Select[tuple[str]]) -> sa.Update:
    of_notices = sa.and_(appeals.c.notice_id != "", appeals.c.notice_id.in_(notice_ids))
    return sa.update(appeals).where(of_notices).values(text="")


def _notice(row: sa.Row[tuple[object, ...]], crypto: Crypto | None) -> LegalNotice:
    """crypto: None where the e-mail does not matter."""
    sealed = row.email_sealed
    email = (crypto.decrypt(bytes(sealed), row.id) or "") if sealed and crypto else ""
    return record_of(LegalNotice, row, email=email, state=NoticeState(row.state))
