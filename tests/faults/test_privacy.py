"""What an author typed is never in a log or the broker, whatever fails."""

import asyncio
import base64
import binascii
import re
import secrets
import threading
import time
from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest
import redis

from harness.load import Client, request
from harness.servers import wait_until
from harness.texts import PAGE
from moderation.doorbell import redis_client
from moderation.notify import endpoints
from tests.notify.receiver import Receiver

pytestmark = pytest.mark.timeout(90)


class Canaries:
    """Words that stand nowhere else, one in each field that a writer fills in."""

    def __init__(self) -> None:
        def word(kind):
            return f"canary{kind}{secrets.token_hex(5)}"

        self.text, self.name, self.agent = word("text"), word("name"), word("agent")
        self.email = f"{word('mail')}@example.org"
        a, b = secrets.token_hex(2), secrets.token_hex(2)
        self.address = f"2001:db8:{int(a, 16) | 0x1000:x}:{int(b, 16) | 0x1000:x}::77"

    def found_in(self, text: str) -> list[str]:
        """Which of them stand in a text: as they are, in base64 or percent-encoded."""
        haystack = (text + _unwrapped(text)).lower()
        words = (self.text, self.name, self.agent, self.email, self.address)
        return [word for word in words if word in haystack or quote(word).lower() in haystack]


def _unwrapped(text: str) -> str:
    """What stands in base64 in a text, as Celery wraps its messages."""
    opened = []
    for encoded in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        with suppress(binascii.Error):
            opened.append(base64.b64decode(encoded).decode("latin-1"))
    return " ".join(opened)


class Monitor:
    """Listens to every command that a broker is given."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._url = url
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._listening.wait(5)

    def _listen(self) -> None:
        client = redis_client(self._url, timeout=60)
        with suppress(redis.RedisError, OSError), client.monitor() as monitor:
            self._listening.set()
            for command in monitor.listen():
                self.heard.append(command["command"])
        client.close()

    def ended(self) -> str:
        """All of it, once the broker was stopped."""
        self._thread.join(10)
        return "\n".join(self.heard)


def json_request(gatehouse, body: str, **headers: str) -> bytes:
    all_headers = {"Authorization": f"Bearer {gatehouse.key}", "Content-Type": "application/json"}
    return request("/api/v1/comments", body.encode(), all_headers | headers)


def submission(gatehouse, canaries: Canaries, text: str) -> bytes:
    body = (
        f'{{"page": {{"url": "{PAGE}"}}, "text": "{text} {canaries.text}", "author": '
        f'{{"name": "{canaries.name}", "email": "{canaries.email}"}}, "context": '
        f'{{"ip": "{canaries.address}", "user_agent": "{canaries.agent}"}}}}'
    )
    return json_request(gatehouse, body, **{"Idempotency-Key": secrets.token_hex(8)})


def form(gatehouse, canaries: Canaries, page: str = PAGE) -> bytes:
    fields = {
        "author": canaries.name,
        "email": canaries.email,
        "comment": canaries.text,
        "page_url": page,
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": canaries.agent,
    }
    return request(f"/reply/{gatehouse.site.id}", urlencode(fields).encode(), headers)


def people_request(gatehouse, path: str, body: str) -> bytes:
    headers = {"Authorization": f"Bearer {gatehouse.key}", "Content-Type": "application/json"}
    return request(f"/api/v1/people/{path}", body.encode(), headers)


def ask(gatehouse, *raws: bytes) -> list[int]:
    async def all_of_them():
        client = Client(gatehouse.port)
        statuses = [(await client.ask(raw))[0] for raw in raws]
        client.close()
        return statuses

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the rest is the same
def test_canaries_are_in_no_log_and_not_in_the_broker(build, broker, tmp_path):
    canaries = Canaries()
    with Receiver() as receiver:
        gatehouse = build(log_level="DEBUG", webhook_allow=receiver.allow)
        now = time.time_ns() // 1_000_000
        endpoints.add_webhook(
            gatehouse.store,
            gatehouse.site.id,
            receiver.url,
            allow=receiver.allow,
            now=now,
            entropy=secrets.token_bytes,
        )
        monitor = Monitor(broker.url)
        gatehouse.start_api()
        gatehouse.start_worker(SAID="0.9")
        gatehouse.start_courier()
        gatehouse.wait_for_worker()
        good = submission(gatehouse, canaries, "Well said.")
        bad = submission(gatehouse, canaries, "This breaks.")  # the scorer's error quotes the text
        assert ask(gatehouse, good, bad, form(gatehouse, canaries)) == [202, 202, 303]
        person = f'{{"email": "{canaries.email}"}}'
        about = [people_request(gatehouse, path, person) for path in ("export", "erase")]
        nobody = people_request(gatehouse, "erase", f'{{"email": "{canaries.text}"}}')
        assert ask(gatehouse, *about, nobody) == [200, 200, 422]
        refused = [
            json_request(gatehouse, f'{{"text": "{canaries.text}"'),
            json_request(gatehouse, f'{{"{canaries.email}": "{canaries.text}"}}'),
            submission(gatehouse, canaries, "Nul \\u0000"),
            form(gatehouse, canaries, "https://elsewhere.test/"),
            good.replace(gatehouse.key.encode(), canaries.text.encode()),
        ]
        assert ask(gatehouse, *refused) == [400, 422, 422, 422, 401]
        # Three were received; two were held, and one held for want of a score.
        wait_until(lambda: len(receiver.got) == 6, "every event is delivered", 30)
        broker.stop()
        assert ask(gatehouse, submission(gatehouse, canaries, "The broker is away.")) == [202]
        wait_until(lambda: "does not reach" in gatehouse.log("api"), "the API misses the broker")
        wait_until(lambda: "does not answer" in gatehouse.log("worker"), "so does the worker", 30)
        webhooks = "\n".join(
            f"{message.path} {message.headers} {message.body!r}" for message in receiver.got
        )
    for name in ("api", "worker", "courier"):
        assert gatehouse.log(name)
        assert canaries.found_in(gatehouse.log(name)) == [], name
    commands = monitor.ended()
    assert "gatehouse:bell:judge" in commands and "gatehouse:limit" in commands  # it did listen
    assert canaries.found_in(commands) == []
    kept = [file for file in (broker.folder / "broker").rglob("*") if file.is_file()]
    assert kept and canaries.found_in("".join(file.read_text("latin-1") for file in kept)) == []
    assert canaries.found_in(webhooks) == []


def test_the_search_finds_what_is_there():
    canaries = Canaries()
    wrapped = base64.b64encode(f'{{"text": "{canaries.text}"}}'.encode()).decode()
    assert canaries.found_in(f'"body": "{wrapped}"') == [canaries.text]
    assert canaries.found_in(f"email={quote(canaries.email)}") == [canaries.email]
    assert canaries.found_in(f"from {canaries.address.upper()}") == [canaries.address]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_addresses_are_not_readable_in_the_database_either(gatehouse, tmp_path):
    canaries = Canaries()
    gatehouse.start_api()
    assert ask(gatehouse, submission(gatehouse, canaries, "Well said.")) == [202]
    kept = "".join(file.read_text("latin-1") for file in tmp_path.glob("gatehouse.db*"))
    readable = canaries.found_in(kept)
    assert canaries.text in readable  # it did look
    assert canaries.email not in readable and canaries.address not in readable
