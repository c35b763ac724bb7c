"""What compatible APIs need: which a site has, what Akismet's clients were answered, what scores were suggested."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, text

site_faces = sa.Table(
    "site_faces",
    metadata,
    text("site_id", primary_key=True),
    text("face", primary_key=True),  # akismet | coral | openai | perspective
    text("limit_text"),  # '600/minute', '' the service's default
    text("options_json"),  # the face's own
    # False: it was, and its options wait until it is again.
    sa.Column("is_on", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", Millis, nullable=False),
)

checks = sa.Table(
    "checks",
    metadata,
    text("comment_id", primary_key=True),  # also what the client knows it by
    text("site_id"),
    text("fingerprint"),  # of what was asked; the same question finds the same comment
    text("blog"),  # the host that asked, '' unknown
    text("post_id"),  # the client's own numbers, to find its comment by
    text("parent_id"),
    text("endpoint_id"),  # who hears of later decisions, '' nobody
    text("answer"),  # the first one: true | false | wait
    text("told"),  # what the client believes now
    text("mistake"),  # '' | missed_spam | false_positive, as the client said
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("checks_of_site", "site_id", "created_at"),
    sa.Index("checks_by_question", "site_id", "fingerprint"),
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    text("id", primary_key=True),  # derived from the client's own token, where it sent one
    text("site_id"),
    text("text"),
    text("attribute"),  # Perspective's name
    sa.Column("value", sa.Float, nullable=False),  # what the score should have been
    sa.Column("score", sa.Float),  # what it was
    text("model"),
    text("language"),
    text("community"),
    text("token"),
    sa.Column("created_at", Millis, nullable=False, index=True),
    sa.Index("suggestions_of_site", "site_id", "id"),
)
