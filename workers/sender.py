"""Posts to a checked address within a deadline, and never anywhere else.

httpcore has no redirects, proxies, cookies or netrc to switch off, and lets us open the socket
ourselves: we connect to the very address that was checked, while the name stays in Host and in the TLS
handshake (docs/webhooks.md, "Where messages go").
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore

from moderation.clock import now_ms
from moderation.domain.address import Destination, destination, parse_allow, refusal_of
from moderation.domain.delivery import Response, parse_retry_after
from moderation.domain.errors import Invalid

BODY_LIMIT = 64 * 1024  # bytes of an answer; a webhook's is read only to be polite
CONNECT_SECONDS = 5.0  # per address; a SYN is repeated after 1 and 3 seconds
ADDRESS_LIMIT = 4  # addresses of a name that are tried
USER_AGENT = "Gatehouse-Webhooks/1"

Resolve = Callable[[str, int], Sequence[str]]


class _AttemptFailed(Exception):
    """The attempt ended without an answer; its message is the error in the Response."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host in the order to try them. Raises OSError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


@cache
def _machine_trust() -> ssl.SSLContext:
    """Certificates that this machine trusts, read once for all senders of a process: that takes a tenth of a second."""
    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())  # for machines without any
    return trust


class Sender:
    """Posts webhooks, and questions for second opinions. allow: settings.webhook_allow. timeout: seconds for a whole attempt, from resolving
    the name to the end of the answer. Thread-safe.
    """

    def __init__(
        self,
        allow: str,
        timeout: float,
        *,
        trust: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
        agent: str = USER_AGENT,
    ) -> None:
        self._allow = parse_allow(allow)
        self._timeout = timeout
        self._resolve, self._agent = resolve, agent
        self._trust = trust or _machine_trust()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Posts the body; see exchange()."""
        return self.exchange(url, headers, body)[0]

    def exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, bytes]:
        """Posts the body, for the answer. Failures of the network are in the Response, never raised.

        error: url (may not be called), address (leads inside), dns, timeout, refused, unreachable,
        tls, reset, protocol (no HTTP), too_large (the answer's body; it was cut).
        """
        started = time.monotonic()
        status: int | None = None
        retry_after: int | None = None
        error, received = "", b""
        try:
            to = destination(url, self._allow)
            backend = _CheckedBackend(to, started + self._timeout, self._resolve)
            target, all_headers = _target(url, to), _all_headers(headers, to, self._agent)
            with (
                httpcore.ConnectionPool(self._trust, network_backend=backend) as pool,
                pool.stream("POST", target, headers=all_headers, content=body) as answer,
            ):
                status = answer.status
                retry_after = _retry_after(answer.headers)
                received = _read(answer.iter_stream())
        except Invalid:
            error = "url"
        except _AttemptFailed as failure:
            error = str(failure)
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
        ) as failure:
            error = _error_code(failure)
        duration = round((time.monotonic() - started) * 1000)
        return Response(status, error, duration, retry_after), received


def _target(url: str, to: Destination) -> httpcore.URL:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=target)


def _all_headers(headers: Mapping[str, str], to: Destination, agent: str) -> list[tuple[str, str]]:
    host = f"[{to.host}]" if ":" in to.host else to.host
    if to.port != {"https": 443, "http": 80}[to.scheme]:
        host += f":{to.port}"
    return [("host", host), ("user-agent", agent), ("connection", "close"), *headers.items()]


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    for name, value in headers:
        if name.lower() == b"retry-after":
            return parse_retry_after(value.decode("latin-1"), now_ms())
    return None


def _read(chunks: Iterable[bytes]) -> bytes:
    received = bytearray()
    for chunk in chunks:
        received += chunk
        if len(received) > BODY_LIMIT:
            raise _AttemptFailed("too_large")
    return bytes(received)


def _error_code(failure: Exception) -> str:
    if isinstance(failure, httpcore.TimeoutException):
        return "timeout"
    return "protocol" if isinstance(failure, httpcore.ProtocolError) else "reset"


class _CheckedBackend(httpcore.NetworkBackend):
    """Opens the one connection of one attempt. until: time.monotonic() of the deadline."""

    def __init__(self, to: Destination, until: float, resolve: Resolve) -> None:
        self._to = to
        self._until = until
        self._resolve = resolve
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        # A single inner address among public ones is enough: such a name cannot be trusted.
        if not self._to.allowed and any(refusal_of(address) for address in addresses):
            raise _AttemptFailed("address")
        failure = _AttemptFailed("dns")
        for address in addresses[:ADDRESS_LIMIT]:
            seconds = min(CONNECT_SECONDS, _seconds_left(self._until))
            try:
                stream = self._backend.connect_tcp(address, port, seconds, None, socket_options)
            except httpcore.ConnectTimeout:
                failure = _AttemptFailed("timeout")
            except httpcore.ConnectError as error:
                closed = isinstance(error.__cause__, ConnectionRefusedError)
                failure = _AttemptFailed("refused" if closed else "unreachable")
            else:
                return _DeadlineStream(stream, self._until)
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolves in a thread that is abandoned when it takes too long: the C library's call has no
        deadline of its own.
        """
        answer: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answer.put(self._resolve(host, port))
            except (OSError, UnicodeError):
                answer.put(None)

        threading.Thread(target=look_up, name="resolve", daemon=True).start()
        try:
            return answer.get(timeout=_seconds_left(self._until)) or []
        except queue.Empty:
            raise _AttemptFailed("timeout") from None


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose reads and writes end at the attempt's deadline, however little arrives at a time."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Not the stream's own write, which gives each piece the whole timeout.
        connection: socket.socket = self._stream.get_extra_info("socket")
        rest = memoryview(buffer)
        try:
            while rest:
                connection.settimeout(_seconds_left(self._until))
                rest = rest[connection.send(rest) :]
        except TimeoutError:
            raise _AttemptFailed("timeout") from None
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _seconds_left(self._until)
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, seconds)
        except httpcore.ConnectError:  # a wrong certificate, or no TLS at all
            raise _AttemptFailed("tls") from None
        return _DeadlineStream(secured, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _seconds_left(until: float) -> float:
    """Seconds until the deadline. Raises _AttemptFailed when it has passed."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise _AttemptFailed("timeout")
    return seconds
