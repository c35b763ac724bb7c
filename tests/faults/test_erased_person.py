"""Once a person is erased in running processes, nothing of them is in a table, SQLite's files, the broker, a log or an export."""

import json
import secrets
import time
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from harness.gatehouse_process import GatehouseProcess
from harness.servers import Broker, wait_until
from harness.texts import PAGE
from moderation.accounts import moderators
from moderation.domain.decision import Outcome
from moderation.domain.roles import Role
from moderation.doorbell import redis_client
from moderation.notify import endpoints
from moderation.review import proposals
from moderation.review.explanation import Explanation
from moderation.store.sql.schema import deliveries, search_due
from tests.faults.read_routes import Answers, Ids, ask, read_all
from tests.faults.test_privacy import Canaries
from tests.gatehouse.forked import Forked
from tests.notify.receiver import Receiver
from tests.upkeep.test_people import dump, files

pytestmark = pytest.mark.timeout(600)  # each route, twice, beside three processes
UNREAD = {"/api/v1/policies/shadow": "no candidate is tried"}
# Where words of the person stand before.
TOLD = {
    "/api/v1/appeals",
    "/api/v1/comments",
    "/api/v1/notices",
    "/api/v1/proposals",
    "/api/v1/statements",
    "/api/v1/threads",
    "/api/v1/reputation",
    "/api/v1/authors/{author}/notes",
    "/api/v1/campaigns/{campaign_id}",
    "/api/v1/campaigns/{campaign_id}/comments",
    "/api/v1/comments/{comment_id}",
    "/api/v1/comments/{comment_id}/context",
    "/api/v1/comments/{comment_id}/notes",
    "/api/v1/comments/{comment_id}/reputation",
    "/api/v1/proposals/{proposal_id}",
    "/api/v1/queues/{name}",
    "/api/v1/reputation/{kind}/{name}",
}


def done(gatehouse: GatehouseProcess, method: str, path: str, body: object = None, **headers: str):
    status, text = ask(gatehouse, method, path, body, **headers)
    assert status < 300, (method, path, status, text)
    return json.loads(text) if text else {}


def command(commands: Forked, gatehouse: GatehouseProcess, *arguments: str) -> str:
    """What a command writes; with what it says besides."""
    status, out, err = commands.run(arguments, b"", gatehouse.environment)
    assert status == 0, (arguments, err)
    return (out + err).decode()


@dataclass
class Planted:
    """comments: of the person. elsewhere: a comment of somebody else. notice: of the person, about that. tokens: of receipts."""

    comments: list[str]
    elsewhere: str
    notice: str
    tokens: dict[str, str]


def planted(gatehouse: GatehouseProcess, canaries: Canaries) -> Planted:
    """A person who comments, changes, appeals, reports and notifies; of whom moderators write."""
    author = {"name": canaries.name, "email": canaries.email, "id": f"u-{canaries.name}"}
    context = {"ip": canaries.address, "user_agent": canaries.agent}
    sent = []
    for number in range(3):
        text = f"Thought {number} of {canaries.text}, see https://{canaries.text}.com/{number}"
        body = {"page": {"url": PAGE}, "text": text, "author": author, "context": context}
        key = {"Idempotency-Key": f"{canaries.text}-{number}"}
        sent.append(done(gatehouse, "POST", "/api/v1/comments", body, **key))
    for number in range(3):  # a campaign
        page = {"url": f"{PAGE}-{number}"}
        text = f"Cheap watches for everybody, {canaries.text}: https://{canaries.text}.net/{number}"
        body = {"page": page, "text": text, "author": author, "context": context}
        sent.append(done(gatehouse, "POST", "/api/v1/comments", body))
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
    notified = done(gatehouse, "POST", f"{path}/{elsewhere}/notices", notice)
    changed = {"text": f"Now {canaries.text} again."}
    writer = {"Authorization": f"Bearer {sent[1]['author_token']}"}
    done(gatehouse, "PATCH", f"{path}/{ids[1]}", changed, **writer)
    gatehouse.wait_until_decided(40)
    done(gatehouse, "POST", f"{path}/{ids[1]}/decisions", {"outcome": "approve"})
    tokens = {receipt["id"]: receipt["author_token"] for receipt in sent}
    return Planted(ids, elsewhere, notified["id"], tokens | {notified["id"]: notified["token"]})


def about(gatehouse: GatehouseProcess, planted: Planted, canaries: Canaries) -> Ids:
    """What moderators do with a person's comments: note, propose, decide together, list; the ids of it all."""
    store, site = gatehouse.store, gatehouse.site.id
    now = time.time_ns() // 1_000_000
    waiting = planted.comments[2]
    author = store.crypto.author_key(site, f"id:u-{canaries.name}")
    done(gatehouse, "POST", f"/api/v1/authors/{author}/notes", {"text": canaries.text})
    bo = moderators.add_moderator(
        store, "bo@herald.test", "", site, Role.TRAINEE, now=now, entropy=secrets.token_bytes
    )
    reject, words = Outcome.REJECT, Explanation(sentence=canaries.text, note=canaries.text)
    proposed = proposals.propose(
        store, bo, {site}, waiting, reject, words, now=now, entropy=secrets.token_bytes
    )
    wanted = {"action": "reject", "sentence": canaries.text, "ids": planted.comments[3:]}
    bulk = done(gatehouse, "POST", "/api/v1/bulk", wanted)["id"]
    path = f"/api/v1/bulk/{bulk}"
    wait_until(lambda: not done(gatehouse, "GET", path)["waiting"], "all are decided", 40)
    words = {"name": "Watches", "kind": "words", "action": "hold", "entries": ["watches"]}
    done(gatehouse, "PUT", "/api/v1/readers", {"proof_of_work": 1_000})
    networks = done(gatehouse, "GET", "/api/v1/reputation?kind=network")["items"]
    return Ids(
        site,
        planted.comments,
        [hook["id"] for hook in done(gatehouse, "GET", "/api/v1/endpoints")["items"]],
        author,
        bulk,
        done(gatehouse, "GET", f"/api/v1/comments/{planted.comments[3]}")["campaign_id"],
        done(gatehouse, "POST", "/api/v1/filters", words)["id"],
        bo,
        planted.notice,
        proposed.id,
        [
            f"author/{author}",
            f"domain/{canaries.text}.com",
            *(f"network/{each['name']}" for each in networks),
        ],
        planted.tokens,
    )


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


def exported(commands: Forked, gatehouse: GatehouseProcess, comment_id: str) -> dict[str, str]:
    """What each export command writes."""
    site = gatehouse.site.id
    return {
        " ".join(each): command(commands, gatehouse, *each)
        for each in (
            ("export", site),
            ("export", site, "--feedback"),
            ("export", site, "--corrections"),
            ("statements", "--site", site, "--since", "30d"),
            ("audit", "--since", "30d"),
            ("person", "export", "--comment", comment_id),
        )
    }


def leaks(answers: Answers, canaries: Canaries) -> dict[str, list[str]]:
    """By the route: the addresses that gave out a word of the person."""
    found = {
        route: [path for path, (_, text) in given.items() if canaries.found_in(text)]
        for route, given in answers.items()
    }
    return {route: paths for route, paths in found.items() if paths}


def test_nothing_of_an_erased_person_is_anywhere(build, broker):
    canaries = Canaries()
    with Receiver() as receiver, Forked() as commands:
        gatehouse = build(log_level="DEBUG", webhook_allow=receiver.allow, sweep_seconds=0.5)
        asked = endpoints.Subscription(types=["statement.made"])
        for wanted in (endpoints.Subscription(), asked):
            endpoints.add_webhook(
                gatehouse.store,
                gatehouse.site.id,
                receiver.url,
                wanted,
                allow=receiver.allow,
                now=time.time_ns() // 1_000_000,
                entropy=secrets.token_bytes,
            )
        gatehouse.start_api()
        gatehouse.start_worker(SAID="0.9")
        gatehouse.start_courier()
        gatehouse.wait_for_worker()
        person = planted(gatehouse, canaries)
        ids = about(gatehouse, person, canaries)
        wait_until(lambda: is_quiet(gatehouse), "all is sent and found by its words", 40)

        # It does look, and they are there.
        assert canaries.text in "".join(dump(gatehouse.store).values())
        first, site = ids.comments[0], ids.site
        before = exported(commands, gatehouse, first)
        seen = {name for name, text in before.items() if canaries.found_in(text)}
        assert {f"export {site}", f"export {site} --corrections"} <= seen
        assert set(canaries.found_in(before[f"person export --comment {first}"])) >= {
            canaries.text,
            canaries.email,
        }
        read_before = read_all(gatehouse, ids)
        unread = {
            route
            for route, answers in read_before.items()
            if all(status != 200 for status, _ in answers.values())
        }
        assert unread == UNREAD.keys()
        assert leaks(read_before, canaries).keys() >= TOLD

        by_email = {"email": canaries.email, "confirm": True}
        erased = done(gatehouse, "POST", "/api/v1/people/erase", by_email)
        assert (erased["erased"], erased["complete"]) == (6, True)
        done(
            gatehouse,
            "POST",
            "/api/v1/people/erase",
            {"author_id": f"u-{canaries.name}", "confirm": True},
        )
        wait_until(lambda: is_quiet(gatehouse), "endpoints heard of it", 40)
        after = exported(commands, gatehouse, first)
        assert {
            name: found for name, text in after.items() if (found := canaries.found_in(text))
        } == {}
        read_after = read_all(gatehouse, ids)
        assert leaks(read_after, canaries) == {}
        kept = broker_keys(broker)
        assert "_kombu.binding" in kept and canaries.found_in(kept) == []
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
