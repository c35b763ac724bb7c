"""What the sites are told: endpoints, events, deliveries and their attempts."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

endpoints = sa.Table(
    "endpoints",
    metadata,
    text("id", primary_key=True),
    text("site_id", index=True),
    text("url"),
    text("types_json"),  # [] = every type but event.ASKED_FOR
    text("payload"),  # thin | full | text
    text("format"),  # standard | cloudevents | notice | akismet
    sa.Column("batch", sa.Integer, nullable=False),  # events in one POST at most; 1 = no batches
    sa.Column("secret_sealed", sa.LargeBinary, nullable=False),  # of a notice: its whole URL
    sa.Column("old_secret_sealed", sa.LargeBinary),  # still signs until old_secret_until
    sa.Column("old_secret_until", Millis),
    text("state"),  # enabled | disabled
    text("disabled_because"),
    sa.Column("failing_since", Millis),
    sa.Column("failures", sa.Integer, nullable=False),  # attempts in a row that failed
    sa.Column("resume_at", Millis, nullable=False),  # nothing goes to it before; 0 = at once
    sa.Column("created_at", Millis, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    text("id", primary_key=True),
    text("site_id"),
    text("type"),
    text("comment_id", index=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    text("data_json"),  # frozen when the fact happened; without the text
    sa.Column("created_at", Millis, nullable=False),
    # For forgetting the old ones, and for telling an endpoint what it missed.
    sa.Index("events_by_time", "created_at", "site_id"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    text("id", primary_key=True),
    text("event_id", index=True),
    text("endpoint_id"),
    text("state"),  # due | delivered | dead
    sa.Column("due_at", Millis, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    text("lease"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("deliveries_of_endpoint", "endpoint_id", "id"),
    # Newest first those of one state, however many of the others lie between them.
    sa.Index("deliveries_by_state", "endpoint_id", "state", "id"),
)

# The oldest due of one endpoint, without looking at another's backlog.
partial_index(
    deliveries, "deliveries_waiting", "endpoint_id due_at id", deliveries.c.state == "due"
)
partial_index(deliveries, "deliveries_due", "due_at", deliveries.c.state == "due")

attempts = sa.Table(
    "attempts",
    metadata,
    text("delivery_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("started_at", Millis, nullable=False),
    sa.Column("duration", sa.Integer, nullable=False),  # milliseconds
    sa.Column("response_status", sa.Integer),
    text("error"),  # '' | timeout | refused | address | tls | ...
)
