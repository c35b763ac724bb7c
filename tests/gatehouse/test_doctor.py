"""`gatehouse doctor`: what is well is said in a line, what is not says what to do."""

import re
from pathlib import Path

from harness.servers import Broker
from moderation.doorbell import Doorbell, redis_client
from tests.gatehouse.conftest import Run


def findings(output: str) -> dict[str, list[str]]:
    """The lines by what they are about; 'FAULT ' before those that are not well."""
    lines_by_subject: dict[str, list[str]] = {}
    for line in output.splitlines():
        verdict, about, text = re.split(r" +", line, maxsplit=2)
        lines_by_subject.setdefault(about, []).append(
            ("FAULT " if verdict == "FAULT" else "") + text
        )
    return lines_by_subject


def test_what_is_well_and_what_is_not(gatehouse: Run, database_url: str, broker: Broker) -> None:
    client = redis_client(broker.url, timeout=5)
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.close()
    process = gatehouse(
        "doctor", database_url=database_url, redis_url=broker.url, secret_key="k" * 32
    )
    assert process.returncode == 1, process.stderr
    report = findings(process.stdout)
    assert report["data"] == ["not needed: database and secret are elsewhere"]
    assert re.match("(SQLite|PostgreSQL) answers and is migrated", report["database"][0])
    assert report["broker"][:2] == ["answers", "keeps what it has on disk"]
    assert report["broker"][2].startswith("FAULT forgets when it is full")
    assert "loads and scores" in report["model"][0]
    assert [line[:13] for line in report["workers"][:2]] == ["FAULT 0 judge", "FAULT 0 couri"]


def test_a_proxy_that_names_no_reader_is_named(gatehouse: Run, broker: Broker) -> None:
    def proxies(trusted: str) -> list[str]:
        process = gatehouse("doctor", redis_url=broker.url, trusted_proxies=trusted)
        return findings(process.stdout)["proxies"]

    assert proxies("10.0.0.0/8") == ["each that is trusted names its readers"]
    bell = Doorbell(broker.url)
    for address in ("10.0.0.7", "2001:db8::1", "10.0.0.7"):
        bell.note_mute_proxy(address)
    bell.close()
    told = proxies("10.0.0.0/8, 2001:db8::/32")
    assert [line.split()[:2] for line in told] == [["FAULT", "10.0.0.7"], ["FAULT", "2001:db8::1"]]
    assert proxies("") == ["none is trusted: GATEHOUSE_TRUSTED_PROXIES is not set"]


def test_nothing_is_there_yet(gatehouse: Run) -> None:
    process = gatehouse("doctor")
    assert process.returncode == 1
    report = findings(process.stdout)
    assert "gatehouse up" in report["data"][0] and "gatehouse migrate" in report["database"][0]
    assert "does not answer" in report["broker"][0]


def test_a_folder_open_to_others_is_a_fault(gatehouse: Run, data: Path) -> None:
    assert gatehouse("migrate").returncode == 0
    data.chmod(0o755)
    report = findings(gatehouse("doctor").stdout)
    assert report["data"][0].startswith("FAULT") and "chmod 700" in report["data"][0]


def test_a_database_from_before_is_told(gatehouse: Run, empty_database_url: str) -> None:
    process = gatehouse("doctor", database_url=empty_database_url, secret_key="k" * 32)
    report = findings(process.stdout)
    assert report["database"] == [
        "FAULT The database is of another version: run `gatehouse migrate`."
    ]
