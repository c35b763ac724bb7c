"""`gatehouse comment` against a Gatehouse that runs."""

import json
import os
import subprocess
import sys

import pytest

from gatehouse_client import Gatehouse
from harness.gatehouse_process import GatehouseProcess
from tests.factories import key_of


@pytest.fixture
def gatehouse(running: GatehouseProcess, url: str):
    def run(*arguments: str, stdin: str = "", of: str = "comment", **environment: str):
        return subprocess.run(
            [sys.executable, "-P", "-m", "gatehouse.main", of, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"GATEHOUSE_URL": url, "GATEHOUSE_KEY": running.key} | environment,
        )

    return run


def test_from_the_command_line(gatehouse) -> None:
    page = "https://herald.test/command"
    receipt = gatehouse(
        "submit",
        "--page",
        page,
        "--name",
        "Dan",
        "--wait",
        "20",
        "--json",
        stdin="You are a stupid idiot.",
    )
    made = json.loads(receipt.stdout)
    assert (made["status"], made["page"]["url"]) == ("held", page)
    listed = gatehouse("list", "held", "--limit", "1000")
    assert f"{made['id']}  Dan: You are a stupid idiot." in listed.stdout
    found = gatehouse("search", made["id"], "--page", page)
    assert found.stdout == f"{made['id']}  held      Dan: You are a stupid idiot.\n"
    assert gatehouse("search", made["id"], "--status", "spam").stdout == ""
    decided = gatehouse("decide", made["id"], "approve", "--reason", "irony")
    assert decided.stdout == f"{made['id']}  approve (decision 2)\n"
    shown = gatehouse("show", made["id"])
    assert shown.stdout.startswith(f"{made['id']}  approved\n") and "- irony:" in shown.stdout
    undone = gatehouse("undo", made["id"])
    assert undone.stdout == f"{made['id']}  hold (decision 3, takes 2 back)\n"


def test_claims_and_notes_from_the_command_line(gatehouse, running, url: str) -> None:
    page = "https://herald.test/together"
    made = json.loads(
        gatehouse(
            "submit", "--page", page, "--name", "Dan", "--wait", "20", "--json", "You idiot."
        ).stdout
    )["id"]
    claimed = gatehouse("claim", made)
    assert claimed.stdout.startswith(f"{made}  claimed until "), claimed.stderr
    colleague = {"GATEHOUSE_KEY": key_of(running.store, running.site)}
    refused = gatehouse("decide", made, "reject", **colleague)
    assert refused.returncode and "claimed" in refused.stderr
    assert gatehouse("claim", made, **colleague).returncode
    assert gatehouse("claim", made, "--take-over", **colleague).returncode == 0
    assert gatehouse("release", made, **colleague).stdout == f"{made}  released\n"
    assert gatehouse("open", made).stdout == f"{made}  open\n"
    assert gatehouse("open", made, **colleague).stdout.startswith(f"{made}  with key_")
    assert gatehouse("decide", made, "reject", **colleague).returncode == 0
    assert gatehouse("open", made).stdout == f"{made}  no longer waiting\n"
    assert gatehouse("note", made, "A teacher.").stdout.startswith(f"{made}  noted (")
    gatehouse("note", made, stdin="In two\nlines.", **colleague)
    listed = gatehouse("notes", made).stdout.splitlines()
    assert [line.partition(": ")[2] for line in listed] == ["In two lines.", "A teacher."]
    assert json.loads(gatehouse("notes", made, "--limit", "1", "--json").stdout)["text"] == (
        "In two\nlines."
    )


def test_what_readers_report_from_the_command_line(gatehouse, running, url: str) -> None:
    page = "https://herald.test/reported"
    made = json.loads(
        gatehouse(
            "submit", "--page", page, "--name", "Dan", "--wait", "20", "--json", "A fine thing."
        ).stdout
    )
    with Gatehouse(running.key, url) as service:
        service.decide(made["id"], "approve")
        for _ in range(2):
            service.report(made["id"], "off_topic", note="Not here.\nReally.", reader_id="u1")
    assert f"{made['id']}  Dan: A fine thing." in gatehouse("list", "reported").stdout
    assert "- reported by 1: off_topic 1\n" in gatehouse("show", made["id"]).stdout
    listed = gatehouse("reports", made["id"])
    assert listed.stdout.endswith("  open      off_topic: Not here. Really.\n"), listed.stderr
    assert json.loads(gatehouse("reports", made["id"], "--json").stdout)["reason"] == "off_topic"


def test_appeals_from_the_command_line(gatehouse, running, url: str) -> None:
    with Gatehouse(running.key, url) as service:
        receipt = service.submit(
            "A fine article.", page_url="https://herald.test/appeals", name="Carol"
        )
        service.wait(receipt.id, 20)
    with Gatehouse(key_of(running.store, running.site), url) as other:
        key_id = other.decide(receipt.id, "reject").actor_id
        other.appeal(receipt.id, receipt.author_token, "It was\n a quotation.")
    listed = gatehouse("list", of="appeals").stdout
    line = next(line for line in listed.splitlines() if receipt.id in line)
    assert line.endswith(f"{receipt.id}  reject by {key_id}")
    assert "\n  It was  a quotation.\n" in listed
    decided = gatehouse("decide", line.split()[0], "overturn", of="appeals")
    assert decided.stdout == f"{line.split()[0]}  overturned: {receipt.id}\n", decided.stderr
    assert receipt.id not in gatehouse("list", of="appeals").stdout
    assert receipt.id in gatehouse("list", "--state", "overturned", "--json", of="appeals").stdout


def test_many_are_decided_and_undone_from_the_command_line(gatehouse) -> None:
    page = "https://herald.test/command/bulk"
    texts = ("You are a stupid idiot.", "You are all stupid idiots.")
    made = [
        json.loads(gatehouse("submit", "--page", page, "--name", "D\x9b2J", "--wait", "20", "--json", stdin=text).stdout)
        for text in texts
    ]  # fmt: skip
    assert {each["status"] for each in made} == {"held"}
    these = ("--status", "held", "--page", page, "--reason", "toxic")
    refused = gatehouse("bulk", "reject", *these, stdin="n\n")
    assert refused.returncode == 1 and "Reject: 2 comments?" in refused.stdout
    assert "D" in refused.stdout and "\x9b" not in refused.stdout
    done = gatehouse("bulk", "reject", *these, "--yes")
    assert "reject (2 of 2 decided, 0 left as they were)" in done.stdout
    assert gatehouse("bulk", "reject", *these, "--yes").stdout == "No comments match.\n"
    gatehouse("decide", made[0]["id"], "approve")
    bulk_id = done.stdout.splitlines()[-1].split()[0]
    undone = gatehouse("bulk-undo", bulk_id)
    assert undone.stdout == f"{bulk_id}  reject (1 of 2 taken back, 1 decided since)\n"
    assert gatehouse("bulk", "spam", made[1]["id"], "--yes").stdout.endswith("left as they were)\n")
    for wrong in (gatehouse("bulk", "spam"), gatehouse("bulk", "spam", made[1]["id"], *these)):
        assert wrong.returncode == 1 and "either ids or conditions" in wrong.stderr


def test_what_others_wrote_does_not_steer_the_terminal(gatehouse) -> None:
    page = "https://herald.test/terminal"
    hostile = "You are a stupid idiot.\x1b]0;title\x07\x1b[2J\x9b31m\u202e\nSecond line"
    name = "Eve\x9b2J\u202e"
    shown = gatehouse("submit", "--page", page, "--name", name, "--wait", "20", stdin=hostile)
    listed = gatehouse("list", "held", "--limit", "1000")
    for output in (shown.stdout, listed.stdout):
        assert "You are a stupid idiot." in output and "Eve" in output
        assert all(char.isprintable() or char == "\n" for char in output)
    assert "\nSecond line" in shown.stdout


def test_what_goes_wrong_is_one_sentence(gatehouse) -> None:
    for process, words in (
        (gatehouse("show", "cmt_none"), "gatehouse: 404 not_found: There is no such comment."),
        (gatehouse("list", "held", GATEHOUSE_KEY="ghs_wrong"), "gatehouse: 401"),
        (gatehouse("list", "held", GATEHOUSE_KEY=""), "gatehouse: Set GATEHOUSE_KEY"),
        (gatehouse("list", "held", GATEHOUSE_URL="http://127.0.0.1:9"), "gatehouse: No answer"),
    ):
        assert process.returncode == 1 and process.stdout == ""
        assert process.stderr.startswith(words) and process.stderr.count("\n") == 1


def test_the_desk_from_the_command_line(gatehouse, running, url: str) -> None:
    page = "https://herald.test/desk"

    def submit(text: str) -> str:
        made = gatehouse("submit", "--page", page, "--name", "Dan", "--wait", "20", "--json", text)
        return json.loads(made.stdout)["id"]

    first, made = (
        submit("A fine thing."),
        submit("You are a stupid idiot, see https://ferry-times.com/"),
    )
    # What stands around it.
    around = gatehouse("context", made)
    assert f"before it:\n  {first}  approved  Dan: A fine thing." in around.stdout, around.stderr
    assert json.loads(gatehouse("context", made, "--json").stdout)["parent"] is None
    assert made in gatehouse("search", "--same-text", made).stdout
    assert gatehouse("search", "--same-network", made).stdout.startswith(f"{made}  ")
    # A score that is wrong.
    assert gatehouse("wrong", made, "insult").stdout.startswith(f"{made}  insult 0.")
    assert "insult 0." in gatehouse("corrections", made).stdout
    assert gatehouse("wrong", made, "no_such").returncode
    assert gatehouse("not-wrong", made, "insult").stdout == f"{made}  taken back: insult\n"
    assert gatehouse("corrections", made).stdout == ""
    # Held from now on, for a week, and no longer.
    assert "domain ferry-times.com: nothing\n" in gatehouse("filters", made).stdout
    held = gatehouse(
        "from-now-on",
        made,
        "hold",
        "--about",
        "domain",
        "--domain",
        "ferry-times.com",
        "--days",
        "7",
    )
    assert held.stdout.startswith(f"{made}  hold by "), held.stderr
    filter_id = held.stdout.rpartition("(")[2].rstrip(")\n")
    assert f"domain ferry-times.com: hold ({filter_id}, " in gatehouse("filters", made).stdout
    assert gatehouse("no-longer", made, filter_id).stdout == f"{made}  off {filter_id}\n"
    assert "domain ferry-times.com: nothing\n" in gatehouse("filters", made).stdout
    assert gatehouse("from-now-on", made, "hold", "--about", "planet").returncode
    # Queues narrowed down, and their reasons.
    assert gatehouse("decide", made, "hold").returncode == 0
    mine = gatehouse("list", "mine", "--status", "held", "--page", page)
    assert mine.stdout.startswith(f"{made}  Dan: You are") and mine.stdout.count("\n") == 1
    assert gatehouse("list", "mine", "--status", "spam", "--page", page).stdout == ""
    assert gatehouse("list", "held", "--page", page, "--order", "urgency").stdout == mine.stdout
    assert gatehouse("reasons", "held").returncode == 0
    assert gatehouse("reasons", "nothing").returncode
    # Views.
    saved = gatehouse("save-view", "Mine, held", "--queue", "mine", "--status", "held")
    view_id = saved.stdout.partition("  ")[0]
    assert "Mine, held (own): status=held queue=mine" in saved.stdout, saved.stderr
    assert gatehouse("views").stdout == saved.stdout
    assert gatehouse("remove-view", view_id).stdout == f"{view_id}  removed\n"
    assert gatehouse("views").stdout == ""
    # All that is one's own here, at once.
    told = gatehouse("bulk", "approve", "--queue", "mine", "--page", page, "--yes")
    assert "1 of 1 decided" in told.stdout, told.stderr
