"""Names of keys."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("keys", sa.Column("name", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("keys", "name")
