"""What was read holds until something is committed: by the same connection, another one, or another process."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from moderation.reading.thread_versions import NamedPage, NamedPages, answer_versions
from moderation.store.sql.engine import Connection, Store
from moderation.store.sql.schema import sites
from moderation.store.sql.unchanged import unchanged
from tests.factories import NOON, hand_in, newspaper, reply


def truth(connection: Connection) -> list[str]:
    return list(connection.scalars(sa.select(sites.c.name)))


def look(connection: Connection) -> bool:
    """Whether it was known; raises where what is known is not true."""
    known = unchanged(connection)
    is_known = "names" in known
    if not is_known:
        known["names"] = truth(connection)
    assert known["names"] == truth(connection)
    return is_known


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_is_known_is_ever_untrue(store: Store, seed: int) -> None:
    site = newspaper(store)
    chance, hits = random.Random(seed), 0
    for number in range(150):
        rename = sa.update(sites).where(sites.c.id == site.id).values(name=f"N{number}")
        with (
            store.read() as one,
            store.read() as two,
        ):  # two connections of the pool, and a third one
            one, two = chance.sample([one, two], 2)
            hits += look(one)
            match chance.randrange(6):
                case 0:
                    with store.write() as connection:
                        connection.execute(rename)
                        assert truth(two) != [f"N{number}"]
                        hits += look(two)  # not committed yet
                case 1:
                    one.rollback()
                    with store.write() as connection:
                        connection.execute(rename)
                        connection.rollback()
                case 2:
                    one.rollback()  # its own commit
                    one.execute(rename)
                    one.commit()
            for connection in (one, two):
                connection.rollback()
                hits += look(connection)
    assert hits > 20


def test_another_process_counts(store: Store, database_url: str) -> None:
    site = newspaper(store)
    program = (
        "import sys, sqlalchemy as sa; from moderation.store.sql.engine import Store; "
        "s = Store(sys.argv[1], bytes(32))\n"
        "with s.write() as c: c.execute(sa.text(\"UPDATE sites SET name = 'Theirs'\"))"
    )
    with store.read() as connection:
        look(connection)
        connection.rollback()
        subprocess.run([sys.executable, "-c", program, database_url], check=True, timeout=120)
        assert not look(connection)
    assert site.name != "Theirs"


def test_whoever_asks_after_a_commit_never_gets_what_was_before(store: Store) -> None:
    newspaper(store)
    committed = 0

    def write() -> None:
        nonlocal committed
        try:
            for number in range(1, 301):
                with store.write() as connection:
                    connection.execute(sa.update(sites).values(name=str(number)))
                committed = number
        finally:
            committed = max(committed, 300)

    def ask() -> tuple[int, int]:
        asked = known_already = 0
        while (before := committed) < 300 or not asked:
            with store.read() as connection:
                known = unchanged(connection)
                known_already += "name" in known
                if "name" not in known:
                    name = truth(connection)[0]
                    known["name"] = int(name) if name.isdigit() else 0
                assert known["name"] >= before
                asked += 1
        return asked, known_already

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(write)
        asking = [threads.submit(ask) for _ in range(3)]
        writing.result()
        answers = [each.result() for each in asking]
    assert sum(asked for asked, _ in answers) > 3


def test_it_does_not_grow_without_end(store: Store) -> None:
    with store.read() as connection:
        for number in range(3_000):
            known = unchanged(connection)
            known[number] = number
        assert len(known) <= 500


def test_a_page_that_closes_by_its_age_has_another_version_although_nothing_was_committed(
    store: Store,
) -> None:
    site = newspaper(store)
    hand_in(store, reply(site))
    with store.write() as connection:
        connection.execute(sa.update(sites).values(close_after_days=3))
    page = NamedPage(site.id, "https://herald.test/news/1")
    pages = NamedPages(site.id, ("https://herald.test/news/1", "https://herald.test/2"))
    day = 86_400_000
    early, same, late = (
        answer_versions(store, [page, pages], NOON + days * day) for days in (1, 2, 4)
    )
    assert early == same and early[pages] == late[pages] and early[page] != late[page]
    assert answer_versions(store, [NamedPage("nobody", "https://herald.test/")], NOON) == {
        NamedPage("nobody", "https://herald.test/"): ""
    }
