"""Counts of comments, kept by triggers; the reasons of each comment in rows; indexes for what pages list."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"

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
    dialect = op.get_bind().dialect.name
    op.execute(_COUNT_SITES)
    op.execute(_COUNT_CAMPAIGNS)
    code, reasons = _CODES[dialect]
    op.execute(_LATEST_REASONS.format(code=code, reasons=reasons))
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
    for event in ("insert", "update", "delete"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER comments_counted_{event}")
        else:
            op.execute(f"DROP TRIGGER comments_counted_{event} ON comments")
            op.execute(f"DROP FUNCTION count_comments_{event}()")
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
    op.drop_table("comment_reasons")
    op.drop_table("comment_counts")


def _added(row: str, number: int) -> str:
    """Adds a number to the counts of a row's site and of its campaign there, on SQLite."""
    onto = f"""
        ON CONFLICT (site_id, campaign_id, status, part)
        DO UPDATE SET comments = comment_counts.comments + ({number});
    """
    return f"""
        INSERT INTO comment_counts (site_id, campaign_id, status, part, comments)
        VALUES ({row}.site_id, '', {row}.status, 0, {number}) {onto}
        INSERT INTO comment_counts (site_id, campaign_id, status, part, comments)
        SELECT {row}.site_id, {row}.campaign_id, {row}.status, 0, {number}
        WHERE {row}.campaign_id <> '' {onto}
    """  # noqa: S608 - all parts stand in this file


# One writer at a time: the counts themselves are changed.
_SQLITE = (
    f"""
    CREATE TRIGGER comments_counted_insert AFTER INSERT ON comments
    BEGIN {_added("NEW", 1)} END
    """,
    f"""
    CREATE TRIGGER comments_counted_update AFTER UPDATE OF site_id, campaign_id, status ON comments
    WHEN OLD.site_id <> NEW.site_id OR OLD.campaign_id <> NEW.campaign_id
        OR OLD.status <> NEW.status
    BEGIN {_added("OLD", -1)} {_added("NEW", 1)} END
    """,
    f"""
    CREATE TRIGGER comments_counted_delete AFTER DELETE ON comments
    BEGIN {_added("OLD", -1)} END
    """,
)


def _counting(event: str, changed: str, tables: str) -> tuple[str, str]:
    """A function that counts what a statement changed, and its trigger, on PostgreSQL."""
    return (
        f"""
        CREATE FUNCTION count_comments_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO comment_counts (site_id, campaign_id, status, part, comments)
            WITH changed AS ({changed})
            SELECT site_id, counted, status, txid_current(), sum(number) FROM (
                SELECT site_id, '' AS counted, status, number FROM changed
                UNION ALL
                SELECT site_id, campaign_id, status, number FROM changed WHERE campaign_id <> ''
            ) AS each_changed
            GROUP BY site_id, counted, status HAVING sum(number) <> 0
            ON CONFLICT (site_id, campaign_id, status, part)
            DO UPDATE SET comments = comment_counts.comments + excluded.comments;
            RETURN NULL;
        END $$
        """,  # noqa: S608 - all parts stand in this file
        f"""
        CREATE TRIGGER comments_counted_{event} AFTER {event.upper()} ON comments
        REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION count_comments_{event}()
        """,
    )


_MORE = "SELECT site_id, campaign_id, status, 1 AS number FROM new_rows"
_FEWER = "SELECT site_id, campaign_id, status, -1 AS number FROM old_rows"
# Once for each statement, and into rows of the transaction's own: workers never wait for one another.
_POSTGRESQL = (
    *_counting("insert", _MORE, "NEW TABLE AS new_rows"),
    *_counting(
        "update", f"{_MORE} UNION ALL {_FEWER}", "OLD TABLE AS old_rows NEW TABLE AS new_rows"
    ),
    *_counting("delete", _FEWER, "OLD TABLE AS old_rows"),
)
