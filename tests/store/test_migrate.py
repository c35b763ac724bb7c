"""Migrations: from nothing to the tables as the code knows them, and back, on both databases."""

import json
import os
import threading

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from harness.servers import SECRET
from moderation.domain.comment import PageRef, Status
from moderation.domain.decision import Outcome, in_effect
from moderation.domain.errors import Unavailable
from moderation.domain.reader_rules import ReaderRules
from moderation.intake import change
from moderation.review import decisions, queues
from moderation.review.search import Criteria, search
from moderation.store import decisions as stored_decisions
from moderation.store import sites
from moderation.store.memberships import grant
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import configured, is_current, migrate, newest_revision
from moderation.store.sql.schema import (
    comments,
    held_scores,
    memberships,
    metadata,
    pages,
    sketches,
)
from moderation.store.sql.sqlite_engine import BUSY_TIMEOUT
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply
from tests.review.test_campaigns import PITCH, post, run
from tests.review.test_order import held


def test_the_migrated_schema_is_the_schema(empty_database_url):
    store = Store(empty_database_url, SECRET)
    assert not is_current(store)
    migrate(store)
    assert is_current(store)
    with store.read() as connection:
        versions = ScriptDirectory.from_config(configured(connection))
        assert versions.get_current_head() == newest_revision()
        # The search index is of a kind that SQLAlchemy cannot describe, another on each database.
        opts = {
            "compare_type": True,
            "include_object": lambda _, name, kind, *__: (
                kind != "table" or not name.startswith("search_index")
            ),
        }
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
    store.close()


def test_what_was_withdrawn_stays_away_from_readers_in_the_version_before(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    kept, left = hand_in(store, reply(site), reply(site, "Another."))
    change.withdraw(store, left, now=NOON, entropy=os.urandom)
    with store.write() as connection:
        command.downgrade(configured(connection), "0020")
        query = sa.text("SELECT id, status FROM comments")
        assert dict(connection.execute(query).all()) == {kept: "pending", left: "rejected"}
        command.upgrade(configured(connection), "head")
        rules = sites.reader_rules(connection, site.id)
    assert rules == ReaderRules()
    assert queues.get_card(store, {site.id}, left).reports == 0
    store.close()


def test_several_may_migrate_at_once(empty_database_url):
    stores = [Store(empty_database_url, SECRET) for _ in range(4)]
    threads = [threading.Thread(target=migrate, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(is_current(store) for store in stores)
    for store in stores:
        store.close()


def test_who_comes_second_waits_longer_than_a_request_would(tmp_path):
    url = f"sqlite:///{tmp_path / 'comments.db'}"
    first, second = Store(url, SECRET), Store(url, SECRET)
    thread = threading.Thread(target=migrate, args=(second,))
    with first.write():
        with pytest.raises(Unavailable), second.write(patience=0):
            pass
        thread.start()
        thread.join(BUSY_TIMEOUT / 1000 + 0.5)
        assert thread.is_alive()
    thread.join()
    assert is_current(second)
    first.close()
    second.close()


def test_there_is_a_way_back(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    with store.write() as connection:
        command.downgrade(configured(connection), "base")
    with store.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    migrate(store)
    assert is_current(store)
    store.close()


def test_comments_of_before_get_their_marks(empty_database_url):
    """So that a campaign that had begun goes on counting the same people."""
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    hand_in(store, *(post(site, PITCH, n % 2, page=n, address=f"198.51.{n}.1") for n in range(3)))
    run(store)
    marks = ("number", "site", "page", "name", "address", "network")
    all_marks = sa.select(*(sketches.c[name] for name in marks)).order_by(sketches.c.number)
    with store.write() as connection:
        before = connection.execute(all_marks).all()
        command.downgrade(configured(connection), "0011")
        command.upgrade(configured(connection), "head")
        assert connection.execute(all_marks).all() == before
    assert [len(set(column)) for column in zip(*before, strict=True)] == [3, 1, 3, 2, 3, 3]
    assert all(all(counts) for counts in before)
    store.close()


# A history as it was written when reasons' values named decisions and rulings: judged, ruled on, approved
# singly, that taken back, the ruling taken back; at last a person chose the reasons' codes himself.
_RULED = {"code": "campaign_decided", "message": "With all others.", "label": "cmp_1"}
_BACK = {"code": "taken_back", "message": "Taken back."}
_TOXIC = {
    **{"code": "toxic", "message": "Toxicity 0.91.", "label": "toxicity", "value": 0.91},
    **{"threshold": 0.5, "spans": [[0, 3]]},
}
_OLD = [
    [_TOXIC],
    [_RULED | {"value": 1.0}],
    [],
    [_BACK | {"value": 2.0}],
    [_RULED | {"value": 2.0}, _BACK | {"value": 1.0}],
    [{"code": "taken_back", "message": "Decided by a moderator."}],
    [{"code": "campaign_decided", "message": "Decided by a moderator."}],
]
_NEW = [
    ([_TOXIC], None, "", None),
    ([_RULED], None, "cmp_1", 1),
    ([], None, "", None),
    ([_BACK], 3, "", None),
    ([_RULED, _BACK], 2, "cmp_1", 2),
    (_OLD[5], None, "", None),
    (_OLD[6], None, "", None),
]
_OUTCOMES = ("hold", "spam", "approve", "spam", "hold", "reject", "reject")
_INSERT = sa.text("""
    INSERT INTO decisions (comment_id, sequence, revision, outcome, actor_kind, actor_id, actor_version,
    reasons_json, created_at) VALUES (:id, :sequence, 1, :outcome, :kind, 'x', '', :reasons, 1)
""")


def test_what_reasons_values_named_becomes_columns(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    ids = [f"cmt_{number:04}" for number in range(600)]  # more than one batch of the migration
    old = [
        {
            "id": id,
            "sequence": sequence,
            "outcome": outcome,
            "kind": "policy" if sequence == 1 else "moderator",
            "reasons": json.dumps(reasons),
        }
        for id in ids
        for sequence, (outcome, reasons) in enumerate(zip(_OUTCOMES, _OLD, strict=True), 1)
    ]
    written = sa.text("SELECT reasons_json FROM decisions ORDER BY comment_id, sequence")
    filled = sa.text("""
        SELECT comment_id, reasons_json, takes_back, campaign_id, ruling FROM decisions
        ORDER BY comment_id, sequence
    """)
    with store.write() as connection:
        command.downgrade(configured(connection), "0012")
        connection.execute(_INSERT, old)
        command.upgrade(configured(connection), "head")
        new_rows = connection.execute(filled).all()
        assert [row.comment_id for row in new_rows] == [id for id in ids for _ in _OLD]
        assert [
            (json.loads(row.reasons_json), row.takes_back, row.campaign_id, row.ruling)
            for row in new_rows
        ] == _NEW * len(ids)
        history = stored_decisions.histories(connection, ids[-1:])[ids[-1]]
        assert [in_effect(history[:number]).sequence for number in range(1, 8)] == [
            1,
            2,
            3,
            2,
            1,
            6,
            7,
        ]
        command.downgrade(configured(connection), "0012")
        assert connection.scalars(written).all() == [row["reasons"] for row in old]
    store.close()


def test_an_undo_of_before_is_undone_after(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    [id] = hand_in(store, post(site, "A fine article."))
    by = (store, "mod_1", {site.id}, id)
    clock = {"now": 1, "entropy": os.urandom}
    decisions.decide(*by, Outcome.SPAM, **clock)
    decisions.undo(*by, **clock)
    with store.write() as connection:
        command.downgrade(configured(connection), "0012")
        command.upgrade(configured(connection), "head")
    assert queues.get_card(store, {site.id}, id).decision.takes_back == 1
    assert decisions.undo(*by, 2, **clock).outcome is Outcome.SPAM
    store.close()


def test_pages_that_nobody_set_follow_their_sites_default(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    names = ("open", "premoderated", "closed")
    hand_in(store, *(reply(site, page=PageRef(f"https://herald.test/{name}")) for name in names))
    states = sa.text("SELECT url, state FROM pages ORDER BY url")

    def stored(connection):
        return {row.url.rpartition("/")[2]: row.state for row in connection.execute(states)}

    with store.write() as connection:
        command.downgrade(configured(connection), "0014")
        assert set(stored(connection).values()) == {"open"}
        for name in names:
            connection.execute(
                sa.text("UPDATE pages SET state = :name WHERE url = :url"),
                {"name": name, "url": f"https://herald.test/{name}"},
            )
        command.upgrade(configured(connection), "head")
        assert stored(connection) == {
            "open": "",
            "premoderated": "premoderated",
            "closed": "closed",
        }
        connection.execute(sa.text("UPDATE sites SET page_state = 'premoderated'"))
        command.downgrade(configured(connection), "0014")
        assert stored(connection)["open"] == "premoderated"  # nothing is let through by going back
    store.close()


def test_comments_that_were_there_before_the_search_wait_for_the_index(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    decided, _ = hand_in(store, reply(site, "green tea"), reply(site, "black tea"))
    by = (store, "mod_1", {site.id}, decided, Outcome.APPROVE)
    decisions.decide(*by, now=1, entropy=os.urandom)
    with store.write() as connection:
        command.downgrade(configured(connection), "0017")
        command.upgrade(configured(connection), "head")
    assert index_due(store) == 1
    found = search(store, [site.id], Criteria(query="tea"), now=NOON)
    assert [card.id for card in found.cards] == [decided]
    store.close()


def test_pages_of_before_have_paths_and_on_the_way_back_nobody_gets_more_than_their_sections(
    empty_database_url,
):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    hand_in(store, reply(site, page=PageRef("https://herald.test/sport/1/?utm_source=x")))
    with store.write() as connection:
        for name, sections in (("mod_whole", ()), ("mod_part", ("/sport",))):
            grant(connection, name, site.id, "moderator", sections)
        command.downgrade(configured(connection), "0046")
        command.upgrade(configured(connection), "head")
    with store.read() as connection:
        assert connection.scalars(sa.select(pages.c.path)).all() == ["/sport/1"]
        rows = connection.execute(sa.select(memberships)).all()
        assert [(row.moderator_id, row.sections_json) for row in rows] == [("mod_whole", "")]
    store.close()


def test_what_was_held_before_has_its_place_in_the_order(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    ids = held(store, site, [0.2, 0.9, 0.0])

    def ranks():
        with store.read() as connection:
            urgencies = sa.select(comments.c.id, comments.c.urgent_at).order_by(comments.c.id)
            scores = sa.select(held_scores).order_by(held_scores.c.comment_id)
            return connection.execute(urgencies).all(), connection.execute(scores).all()

    before = ranks()
    assert [row.rank for row in before[1]] == [-200_000, -900_000, 0]
    with store.write() as connection:
        command.downgrade(configured(connection), "0024")
        command.upgrade(configured(connection), "head")
    assert ranks() == before
    found = search(store, [site.id], Criteria(status=Status.HELD, order="urgency"), now=NOON)
    assert [card.id for card in found.cards] == [ids[1], ids[0], ids[2]]
    store.close()
