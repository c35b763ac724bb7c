"""What is remembered of comments for 30 days, to find copies by, and the campaigns that were found."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, partial_index, text

sketches = sa.Table(
    "sketches",
    metadata,
    # The time it came in, then twenty bits of the comment's id: copies lie by age (store/sketches.py).
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    text("comment_id"),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Column("letters", sa.Integer, nullable=False),
    sa.Column("keys", sa.LargeBinary, nullable=False),  # its rows in sketch_keys, 8 bytes each
    text("domains"),  # linked; with spaces between
    text("campaign_id"),  # '' like no other
    # By which a campaign is counted: marks of four bytes (domain/campaign.py), 0 unknown or forgotten.
    *(
        sa.Column(name, sa.Integer, nullable=False, server_default="0")
        for name in ("site", "page", "name", "address", "network")
    ),
)
partial_index(sketches, "sketches_of_campaign", "campaign_id number", sketches.c.campaign_id != "")
partial_index(sketches, "sketches_in_order", "campaign_id comment_id", sketches.c.campaign_id != "")

sketch_keys = sa.Table(
    "sketch_keys",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

campaigns = sa.Table(
    "campaigns",
    metadata,
    text("id", primary_key=True),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("formed_at", Millis),  # when it became more than a phrase in common
    # As counted when its newest member came; addresses are forgotten, these numbers stay.
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("addresses", sa.Integer, nullable=False),
    sa.Column("names", sa.Integer, nullable=False),
    sa.Column("networks", sa.Integer, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("sites", sa.Integer, nullable=False),
    text("domain"),
    sa.Column("letters", sa.Integer, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("first_at", Millis, nullable=False),
    sa.Column("last_at", Millis, nullable=False, index=True),
    sa.Column("kept_apart", sa.Boolean, nullable=False),  # a person split it: it never merges again
)

rulings = sa.Table(
    "rulings",
    metadata,
    text("campaign_id", primary_key=True),
    text("site_id", primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    text("outcome"),  # approve | hold | reject | spam | undo
    text("in_force"),  # the outcome that new members meet, '' none
    text("moderator_id"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),  # applied to every member
    # Since when something new about the campaign asks for another ruling; NULL while nothing does.
    sa.Column("reopened_at", Millis),
    # About the held members alone, which wait with the ruling before it.
    sa.Column("held_only", sa.Boolean, nullable=False, server_default=sa.false()),
)

domains = sa.Table(
    "domains",
    metadata,
    text("name", primary_key=True),  # registrable
    sa.Column("first_seen_at", Millis, nullable=False),
)
