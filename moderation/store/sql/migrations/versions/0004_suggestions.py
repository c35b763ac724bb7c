"""What clients say a score should have been."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_suggestions_created_at"), "suggestions", ["created_at"], unique=False)
    op.create_index("suggestions_of_site", "suggestions", ["site_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("suggestions_of_site", table_name="suggestions")
    op.drop_index(op.f("ix_suggestions_created_at"), table_name="suggestions")
    op.drop_table("suggestions")
