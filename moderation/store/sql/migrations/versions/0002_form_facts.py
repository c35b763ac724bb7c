"""How a reply was handed in, beside its text."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("form_json", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("revisions", "form_json")
