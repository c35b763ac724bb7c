"""Second looks at decisions, and golden items; log-in by an OpenID Connect provider: which account is whose there, and which attempts
were used.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column(
        "sites", sa.Column("review_share", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "sites", sa.Column("reviewed_until", sa.BigInteger(), nullable=False, server_default="0")
    )
    texts = ("known", "decided_by", "asked", "verdict", "judged_by")
    op.create_table(
        "second_looks",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("id", "kind", "site_id", "comment_id")
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("second_looks_of_comment", "second_looks", ["comment_id"])
    op.create_index("second_looks_judged", "second_looks", ["site_id", "judged_at"])
    waiting = sa.text("verdict = ''")
    op.create_index(
        "second_looks_waiting",
        "second_looks",
        ["site_id", "asked", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "provider_identities",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_provider_identities_moderator_id", "provider_identities", ["moderator_id"])
    op.create_table(
        "provider_states",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_provider_states_expires_at", "provider_states", ["expires_at"])


def downgrade() -> None:
    op.drop_table("provider_states")
    op.drop_table("provider_identities")
    op.drop_table("second_looks")
    op.drop_column("sites", "reviewed_until")
    op.drop_column("sites", "review_share")
