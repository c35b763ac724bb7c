"""Sites, endpoints and moderators by command; nonsense gets one sentence and changes nothing."""

import json
import re
from pathlib import Path

import pytest

from gatehouse.sites import normal_origin
from moderation.domain.errors import Invalid
from tests.command.conftest import Run


def test_a_newspaper_moves_in(gatehouse: Run, data: Path) -> None:
    missing = gatehouse("site", "list")
    assert missing.returncode == 1
    assert "There is no database in" in missing.stderr and missing.stderr.count("\n") == 1
    assert not data.exists(), "looking must not make anything"

    assert gatehouse("migrate").returncode == 0
    assert gatehouse("migrate").returncode == 0, "again is fine"

    origin = "https://Herald.test:443"
    added = gatehouse("site", "add", "Alice's Herald", "--origin", origin, "--json")
    assert added.returncode == 0, added.stderr
    site = json.loads(added.stdout)
    assert site["origins"] == ["https://herald.test"]
    assert re.fullmatch(r"ghs_[0-9a-f]{40}", site["secret_key"])
    assert re.fullmatch(r"ghp_[0-9a-f]{40}", site["publishable_key"])
    assert re.fullmatch(r"[0-9a-f]{12}", site["akismet_key"])
    assert site["id"] in gatehouse("site", "list").stdout

    endpoint = gatehouse("endpoint", "add", "Alice's Herald", "https://herald.test/hook", "--json")
    assert endpoint.returncode == 0, endpoint.stderr
    assert json.loads(endpoint.stdout)["secret"].startswith("whsec_")

    arguments = ("moderator", "add", "Bob@herald.test", "--role", "editor", "--site", site["id"])
    bob = gatehouse(*arguments, "--password-stdin", stdin="correct horse battery\n")
    assert bob.returncode == 0, bob.stderr
    again = gatehouse(*arguments)
    assert again.stdout == bob.stdout, "another role for the same person"
    link = gatehouse("moderator", "login-link", "bob@herald.test", public_url="https://g.test")
    assert re.fullmatch(r"https://g\.test/console/login\?link=ghl_\w+\n", link.stdout)

    empty = gatehouse("export", site["id"])
    assert (empty.returncode, empty.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("endpoint", "add", "nobody", "https://herald.test/hook"), "", "There is no site"),
        (("moderator", "add", "bob", "--role", "admin", "--site", "x"), "", "no e-mail"),
        (("moderator", "login-link", "bob@herald.test"), "", "There is no moderator"),
        (("site", "add", "x", "--origin", "herald.test"), "", "https://news.example"),
        (
            ("moderator", "add", "b@c.d", "--role", "x", "--site", "y", "--password-stdin"),
            "short\n",
            "12",
        ),
    ],
)
def test_nonsense_is_told(
    gatehouse: Run, data: Path, arguments: tuple[str, ...], stdin: str, says: str
) -> None:
    gatehouse("migrate")
    refused = gatehouse(*arguments, stdin=stdin)
    assert refused.returncode == 1
    assert says in refused.stderr and refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "settings", "says"),
    [
        ("up", {"port": "eighty"}, "GATEHOUSE_PORT"),
        ("api", {"prot": "80"}, "GATEHOUSE_PROT"),
        ("worker", {"secret_key": "short"}, "GATEHOUSE_SECRET_KEY"),
        ("doctor", {"database_url": "mysql://x"}, "GATEHOUSE_DATABASE_URL"),
    ],
)
def test_a_setting_without_sense_stops_the_start(
    gatehouse: Run, command: str, settings: dict[str, str], says: str
) -> None:
    # All read them alike; each setting is tried on one of them.
    refused = gatehouse(command, **settings)
    assert refused.returncode == 2
    assert says in refused.stderr and refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://news.example", "https://news.example"),
        ("https://NEWS.example:443/", "https://news.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://zürich.example", "https://xn--zrich-kva.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given: str, wanted: str) -> None:
    assert normal_origin(given) == wanted


@pytest.mark.parametrize(
    "given",
    ["news.example", "https://", "https://a.b/c", "ftp://a.b", "https://u@a.b", "https://a.b:x"],
)
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        normal_origin(given)
