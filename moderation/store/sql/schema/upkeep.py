"""What works by itself: who is at work, what was imported and what is to be indexed."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, only, text

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    text("name", primary_key=True),  # 'judge@host:pid'
    text("detail_json"),
    sa.Column("at", Millis, nullable=False),
)

# Which comment each of another system's became: an import that is repeated stores nothing twice, nor what was erased.
imported_comments = sa.Table(
    "imported_comments",
    metadata,
    text("id", primary_key=True),  # derived from the site, the system and its own id
    text("site_id"),
    text("comment_id"),
    text("parent"),  # the row of what it answers, where that was not there yet; else ''
    # Not before this its scores are measured; null they are, or it shall have none. Later while a worker has it.
    sa.Column("score_due", Millis),
    sa.Column("score_attempts", sa.Integer, nullable=False, server_default="0"),
)
sa.Index(
    "imported_unscored",
    imported_comments.c.score_due,
    imported_comments.c.id,
    **only(imported_comments.c.score_due.is_not(None)),
)
sa.Index(
    "imported_waiting",
    imported_comments.c.site_id,
    imported_comments.c.id,
    **only(imported_comments.c.parent != ""),
)

# What waits to be put into search_index (store/search_index.py), which is of another kind on each database:
# the id of a comment, or of a page whose comments are found by another title or URL now.
search_due = sa.Table("search_due", metadata, text("id", primary_key=True))

# How long a site keeps comments of a status; no row: as the installation does.
retention_terms = sa.Table(
    "retention_terms",
    metadata,
    text("site_id", primary_key=True),
    text("status", primary_key=True),  # approved | held | rejected | spam | withdrawn
    sa.Column("days", sa.Integer, nullable=False),  # 0 for ever
)

# Erasures of persons that are under way (store/erasures.py); a row goes with the last comment.
erasures = sa.Table(
    "erasures",
    metadata,
    text("id", primary_key=True),
    text("comment_id", index=True),  # that the person was named by, '' for none
    text("site_ids_json"),
    text("email_key"),  # keyed hash, '' for none
    text("authors_json"),  # keyed hashes by site
    text("found_by"),  # as PersonRef.kind
    text("started_by"),
    sa.Column("at", Millis, nullable=False),  # when comments were erased last
)
