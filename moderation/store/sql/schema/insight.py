"""How well a site is moderated: the weekly sample and what is counted of each day."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

# Comments that people look at without knowing what a machine decided, and what they say.
samples = sa.Table(
    "samples",
    metadata,
    text("comment_id", primary_key=True),
    text("site_id"),
    sa.Column("week", sa.Integer, nullable=False),  # since 1970, domain/samples.week_of()
    text("machine"),  # approve | remove
    sa.Column("revision", sa.Integer, nullable=False),  # as it was drawn
    sa.Column("sequence", sa.Integer, nullable=False),
    text("verdict"),  # '' waits | publish | remove | unsure | gone
    text("judged_by"),
    sa.Column("judged_at", Millis),
    sa.Index("samples_of_site", "site_id", "week", "machine", "verdict"),
)
partial_index(samples, "samples_waiting", "site_id comment_id", samples.c.verdict == "")

# Comments that somebody decided about, put before another person without that decision (domain/second_looks.py).
second_looks = sa.Table(
    "second_looks",
    metadata,
    text("id", primary_key=True),
    text("kind"),  # review | golden
    text("site_id"),
    text("comment_id"),
    sa.Column("revision", sa.Integer, nullable=False),  # as it was drawn
    sa.Column("sequence", sa.Integer, nullable=False),
    text("known"),  # publish | remove: what was decided
    text("decided_by"),  # who decided, '' for golden
    text("asked"),  # who alone is asked, '' anybody else
    text("verdict"),  # '' waits | publish | remove | unsure | gone
    text("judged_by"),
    sa.Column("judged_at", Millis),
    text("settled"),  # '' | publish | remove: what an editor said of a disagreement
    text("settled_by"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("second_looks_of_comment", "comment_id"),
    sa.Index("second_looks_judged", "site_id", "judged_at"),
)
partial_index(
    second_looks, "second_looks_waiting", "site_id asked id", second_looks.c.verdict == ""
)

# A row: that week's sample was drawn.
sample_weeks = sa.Table(
    "sample_weeks",
    metadata,
    text("site_id", primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    # Of how many comments it was drawn, and when; NULL of weeks before that was counted.
    sa.Column("approved", sa.Integer),
    sa.Column("removed", sa.Integer),
    sa.Column("drawn_at", Millis),
)

day_totals = sa.Table(
    "day_totals",
    metadata,
    text("site_id", primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),  # of UTC, since 1970
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("stopped", sa.Integer, nullable=False),  # decisions of machines that did not approve
    sa.Column("decided", sa.Integer, nullable=False),  # by people
    text("totals_json"),  # domain/day_totals.Totals
)

# When the day was counted last, on all sites.
counted_days = sa.Table(
    "counted_days",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("counted_at", Millis, nullable=False),
)
