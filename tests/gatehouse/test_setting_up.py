"""Sites, endpoints and moderators by command; nonsense gets one sentence and changes nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from moderation.domain.errors import Invalid
from moderation.domain.site import normal_origin
from tests.gatehouse.conftest import Run


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


def test_a_site_speaks_what_it_is_told_to(gatehouse: Run, data: Path) -> None:
    gatehouse("migrate")
    site = json.loads(gatehouse("site", "add", "H", "--origin", "https://h.test", "--json").stdout)

    def faces() -> dict[str, dict[str, Any]]:
        lines = gatehouse("face", "list", "H", "--json").stdout.splitlines()
        return {protocol["face"]: protocol for protocol in map(json.loads, lines)}

    assert [name for name, protocol in faces().items() if protocol["on"]] == [
        "akismet",
        "openai",
        "perspective",
    ]
    assert faces()["akismet"]["keys"][0]["hint"] == site["akismet_key"][:3]

    made = gatehouse("face", "on", "H", "perspective", "--limit", "5/second", "--json")
    key = json.loads(made.stdout)["key"]
    assert re.fullmatch(r"ghf_[0-9a-f]{40}", key)
    again = gatehouse("face", "on", "H", "perspective", "--limit", "9/second", "--json")
    assert "key" not in json.loads(again.stdout), "one that has a key keeps it"
    another = json.loads(gatehouse("face", "key", "H", "perspective", "--json").stdout)["key"]
    assert another != key
    perspective = faces()["perspective"]
    assert perspective["limit"] == "9/second" and len(perspective["keys"]) == 2
    assert gatehouse("site", "revoke-key", "H", perspective["keys"][0]["id"]).returncode == 0
    assert [key["hint"] for key in faces()["perspective"]["keys"]] == [another[:8]]
    assert gatehouse("face", "off", "H", "perspective").returncode == 0
    assert not faces()["perspective"]["on"]
    assert "perspective" in gatehouse("face", "list", "H").stdout

    quiet = gatehouse("site", "add", "Q", "--origin", "https://q.test", "--no-faces", "--json")
    assert quiet.returncode == 0
    assert " on " not in gatehouse("face", "list", "Q").stdout


def test_an_endpoint_s_life(gatehouse: Run, data: Path) -> None:
    gatehouse("migrate")
    gatehouse("site", "add", "Herald", "--origin", "https://herald.test")
    options = ("--type", "comment.held", "--payload", "thin", "--batch", "9", "--json")
    made = gatehouse("endpoint", "add", "Herald", "https://herald.test/hook", *options)
    id = json.loads(made.stdout)["id"]
    assert gatehouse("endpoint", "change", id, "--all-types", "--batch", "1").returncode == 0
    assert gatehouse("endpoint", "test", id).stdout.startswith("evt_")
    (listed,) = gatehouse("endpoint", "list", "Herald", "--json").stdout.splitlines()
    facts = {"types": [], "batch": 1, "payload": "thin", "state": "well", "waiting": 1, "dead": 0}
    assert facts.items() <= json.loads(listed).items()
    assert gatehouse("endpoint", "disable", id).returncode == 0
    dead = gatehouse("endpoint", "deliveries", id, "--state", "dead").stdout
    assert re.fullmatch(r"dlv_\w+  webhook.test +dead .*attempt 1: disabled\n", dead)
    refused = gatehouse("endpoint", "replay", id)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    gatehouse("endpoint", "enable", id)
    replayed = gatehouse("endpoint", "replay", id, "--since", "2026-01-01")
    assert replayed.stderr == "1 deliveries are due.\n"
    rotated = json.loads(gatehouse("endpoint", "rotate", id, "--json").stdout)
    assert rotated["secret"] not in ("", json.loads(made.stdout)["secret"])
    gatehouse("endpoint", "remove", id)
    assert gatehouse("endpoint", "list", "Herald").stdout == ""


def test_keys_and_people_leave_again(gatehouse: Run, data: Path) -> None:
    gatehouse("migrate")
    gatehouse("site", "add", "Herald", "--origin", "https://herald.test")
    gatehouse("site", "add-key", "Herald", "secret")
    keys = gatehouse("site", "keys", "Herald", "--json").stdout.splitlines()
    assert [json.loads(key)["kind"] for key in keys].count("secret") == 2
    id = json.loads(keys[0])["id"]
    assert gatehouse("site", "revoke-key", "Herald", id).returncode == 0
    assert gatehouse("site", "revoke-key", "Herald", id).returncode == 1, "once"
    assert f"{id}" in gatehouse("site", "keys", "Herald").stdout
    gatehouse("moderator", "add", "bob@herald.test", "--role", "editor", "--site", "Herald")
    assert gatehouse("moderator", "list", "Herald").stdout == "editor      bob@herald.test\n"
    limited = ("--role", "trainee", "--site", "Herald", "--section", "/sport/", "--section", "/a")
    gatehouse("moderator", "add", "bob@herald.test", *limited)
    listed = gatehouse("moderator", "list", "Herald").stdout
    assert listed == "trainee     bob@herald.test  /a  /sport\n"
    revoke = ("moderator", "revoke", "bob@herald.test", "--site", "Herald")
    assert gatehouse(*revoke).returncode == 0
    assert gatehouse(*revoke).returncode == 1
    assert gatehouse("moderator", "list", "Herald").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("endpoint", "add", "nobody", "https://herald.test/hook"), "", "There is no site"),
        (("moderator", "add", "bob", "--role", "admin", "--site", "x"), "", "no e-mail"),
        (("moderator", "login-link", "bob@herald.test"), "", "There is no moderator"),
        (("site", "add", "x", "--origin", "herald.test"), "", "https://news.example"),
        (("face", "on", "nobody", "openai"), "", "There is no site"),
        (("face", "on", "nobody", "mastodon"), "", "There is no face"),
        (("face", "on", "nobody", "openai", "--limit", "lots"), "", "600/minute"),
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
    ("origin", "wanted"),
    [
        ("https://news.example", "https://news.example"),
        ("https://NEWS.example:443/", "https://news.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://zürich.example", "https://xn--zrich-kva.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(origin: str, wanted: str) -> None:
    assert normal_origin(origin) == wanted


@pytest.mark.parametrize(
    "origin",
    ["news.example", "https://", "https://a.b/c", "ftp://a.b", "https://u@a.b", "https://a.b:x"],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(Invalid):
        normal_origin(origin)


def test_a_site_is_renamed_closed_and_opened_again(gatehouse: Run, data: Path) -> None:
    gatehouse("migrate")
    for name in ("Herald", "Courier"):
        gatehouse("site", "add", name, "--origin", f"https://{name.lower()}.test")
    taken = gatehouse("site", "rename", "Herald", "courier")
    assert taken.returncode == 1 and "this name already" in taken.stderr
    assert gatehouse("site", "rename", "Herald", "The \u202eHerald").returncode == 1
    assert gatehouse("site", "rename", "Herald", "The Herald").returncode == 0
    assert gatehouse("site", "language", "The Herald", "Welsh, mostly").returncode == 1
    assert gatehouse("site", "language", "The Herald", "cy").returncode == 0
    assert gatehouse("site", "close", "The Herald").returncode == 0
    assert "is open" in gatehouse("site", "reopen", "The Herald").stderr
    listed = gatehouse("audit", "--action", "site").stdout
    for change in ("site.changed", "site.closed", "site.reopened"):
        assert change in listed


def test_two_sites_of_one_name_are_not_made_by_command_either(gatehouse: Run, data: Path) -> None:
    gatehouse("migrate")
    origin = ("--origin", "https://herald.test")
    assert gatehouse("site", "add", " The  Herald", *origin).returncode == 0
    taken = gatehouse("site", "add", "the herald", "--origin", "https://other.test")
    assert taken.returncode == 1 and "this name already" in taken.stderr
    for wrong in ("", "The \u202eHerald", "site_1", "a" * 81):
        refused = gatehouse("site", "add", wrong, *origin)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    assert gatehouse("site", "add", "x", *origin, "--language", "Welsh, mostly").returncode == 1
    shared = gatehouse("site", "add", "The Courier", *origin)
    assert shared.returncode == 0 and "has one of these origins too" in shared.stderr
    listed = gatehouse("site", "list", "--json").stdout.splitlines()
    assert [json.loads(site)["name"] for site in listed] == ["The Herald", "The Courier"]
    assert gatehouse("site", "keys", "The Herald").returncode == 0


def test_the_operator_says_who_owns_and_makes_keys_of_the_installation(
    gatehouse: Run, data: Path
) -> None:
    gatehouse("migrate")
    gatehouse("site", "add", "Herald", "--origin", "https://herald.test")
    assert gatehouse("moderator", "owner", "ada@herald.test").returncode == 1  # there is nobody
    gatehouse("moderator", "add", "ada@herald.test", "--role", "admin", "--site", "Herald")
    assert "may make sites" in gatehouse("moderator", "owner", "ada@herald.test").stderr
    assert "may not" in gatehouse("moderator", "owner", "ada@herald.test", "--off").stderr
    made = gatehouse("site", "installation-key", "--name", "Provisioning", "--json")
    fields = json.loads(made.stdout)
    # Invitations begin ghi_: whoever finds either has to know which it is.
    assert re.fullmatch(r"ghk_[0-9a-f]{40}", fields["installation_key"])
    listed = gatehouse("site", "installation-key", "--list").stdout
    assert fields["id"] in listed and "Provisioning" in listed
    assert fields["installation_key"] not in listed
    assert gatehouse("site", "installation-key", "--revoke", "key_nobody").returncode == 1
    assert gatehouse("site", "installation-key", "--revoke", fields["id"]).returncode == 0
    assert "revoked" in gatehouse("site", "installation-key", "--list").stdout
