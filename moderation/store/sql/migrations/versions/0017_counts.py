"""Counts of comments, kept by triggers; the reasons of each comment in rows; indexes for what pages list."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_HELD_ALONE = sa.text("campaign_id = '' AND status = 'held'")
_HELD_IN_CAMPAIGNS = sa.text("campaign_id <> '' AND status = 'held'")

_STANDING = sa.text("weight > 0 AND undone_in = 0")
_UNDONE = sa.text("undone_in > 0")
_DEAD = sa.text("state = 'dead'")

# Counts what is there already: of each site, and of each campaign on each site.
_COUNT_SITES = """
    INSERT INTO comment_counts (site_id, campaign_id, status, part, comments)
    SELECT site_id, '', status, 0, count(*) FROM comments GROUP BY site_id, status
"""
_COUNT_CAMPAIGNS = """
    INSERT INTO comment_counts (site_id, campaign_id, status, part, comments)
    SELECT site_id, campaign_id, status, 0, count(*) FROM comments WHERE campaign_id <> ''
    GROUP BY site_id, campaign_id, status
"""
_COUNT_REASONS = """
    INSERT INTO reason_counts (site_id, status, code, part, comments)
    SELECT site_id, status, code, 0, count(*) FROM comment_reasons GROUP BY site_id, status, code
"""
_LATEST_REASONS = """
    INSERT INTO comment_reasons (comment_id, code, site_id, status)
    SELECT DISTINCT c.id, {code}, c.site_id, c.status
    FROM comments c JOIN decisions d ON d.comment_id = c.id AND d.sequence = c.sequence
    CROSS JOIN {reasons}
    WHERE d.reasons_json <> '[]'
"""
_CODES = {
    "sqlite": ("json_extract(reason.value, '$.code')", "json_each(d.reasons_json) reason"),
    # Not jsonb: it refuses an escaped NUL anywhere in the text.
    "postgresql": ("reason ->> 'code'", "json_array_elements(d.reasons_json::json) reason"),
}


def upgrade() -> None:
    op.create_table(
        "comment_counts",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "campaign_id", "status", "part"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_reasons",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "code"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reason_counts",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "status", "code", "part"),
        sqlite_with_rowid=False,
    )
    dialect = op.get_bind().dialect.name
    op.execute(_COUNT_SITES)
    op.execute(_COUNT_CAMPAIGNS)
    code, reasons = _CODES[dialect]
    op.execute(_LATEST_REASONS.format(code=code, reasons=reasons))
    op.execute(_COUNT_REASONS)
    op.create_index(
        "comments_by_reason", "comment_reasons", ["site_id", "status", "code", "comment_id"]
    )
    op.create_index(
        "comments_held_alone",
        "comments",
        ["site_id", "id"],
        sqlite_where=_HELD_ALONE,
        postgresql_where=_HELD_ALONE,
    )
    op.create_index(
        "campaigns_held",
        "comment_counts",
        ["site_id", "campaign_id", "comments"],
        sqlite_where=_HELD_IN_CAMPAIGNS,
        postgresql_where=_HELD_IN_CAMPAIGNS,
    )
    op.drop_index("deliveries_dead", table_name="deliveries")
    op.create_index("deliveries_by_state", "deliveries", ["endpoint_id", "state", "id"])
    op.create_index(
        "feedback_standing",
        "feedback",
        ["site_id", "teacher", "is_spam", "weight"],
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    op.create_index(
        "feedback_undone",
        "feedback",
        ["site_id", "undone_in"],
        sqlite_where=_UNDONE,
        postgresql_where=_UNDONE,
    )
    for statement in _SQLITE if dialect == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in _TRIGGERS.items():
        if is_sqlite:
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("feedback_undone", table_name="feedback")
    op.drop_index("feedback_standing", table_name="feedback")
    op.drop_index("deliveries_by_state", table_name="deliveries")
    op.create_index(
        "deliveries_dead",
        "deliveries",
        ["endpoint_id", "id"],
        sqlite_where=_DEAD,
        postgresql_where=_DEAD,
    )
    op.drop_index("comments_held_alone", table_name="comments")
    op.drop_table("reason_counts")
    op.drop_table("comment_reasons")
    op.drop_table("comment_counts")


_TRIGGERS = {
    "comments_counted_insert": "comments",
    "comments_counted_update": "comments",
    "comments_counted_delete": "comments",
    "reasons_counted_insert": "comment_reasons",
    "reasons_counted_delete": "comment_reasons",
}
_COMMENT_KEY = "site_id, campaign_id, status"
_REASON_KEY = "site_id, status, code"


def _added(table: str, key: str, row: str, number: int) -> str:
    """Adds a number to a count, on SQLite. row: what to select for the key, the part and the number."""
    return f"""
        INSERT INTO {table} ({key}, part, comments) SELECT {row}
        ON CONFLICT ({key}, part) DO UPDATE SET comments = {table}.comments + ({number});
    """


def _comment_added(row: str, number: int) -> str:
    """Adds a number to the counts of a comment's site and of its campaign there."""
    of_site = f"{row}.site_id, '', {row}.status, 0, {number} WHERE true"
    of_campaign = (
        f"{row}.site_id, {row}.campaign_id, {row}.status, 0, {number} WHERE {row}.campaign_id <> ''"
    )
    return "".join(
        _added("comment_counts", _COMMENT_KEY, values, number) for values in (of_site, of_campaign)
    )


def _reason_added(row: str, number: int) -> str:
    values = f"{row}.site_id, {row}.status, {row}.code, 0, {number} WHERE true"
    return _added("reason_counts", _REASON_KEY, values, number)


# One writer at a time: the counts themselves are changed.
_SQLITE = (
    f"""
    CREATE TRIGGER comments_counted_insert AFTER INSERT ON comments
    BEGIN {_comment_added("NEW", 1)} END
    """,
    f"""
    CREATE TRIGGER comments_counted_update AFTER UPDATE OF site_id, campaign_id, status ON comments
    WHEN OLD.site_id <> NEW.site_id OR OLD.campaign_id <> NEW.campaign_id
        OR OLD.status <> NEW.status
    BEGIN {_comment_added("OLD", -1)} {_comment_added("NEW", 1)} END
    """,
    f"""
    CREATE TRIGGER comments_counted_delete AFTER DELETE ON comments
    BEGIN {_comment_added("OLD", -1)} END
    """,
    f"""
    CREATE TRIGGER reasons_counted_insert AFTER INSERT ON comment_reasons
    BEGIN {_reason_added("NEW", 1)} END
    """,
    f"""
    CREATE TRIGGER reasons_counted_delete AFTER DELETE ON comment_reasons
    BEGIN {_reason_added("OLD", -1)} END
    """,
)


def _counting(name: str, event: str, changed: str, tables: str) -> tuple[str, str]:
    """A function that counts what a statement changed, and its trigger, on PostgreSQL."""
    is_reason = name.startswith("reasons")
    table, key = ("reason_counts", _REASON_KEY) if is_reason else ("comment_counts", _COMMENT_KEY)
    # A comment counts twice: for its site, and for its campaign there.
    each = f"SELECT {key}, number FROM ({changed}) AS changed"  # noqa: S608
    if not is_reason:
        each = f"""
            SELECT site_id, '' AS campaign_id, status, number FROM ({changed}) AS changed
            UNION ALL {each} WHERE campaign_id <> ''
        """  # noqa: S608
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO {table} ({key}, part, comments)
            SELECT {key}, txid_current(), sum(number) FROM ({each}) AS each_changed
            GROUP BY {key} HAVING sum(number) <> 0
            ON CONFLICT ({key}, part)
            DO UPDATE SET comments = {table}.comments + excluded.comments;
            RETURN NULL;
        END $$
        """,  # noqa: S608 - all parts stand in this file
        f"""
        CREATE TRIGGER {name} AFTER {event} ON {_TRIGGERS[name]}
        REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """,
    )


def _rows(key: str, number: int) -> str:
    table = "new_rows" if number > 0 else "old_rows"
    return f"SELECT {key}, {number} AS number FROM {table}"  # noqa: S608


_MORE, _FEWER = _rows(_COMMENT_KEY, 1), _rows(_COMMENT_KEY, -1)
_NEW, _OLD = "NEW TABLE AS new_rows", "OLD TABLE AS old_rows"
# Once for each statement, and into rows of the transaction's own: workers never wait for one another.
_POSTGRESQL = (
    *_counting("comments_counted_insert", "INSERT", _MORE, _NEW),
    *_counting(
        "comments_counted_update", "UPDATE", f"{_MORE} UNION ALL {_FEWER}", f"{_OLD} {_NEW}"
    ),
    *_counting("comments_counted_delete", "DELETE", _FEWER, _OLD),
    *_counting("reasons_counted_insert", "INSERT", _rows(_REASON_KEY, 1), _NEW),
    *_counting("reasons_counted_delete", "DELETE", _rows(_REASON_KEY, -1), _OLD),
)
