"""Pages by command: moved one by one or from a map, named, and told apart by a site's own rules."""

import json
from pathlib import Path

import pytest

from harness.servers import SECRET
from moderation.domain.comment import PageRef
from moderation.reading.threads import find_page
from moderation.store.sql.engine import Store
from tests.factories import NOON, hand_in, reply
from tests.gatehouse.conftest import Run

ORIGIN = "https://herald.test"


@pytest.fixture
def store(gatehouse: Run, data: Path):
    assert gatehouse("migrate", secret_key=SECRET.decode()).returncode == 0
    store = Store(f"sqlite+pysqlite:///{data / 'gatehouse.db'}", SECRET)
    yield store
    store.close()


@pytest.fixture
def site(gatehouse: Run, store: Store):
    """Alice's newspaper with comments on five pages."""
    from moderation.store import sites

    gatehouse("site", "add", "Herald", "--origin", ORIGIN, secret_key=SECRET.decode())
    with store.read() as connection:
        [site] = sites.all_sites(connection)
    hand_in(
        store, *(reply(site, page=PageRef(f"{ORIGIN}/{number}", "Sent")) for number in range(5))
    )
    hand_in(
        store, reply(site, at=NOON + 1, page=PageRef(f"{ORIGIN}/4?ref=home"))
    )  # the younger one
    return site


def test_pages_are_moved_and_named(gatehouse: Run, store: Store, site) -> None:
    def run(*arguments: str):
        return gatehouse("page", *arguments, secret_key=SECRET.decode())

    moved = run("move", f"{ORIGIN}/0/?fbclid=1", f"{ORIGIN}/new")
    assert moved.returncode == 0, moved.stderr
    page = find_page(store, site.id, f"{ORIGIN}/new")
    assert page == find_page(store, site.id, f"{ORIGIN}/0")
    assert "already" in run("move", f"{ORIGIN}/1", f"{ORIGIN}/2", "--site", "Herald").stderr
    for arguments in (("move", f"{ORIGIN}/x", f"{ORIGIN}/y"), ("move", f"{ORIGIN}/0", "https://evil.test/"), ("move",)):  # fmt: skip
        refused = run(*arguments)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1, refused.stderr
    assert run("title", f"{ORIGIN}/3", "The harbour").returncode == 0
    named = find_page(store, site.id, f"{ORIGIN}/3")
    assert (named.title, named.title_verified) == ("The harbour", True)


def test_a_map_moves_what_it_can(gatehouse: Run, store: Store, site, tmp_path: Path) -> None:
    map_file = tmp_path / "map.csv"
    lines = ["\ufeffold,new", f"{ORIGIN}/0,{ORIGIN}/a", f'"{ORIGIN}/1","{ORIGIN}/b,c"', "",
             f"{ORIGIN}/nobody,{ORIGIN}/d", f"{ORIGIN}/2", f"{ORIGIN}/3,https://evil.test/"]  # fmt: skip
    map_file.write_text("\r\n".join(lines))
    done = gatehouse("page", "move", "--csv", str(map_file), "--site", "Herald", secret_key=SECRET.decode())  # fmt: skip
    assert done.returncode == 1 and "2 moved, 3 not." in done.stderr
    assert all(f"line {number}:" in done.stderr for number in (5, 6, 7))
    for old, new in (("0", "a"), ("1", "b,c")):
        page = find_page(store, site.id, f"{ORIGIN}/{old}")
        assert page and page == find_page(store, site.id, f"{ORIGIN}/{new}")


def test_a_line_whose_site_cannot_be_told_stops_no_map(
    gatehouse: Run, store: Store, site, tmp_path: Path
) -> None:
    map_file = tmp_path / "map.csv"
    map_file.write_text(
        f"{ORIGIN}/0,https://evil.test/\n{ORIGIN}/1,nonsense\n{ORIGIN}/2,{ORIGIN}/a\n"
    )
    done = gatehouse("page", "move", "--csv", str(map_file), secret_key=SECRET.decode())
    assert done.returncode == 1 and "1 moved, 2 not." in done.stderr, done.stderr
    assert all(f"line {number}:" in done.stderr for number in (1, 2))


def test_a_site_says_how_its_pages_are_told_apart(gatehouse: Run, store: Store, site) -> None:
    def run(*arguments: str):
        return gatehouse("site", "pages", "Herald", *arguments, secret_key=SECRET.decode())

    changed = run("--ignore", "Ref", "--add-origin", "HTTP://Herald.test:80", "--json")
    assert changed.returncode == 0 and "1 pages were joined" in changed.stderr
    assert json.loads(changed.stdout) == {
        "origins": ["http://herald.test", "https://herald.test"],
        "ignored": ["ref"],
        "kept": [],
        "apart": [],
    }
    assert find_page(store, site.id, "http://herald.test/4?ref=x").url == f"{ORIGIN}/4"
    assert json.loads(run("--apart", "slash", "--keep", "ref", "--json").stdout)["kept"] == ["ref"]
    assert find_page(store, site.id, f"{ORIGIN}/4/") is None
    assert json.loads(run("--together", "slash", "--json").stdout)["apart"] == []
    assert run("--apart", "host").returncode == 1
    assert run("--remove-origin", ORIGIN).returncode == 0
    assert ORIGIN not in gatehouse("site", "list").stdout.split()
