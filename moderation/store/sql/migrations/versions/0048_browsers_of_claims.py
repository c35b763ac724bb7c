"""In which browser a moderator has a comment open: another one of theirs gives nothing of it back."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("claims", sa.Column("browser", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("claims", "browser")
