"""Second opinions: what a chat model says of held comments (domain/second_opinion.py)."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

# The sites whose comments may be sent, and whether an answer may approve.
second_opinion_sites = sa.Table(
    "second_opinion_sites",
    metadata,
    text("site_id", primary_key=True),
    text("switched_on_by"),  # a moderator's id, a key's, or 'command'
    sa.Column("switched_on_at", Millis, nullable=False),
    # Permission; NULL, '' and 0 where there is none.
    sa.Column("approve_from", sa.Float),
    text("model", server_default=""),
    text("prompt_version", server_default=""),
    sa.Column("examined", sa.Integer, nullable=False, server_default="0"),
    sa.Column("right", sa.Integer, nullable=False, server_default="0"),
    text("permitted_by", server_default=""),
    sa.Column("permitted_at", Millis, nullable=False, server_default="0"),
)

# A row is a question, and then its answer.
second_opinions = sa.Table(
    "second_opinions",
    metadata,
    text("comment_id", primary_key=True),
    text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("past", sa.Boolean, nullable=False),  # asked for a backtest: a person had decided
    sa.Column(
        "due_at", Millis
    ),  # NULL: answered or given up; later than now: also while it is asked
    sa.Column("attempts", sa.Integer, nullable=False),
    text("model", server_default=""),
    text("prompt_version", server_default=""),
    text("digest", server_default=""),  # of model, prompt and text: the same question is asked once
    text("label", server_default=""),  # fine | unsure | remove; '' no answer
    sa.Column("probability", sa.Float, nullable=False, server_default="0"),
    text("sentence", server_default=""),
    # The comment's when the answer came: who decided later may have read it.
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("answered_at", Millis),
)
partial_index(
    second_opinions,
    "second_opinions_due",
    "past due_at comment_id",
    second_opinions.c.due_at.is_not(None),
)
partial_index(second_opinions, "second_opinions_answered", "digest", second_opinions.c.label != "")

# By day (since 1970, UTC): questions asked, answered, failed by kind, and tokens.
second_opinion_usage = sa.Table(
    "second_opinion_usage",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    text("kind", primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
)

# What all couriers know of an endpoint: failures in a row, and until when it is left alone (ms).
second_opinion_endpoints = sa.Table(
    "second_opinion_endpoints",
    metadata,
    text("model", primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("paused_until", Millis, nullable=False),
)
