"""`gatehouse audit`: the operator's own changes, of all sites or one, as text, JSON and CSV."""

import csv
import json

from tests.gatehouse.conftest import Run


def test_what_commands_change_is_listed(gatehouse: Run) -> None:
    assert gatehouse("migrate").returncode == 0
    for name in ("Herald", "Blog"):
        assert gatehouse("site", "add", name, "--origin", f"https://{name}.test").returncode == 0
    gatehouse("site", "readers", "Herald", "--edit-minutes", "5")
    lines = gatehouse("audit", "--since", "1h", "--site", "Herald").stdout.splitlines()
    assert "  command  site.readers_changed  site_" in lines[0], lines
    assert lines[0].endswith('{"edit_minutes": 15} -> {"edit_minutes": 5}')
    assert "site.created" in lines[-1]
    everywhere = gatehouse("audit", "--action", "site.created", "--json").stdout.splitlines()
    assert [json.loads(line)["after"]["name"] for line in everywhere] == ["Blog", "Herald"]
    table = gatehouse("audit", "--csv", "--who", "command", "--action", "key").stdout
    assert [row["action"] for row in csv.DictReader(table.splitlines())] == ["key.created"] * 6
    assert "ghs_" not in table
    refused = gatehouse("audit", "--action", "nothing")
    assert refused.returncode == 1 and "no such change" in refused.stderr
    for wanted in ("bo@herald.test", "no address"):
        invited = gatehouse("moderator", "invite", wanted, "--role", "admin", "--site", "Herald")
        assert ("/console/invitation?link=ghi_" in invited.stdout) is ("@" in wanted)
