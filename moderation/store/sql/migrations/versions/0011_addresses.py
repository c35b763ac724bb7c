"""Addresses of senders, sealed until their comments are judged."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    op.create_index(op.f("ix_addresses_created_at"), "addresses", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_table("addresses")
