"""What people's decisions say about toxicity, and what a site's lessons make of that."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("is_toxic", sa.Boolean()))
    op.create_index("feedback_newest", "feedback", ["site_id", "created_at"])
    op.add_column("lessons", sa.Column("toxicity", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("lessons", "toxicity")
    op.drop_index("feedback_newest", "feedback")
    op.drop_column("feedback", "is_toxic")
