"""Notices of illegal content, apart from readers' reports."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_DECIDED, _MAILED = sa.text("decided_at IS NOT NULL"), sa.text("email_key != ''")


def upgrade() -> None:
    op.create_table(
        "legal_notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary()),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_in", sa.Integer()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("legal_notices_of_comment", "legal_notices", ["comment_id", "id"])
    op.create_index("legal_notices_of_site", "legal_notices", ["site_id", "state", "id"])
    op.create_index(
        "legal_notices_decided",
        "legal_notices",
        ["decided_at"],
        sqlite_where=_DECIDED,
        postgresql_where=_DECIDED,
    )
    op.create_index(
        "legal_notices_by_email",
        "legal_notices",
        ["email_key"],
        sqlite_where=_MAILED,
        postgresql_where=_MAILED,
    )


def downgrade() -> None:
    op.drop_table("legal_notices")
