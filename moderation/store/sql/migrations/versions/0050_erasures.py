"""Erasures of persons that are under way: by what the rest is found, should they be interrupted. Bulk decisions within sections.
Of how many comments a weekly sample was drawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("comment_id", sa.Text(), nullable=False, index=True),
        sa.Column("site_ids_json", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("authors_json", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )

    for name in ("sections_json", "undo_sections_json"):
        sections = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("bulk_acts", sections)
    for name in ("approved", "removed"):
        op.add_column("sample_weeks", sa.Column(name, sa.Integer()))
    op.add_column("sample_weeks", sa.Column("drawn_at", sa.BigInteger()))


def downgrade() -> None:
    for name in ("drawn_at", "removed", "approved"):
        op.drop_column("sample_weeks", name)
    for name in ("undo_sections_json", "sections_json"):
        op.drop_column("bulk_acts", name)
    op.drop_table("erasures")
