"""Second factors, trainees' proposals, and when a key was last used."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("keys", sa.Column("used_at", sa.BigInteger()))
    op.add_column(
        "sessions",
        sa.Column("awaits_code", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "second_factors",
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("moderator_id"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_recovery_codes_moderator_id", "recovery_codes", ["moderator_id"])
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_in", sa.Integer()),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("proposals_of_comment", "proposals", ["comment_id", "id"])
    op.create_index("proposals_of_site", "proposals", ["site_id", "state", "id"])
    op.create_index("proposals_of_moderator", "proposals", ["moderator_id", "site_id", "id"])


def downgrade() -> None:
    op.drop_table("proposals")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    # Who was asked for a code is not signed in by the version before, which asks for none.
    op.execute("DELETE FROM sessions WHERE awaits_code")
    op.execute("UPDATE memberships SET role = 'auditor' WHERE role = 'trainee'")
    op.execute("UPDATE invitations SET role = 'auditor' WHERE role = 'trainee'")
    op.drop_column("sessions", "awaits_code")
    op.drop_column("keys", "used_at")
