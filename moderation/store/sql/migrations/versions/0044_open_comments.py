"""Which comments moderators have open: claims that end seconds after that is over."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.add_column(
        "claims", sa.Column("while_open", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("claims_of_moderator", "claims", ["moderator_id"])


def downgrade() -> None:
    op.drop_index("claims_of_moderator", "claims")
    op.drop_column("claims", "while_open")
