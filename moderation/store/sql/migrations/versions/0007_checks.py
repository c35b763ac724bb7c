"""What was answered to those who ask before they store a comment themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TEXTS = (
    "site_id",
    "fingerprint",
    "blog",
    "post_id",
    "parent_id",
    "endpoint_id",
    "answer",
    "told",
    "mistake",
)


def upgrade() -> None:
    op.create_table(
        "checks",
        sa.Column("comment_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    op.create_index("checks_of_site", "checks", ["site_id", "created_at"], unique=False)
    op.create_index("checks_by_question", "checks", ["site_id", "fingerprint"], unique=False)


def downgrade() -> None:
    op.drop_index("checks_by_question", table_name="checks")
    op.drop_index("checks_of_site", table_name="checks")
    op.drop_table("checks")
