"""Deletes what has been kept long enough, and ends what has an end."""

from moderation.domain.audit import SERVICE, Change
from moderation.domain.campaign import WINDOW_MS
from moderation.domain.durations import DAY_MS, HOUR_MS
from moderation.domain.ids import timed_id
from moderation.domain.reputation import KEPT_DAYS
from moderation.domain.samples import KEPT_WEEKS, week_of
from moderation.domain.second_looks import KEPT_DAYS as LOOKS_KEPT_DAYS
from moderation.store import (
    addresses,
    audit,
    bulk,
    campaigns,
    claims,
    counts,
    deliveries,
    filters,
    heartbeats,
    invitations,
    legal_notices,
    notes,
    reports,
    reputations,
    retention,
    samples,
    second_looks,
    second_opinion_usage,
    second_opinions,
    shadow_policies,
    sketches,
)
from moderation.store.sql.engine import Store

PURGE_LIMIT = 5_000  # rows a table and purge, which must not hold SQLite's one writer for long
BULK_DAYS = 90  # after which a decision about many comments cannot be undone as a whole
UNASKED_DAYS = 7  # by then nobody needs a second opinion any more
USAGE_DAYS = 400
SHADOW_DAYS = 90  # a candidate that nobody has decided about by then says no more
VOTE_LIMIT = 500  # each changes a count
SKETCH_LIMIT = 1_000  # each has a dozen rows; a busy site takes in 700 comments between two purges


def purge(
    store: Store,
    now: int,
    idempotency_hours: int,
    feedback_days: int = 365,
    webhook_days: int = 30,
    personal_days: int = 30,
    audit_days: int = 730,
) -> int:
    """Deletes rows older than these settings and constants allow; returns how many, at most PURGE_LIMIT
    for each table.
    """
    with store.write() as connection:
        heartbeats.forget(connection, now - HOUR_MS)
        deliveries.end_without_endpoint(connection)
        counts.fold(connection)
        claims.forget_expired(connection)
        for ended in filters.switch_off_ended(connection, now):
            was, is_now = {"enabled": True}, {"enabled": False}
            audit.record(connection, SERVICE, Change.FILTER_CHANGED, *ended, was, is_now)
        return (
            retention.forget_idempotency_keys(
                connection, now - idempotency_hours * HOUR_MS, PURGE_LIMIT
            )
            + retention.forget_sender_details(connection, now, PURGE_LIMIT)
            + retention.forget_suggested_scores(
                connection, now - feedback_days * DAY_MS, PURGE_LIMIT
            )
            + retention.forget_expired_sign_ins(connection, now, PURGE_LIMIT)
            + invitations.forget_expired(connection, now, PURGE_LIMIT)
            + retention.forget_old_events(connection, now - webhook_days * DAY_MS, PURGE_LIMIT)
            + audit.forget_old(connection, now - audit_days * DAY_MS, PURGE_LIMIT)
            + notes.forget_authors(connection, PURGE_LIMIT)
            + bulk.forget_old(connection, now - BULK_DAYS * DAY_MS, PURGE_LIMIT, now - HOUR_MS)
            + reports.forget_old(connection, now - personal_days * DAY_MS, PURGE_LIMIT)
            + legal_notices.forget_old(connection, now - personal_days * DAY_MS, PURGE_LIMIT)
            + addresses.forget_old(connection, now - HOUR_MS, PURGE_LIMIT)
            + reputations.purge(
                connection, now - KEPT_DAYS * DAY_MS, now - personal_days * DAY_MS, VOTE_LIMIT
            )
            + shadow_policies.forget_old(
                connection,
                timed_id("cmt", max(0, now - SHADOW_DAYS * DAY_MS), bytes(10)),
                PURGE_LIMIT,
            )
            + samples.forget_before(connection, week_of(now) - KEPT_WEEKS, PURGE_LIMIT)
            + second_looks.forget_old(connection, now - LOOKS_KEPT_DAYS * DAY_MS, PURGE_LIMIT)
            + second_opinions.give_up(connection, now - UNASKED_DAYS * DAY_MS, PURGE_LIMIT)
            + second_opinion_usage.forget_old(connection, now - USAGE_DAYS * DAY_MS)
            + sketches.purge(connection, now, SKETCH_LIMIT)
            + campaigns.purge(connection, now - WINDOW_MS, SKETCH_LIMIT)
        )
