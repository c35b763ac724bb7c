"""`gatehouse doctor`: what is well is said in a line, what is not says what to do."""

import re
from pathlib import Path

from harness.servers import Broker
from moderation.doorbell import redis_client
from tests.gatehouse.conftest import Run


def findings(output: str) -> dict[str, list[str]]:
    """The lines by what they are about; 'FAULT ' before those that are not well."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        verdict, about, text = re.split(r" +", line, maxsplit=2)
        found.setdefault(about, []).append(("FAULT " if verdict == "FAULT" else "") + text)
    return found


def test_what_is_well_and_what_is_not(gatehouse: Run, database_url: str, broker: Broker) -> None:
    client = redis_client(broker.url, timeout=5)
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.close()
    done = gatehouse("doctor", database_url=database_url, redis_url=broker.url, secret_key="k" * 32)
    assert done.returncode == 1, done.stderr
    told = findings(done.stdout)
    assert told["data"] == ["not needed: database and secret are elsewhere"]
    assert re.match("(SQLite|PostgreSQL) answers and is migrated", told["database"][0])
    assert told["broker"][:2] == ["answers", "keeps what it has on disk"]
    assert told["broker"][2].startswith("FAULT forgets when it is full")
    assert "loads and scores" in told["model"][0]
    assert [one[:13] for one in told["workers"][:2]] == ["FAULT 0 judge", "FAULT 0 couri"]


def test_nothing_is_there_yet(gatehouse: Run) -> None:
    done = gatehouse("doctor")
    assert done.returncode == 1
    told = findings(done.stdout)
    assert "gatehouse up" in told["data"][0] and "gatehouse migrate" in told["database"][0]
    assert "does not answer" in told["broker"][0]


def test_a_folder_open_to_others_is_a_fault(gatehouse: Run, data: Path) -> None:
    assert gatehouse("migrate").returncode == 0
    data.chmod(0o755)
    told = findings(gatehouse("doctor").stdout)
    assert told["data"][0].startswith("FAULT") and "chmod 700" in told["data"][0]


def test_a_database_from_before_is_told(gatehouse: Run, empty_database_url: str) -> None:
    done = gatehouse("doctor", database_url=empty_database_url, secret_key="k" * 32)
    told = findings(done.stdout)
    assert told["database"] == [
        "FAULT The database is of another version: run `gatehouse migrate`."
    ]
