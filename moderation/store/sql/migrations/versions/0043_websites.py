"""Whether a site asks writers for their website."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("sites", sa.Column("website", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("sites", "website")
