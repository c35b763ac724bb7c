"""Sites that are closed, people who may make sites, compatible APIs that are off and keep their secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.add_column("sites", sa.Column("closed_at", sa.BigInteger()))
    no, yes = sa.false(), sa.true()
    op.add_column("moderators", sa.Column("owner", sa.Boolean(), nullable=False, server_default=no))
    op.add_column(
        "site_faces", sa.Column("is_on", sa.Boolean(), nullable=False, server_default=yes)
    )


def downgrade() -> None:
    op.execute("DELETE FROM site_faces WHERE NOT is_on")
    op.drop_column("site_faces", "is_on")
    op.drop_column("moderators", "owner")
    op.drop_column("sites", "closed_at")
