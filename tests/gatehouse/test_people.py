"""`gatehouse person`: handed out to a file that its owner alone reads; erased only with --yes."""

import json
import stat
from pathlib import Path

import pytest

from moderation.domain.comment import AuthorRef
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import hand_in, reply
from tests.gatehouse.conftest import Run

EMAIL = "carol@private.test"


@pytest.fixture
def ids(data_store: Store, herald: Site) -> list[str]:
    author = AuthorRef("Carol", EMAIL, identity=f"email:{EMAIL}")  # confirmed
    return hand_in(
        data_store, *(reply(herald, f"Number {n}", author=author) for n in range(2)), reply(herald)
    )[:2]


def test_a_person_is_handed_out_and_erased(gatehouse: Run, ids: list[str], tmp_path: Path) -> None:
    out = tmp_path / "carol.json"
    exported = gatehouse("person", "export", "--email", EMAIL, "--out", str(out))
    assert exported.returncode == 0 and "2 comments written" in exported.stderr, exported.stderr
    document = json.loads(out.read_text())
    assert document["found_by"] == "email"
    assert [comment["id"] for comment in document["comments"]] == ids
    assert stat.S_IMODE(out.stat().st_mode) & 0o077 == 0
    again = gatehouse("person", "export", "--email", EMAIL, "--out", str(out))
    assert again.returncode == 1 and again.stderr.count("\n") == 1
    piped = gatehouse("person", "export", "--email", "-", "--site", "Herald", stdin=f"{EMAIL}\n")
    assert json.loads(piped.stdout) == document

    tried = gatehouse("person", "erase", "--email", EMAIL)
    assert tried.returncode == 0 and "2  comments" in tried.stdout
    assert "Nothing was erased" in tried.stderr
    counted = json.loads(gatehouse("person", "erase", "--email", EMAIL, "--json").stdout)
    assert (counted["erased"], counted["found"]["comments"]) == (0, 2)
    done = gatehouse("person", "erase", "--email", EMAIL, "--yes")
    assert done.returncode == 0 and "2 comments erased." in done.stdout
    nothing = gatehouse("person", "erase", "--email", EMAIL, "--yes")
    assert "Nothing is kept of this person." in nothing.stdout
    empty = json.loads(gatehouse("person", "export", "--email", EMAIL).stdout)
    assert empty == {
        "found_by": "email",
        "comments": [],
        "reports_sent": [],
        "notices_sent": [],
    }


def test_who_wrote_a_comment_is_found_by_it(gatehouse: Run, ids: list[str], tmp_path: Path) -> None:
    exported = gatehouse("person", "export", "--comment", ids[1])
    document = json.loads(exported.stdout)
    assert document["found_by"] == "comment_id"
    assert [comment["id"] for comment in document["comments"]] == ids
    out = tmp_path / "nobody.json"
    for options in (("export", "--out", str(out)), ("erase", "--yes")):
        refused = gatehouse("person", *options, "--comment", "cmt_nobody")
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
        assert "There is no such comment." in refused.stderr
    assert not out.exists()
    tried = gatehouse("person", "erase", "--comment", ids[0])
    assert "2  comments" in tried.stdout and "Nothing was erased" in tried.stderr
    done = gatehouse("person", "erase", "--comment", ids[0], "--yes")
    assert "2 comments erased." in done.stdout


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--email", EMAIL, "--author-id", "u7"),
        ("--email", "carol"),
        ("--email", EMAIL, "--comment", "cmt_1"),
        ("--email", EMAIL, "--site", "x"),
    ],
)
def test_who_is_meant_must_be_clear(gatehouse: Run, options: tuple[str, ...]) -> None:
    for command in ("export", "erase"):
        refused = gatehouse("person", command, *options)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
        assert refused.stdout == ""
