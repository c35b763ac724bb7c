"""What readers and writers say against comments and decisions."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, only, partial_index, text

# What readers said against comments that they saw.
reports = sa.Table(
    "reports",
    metadata,
    text("id", primary_key=True),
    text("comment_id"),
    text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),  # the one that was read
    sa.Column("sequence", sa.Integer, nullable=False),  # of the comment then
    text("reason"),
    text("note"),
    text("reporter_key"),  # HMAC-SHA256 hex of the browser, '' unknown or forgotten
    text("address_key"),  # HMAC-SHA256 hex of the address, '' unknown or forgotten
    text("state"),  # open | upheld | dismissed | settled
    sa.Column("decided_in", sa.Integer),  # the sequence of the decision that settled it
    sa.Column("created_at", Millis, nullable=False, index=True),
    sa.Index("reports_of_comment", "comment_id", "id"),
)

for _name in ("reporter_key", "address_key"):
    sa.Index(
        f"reports_by_{_name}",
        reports.c[_name],
        reports.c.state,
        **only(reports.c[_name] != ""),
    )

# Notices of illegal content (Art. 16 DSA).
legal_notices = sa.Table(
    "legal_notices",
    metadata,
    text("id", primary_key=True),
    text("comment_id"),
    text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),  # the one that was read
    text("name"),  # of who sent it, '' forgotten
    sa.Column("email_sealed", sa.LargeBinary),  # opens with the notice's id
    text("email_key"),
    text("why"),
    sa.Column("created_at", Millis, nullable=False),
    text("state"),  # open | removed | kept | gone
    sa.Column("decided_in", sa.Integer),  # the sequence of the decision that answered it
    sa.Column("decided_at", Millis),
    sa.Index("legal_notices_of_comment", "comment_id", "id"),
    sa.Index("legal_notices_of_site", "site_id", "state", "id"),
)
partial_index(
    legal_notices, "legal_notices_decided", "decided_at", legal_notices.c.decided_at.is_not(None)
)
partial_index(legal_notices, "legal_notices_by_email", "email_key", legal_notices.c.email_key != "")

# Writers' appeals against decisions.
appeals = sa.Table(
    "appeals",
    metadata,
    text("id", primary_key=True),
    text("comment_id"),
    text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),  # of the decision that it is about
    text("outcome"),  # of that
    text("decider_id"),  # whose that is, '' a machine's
    text("text"),
    sa.Column("created_at", Millis, nullable=False),
    text("state"),  # open | upheld | overturned | closed
    sa.Column("answered_in", sa.Integer),  # the sequence of the decision that ended it
    text("answered_by"),  # the person who ended it, '' nobody
    sa.Column("answered_at", Millis),
    text("note"),  # to the person who appealed
    text(
        "notice_id", server_default=""
    ),  # the notice whose sender appeals, '' the comment's writer does
    sa.Index("appeals_of_comment", "comment_id", "id"),
    sa.Index("appeals_of_site", "site_id", "state", "id"),
)
partial_index(appeals, "appeals_answered", "answered_at", appeals.c.answered_at.is_not(None))
