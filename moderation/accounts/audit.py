"""The audit, read: what was changed on a site, and by whom."""

from collections.abc import Collection
from dataclasses import replace

from moderation.domain.audit import AuditEntry, AuditQuery, check_change
from moderation.store import audit, moderators
from moderation.store.sql.engine import Store

CSV_LIMIT = 10_000  # entries that are handed out as one file


def list_entries(
    store: Store,
    site_ids: Collection[str],
    query: AuditQuery,
    after: int | None = None,
    limit: int = CSV_LIMIT,
) -> tuple[list[AuditEntry], dict[str, str]]:
    """Up to `limit` entries of these sites past the number `after`, the newest first; and the e-mails of the moderators
    in them, by id. query.by may also be a moderator's e-mail. Raises Invalid for a change that there is not.
    """
    check_change(query.change)
    with store.read() as connection:
        if "@" in query.by:
            account = moderators.by_email(connection, query.by)
            query = replace(query, by=account.id if account else query.by)
        entries = audit.newest(connection, site_ids, query, after, limit)
        ids = {entry.by for entry in entries} | {entry.about for entry in entries}
        return entries, moderators.emails(connection, ids)
