"""What was found and decided about comments, by models, policies and people."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

findings = sa.Table(
    "findings",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    text("signals_json"),
    text("failed_json"),  # names of the scorers that failed
    sa.Column("created_at", Millis, nullable=False),
)

decisions = sa.Table(
    "decisions",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    text("outcome"),
    text("actor_kind"),
    text("actor_id"),
    text("actor_version"),
    text(
        "actor_scope", server_default=""
    ),  # of the policy, '' the whole site's; nor have people any
    text("reasons_json"),
    text("sentence", server_default=""),  # a moderator's, to the writer; '' none, or erased
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("takes_back", sa.Integer),  # the sequence of the decision it takes back
    text("campaign_id", server_default=""),  # '' not decided with a campaign
    sa.Column("ruling", sa.Integer),  # the sequence of the ruling on that campaign
    text("branch_id", server_default=""),  # the comment above it with which it was decided, '' none
    sa.Column("branch_sequence", sa.Integer),  # the sequence of the decision about that comment
)
partial_index(
    decisions, "decisions_of_branch", "branch_id branch_sequence", decisions.c.branch_id != ""
)

# What each person decided: in the order of the comments, and by time.
_BY_PEOPLE = decisions.c.actor_kind == "moderator"
partial_index(decisions, "decisions_of_person", "actor_id comment_id sequence", _BY_PEOPLE)
partial_index(decisions, "decisions_of_person_by_time", "actor_id created_at", _BY_PEOPLE)

# What was decided against comments, by time.
partial_index(
    decisions,
    "decisions_against",
    "created_at comment_id sequence",
    decisions.c.outcome != "approve",
)

# What people decided, by time, on all sites.
partial_index(decisions, "decisions_by_people", "created_at", _BY_PEOPLE)

# The reason codes of each comment's latest decision: a projection like comments.status, to find them by.
comment_reasons = sa.Table(
    "comment_reasons",
    metadata,
    text("comment_id", primary_key=True),
    text("code", primary_key=True),
    text("site_id"),
    text("status"),
    sa.Index("comments_by_reason", "site_id", "status", "code", "comment_id"),
    sqlite_with_rowid=False,
)

# How many of them there are, kept like comment_counts.
reason_counts = sa.Table(
    "reason_counts",
    metadata,
    text("site_id", primary_key=True),
    text("status", primary_key=True),
    text("code", primary_key=True),
    sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("comments", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
