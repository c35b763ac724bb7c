"""Endpoints choose payload, format and batches, and rest when they fail; old events are forgotten."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_DEAD: Any = {
    "sqlite_where": sa.text("state = 'dead'"),
    "postgresql_where": sa.text("state = 'dead'"),
}
# The server's default is for the rows that are there; the code always names a value.
_NEW = (
    ("payload", sa.Text(), "full"),
    ("format", sa.Text(), "standard"),
    ("batch", sa.Integer(), "1"),
    ("failures", sa.Integer(), "0"),
    ("resume_at", sa.BigInteger(), "0"),
)


def upgrade() -> None:
    with op.batch_alter_table("endpoints") as table:
        for name, kind, value in _NEW:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=value))
    op.execute("UPDATE endpoints SET payload = 'text' WHERE with_text")
    with op.batch_alter_table("endpoints") as table:
        table.drop_column("with_text")
        for name, _, _ in _NEW:
            table.alter_column(name, server_default=None)
    with op.batch_alter_table("moderators") as table:
        table.add_column(
            sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("moderators") as table:
        table.alter_column("digest", server_default=None)
    op.create_index("events_by_time", "events", ["created_at", "site_id"])
    op.create_index("deliveries_dead", "deliveries", ["endpoint_id", "id"], **_DEAD)


def downgrade() -> None:
    op.drop_index("deliveries_dead", table_name="deliveries", **_DEAD)
    op.drop_index("events_by_time", table_name="events")
    with op.batch_alter_table("moderators") as table:
        table.drop_column("digest")
    with op.batch_alter_table("endpoints") as table:
        table.add_column(
            sa.Column("with_text", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute("UPDATE endpoints SET with_text = (payload = 'text')")
    with op.batch_alter_table("endpoints") as table:
        for name, _, _ in _NEW:
            table.drop_column(name)
        table.alter_column("with_text", server_default=None)
