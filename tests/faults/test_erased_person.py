"""Once a person is erased in running processes, nothing of them is in a table, SQLite's files, the broker, a log or an export."""

import json
import secrets
import subprocess
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa

from harness.gatehouse_process import GATEHOUSE, GatehouseProcess
from harness.servers import Broker, wait_until
from harness.texts import PAGE
from moderation.doorbell import redis_client
from moderation.notify import endpoints
from moderation.store.sql.schema import deliveries, search_due
from tests.faults.test_privacy import Canaries
from tests.notify.receiver import Receiver
from tests.upkeep.test_people import dump, files

pytestmark = pytest.mark.timeout(300)
# What is sent there stays open.
STREAMS = {"/api/v1/threads/events"}


def ask(gatehouse: GatehouseProcess, method: str, path: str, body: object = None, **headers: str):
    """The status and the text of an answer to the secret key."""
    request = Request(
        f"http://127.0.0.1:{gatehouse.port}{path}",
        json.dumps(body).encode() if body is not None else None,
        {"Authorization": f"Bearer {gatehouse.key}", "Content-Type": "application/json", **headers},
        method=method,
    )
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def done(gatehouse: GatehouseProcess, method: str, path: str, body: object = None, **headers: str):
    status, text = ask(gatehouse, method, path, body, **headers)
    assert status < 300, (method, path, status, text)
    return json.loads(text) if text else {}


def command(gatehouse: GatehouseProcess, *arguments: str) -> str:
    """What a command writes; with what it says besides."""
    result = subprocess.run(
        [*GATEHOUSE, *arguments],
        env=gatehouse.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, (arguments, result.stderr)
    return result.stdout + result.stderr


def planted(gatehouse: GatehouseProcess, canaries: Canaries) -> list[str]:
    """A person who comments, changes, appeals, reports and notifies; of whom moderators write. The comments' ids."""
    author = {"name": canaries.name, "email": canaries.email, "id": f"u-{canaries.name}"}
    context = {"ip": canaries.address, "user_agent": canaries.agent}
    sent = []
    for number in range(3):
        text = f"Thought {number} of {canaries.text}, see https://{canaries.text}.com/{number}"
        body = {"page": {"url": PAGE}, "text": text, "author": author, "context": context}
        key = {"Idempotency-Key": f"{canaries.text}-{number}"}
        sent.append(done(gatehouse, "POST", "/api/v1/comments", body, **key))
    other = {"page": {"url": PAGE}, "text": "Somebody else's.", "author": {"name": "Nora"}}
    elsewhere = done(gatehouse, "POST", "/api/v1/comments", other)["id"]
    gatehouse.wait_until_decided(40)
    ids = [receipt["id"] for receipt in sent]
    path = "/api/v1/comments"
    writer = {"Authorization": f"Bearer {sent[0]['author_token']}"}
    why = {"outcome": "reject", "sentence": f"Not with {canaries.text}.", "note": canaries.text}
    done(gatehouse, "POST", f"{path}/{ids[0]}/decisions", why)
    done(gatehouse, "POST", f"{path}/{ids[0]}/appeal", {"text": canaries.text}, **writer)
    done(gatehouse, "POST", f"{path}/{ids[0]}/notes", {"text": f"Is {canaries.email}"})
    done(gatehouse, "POST", f"{path}/{ids[0]}/corrections", {"label": "toxicity"})
    for id in (ids[1], elsewhere):
        done(gatehouse, "POST", f"{path}/{id}/decisions", {"outcome": "approve"})
    by_person = {"reason": "spam", "note": canaries.text, "reader": {"id": author["id"]}}
    done(gatehouse, "POST", f"{path}/{elsewhere}/reports", by_person)
    notice = {"name": canaries.name, "email": canaries.email, "why": canaries.text}
    notice["good_faith"] = True
    done(gatehouse, "POST", f"{path}/{elsewhere}/notices", notice)
    changed = {"text": f"Now {canaries.text} again."}
    writer = {"Authorization": f"Bearer {sent[1]['author_token']}"}
    done(gatehouse, "PATCH", f"{path}/{ids[1]}", changed, **writer)
    gatehouse.wait_until_decided(40)
    return ids


def is_quiet(gatehouse: GatehouseProcess) -> bool:
    """Whether everything was sent, and put into the search index."""
    with gatehouse.store.read() as connection:
        waits = (
            sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.state == "due")
        )
        unread = sa.select(sa.func.count()).select_from(search_due)
        return not connection.scalar(waits) and not connection.scalar(unread)


def broker_keys(broker: Broker) -> str:
    """Every key of the broker with what it holds."""
    client = redis_client(broker.url, timeout=10)
    try:
        keys = list(client.scan_iter())
        dumped = [client.dump(key) or b"" for key in keys]
        lists = [
            b" ".join(client.lrange(key, 0, -1)) for key in keys if client.type(key) == b"list"
        ]
        hashes = [repr(client.hgetall(key)).encode() for key in keys if client.type(key) == b"hash"]
        return b"\n".join([*keys, *dumped, *lists, *hashes]).decode("latin-1")
    finally:
        client.close()


def handed_out(gatehouse: GatehouseProcess, ids: list[str]) -> dict[str, str]:
    """What each export command and each route that reads gives out, by its name."""
    site = gatehouse.site.id
    written = {
        " ".join(each): command(gatehouse, *each)
        for each in (
            ("export", site),
            ("export", site, "--feedback"),
            ("export", site, "--corrections"),
            ("statements", "--site", site, "--since", "30d"),
            ("audit", "--since", "30d"),
            ("person", "export", "--comment", ids[0]),
        )
    }
    described = json.loads(ask(gatehouse, "GET", "/api/v1/openapi.json")[1])
    paths = [path for path, methods in described["paths"].items() if "get" in methods]
    hooks = json.loads(ask(gatehouse, "GET", "/api/v1/endpoints")[1])["items"]
    filling = {
        "{comment_id}": ids,
        "{endpoint_id}": [hook["id"] for hook in hooks],
        "{name}": ["pending", "held", "approved", "rejected", "spam"],
        "{site_id}": [site],
    }
    for path in sorted(set(paths) - STREAMS):
        name = next((each for each in filling if each in path), "")
        for value in filling.get(name, [""]):
            filled = path.replace(name, value) if name else path
            queries = ["", f"?page_url={PAGE}", "?since=2020-01-01T00:00:00Z", "?format=csv"]
            for query in queries if "{" not in filled else []:
                status, text = ask(gatehouse, "GET", filled + query)
                assert status < 500, (path, text)
                written[f"GET {filled}{query} {status}"] = text
    return written


def test_nothing_of_an_erased_person_is_anywhere(build, broker):
    canaries = Canaries()
    with Receiver() as receiver:
        gatehouse = build(log_level="DEBUG", webhook_allow=receiver.allow, sweep_seconds=0.5)
        asked = endpoints.Subscription(types=["statement.made"])
        for wanted in (endpoints.Subscription(), asked):
            endpoints.add_webhook(
                *(gatehouse.store, gatehouse.site.id, receiver.url, wanted),
                allow=receiver.allow,
                now=time.time_ns() // 1_000_000,
                entropy=secrets.token_bytes,
            )
        gatehouse.start_api()
        gatehouse.start_worker(SAID="0.9")
        gatehouse.start_courier()
        gatehouse.wait_for_worker()
        ids = planted(gatehouse, canaries)
        wait_until(lambda: is_quiet(gatehouse), "all is sent and found by its words", 40)

        # It does look, and they are there.
        assert canaries.text in "".join(dump(gatehouse.store).values())
        before = handed_out(gatehouse, ids)
        seen = {name for name, text in before.items() if canaries.found_in(text)}
        site = gatehouse.site.id
        assert {f"export {site}", f"export {site} --corrections"} <= seen
        assert f"GET /api/v1/comments/{ids[0]} 200" in seen
        assert any(name.startswith("GET /api/v1/statements") for name in seen)
        assert set(canaries.found_in(before[f"person export --comment {ids[0]}"])) >= {
            canaries.text,
            canaries.email,
        }

        by_email = {"email": canaries.email, "confirm": True}
        erased = done(gatehouse, "POST", "/api/v1/people/erase", by_email)
        assert (erased["erased"], erased["complete"]) == (3, True)
        done(
            gatehouse,
            "POST",
            "/api/v1/people/erase",
            {"author_id": f"u-{canaries.name}", "confirm": True},
        )
        wait_until(lambda: is_quiet(gatehouse), "endpoints heard of it", 40)
        after = handed_out(gatehouse, ids)
        assert {
            name: found for name, text in after.items() if (found := canaries.found_in(text))
        } == {}
        kept = broker_keys(broker)
        assert "gatehouse" in kept and canaries.found_in(kept) == []
    for name in ("api", "worker", "courier"):
        assert gatehouse.log(name) and canaries.found_in(gatehouse.log(name)) == [], name
    tables = dump(gatehouse.store)
    assert {
        name: found for name, text in tables.items() if (found := canaries.found_in(text))
    } == {}
    crypto = gatehouse.store.crypto
    hashes = {
        crypto.email_key(canaries.email),
        crypto.address_key(canaries.address),
        crypto.author_key(gatehouse.site.id, f"id:u-{canaries.name}"),
    }
    everything = "\n".join([*tables.values(), files(gatehouse.store)])
    assert {each for each in hashes if each in everything} == set()
    assert canaries.found_in(files(gatehouse.store)) == []
    broker.stop()
    on_disk = [file for file in (broker.folder / "broker").rglob("*") if file.is_file()]
    assert canaries.found_in("".join(file.read_text("latin-1") for file in on_disk)) == []
