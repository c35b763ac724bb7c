"""Campaigns: sketches of comments, crowds of those that are alike, and what people said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MEMBER = sa.text("campaign_id != ''")
_WAITING = sa.text("campaign_id != '' AND status = 'held'")


def upgrade() -> None:
    op.add_column(
        "comments", sa.Column("campaign_id", sa.Text(), nullable=False, server_default="")
    )
    op.create_index(
        "comments_of_campaign",
        "comments",
        ["campaign_id", "site_id", "id"],
        sqlite_where=_MEMBER,
        postgresql_where=_MEMBER,
    )
    op.create_index(
        "campaigns_waiting",
        "comments",
        ["site_id", "campaign_id", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_table(
        "sketches",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(
        "sketches_of_campaign",
        "sketches",
        ["campaign_id", "number"],
        sqlite_where=_MEMBER,
        postgresql_where=_MEMBER,
    )
    op.create_table(
        "sketch_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("formed_at", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("networks", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_apart", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_campaigns_last_at"), "campaigns", ["last_at"])
    op.create_table(
        "rulings",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "site_id", "sequence"),
    )
    op.create_table(
        "domains",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("domains")
    op.drop_table("rulings")
    op.drop_index(op.f("ix_campaigns_last_at"), table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_table("sketch_keys")
    op.drop_index("sketches_of_campaign", table_name="sketches")
    op.drop_table("sketches")
    op.drop_index("campaigns_waiting", table_name="comments")
    op.drop_index("comments_of_campaign", table_name="comments")
    op.drop_column("comments", "campaign_id")
