"""Whether a campaign that was ruled on is offered again, and rulings on only those members that wait with it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("rulings", sa.Column("reopened_at", sa.BigInteger()))
    op.add_column(
        "rulings",
        sa.Column("held_only", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("rulings", "held_only")
    op.drop_column("rulings", "reopened_at")
