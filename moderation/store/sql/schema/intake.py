"""What is handed in beside the comment itself: its page, its key, its address, and that it is to be judged."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, text

pages = sa.Table(
    "pages",
    metadata,
    text("id", primary_key=True),
    text("site_id"),
    text("external_id"),
    text("url"),  # as it was first sent, or as the site's server last named it
    text("path", server_default=""),  # of the URL, as sections have it; '' in none
    text("title"),
    # Whether the site's server gave the title; else the first commenter did.
    sa.Column("title_verified", sa.Boolean, nullable=False, server_default=sa.false()),
    text("state"),  # '' as the site's, else open | premoderated | closed
    sa.Column("close_after_days", sa.Integer),  # null as the site's, 0 never
    sa.Column("published_at", Millis),  # by the site's word, null unknown
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("pages_by_time", "site_id", "created_at", "id"),
)

# By which pages are found: a row for each URL that leads to one, and for the site's own id of it.
page_addresses = sa.Table(
    "page_addresses",
    metadata,
    text("id", primary_key=True),  # derived from the site and that id, or the URL's key
    text("site_id"),
    text("page_id", index=True),
    text("url"),  # as it was first sent; '' of an id
)

# Only where somebody outside is asked about a comment, and only until it is judged.
addresses = sa.Table(
    "addresses",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # AES-256-GCM, bound to the comment's id
    sa.Column("created_at", Millis, nullable=False, index=True),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    text("site_id", primary_key=True),
    text("key", primary_key=True),
    text("fingerprint"),
    text("comment_id"),
    sa.Column("created_at", Millis, nullable=False, index=True),
)

# A row here is the job; the broker only carries the doorbell (docs/decisions/0001).
pending = sa.Table(
    "pending",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    text("site_id"),
    sa.Column("due_at", Millis, nullable=False, index=True),  # not before; 0 at once
    sa.Column("attempts", sa.Integer, nullable=False),
    text("lease"),  # whose claim, '' nobody's
    sa.Column("created_at", Millis, nullable=False),
)
