"""The index that comments are found by, what waits to be indexed, and indexes of senders that lists can follow."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_SENDERS = ("email_key", "address_key", "author_key", "network_key")
_INDEXED_BEFORE = ("email_key", "address_key")

# SQLite's own full text index. The words are split and folded before they come here, and hold no ASCII but
# letters and digits: this tokeniser takes them as they are.
_SQLITE = """
    CREATE VIRTUAL TABLE search_index
    USING fts5(comment_id UNINDEXED, facts, name, words, tokenize = 'ascii')
"""
# Everything that was judged is indexed by the sweep, which goes on where it was stopped.
_ALL_DUE = "INSERT INTO search_due (id) SELECT id FROM comments WHERE sequence > 0"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE)
    else:
        op.execute(
            "CREATE TABLE search_index (comment_id text PRIMARY KEY, words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX search_words ON search_index USING gin (words)")
    op.create_table("search_due", sa.Column("id", sa.Text(), primary_key=True))
    op.execute(_ALL_DUE)
    for name in _INDEXED_BEFORE:
        op.drop_index(f"ix_personal_{name}", table_name="personal")
    for name in _SENDERS:
        op.create_index(f"personal_by_{name}", "personal", [name, "comment_id"])


def downgrade() -> None:
    for name in _SENDERS:
        op.drop_index(f"personal_by_{name}", table_name="personal")
    for name in _INDEXED_BEFORE:
        op.create_index(f"ix_personal_{name}", "personal", [name])
    op.drop_table("search_due")
    op.execute("DROP TABLE search_index")
