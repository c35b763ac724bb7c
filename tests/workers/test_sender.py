"""The guarded POST against misbehaving receivers and misleading names."""

import socket
import threading
from pathlib import Path

import pytest

from harness.certificates import self_signed
from moderation.domain.delivery import Response
from tests.notify.receiver import Receiver
from workers.sender import BODY_LIMIT, Sender

HEADERS = {"content-type": "application/json", "webhook-id": "evt_1"}


def post(receiver: Receiver, mode: str, timeout: float = 0.5) -> Response:
    receiver.modes.append(mode)
    return Sender(receiver.allow, timeout).post(receiver.url, HEADERS, b'{"a":1}')


def test_a_good_receiver(receiver: Receiver) -> None:
    answer = post(receiver, "ok", timeout=10)
    assert (answer.status, answer.error, answer.retry_after) == (204, "", None)
    (got,) = receiver.got
    assert got.body == b'{"a":1}'
    assert got.path == "/hook"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-length"] == "7"
    assert got.headers["user-agent"].startswith("Gatehouse-Webhooks/")


@pytest.mark.parametrize(
    ("mode", "status", "error"),
    [
        ("500", 500, ""),
        ("410", 410, ""),
        ("redirect", 307, ""),
        ("hang", None, "timeout"),
        ("drip", None, "timeout"),
        ("reset", None, "reset"),
        ("lost", None, "protocol"),
        ("garbage", None, "protocol"),
        ("headers", None, "protocol"),
        ("endless", 200, "too_large"),
    ],
)
def test_a_bad_receiver(receiver: Receiver, mode: str, status: int | None, error: str) -> None:
    receiver.modes.append(mode)
    sender = Sender(receiver.allow, 0.5)
    # It hangs until the end of the test: that there is an answer shows that the deadline is for all of it.
    answer = sender.post(receiver.url, HEADERS, b'{"a":1}')
    assert (answer.status, answer.error) == (status, error)
    assert answer.duration >= (500 if error == "timeout" else 0)
    assert len(receiver.got) == 1, "a redirect is never followed, nothing is repeated"


def test_a_wait_that_the_receiver_asks_for(receiver: Receiver) -> None:
    assert post(receiver, "retry-after").retry_after == 420_000


def test_a_closed_port(receiver: Receiver) -> None:
    closed = Receiver()
    with closed:
        pass
    assert Sender(closed.allow, 5).post(closed.url, HEADERS, b"{}").error == "refused"


def test_what_the_environment_says_of_proxies_changes_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(receiver, "ok").status == 204
        assert proxy.connections == 0


def test_a_receiver_that_reads_nothing_ends_with_the_deadline() -> None:
    """A body larger than the buffers of both kernels, and nobody who takes it."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        sender = Sender(f"127.0.0.1:{port}", 0.5)
        answer = sender.post(f"http://127.0.0.1:{port}/", HEADERS, b"x" * 50_000_000)
    assert answer.error == "timeout"


def test_the_answer_is_cut(receiver: Receiver) -> None:
    assert BODY_LIMIT == 65_536
    assert post(receiver, "endless", timeout=30).error == "too_large"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["1.1.1.1", "127.0.0.1"],
        ["127.0.0.1", "1.1.1.1"],
        ["1.1.1.1", "::ffff:127.0.0.1"],
        ["fe80::1%eth0"],
    ],
)
def test_a_name_that_leads_inside(addresses: list[str]) -> None:
    names: list[str] = []

    def lying(host: str, port: int) -> list[str]:
        names.append(host)
        return addresses

    answer = Sender("", 5, resolve=lying).post("https://hooks.herald.test/", HEADERS, b"{}")
    assert answer.error == "address"
    assert names == ["hooks.herald.test"], "asked once: what is checked is what is dialled"


def test_an_unknown_name_and_one_never_resolved() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError

    answer = Sender("", 5, resolve=unknown).post("https://hooks.herald.test/", HEADERS, b"{}")
    assert answer.error == "dns"
    over = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        over.wait(20)
        return []

    answer = Sender("", 0.2, resolve=slow).post("https://hooks.herald.test/", HEADERS, b"{}")
    over.set()
    assert answer.error == "timeout"


def test_the_checked_address_is_dialled_under_the_name(tmp_path: Path) -> None:
    """TLS is verified against the name, although an address was dialled."""
    with (
        self_signed(tmp_path, "hooks.herald.test") as (server, trusting),
        Receiver(tls=server) as receiver,
    ):
        url = f"https://hooks.herald.test:{receiver.port}/hook"

        def post(**changes: object) -> Response:
            sender = Sender(receiver.allow, 5, resolve=lambda *_: ["127.0.0.1"], **changes)
            return sender.post(url, HEADERS, b"{}")

        assert post(trust=trusting).status == 204
        assert receiver.got[0].headers["host"] == f"hooks.herald.test:{receiver.port}"
        assert post().error == "tls", "signed by nobody we know"
        assert len(receiver.got) == 1


def test_a_certificate_for_somebody_else(tmp_path: Path) -> None:
    with (
        self_signed(tmp_path, "blog.test") as (server, trusting),
        Receiver(tls=server) as receiver,
    ):
        sender = Sender(receiver.allow, 5, trust=trusting, resolve=lambda *_: ["127.0.0.1"])
        url = f"https://hooks.herald.test:{receiver.port}/"
        assert sender.post(url, HEADERS, b"{}").error == "tls"
        assert not receiver.got


def test_https_to_a_server_that_speaks_none(receiver: Receiver) -> None:
    url = receiver.url.replace("http:", "https:")
    assert Sender(receiver.allow, 1).post(url, HEADERS, b"{}").error in ("tls", "timeout")
    assert not receiver.got
