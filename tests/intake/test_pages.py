"""Which page a comment is on: one for all spellings, and the same after the article got another URL."""

import os
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa

from moderation.accounts import site_settings
from moderation.domain.comment import PageRef, Receipt
from moderation.domain.errors import Invalid, NotFound, Unavailable
from moderation.domain.page_url import SLASH
from moderation.intake.submit import submit
from moderation.reading.threads import find_page, find_page_by_id
from moderation.review import page_moves
from moderation.store import pages as pages_store
from moderation.store import site_settings as site_rows
from moderation.store import sites
from moderation.store.sql.schema import comments, page_addresses, pages
from tests.factories import NOON, hand_in, reply

ORIGINS = ["https://herald.test", "http://herald.test", "https://www.herald.test"]
HARBOUR = "https://herald.test/harbour"


@pytest.fixture
def site(store):
    with store.write() as connection:
        return sites.add_site(connection, "Herald", ORIGINS, "en", NOON, os.urandom)


def post(store, site, url, *, id="", title="", by_server=None, **changes) -> str:
    """A comment's id. by_server: as where the site gives an id."""
    page = PageRef(url, title, id, bool(id) if by_server is None else by_server)
    [comment] = hand_in(store, reply(site, page=page, **changes))
    return comment


def on(store, page) -> set[str]:
    """The comments of a page."""
    with store.read() as connection:
        found = connection.scalars(sa.select(comments.c.id).where(comments.c.page_id == page.id))
        return set(found)


def count(store, table) -> int:
    with store.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def test_the_spellings_of_a_url_are_one_page_that_keeps_the_first(store, site):
    first = f"{HARBOUR}/?fbclid=IwAR1"
    urls = [first, HARBOUR, f"{HARBOUR}?utm_source=x", "http://herald.test/harbour", "HTTPS://www.HERALD.test:443/harbour/"]  # fmt: skip
    ids = {post(store, site, url) for url in urls}
    assert count(store, pages) == 1
    for url in urls:
        page = find_page(store, site.id, url)
        assert page.url == first and on(store, page) == ids


def test_a_reply_and_a_closed_page_are_the_same_in_every_spelling(store, site):
    parent = post(store, site, HARBOUR)
    shared = PageRef(f"{HARBOUR}/?fbclid=1")
    [answer] = submit(store, [reply(site, page=shared, parent_id=parent)], personal_days=30, entropy=os.urandom)  # fmt: skip
    assert isinstance(answer, Receipt)
    with store.write() as connection:
        connection.execute(sa.update(pages).values(state="closed"))
    [answer] = submit(store, [reply(site, page=shared)], personal_days=30, entropy=os.urandom)
    assert answer.code == "page_closed"


def test_a_renamed_article_keeps_its_comments(store, site):
    old, new = "https://herald.test/old", "https://herald.test/new"
    ids = {post(store, site, old, id="art-77"), post(store, site, new, id="art-77")}
    ids.add(post(store, site, f"{new}?utm_source=x"))  # a form, which knows no id
    ids.add(post(store, site, old))
    page = find_page(store, site.id, new)
    assert on(store, page) == ids and page.url == new
    assert find_page(store, site.id, old) == page
    assert find_page_by_id(store, site.id, "art-77") == find_page_by_id(store, "", "art-77") == page


def test_what_readers_wrote_at_the_new_url_first_is_joined(store, site):
    old, new = "https://herald.test/old", "https://herald.test/new"
    ids = {post(store, site, old, id="art-77"), post(store, site, new, title="By a reader")}
    with store.write() as connection:
        connection.execute(sa.update(pages).where(pages.c.url == new).values(state="closed"))
    assert find_page(store, site.id, new) != find_page(store, site.id, old)
    [answer] = submit(store, [reply(site, page=PageRef(new, "", "art-77", True))], personal_days=30, entropy=os.urandom)  # fmt: skip
    assert answer.code == "page_closed"
    page = find_page(store, site.id, new)
    assert on(store, page) == ids
    assert (page.title, page.title_verified, page.external_id) == ("By a reader", False, "art-77")
    assert count(store, pages) == 1


def test_a_page_known_by_its_url_gets_the_id(store, site):
    ids = {post(store, site, HARBOUR), post(store, site, HARBOUR, id="art-1")}
    assert on(store, find_page_by_id(store, site.id, "art-1")) == ids
    assert count(store, pages) == 1


def test_a_url_that_is_used_again_belongs_to_the_newer_article(store, site):
    latest = "https://herald.test/latest"
    first, second = post(store, site, latest, id="1"), post(store, site, latest, id="2")
    assert on(store, find_page(store, site.id, latest)) == {second}
    assert on(store, find_page_by_id(store, site.id, "1")) == {first}


def test_one_batch_may_name_a_page_in_every_way(store, site):
    """As though its comments had come one by one."""
    urls = ["https://herald.test/a", "https://herald.test/b"]
    stored = post(store, site, urls[1], title="B")
    named = [PageRef(urls[0]), PageRef(urls[0], "A", "7", True), PageRef(urls[1], "", "7", True), PageRef(urls[1])]  # fmt: skip
    ids = hand_in(store, *(reply(site, page=page) for page in named))
    page = find_page_by_id(store, site.id, "7")
    assert on(store, page) == {stored, *ids}
    assert (page.title, page.title_verified, page.url) == ("A", True, urls[1])
    assert count(store, pages) == 1 and count(store, page_addresses) == 3
    for url in urls:
        assert find_page(store, site.id, url) == page


def test_a_refused_reply_makes_no_page(store, site):
    [answer] = submit(store, [reply(site, parent_id="cmt_x")], personal_days=30, entropy=os.urandom)
    assert isinstance(answer, Invalid)
    assert count(store, pages) == count(store, page_addresses) == 0


def test_titles_of_readers_give_way_to_the_servers(store, site):
    post(store, site, HARBOUR, title="Buy here")
    post(store, site, HARBOUR, title="Or here")
    page = find_page(store, site.id, HARBOUR)
    assert (page.title, page.title_verified) == ("Buy here", False)
    for title in ("The harbour", "The harbour, corrected"):
        post(store, site, HARBOUR, title=title, by_server=True)
        page = find_page(store, site.id, HARBOUR)
        assert (page.title, page.title_verified) == (title, True)
    post(store, site, HARBOUR, title="Buy here")
    post(store, site, HARBOUR, by_server=True)
    assert find_page(store, site.id, HARBOUR) == page
    assert page_moves.set_title(store, site.id, HARBOUR, "Harbour").title == "Harbour"
    assert find_page(store, site.id, HARBOUR).title == "Harbour"


def test_a_page_moves_with_its_comments(store, site):
    old, new = "https://herald.test/old", "https://herald.test/new"
    ids = {post(store, site, old), post(store, site, new)}
    moved = page_moves.move_page(store, site.id, f"{old}/?fbclid=1", f"{new}#x")
    assert moved.joined and moved.page.url == new
    ids.add(post(store, site, old))
    assert on(store, moved.page) == ids
    assert find_page(store, site.id, old) == find_page(store, site.id, new) == moved.page
    assert not page_moves.move_page(store, site.id, old, new).joined
    for target, error in (("https://evil.test/x", Invalid), ("nowhere", Invalid)):
        with pytest.raises(error):
            page_moves.move_page(store, site.id, old, target)
    with pytest.raises(NotFound):
        page_moves.move_page(store, site.id, "https://herald.test/nobody", new)


def test_pages_that_new_rules_make_one_are_joined(store, site):
    urls = [HARBOUR, f"{HARBOUR}?ref=home", f"{HARBOUR}?ref=mail", "https://old.test/harbour"]
    ids = {post(store, site, url, at=NOON + number) for number, url in enumerate(urls)}
    assert count(store, pages) == 4
    rules = site_settings.get_site(store, site.id).settings.rules
    assert (
        site_settings.change_rules(store, site.id, replace(rules, ignored=frozenset(["ref"]))) == 2
    )
    origins = (*ORIGINS, "https://old.test", "https://www.old.test")
    assert site_settings.change_rules(store, site.id, replace(rules, origins=origins, ignored=frozenset(["ref"]))) == 0  # fmt: skip
    page = find_page(store, site.id, f"{HARBOUR}?ref=new")
    assert page.url == HARBOUR and len(on(store, page)) == 3
    assert find_page(store, site.id, "https://www.old.test/harbour") == find_page(store, site.id, urls[3])  # fmt: skip
    # A slash that is told apart makes other pages from now on.
    site_settings.change_rules(store, site.id, replace(rules, apart=frozenset([SLASH])))
    ids.add(post(store, site, f"{HARBOUR}/"))
    assert len(on(store, find_page(store, site.id, f"{HARBOUR}/"))) == 1
    assert sum(len(on(store, find_page(store, site.id, url))) for url in (HARBOUR, f"{HARBOUR}/", urls[3])) == len(ids)  # fmt: skip


def written(store) -> dict[str, str]:
    """Each address of a page with what changes whenever its row is written; on SQLite, how often it was since the first call."""
    with store.write() as connection:
        if connection.dialect.name == "postgresql":
            rows = connection.execute(sa.text("SELECT id, ctid::text AS place FROM page_addresses"))
            return {row.id: row.place for row in rows}
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS touched (id TEXT)"))
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            connection.execute(
                sa.text(
                    f"CREATE TRIGGER IF NOT EXISTS touch_{event} AFTER {event} ON page_addresses"
                    f" BEGIN INSERT INTO touched VALUES ({row}.id); END"
                )
            )
        rows = connection.execute(
            sa.text(
                "SELECT id, (SELECT count(*) FROM touched t WHERE t.id = a.id) FROM page_addresses a"
            )
        )
        return {id: str(times) for id, times in rows}


def test_an_address_that_stays_as_it_is_is_not_written(store, site):
    urls = [HARBOUR, f"{HARBOUR}?ref=home", "https://herald.test/1", "https://www.herald.test/2"]
    for number, url in enumerate(urls):
        post(store, site, url, at=NOON + number)
    post(store, site, "https://herald.test/own", id="7")
    before = written(store)
    assert len(before) == 6
    rules = site_settings.get_site(store, site.id).settings.rules
    more = replace(rules, origins=(*rules.origins, "https://other.test"))
    assert site_settings.change_rules(store, site.id, more) == 0
    assert written(store) == before
    # One key goes, where two pages are one; all else stays.
    assert (
        site_settings.change_rules(store, site.id, replace(more, ignored=frozenset(["ref"]))) == 1
    )
    after = written(store)
    assert len(after) == 5 and after.items() <= before.items()
    # Back again: what was joined is known by one URL.
    assert site_settings.change_rules(store, site.id, more) == 0
    assert written(store) == after


def test_whoever_asks_whether_pages_join_writes_nothing(store, site):
    for url in (HARBOUR, f"{HARBOUR}?ref=home"):
        post(store, site, url)
    before = written(store)
    settings = site_settings.get_site(store, site.id).settings
    wanted = replace(settings, rules=replace(settings.rules, ignored=frozenset(["ref"])))
    with store.write() as connection:
        connection.execute(sa.text("SELECT 1"))
        if connection.dialect.name == "postgresql":  # the lock of all names is somebody else's
            site_rows.lock_names(connection)
            pages_store.lock(connection, [site.id])
        # It needs no lock, and does not wait for those who have one.
        with pytest.raises(site_settings.PagesJoin) as asked:
            site_settings.change_settings(store, site.id, wanted)
    assert asked.value.members == {"count": 1}
    assert written(store) == before and count(store, pages) == 2
    site_settings.change_settings(store, site.id, wanted, may_join=True)
    assert count(store, pages) == 1


class Overtaken:
    """A store to whose writer somebody else's comment comes first."""

    def __init__(self, store, overtake) -> None:
        self.read, self._write, self._overtake = store.read, store.write, overtake

    def write(self):
        self._overtake()
        return self._write()


def test_pages_that_came_after_the_first_look_are_asked_about_too(store, site):
    post(store, site, HARBOUR)
    settings = site_settings.get_site(store, site.id).settings
    wanted = replace(settings, rules=replace(settings.rules, ignored=frozenset(["ref"])))
    overtaken = Overtaken(store, lambda: post(store, site, f"{HARBOUR}?ref=x"))
    with pytest.raises(site_settings.PagesJoin):
        site_settings.change_settings(overtaken, site.id, wanted)
    assert site_settings.get_site(store, site.id).settings == settings
    assert count(store, pages) == 2


class Interrupted:
    """A store between whose last statement and commit something happens."""

    def __init__(self, store, meanwhile) -> None:
        self.read, self._write, self._meanwhile = store.read, store.write, meanwhile

    @contextmanager
    def write(self):
        with self._write() as connection:
            yield connection
            self._meanwhile(connection)


def test_a_comment_that_comes_while_the_rules_change_goes_by_the_new_ones(store, site):
    first = post(store, site, HARBOUR)
    settings = site_settings.get_site(store, site.id).settings
    wanted = replace(settings, rules=replace(settings.rules, ignored=frozenset(["ref"])))
    seconds: list[str] = []
    writer = threading.Thread(target=lambda: seconds.append(post(store, site, f"{HARBOUR}?ref=x")))

    def comment_comes(connection) -> None:
        writer.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while connection.dialect.name == "postgresql" and not connection.scalar(sa.text(waiting)):
            assert writer.is_alive()
        # On SQLite it cannot begin before the commit.

    site_settings.change_settings(Interrupted(store, comment_comes), site.id, wanted)
    writer.join()
    assert on(store, find_page(store, site.id, HARBOUR)) == {first, *seconds} and len(seconds) == 1
    assert count(store, pages) == 1


def test_a_site_with_origins_keeps_one_by_command_too(store, site):
    rules = site_settings.get_site(store, site.id).settings.rules
    for wrong in (replace(rules, origins=()), replace(rules, ignored=frozenset(["a b"]))):
        with pytest.raises(Invalid):
            site_settings.change_rules(store, site.id, wrong)


def test_no_comment_is_left_behind_while_pages_move(store, site):
    """Writers name a page by two URLs and an id, while it is moved back and forth."""
    urls = ["https://herald.test/a", "https://herald.test/b"]
    post(store, site, urls[0])
    failures: list[BaseException] = []
    stop = threading.Event()

    def write(number: int) -> None:
        try:
            for turn in range(12):
                id = "7" if (turn + number) % 3 == 0 else ""
                url, at = urls[(turn + number) % 2], NOON + number * 100 + turn
                # PostgreSQL may end one of two transactions that wait for each other: 503, and nothing is stored.
                while True:
                    with suppress(Unavailable):
                        post(store, site, url, id=id, at=at)
                        break
        except BaseException as error:
            failures.append(error)

    def move() -> None:
        try:
            turn = 0
            while not stop.is_set():
                with suppress(Unavailable):
                    page_moves.move_page(store, site.id, urls[turn % 2], urls[1 - turn % 2])
                    turn += 1
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    mover = threading.Thread(target=move)
    for thread in (*writers, mover):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    mover.join()
    assert failures == []
    page_moves.move_page(store, site.id, urls[0], urls[1])
    assert len(on(store, find_page(store, site.id, urls[0]))) == 37
    assert count(store, pages) == 1
