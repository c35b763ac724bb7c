"""`gatehouse channel` and `gatehouse digest`: where people are told, without their secrets."""

import json

from tests.gatehouse.conftest import Run

TOKEN = "TIiajkdnlazkcOXrIdevi7FQ"


def test_a_channel_comes_and_goes(gatehouse: Run) -> None:
    gatehouse("migrate")
    gatehouse("site", "add", "Herald", "--origin", "https://herald.test")
    url = f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}/#desk\n"
    added = gatehouse("channel", "add", "Herald", "-", "--json", stdin=url)
    assert added.returncode == 0, added.stderr
    made = json.loads(added.stdout)
    assert made["types"] == [
        "endpoint.disabled",
        "note.mention",
        "queue.digest",
        "statistics.alarm",
    ]
    listed = gatehouse("channel", "list", "Herald")
    assert made["id"] in listed.stdout and "Slack, slack://T" in listed.stdout
    assert TOKEN not in added.stdout + listed.stdout
    assert gatehouse("channel", "test", made["id"]).stdout.startswith("evt_")
    deliveries = gatehouse("endpoint", "deliveries", made["id"])
    assert "webhook.test" in deliveries.stdout and "not tried yet" in deliveries.stdout
    assert gatehouse("channel", "remove", made["id"]).returncode == 0
    assert gatehouse("channel", "list", "Herald").stdout == ""

    for bad, why in [
        ("json://hooks.example.com", "add a webhook"),
        ("moderators", "GATEHOUSE_MAIL_URL"),
        (f"nosuch://{TOKEN}", "Apprise cannot read"),
    ]:
        refused = gatehouse("channel", "add", "Herald", bad)
        assert refused.returncode == 1
        assert why in refused.stderr and refused.stderr.count("\n") == 1
        assert TOKEN not in refused.stderr

    gatehouse("moderator", "add", "ada@herald.test", "--role", "editor", "--site", "Herald")
    assert gatehouse("moderator", "mails", "ada@herald.test", "--off").returncode == 0
    assert gatehouse("moderator", "mails", "bo@herald.test", "--off").returncode == 1

    now = gatehouse("digest", "Herald", public_url="https://gate.test")
    assert now.stdout.startswith("Herald: 0 waiting, 0 came in\n\nWaiting for a moderator: 0\n")
    assert json.loads(gatehouse("digest", "Herald", "--json").stdout)["held"] == 0
