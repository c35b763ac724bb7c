"""Beside thousands of comments every page of the console and the API reads what it shows, and no more."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from bench.environment import bench_environment
from bench.queue_pages import ALLOWED, Page, filled_pages
from harness.gatehouse_process import GatehouseProcess
from harness.servers import NoPostgres
from moderation.environment import read_settings
from service.app import create_app

COMMENTS = 20_000
# Of these there is one for every comment, or nearly.
LARGE = {"comments", "revisions", "decisions", "findings", "personal", "comment_reasons", "attempts",
         "deliveries", "events", "held_scores", "feedback", "votes", "reputations", "search_index"}  # fmt: skip
# A hundred comments with all that is shown of them are some 30,000 steps of SQLite's virtual machine,
# and 300 rows of one statement; six thousand comments are held, and 900 decisions are summed up.
STEPS, ROWS = 60_000, 1_500
# A condition on one's own decisions is asked of up to 500 of them, at some 140 steps each, before a page ends early.
LOOKING = {"mine, an author": 120_000}

Statement = tuple[str, Any]


@pytest.mark.parametrize("postgresql", [False, True], ids=["sqlite", "postgresql"])
@pytest.mark.timeout(300)  # it fills a database first
def test_no_page_reads_more_than_it_shows(postgresql: bool) -> None:
    try:
        with (
            bench_environment(postgresql) as environment,
            environment.gatehouse({"webhook_allow": ALLOWED}) as gatehouse,
        ):
            pages = filled_pages(gatehouse, COMMENTS)
            watch = _on_postgresql if postgresql else _on_sqlite
            too_much = dict(watch(gatehouse, pages))
    except NoPostgres as error:
        pytest.skip(f"NO POSTGRESQL, the plans of its queries were not looked at: {error}")
    assert not too_much


def _on_sqlite(gatehouse: GatehouseProcess, pages: list[Page]) -> Iterator[tuple[str, object]]:
    """The pages that take too many steps or read a whole table, with why."""
    steps = 0
    statements: list[Statement] = []

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, parameters: Any = ()) -> Any:
            statements.append((statement, parameters))
            return super().execute(statement, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    def count_steps() -> int:
        nonlocal steps
        steps += 10
        return 0

    app = create_app(read_settings(gatehouse.environment))

    @event.listens_for(app.state.store.engine, "do_connect")
    def connect(_: Any, __: Any, arguments: Any, options: Any) -> Connection:
        connection = sqlite3.connect(*arguments, **options, factory=Connection)
        connection.set_progress_handler(count_steps, 10)
        return connection

    plans = sqlite3.connect(gatehouse.store.engine.url.database or "")
    with TestClient(app) as client:
        for page in pages:
            steps = 0
            statements.clear()
            assert client.get(page.path, headers=dict(page.headers)).status_code == 200, page
            assert steps > 10, page
            if steps > LOOKING.get(page.name, STEPS):
                yield page.name, steps
            for statement, parameters in list(statements):
                if not statement.lstrip().startswith(("SELECT", "WITH")):
                    continue
                for *_, step in plans.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                    if _reads_all(step) and step.split()[1] in LARGE:
                        yield page.name, (step, statement)
    plans.close()


def _reads_all(step: str) -> bool:
    """Whether a step of a plan is a scan. FTS5 calls everything so: by a match (M) or by rows (=) it is none."""
    return step.startswith("SCAN") and not re.search(r"VIRTUAL TABLE INDEX \d+:.*[M=]", step)


def _on_postgresql(gatehouse: GatehouseProcess, pages: list[Page]) -> Iterator[tuple[str, object]]:
    """The pages with a statement that visits too many rows or reads a whole table, with why."""
    statements: list[Statement] = []

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            statements.append((query, params))
            return super().execute(query, params, **options)

    app = create_app(read_settings(gatehouse.environment))

    @event.listens_for(app.state.store.engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.cursor_factory = Cursor

    plain = gatehouse.store.engine.url.set(drivername="postgresql")
    with (
        psycopg.connect(plain.render_as_string(hide_password=False)) as plans,
        TestClient(app) as client,
    ):
        # As beside a million: of a few thousand rows it would rather read all than look a hundred up.
        plans.execute("SET enable_seqscan = off")
        for page in pages:
            statements.clear()
            assert client.get(page.path, headers=dict(page.headers)).status_code == 200, page
            looked_at = 0
            for statement, parameters in list(statements):
                if not str(statement).lstrip().startswith(("SELECT", "WITH")):
                    continue
                looked_at += 1
                explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
                [(found,)] = plans.execute(explained, parameters).fetchall()
                plan = found[0]["Plan"]
                visited, whole = _visited(plan), _read_whole(plan)
                if sum(visited.values()) > ROWS or whole & LARGE:
                    yield page.name, (dict(visited), whole, json.dumps(plan))
            assert looked_at, page


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _visited(plan: dict[str, Any]) -> dict[str, float]:
    """How many rows of each table a statement has looked at, those included that it did not want."""
    rows: dict[str, float] = defaultdict(float)
    for node in _nodes(plan):
        if "Relation Name" in node:
            removed = node.get("Rows Removed by Filter", 0) + node.get(
                "Rows Removed by Index Recheck", 0
            )
            rows[node["Relation Name"]] += (node["Actual Rows"] + removed) * node["Actual Loops"]
    return rows


def _read_whole(plan: dict[str, Any]) -> set[str]:
    scans = (node for node in _nodes(plan) if node["Node Type"] == "Seq Scan")
    return {node["Relation Name"] for node in scans}
