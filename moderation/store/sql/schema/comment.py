"""Comments, their texts and who wrote them, in every order in which they are listed."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

comments = sa.Table(
    "comments",
    metadata,
    text("id", primary_key=True),
    text("site_id"),
    text("page_id"),
    text("parent_id"),
    text("author_name"),
    text("author_url"),
    text("author_badge", server_default=""),  # '' | staff | author
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # the newest
    # A projection of the latest decision, written in its transaction; decisions are the truth.
    text("status"),
    sa.Column("sequence", sa.Integer, nullable=False),
    text("decided_by"),  # '' | policy | moderator | import
    text("campaign_id", server_default=""),  # '' none that people should see
    sa.Column("withdrawn_at", Millis),
    # Readers whose reports no person has looked at yet, and the id of the first of these reports.
    sa.Column("reports", sa.Integer, nullable=False, server_default="0"),
    text("first_report", server_default=""),
    # The order of held comments (domain/urgency.py), ms.
    sa.Column("urgent_at", Millis, nullable=False, server_default="0"),
    sa.Column("picked_at", Millis),  # null no editors' pick
    # Keyset pages of a queue: oldest first within a site and a status.
    sa.Index("comments_by_status", "site_id", "status", "id"),
    # With what store/thread_versions.py looks at once a second.
    sa.Index("comments_of_page", "page_id", "status", "id", "created_at", "sequence", "picked_at"),
)
partial_index(
    comments, "comments_of_campaign", "campaign_id site_id id", comments.c.campaign_id != ""
)
partial_index(
    comments,
    "comments_told_of",
    "campaign_id site_id status",
    sa.and_(comments.c.campaign_id != "", comments.c.decided_by == "moderator"),
)
partial_index(
    comments,
    "campaigns_waiting",
    "site_id campaign_id id",
    sa.and_(comments.c.campaign_id != "", comments.c.status == "held"),
)
partial_index(comments, "comments_reported", "site_id first_report", comments.c.first_report != "")
partial_index(comments, "comments_reported_in_order", "site_id id", comments.c.first_report != "")
partial_index(comments, "comments_withdrawn", "withdrawn_at", comments.c.withdrawn_at.is_not(None))
partial_index(comments, "comments_by_parent", "parent_id id", comments.c.parent_id != "")
partial_index(comments, "comments_picked", "page_id status id", comments.c.picked_at.is_not(None))
partial_index(comments, "comments_replied", "page_id status parent_id", comments.c.parent_id != "")

# Of those, that stand by themselves: a campaign is one card, however many it has.
partial_index(
    comments,
    "comments_held_alone",
    "site_id id",
    sa.and_(comments.c.campaign_id == "", comments.c.status == "held"),
)

# The most urgent first.
_HELD = comments.c.status == "held"
partial_index(comments, "held_by_urgency", "site_id urgent_at id", _HELD)
partial_index(
    comments,
    "held_alone_by_urgency",
    "site_id urgent_at id",
    sa.and_(comments.c.campaign_id == "", _HELD),
)

revisions = sa.Table(
    "revisions",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    text("text"),
    sa.Column("created_at", Millis, nullable=False),
    text("form_json", server_default=""),  # comment_fields.TRAP_FILLED, UNPROVEN, or ''
)

personal = sa.Table(
    "personal",
    metadata,
    text("comment_id", primary_key=True),
    sa.Column("email_sealed", sa.LargeBinary),  # AES-256-GCM, bound to the comment's id
    text("email_key"),  # HMAC-SHA256 hex, '' none
    text("network"),  # /24 or /48 of the address
    text("address_key"),  # HMAC-SHA256 hex of the address, '' none
    text("user_agent"),
    text("referrer"),
    text("author_key", server_default=""),  # HMAC-SHA256 hex of a proved identity, '' none
    text("network_key", server_default=""),  # HMAC-SHA256 hex of the network, '' none
    sa.Column("expires_at", Millis, nullable=False, index=True),  # of all but the e-mail
    # In the order of the comments: what somebody wrote is a list like any other.
    *(
        sa.Index(f"personal_by_{name}", name, "comment_id")
        for name in ("email_key", "address_key", "author_key", "network_key")
    ),
)

# The scores of held comments, to put them in order by: a projection like comments.status.
held_scores = sa.Table(
    "held_scores",
    metadata,
    text("comment_id", primary_key=True),
    text("label", primary_key=True),
    text("site_id"),
    sa.Column("rank", sa.Integer, nullable=False),  # the score, times -1,000,000
    sa.Index("held_by_score", "site_id", "label", "rank", "comment_id"),
    sqlite_with_rowid=False,
)

# How many comments there are, kept by triggers on `comments` (migration 0017, docs/decisions/0025): a
# count is the sum of its parts. A migration that makes `comments` anew must make the triggers anew.
comment_counts = sa.Table(
    "comment_counts",
    metadata,
    text("site_id", primary_key=True),
    text("campaign_id", primary_key=True),  # '' all comments of the site
    text("status", primary_key=True),
    # 0, or a transaction on PostgreSQL whose changes are not folded into that yet.
    sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("comments", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
partial_index(
    comment_counts,
    "campaigns_held",
    "site_id campaign_id comments",
    sa.and_(comment_counts.c.campaign_id != "", comment_counts.c.status == "held"),
)
