"""What happens to single comments reads no whole table of SQLite: a decision, its undo, a repetition."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from harness.servers import SECRET
from moderation.domain.comment import AuthorRef, Context, Status, Submission
from moderation.domain.decision import Outcome
from moderation.review import bulk_sets, decisions, queue_counts
from moderation.review.search import Criteria, search
from moderation.store.sql.engine import Store
from tests.factories import NOON, hand_in, newspaper, reply

# Grow with what is stored; the others are as small as what a site has set.
LARGE = (
    "votes",
    "idempotency",
    "comments",
    "revisions",
    "decisions",
    "reports",
    "feedback",
    "sketches",
    "personal",
)


@pytest.fixture
def store(_sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "gatehouse.db"
    shutil.copy(_sqlite_template, path)
    opened = Store(f"sqlite+pysqlite:///{path}", SECRET)
    yield opened
    opened.close()


@contextmanager
def steps(store: Store) -> Iterator[list[str]]:
    """The steps of the plans of all statements."""
    told: list[str] = []
    with plans(store) as found:
        yield told
    told += [step for step, _ in found]


@contextmanager
def scans(store: Store) -> Iterator[list[str]]:
    """Steps of the plans of all statements that read a large table from its beginning."""
    told: list[str] = []
    with plans(store) as found:
        yield told
    told += [
        f"{step}: {statement}"
        for step, statement in found
        if step.startswith("SCAN") and step.split()[1] in LARGE and "USING" not in step
    ]


@contextmanager
def plans(store: Store) -> Iterator[list[tuple[str, str]]]:
    """The steps of the plans of all statements, those past SQLAlchemy included, each with its statement."""
    said: list[str] = []
    found: list[tuple[str, str]] = []

    def listen(connection: sqlite3.Connection, *_: Any) -> None:
        connection.set_trace_callback(said.append)

    sa.event.listen(store.engine, "checkout", listen)
    try:
        yield found
    finally:
        sa.event.remove(store.engine, "checkout", listen)
    connection = sqlite3.connect(store.engine.url.database or "")
    for statement in said:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}")
            found.extend((row[3], statement) for row in plan.fetchall())
    connection.close()


def test_a_decision_and_its_undo_read_no_whole_table(store: Store) -> None:
    site = newspaper(store)
    # Votes about an author and a network: a list of one thing is no list to SQLite.
    known = {"author": AuthorRef("Ann", identity="id:ann"), "context": Context("198.51.100.7")}
    ids = hand_in(store, reply(site, **known))
    clock = {"now": NOON, "entropy": os.urandom}
    with scans(store) as found:
        for outcome in (Outcome.REJECT, Outcome.APPROVE):
            made = decisions.decide(store, "mod_1", {site.id}, ids[0], outcome, **clock)
        decisions.undo(store, "mod_1", {site.id}, ids[0], made.sequence, **clock)
    assert found == []


def test_what_the_policy_filed_is_sought_from_the_decision_on_that_is_taken_back(
    store: Store,
) -> None:
    site = newspaper(store)
    [id] = hand_in(store, reply(site, author=AuthorRef("Ann", identity="id:ann")))
    clock = {"now": NOON, "entropy": os.urandom}
    decisions.decide(store, "mod_1", {site.id}, id, Outcome.SPAM, **clock)
    with steps(store) as found:
        decisions.undo(store, "mod_1", {site.id}, id, **clock)
    assert any("decisions_against (created_at>?)" in step for step in found), found
    assert not any(step.endswith("(site_id=? AND status=?)") for step in found), found


def test_a_repetition_reads_no_whole_table(store: Store) -> None:
    site = newspaper(store)

    def twice() -> list[Submission]:
        return [reply(site, idempotency_key=key, fingerprint="f") for key in ("one", "two")]

    hand_in(store, *twice())
    with scans(store) as found:
        hand_in(store, *twice())
    assert found == []


def test_all_that_match_among_ones_own_is_not_sought_among_a_sites_comments(store: Store) -> None:
    site = newspaper(store)
    hand_in(store, reply(site))
    for criteria in (Criteria(queue="mine", person="mod_1"), Criteria(status=Status.HELD)):
        with steps(store) as found:
            bulk_sets.preview(store, site.id, criteria, NOON)
        is_by_status = any("(site_id=? AND status=?" in step for step in found)
        assert is_by_status == (not criteria.queue), found


def test_the_lists_of_the_desk_read_no_whole_table(store: Store) -> None:
    site = newspaper(store)
    [id] = hand_in(store, reply(site, context=Context("198.51.100.7")))
    conditions: list[dict[str, Any]] = [
        *({"queue": queue, "person": "mod_1"} for queue in ("reported", "proposed", "mine")),
        {"same_text": id},
        {"same_network": id},
    ]
    with scans(store) as found:
        for asked in conditions:
            orders = ("listed", "newest") if "queue" in asked else ("newest",)
            for order in orders:
                criteria = Criteria(**asked, decided_by="moderator", order=order)
                search(store, [site.id], criteria, now=NOON)
        for queue in ("reported", "proposed", "mine"):
            queue_counts.reason_counts(store, [site.id], queue, "mod_1")
    assert found == []
