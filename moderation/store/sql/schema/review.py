"""Moderators at work: claims, proposals, notes, views, bulk decisions."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

# Who is about to decide; a row whose time is over says nothing. while_open: because they have it open, for seconds.
claims = sa.Table(
    "claims",
    metadata,
    text("comment_id", primary_key=True),
    text("moderator_id"),
    sa.Column("until", Millis, nullable=False),  # by the database's clock
    sa.Column("while_open", sa.Boolean, nullable=False, default=False),
    text("browser", server_default=""),  # where they have it open, '*' in several
    sa.Index("claims_of_moderator", "moderator_id"),
)

# What trainees would decide, until another person has; at most one of a comment is open.
proposals = sa.Table(
    "proposals",
    metadata,
    text("id", primary_key=True),
    text("comment_id"),
    text("site_id"),
    text("moderator_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    text("outcome"),
    text("reason_code"),  # of the site's list, '' for none
    text("sentence"),  # to the writer, '' for the reason's own
    sa.Column("created_at", Millis, nullable=False),
    text("state"),  # open | agreed | overturned | withdrawn | lapsed
    sa.Column("answered_in", sa.Integer),  # the sequence of the decision that ended it
    text("answered_by"),  # the person who ended it, '' nobody
    sa.Column("answered_at", Millis),
    sa.Index("proposals_of_comment", "comment_id", "id"),
    sa.Index("proposals_of_site", "site_id", "state", "id"),
    sa.Index("proposals_of_moderator", "moderator_id", "site_id", "id"),
)
partial_index(
    proposals, "proposals_open_in_order", "site_id comment_id", proposals.c.state == "open"
)

notes = sa.Table(
    "notes",
    metadata,
    text("id", primary_key=True),
    text("site_id"),
    text("about"),  # the id of a comment, or the key of an author (personal.author_key)
    text("moderator_id"),
    text("text"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("notes_about", "about", "id"),
)

# Who was named in a note, until they have seen it.
mentions = sa.Table(
    "mentions",
    metadata,
    text("note_id", primary_key=True),
    text("moderator_id", primary_key=True),
    text("site_id"),
    text("about"),  # as of the note
    text("comment_id"),  # where it was written, '' at no comment
    text("by"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("seen_at", Millis),
)
partial_index(mentions, "mentions_unseen", "moderator_id note_id", mentions.c.seen_at.is_(None))

# A person's word that a score was wrong about a text.
corrections = sa.Table(
    "corrections",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    text("label", primary_key=True),  # the score's name
    text("site_id"),
    text("moderator_id"),
    sa.Column("score", sa.Float, nullable=False),  # as it was
    text("model"),
    text("sha256"),  # of the model's weights
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("corrections_of_site", "site_id", "comment_id"),
)

# Filters of a queue with a name.
views = sa.Table(
    "views",
    metadata,
    text("id", primary_key=True),
    text("site_id"),
    text("owner_id"),  # whose it is, '' everybody's on the site
    text("name"),
    text("filter_json"),  # review/search.Criteria, only what is set
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("views_of_site", "site_id", "owner_id", "id"),
)

# One decision about many comments. Its members have decisions of their own, made a few at a time.
bulk_acts = sa.Table(
    "bulk_acts",
    metadata,
    text("id", primary_key=True),
    text("site_id"),
    text("moderator_id"),
    text("outcome"),
    text("note_code"),  # the reason code the moderator chose, '' none
    text("sentence", server_default=""),  # to the writers, until each decision has it
    sa.Column("take_over", sa.Boolean, nullable=False),  # also what others have claimed
    sa.Column("members", sa.Integer, nullable=False),
    text("state"),  # gathering | deciding | decided | undoing | undone
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("finished_at", Millis),  # decided or undone
    text("undone_by"),  # who took it back, '' nobody
    sa.Column("undone_at", Millis),
    text("sections_json", server_default=""),  # it is limited to, as memberships.sections_json
    text("undo_sections_json", server_default=""),  # that its undo is limited to
    sa.Index("bulk_acts_of_site", "site_id", "id"),
    sa.Index("bulk_acts_by_state", "state", "id"),
)

bulk_members = sa.Table(
    "bulk_members",
    metadata,
    text("bulk_id", primary_key=True),
    text("comment_id", primary_key=True),
    sa.Column("seen", sa.Integer, nullable=False),  # its sequence when the act was made
    text("state"),  # domain/bulk.MemberState
    sa.Column("sequence", sa.Integer),  # of the decision that the act made, NULL none
    sa.Index("bulk_members_by_state", "bulk_id", "state", "comment_id"),
    sqlite_with_rowid=False,
)
