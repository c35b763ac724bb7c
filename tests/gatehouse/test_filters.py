"""`gatehouse filter`: lists out of files, tried before they are kept."""

import json
from pathlib import Path

from tests.gatehouse.conftest import Run


def test_a_list_out_of_a_file(gatehouse: Run, tmp_path: Path) -> None:
    assert gatehouse("migrate").returncode == 0
    assert gatehouse("site", "add", "Herald", "--origin", "https://herald.test").returncode == 0
    words = tmp_path / "casinos.txt"
    words.write_text("casino\n# and kin\npoker*\n", encoding="utf-8")

    tried = gatehouse("filter", "try", "Herald", str(words), "--days", "7")
    assert "Looked at 0 comments of the last 7 days: 0 would have matched." in tried.stdout
    added = gatehouse("filter", "add", "Herald", str(words), "--action", "spam", "--in", "name")
    assert added.returncode == 0, added.stderr
    (listed,) = gatehouse("filter", "list", "Herald", "--json").stdout.splitlines()
    assert json.loads(listed) == {
        "id": added.stdout.strip(),
        "name": "casinos",
        "kind": "words",
        "action": "spam",
        "entries": 3,
        "enabled": True,
        "until": None,
        "version": 1,
    }
    bad = gatehouse("filter", "add", "Herald", "-", "--kind", "patterns", stdin="ok\n(zq7mark\n")
    assert "zq7mark" not in bad.stderr + bad.stdout
    assert bad.returncode == 1
    assert "Pattern 2 cannot be read" in bad.stderr and bad.stderr.count("\n") == 1
    assert gatehouse("filter", "remove", "Herald", added.stdout.strip()).returncode == 0
    assert gatehouse("filter", "list", "Herald").stdout == ""
