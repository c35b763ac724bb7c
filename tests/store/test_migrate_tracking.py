"""Migration 0049 on a store filled before it: pages that only links' parameters told apart are joined, with all that hangs on them."""

import json

import pytest
import sqlalchemy as sa
from alembic import command

from harness.servers import SECRET
from moderation.domain.ids import derived_id
from moderation.domain.page_state import sooner_days, stricter_state
from moderation.domain.policy_scopes import Scopes, place_of
from moderation.domain.similarity import short_hash
from moderation.reading.threads import find_page, find_page_by_id, list_approved
from moderation.store import policy_scopes
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import configured, migrate

HERALD = "https://herald.test"
# What 0048 made of them, the oldest first: URL and key, own id, title, verified, state, days, published, comments.
PAGES = [
    ("/harbour?mbid=social", "", "Guessed", False, "", 30, None, 2),
    ("/harbour", "", "The harbour", True, "premoderated", 7, 3, 3),
    ("/harbour?amp;utm_source=x", "", "", False, "", None, 9, 1),
    ("/tide?dicbo=v2", "", "", False, "closed", None, None, 2),
    ("/tide", "art-1", "Tide", True, "", None, None, 1),
    ("/latest", "art-2", "", False, "", None, None, 1),
    ("/latest?gad=1", "art-3", "", False, "", None, None, 1),
    ("/alone?id=7&msockid=1", "", "", False, "", None, None, 1),
    *((f"/news/{number}", "", "", False, "", None, None, 1) for number in range(1_050)),
    *((f"/news/{number}?ocid=1", "", "", False, "", None, None, 1) for number in range(1_050)),
]
SCOPES = [("page", "/harbour?mbid=social", 1), ("page", "/harbour", 2), ("section", "/news", 3)]


def _id(url: str) -> str:
    return derived_id("pg", "page", url)


def _fill(connection: sa.Connection) -> None:
    """Rows as the version of 0048 wrote them: the keys of these URLs were the URLs."""

    def insert(table: str, rows: list[dict[str, object]]) -> None:
        names = ", ".join(rows[0])
        values = ", ".join(f":{name}" for name in rows[0])
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), rows)

    scopes = [
        {"scope": f"{kind}:{HERALD if kind == 'page' else ''}{path}", "number": number}
        | ({"page_id": _id(path)} if kind == "page" else {})
        for kind, path, number in SCOPES
    ]
    rules = json.dumps({"kept": ["mbid"]})
    insert("sites", [{"id": id, "name": id, "origins_json": json.dumps([HERALD]), "language": "", "policy": "", "policy_scopes_json": own, "page_rules_json": kept, "created_at": 1} for id, own, kept in [("site_1", json.dumps(scopes), "{}"), ("site_2", "[]", rules)]])  # fmt: skip
    pages: list[dict[str, object]] = []
    addresses: list[dict[str, object]] = []
    comments: list[dict[str, object]] = []
    for number, (path, own_id, title, verified, state, days, published, count) in enumerate(PAGES):
        page_id = _id(path)
        pages.append({"id": page_id, "site_id": "site_1", "external_id": own_id, "url": HERALD + path, "path": path.partition("?")[0], "title": title, "title_verified": verified, "state": state, "close_after_days": days, "published_at": published, "created_at": 10 + number})  # fmt: skip
        addresses.append({"id": derived_id("pg", "site_1", "url", HERALD + path), "site_id": "site_1", "page_id": page_id, "url": HERALD + path})  # fmt: skip
        if own_id:
            addresses.append({"id": derived_id("pg", "site_1", "id", own_id), "site_id": "site_1", "page_id": page_id, "url": ""})  # fmt: skip
        first = len(comments)
        for _ in range(count):
            parent = f"cmt_{first:05}" if len(comments) > first else ""
            comments.append({"id": f"cmt_{len(comments):05}", "site_id": "site_1", "page_id": page_id, "parent_id": parent, "author_name": "Ann", "author_url": "", "created_at": number, "revision": 1, "status": "approved", "sequence": 1, "decided_by": "policy"})  # fmt: skip
    for path in ("/own?mbid=1", "/own"):
        pages.append({**pages[-1], "id": f"pg_own{len(path)}", "site_id": "site_2", "url": HERALD + path})  # fmt: skip
        addresses.append({"id": derived_id("pg", "site_2", "url", HERALD + path), "site_id": "site_2", "page_id": f"pg_own{len(path)}", "url": HERALD + path})  # fmt: skip
    insert("pages", pages)
    insert("page_addresses", addresses)
    insert("comments", comments)
    insert("revisions", [{"comment_id": each["id"], "number": 1, "text": "Words.", "created_at": 1} for each in comments])  # fmt: skip
    insert("sketches", [{"number": number, "comment_id": each["id"], "signature": b"", "letters": 1, "keys": b"", "domains": "", "campaign_id": "", "page": short_hash(str(each["page_id"]))} for number, each in enumerate(comments, 1)])  # fmt: skip


@pytest.fixture
def store(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    with store.write() as connection:
        command.downgrade(configured(connection), "0048")
        _fill(connection)
    yield store
    store.close()


def _upgrade(store: Store) -> None:
    with store.write() as connection:
        command.upgrade(configured(connection), "head")


def test_pages_told_apart_by_parameters_of_links_alone_are_joined(store):
    _upgrade(store)

    def thread(path: str, site_id: str = "site_1") -> int:
        page = find_page(store, site_id, HERALD + path)
        return len(list_approved(store, page, 100)) if page else 0

    for path in ("/harbour", "/harbour?mbid=other", "/harbour/?amp;utm_source=y&gaa_at=1"):
        assert thread(path) == 6, path
    harbour = find_page(store, "site_1", f"{HERALD}/harbour")
    assert harbour.id == _id("/harbour?mbid=social")  # the oldest
    assert (harbour.title, harbour.title_verified) == ("The harbour", True)
    # The site's own id is kept, and the stricter state, whichever page had it.
    assert thread("/tide") == 3
    tide = find_page(store, "site_1", f"{HERALD}/tide?dicbo=new")
    assert tide == find_page_by_id(store, "site_1", "art-1") and tide.title == "Tide"
    # Two articles of the site's: the newer has the URL, both are found by their ids.
    latest = find_page(store, "site_1", f"{HERALD}/latest")
    assert latest == find_page_by_id(store, "site_1", "art-3") != find_page_by_id(store, "site_1", "art-2")  # fmt: skip
    assert thread("/latest") == len(list_approved(store, find_page_by_id(store, "site_1", "art-2"), 9)) == 1  # fmt: skip
    assert thread("/alone?id=7") == thread("/alone?id=7&msockid=2") == 1 and thread("/alone") == 0
    assert thread("/news/1049?ocid=2") == 2
    # A site that has said that the parameter names its pages keeps them.
    own = {find_page(store, "site_2", HERALD + path).id for path in ("/own", "/own?mbid=1")}
    assert len(own) == 2
    with store.read() as connection:
        settings = (
            "SELECT state, close_after_days, published_at, created_at FROM pages WHERE id = :id"
        )
        one = {name: connection.execute(sa.text(settings), {"id": id}).one() for name, id in [("harbour", harbour.id), ("tide", tide.id)]}  # fmt: skip
        assert tuple(one["harbour"]) == ("premoderated", 7, 3, 10)
        assert one["tide"].state == "closed"
        scopes = policy_scopes.of_site(connection, "site_1")
        orphans = "SELECT count(*) FROM {} WHERE page_id NOT IN (SELECT id FROM pages)"
        for table in ("comments", "page_addresses"):
            assert connection.scalar(sa.text(orphans.format(table))) == 0
        marks = connection.execute(sa.text("SELECT s.page, c.page_id FROM sketches s JOIN comments c ON c.id = s.comment_id")).all()  # fmt: skip
        assert all(mark == short_hash(page_id) for mark, page_id in marks)
        counts = connection.execute(sa.text("SELECT sum(comments) FROM comment_counts")).scalar()
        assert counts == len(marks) == sum(page[-1] for page in PAGES)
    # Of two policies of pages that are one the newer decides, as where one is put in place of the other.
    found = Scopes(scopes).deciding(place_of(harbour.id, harbour.url))
    assert found is not None and found.number == 2 and len(scopes) == 3


def test_again_it_changes_nothing_and_joined_pages_are_indexed_anew(store):
    _upgrade(store)
    every = "SELECT id, page_id, url FROM page_addresses ORDER BY id"
    with store.write() as connection:
        first = connection.execute(sa.text(every)).all()
        command.downgrade(configured(connection), "0048")
        command.upgrade(configured(connection), "head")
        assert connection.execute(sa.text(every)).all() == first
        due = set(connection.scalars(sa.text("SELECT id FROM search_due")))
    harbour = find_page(store, "site_1", f"{HERALD}/harbour")
    assert harbour.id in due and len(due) == 2 + 1_050


@pytest.mark.parametrize(
    ("kept", "gone", "days"),
    [(None, None, None), (None, 0, 0), (0, None, 0), (0, 5, 5), (9, 5, 5), (None, 5, 5), (5, 9, 5)],
)
def test_of_two_days_the_sooner_counts(kept, gone, days):
    assert sooner_days(kept, gone) == days


def test_of_two_states_the_stricter_counts():
    assert stricter_state("", "open") == "" and stricter_state("open", "") == "open"
    assert stricter_state("open", "premoderated") == stricter_state("premoderated", "") == "premoderated"  # fmt: skip
    assert stricter_state("premoderated", "closed") == stricter_state("closed", "open") == "closed"
