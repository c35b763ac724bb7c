"""What people's decisions say of authors, linked domains and networks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for name in ("author_key", "network_key"):
        op.add_column("personal", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "votes",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kin", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "subject"),
    )
    op.create_index(
        "votes_of_subject", "votes", ["subject", "kin", "said", "created_at"], unique=False
    )
    op.create_index("votes_by_age", "votes", ["kind", "created_at"], unique=False)
    op.create_table(
        "reputations",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "week"),
    )
    op.create_index(
        "reputations_of_site", "reputations", ["site_id", "kind", "subject"], unique=False
    )
    op.create_table(
        "resets",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts_after", sa.BigInteger(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "sequence"),
    )


def downgrade() -> None:
    op.drop_table("resets")
    op.drop_table("reputations")
    op.drop_table("votes")
    for name in ("network_key", "author_key"):
        op.drop_column("personal", name)
