"""Migration 0014 on a store filled before it: pages that are one are joined, with all that hangs on them."""

import json

import sqlalchemy as sa
from alembic import command

from harness.servers import SECRET
from moderation.domain.comment import Status
from moderation.domain.ids import derived_id
from moderation.domain.similarity import short_hash
from moderation.reading.threads import find_page, find_page_by_id, list_approved
from moderation.store.queues import by_status
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import configured, migrate

ORIGINS = ["https://herald.test", "http://herald.test"]
# What 0013 made of them: url, own id, title, state, how many comments. They came in this order.
PAGES = [
    ("https://herald.test/harbour", "", "The harbour", "open", 3),
    ("https://herald.test/harbour/", "", "Harbour!", "closed", 2),
    ("https://herald.test/harbour?fbclid=IwAR1", "", "", "open", 1),
    ("http://herald.test/harbour?utm_source=x", "", "", "premoderated", 1),
    ("https://www.herald.test/harbour", "", "", "open", 1),  # not an origin of the site
    ("https://herald.test/fr%C3%BCh", "", "", "open", 1),
    ("https://herald.test/fr%c3%bch", "", "Früh", "open", 1),
    ("https://herald.test/früh", "", "", "open", 1),
    ("https://herald.test/fru\u0308h", "", "", "open", 1),
    ("https://herald.test/tide", "art-1", "Tide", "open", 2),
    ("https://herald.test/tide/", "", "", "open", 2),
    ("https://herald.test/latest", "art-2", "", "open", 1),
    ("https://herald.test/latest", "art-3", "", "open", 1),
    ("not an address", "", "", "open", 1),
    *((f"https://herald.test/news/{number}", "", "", "open", 1) for number in range(1_100)),
    *((f"https://herald.test/news/{number}/#x", "", "", "open", 1) for number in range(1_100)),
]


def _fill(connection: sa.Connection) -> None:
    """Rows as the version of 0013 wrote them: a page's id was made of its own id or of its URL as it came."""

    def insert(table: str, rows: list[dict[str, object]]) -> None:
        names = ", ".join(rows[0])
        values = ", ".join(f":{name}" for name in rows[0])
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), rows)

    sites = [("site_1", ORIGINS), ("site_2", ["https://other.test"])]
    insert("sites", [{"id": id, "name": id, "origins_json": json.dumps(origins), "language": "", "policy": "", "created_at": 1} for id, origins in sites])  # fmt: skip
    pages: list[dict[str, object]] = []
    comments: list[dict[str, object]] = []
    for number, (url, own_id, title, state, count) in enumerate(PAGES):
        page_id = derived_id("pg", "site_1", "id" if own_id else "url", own_id or url)
        pages.append({"id": page_id, "site_id": "site_1", "external_id": own_id, "url": url, "title": title, "state": state, "created_at": number})  # fmt: skip
        for _ in range(count):
            comments.append({"id": f"cmt_{len(comments):05}", "site_id": "site_1", "page_id": page_id, "parent_id": "", "author_name": "Ann", "author_url": "", "created_at": number, "revision": 1, "status": "approved", "sequence": 1, "decided_by": "policy"})  # fmt: skip
    # Another site with the same URL.
    pages.append({**pages[0], "id": "pg_other", "site_id": "site_2"})
    insert("pages", pages)
    insert("comments", comments)
    insert("revisions", [{"comment_id": each["id"], "number": 1, "text": "Words.", "created_at": 1} for each in comments])  # fmt: skip
    insert("sketches", [{"number": number, "comment_id": each["id"], "signature": b"", "letters": 1, "keys": b"", "domains": "", "campaign_id": "", "page": short_hash(each["page_id"])} for number, each in enumerate(comments, 1)])  # fmt: skip


def test_pages_that_are_one_are_joined(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    with store.write() as connection:
        command.downgrade(configured(connection), "0013")
        _fill(connection)
        command.upgrade(configured(connection), "head")

    def thread(url: str, site_id: str = "site_1") -> int:
        return len(list_approved(store, find_page(store, site_id, url), 100))

    for url in ("https://herald.test/harbour", "http://herald.test/harbour/", "https://HERALD.test/harbour?gclid=new"):  # fmt: skip
        assert thread(url) == 7, url
    harbour = find_page(store, "site_1", "https://herald.test/harbour")
    assert (harbour.url, harbour.title, harbour.title_verified) == (PAGES[0][0], "The harbour", False)  # fmt: skip
    assert thread("https://www.herald.test/harbour") == 1
    assert thread("https://herald.test/früh/") == 4
    assert find_page(store, "site_1", "https://herald.test/früh").title == "Früh"
    assert thread("https://herald.test/tide") == 4
    assert find_page_by_id(store, "", "art-1") == find_page(store, "site_1", "https://herald.test/tide/")  # fmt: skip
    # Two articles of the site's: the newer has the URL, both are found by their ids.
    latest = find_page(store, "site_1", "https://herald.test/latest")
    assert latest == find_page_by_id(store, "site_1", "art-3")
    assert len(list_approved(store, find_page_by_id(store, "site_1", "art-2"))) == 1
    assert thread("https://herald.test/news/1099?utm_id=1") == 2
    assert thread("https://herald.test/harbour", "site_2") == 0
    assert find_page(store, "site_2", "https://herald.test/harbour").id == "pg_other"
    with store.read() as connection:
        states = dict(connection.execute(sa.text("SELECT id, state FROM pages WHERE state <> 'open'")).all())  # fmt: skip
        assert states[harbour.id] == "closed"
        count = connection.scalar(sa.text("SELECT count(*) FROM pages WHERE site_id = 'site_1'"))
        assert count == 7 + 1_100
        orphans = "SELECT count(*) FROM comments WHERE page_id NOT IN (SELECT id FROM pages)"
        assert connection.scalar(sa.text(orphans)) == 0
        marks = connection.execute(sa.text("SELECT s.page, c.page_id FROM sketches s JOIN comments c ON c.id = s.comment_id")).all()  # fmt: skip
        assert all(mark == short_hash(page_id) for mark, page_id in marks)
        newest = by_status(connection, "site_1", Status.APPROVED, after="", limit=100, newest_first=True, reason="")  # fmt: skip
        assert len(newest) == 100
    # And back: the version before finds a page by its URL as it was sent first.
    with store.write() as connection:
        command.downgrade(configured(connection), "0013")
        old = "SELECT count(*) FROM comments c JOIN pages p ON p.id = c.page_id WHERE p.url = :url"
        assert connection.scalar(sa.text(old), {"url": PAGES[0][0]}) == 7
    store.close()
