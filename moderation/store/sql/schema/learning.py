"""What people's decisions teach: lessons for a site's scores; reputations of authors, domains and networks."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

# One row for every word of a person about a comment, written in its decision's transaction.
feedback = sa.Table(
    "feedback",
    metadata,
    text("id", primary_key=True),  # 'comment.sequence'
    text("site_id"),
    text("comment_id", index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("is_spam", sa.Boolean),  # NULL: neither
    sa.Column("is_toxic", sa.Boolean),  # NULL: neither
    text("teacher"),  # the moderator
    sa.Column("created_at", Millis, nullable=False),
    # Filled in by the lesson that learned it.
    sa.Column("version", sa.Integer, nullable=False),  # of that lesson; 0 waits
    text("kin"),  # of which text or campaign it is one copy
    sa.Column("weight", sa.Float, nullable=False),  # 0..1
    sa.Column("undone_in", sa.Integer, nullable=False),  # the lesson that took it back; 0 it stands
    sa.Index("feedback_newest", "site_id", "created_at"),
    sa.Index("feedback_of_lesson", "site_id", "version"),
    sa.Index("feedback_of_kin", "site_id", "kin"),
    sa.Index("feedback_of_teacher", "site_id", "teacher", "created_at"),
)
partial_index(feedback, "feedback_waiting", "site_id created_at", feedback.c.version == 0)

# What each moderator has taught, summed up without reading the rows.
partial_index(
    feedback,
    "feedback_standing",
    "site_id teacher is_spam weight",
    sa.and_(feedback.c.weight > 0, feedback.c.undone_in == 0),
)
partial_index(feedback, "feedback_undone", "site_id undone_in", feedback.c.undone_in > 0)

lessons = sa.Table(
    "lessons",
    metadata,
    text("site_id", primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    text("model"),  # the prior it adds to
    sa.Column("decisions", sa.Integer, nullable=False),  # in it
    sa.Column("spam", sa.Integer, nullable=False),  # of these
    sa.Column("undone", sa.Integer, nullable=False),  # the version it takes back, 0 none
    sa.Column("delta", sa.LargeBinary),  # NULL: an old version, made again from the feedback
    sa.Column("toxicity", sa.LargeBinary),  # NULL: an old version, or too little was learned
    sa.Column("created_at", Millis, nullable=False),
)

# What each decided comment says of each of its subjects; the rows of `reputations` count these.
votes = sa.Table(
    "votes",
    metadata,
    text("comment_id", primary_key=True),
    text("subject", primary_key=True),  # 'kind site name'
    text("kind"),  # author | domain | network
    text("kin"),  # of which campaign or text it is one copy: copies count once
    text("said"),  # approved | spam | rejected
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("votes_of_subject", "subject", "kin", "said", "created_at"),
    sa.Index("votes_by_age", "kind", "created_at"),
)

reputations = sa.Table(
    "reputations",
    metadata,
    text("subject", primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),  # weeks since 1970
    text("site_id"),
    text("kind"),
    sa.Column("approved", sa.Integer, nullable=False),
    sa.Column("spam", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Index("reputations_of_site", "site_id", "kind", "subject"),
)

# Forgetting a reputation, and taking that back; the newest row of a subject rules.
resets = sa.Table(
    "resets",
    metadata,
    text("subject", primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    # What was said until then does not count; 0: all does.
    sa.Column("counts_after", Millis, nullable=False),
    text("moderator_id"),
    sa.Column("created_at", Millis, nullable=False),
)
