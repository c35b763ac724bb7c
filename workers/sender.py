"""One guarded POST: to an address that was checked, within a deadline, and never anywhere else.

httpcore has no redirects, proxies, cookies or netrc to switch off, and lets us open the socket
ourselves: the address that is checked is the address that is dialled, while the name stays in Host
and in the TLS handshake (docs/webhooks.md, "Where messages go").
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore

from moderation.clock import now_ms
from moderation.domain.address import Destination, destination, parse_allow, refusal_of
from moderation.domain.delivery import Response, parse_retry_after
from moderation.domain.errors import Invalid

BODY_LIMIT = 64 * 1024  # bytes of an answer: nobody looks at it, so this is politeness
CONNECT_SECONDS = 5.0  # per address; a SYN is repeated after 1 and 3 seconds
ADDRESS_LIMIT = 4  # addresses of a name that are dialled
AGENT = "Gatehouse-Webhooks/1"

Resolve = Callable[[str, int], Sequence[str]]


class _DeadlinePassed(Exception):
    """The attempt ended before there was an answer; the word goes into the attempt's row."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host in the order to try them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Sender:
    """Posts webhooks. allow: settings.webhook_allow. timeout: seconds for one attempt in all, from
    the name's resolution to the end of the answer. Threads may share one.
    """

    def __init__(
        self,
        allow: str,
        timeout: float,
        *,
        trust: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._allow = parse_allow(allow)
        self._timeout = timeout
        self._resolve = resolve
        if trust is None:
            trust = ssl.create_default_context()  # what the operator's machine trusts
            trust.load_verify_locations(certifi.where())  # and where it has no list of its own
        self._trust = trust

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Posts the body. What goes wrong in the network is an error in the Response, never raised.

        error: url (may not be called), address (leads inside), dns, timeout, refused, unreachable,
        tls, reset, protocol (no HTTP), too_large (the answer's body; it was cut).
        """
        started = time.monotonic()
        status: int | None = None
        retry_after: int | None = None
        error = ""
        try:
            to = destination(url, self._allow)
            line = _CheckedBackend(to, started + self._timeout, self._resolve)
            with (
                httpcore.ConnectionPool(self._trust, network_backend=line) as pool,
                pool.stream(
                    "POST", _target(url, to), headers=_all(headers, to), content=body
                ) as it,
            ):
                status = it.status
                retry_after = _retry_after(it.headers)
                _drain(it.iter_stream())
        except Invalid:
            error = "url"
        except _DeadlinePassed as stopped:
            error = str(stopped)
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
        ) as failure:
            error = _error_code(failure)
        duration = round((time.monotonic() - started) * 1000)
        return Response(status, error, duration, retry_after)


def _target(url: str, to: Destination) -> httpcore.URL:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=target)


def _all(headers: Mapping[str, str], to: Destination) -> list[tuple[str, str]]:
    host = f"[{to.host}]" if ":" in to.host else to.host
    if to.port != {"https": 443, "http": 80}[to.scheme]:
        host += f":{to.port}"
    return [("host", host), ("user-agent", AGENT), ("connection", "close"), *headers.items()]


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    for name, value in headers:
        if name.lower() == b"retry-after":
            return parse_retry_after(value.decode("latin-1"), now_ms())
    return None


def _drain(chunks: Iterable[bytes]) -> None:
    length = 0
    for chunk in chunks:
        length += len(chunk)
        if length > BODY_LIMIT:
            raise _DeadlinePassed("too_large")


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
        self._dial = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        # One inner address among public ones is reason enough: such a name is not to be trusted.
        if not self._to.allowed and any(refusal_of(address) for address in addresses):
            raise _DeadlinePassed("address")
        failure = _DeadlinePassed("dns")
        for address in addresses[:ADDRESS_LIMIT]:
            seconds = min(CONNECT_SECONDS, _left(self._until))
            try:
                stream = self._dial.connect_tcp(address, port, seconds, None, socket_options)
            except httpcore.ConnectTimeout:
                failure = _DeadlinePassed("timeout")
            except httpcore.ConnectError as error:
                closed = isinstance(error.__cause__, ConnectionRefusedError)
                failure = _DeadlinePassed("refused" if closed else "unreachable")
            else:
                return _Timed(stream, self._until)
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolved in a thread that is left behind when it takes too long: the C library's call has
        no deadline of its own.
        """
        answer: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._resolve(host, port))
            except (OSError, UnicodeError):
                answer.put(None)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            return answer.get(timeout=_left(self._until)) or []
        except queue.Empty:
            raise _DeadlinePassed("timeout") from None


class _Timed(httpcore.NetworkStream):
    """A stream whose every read and write ends with the attempt, however little arrives at a time."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Not the stream's own write: it grants every piece the whole of the time.
        line: socket.socket = self._stream.get_extra_info("socket")
        rest = memoryview(buffer)
        try:
            while rest:
                line.settimeout(_left(self._until))
                rest = rest[line.send(rest) :]
        except TimeoutError:
            raise _DeadlinePassed("timeout") from None
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
        left = _left(self._until)
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectError:  # a certificate that is wrong, or no TLS at all
            raise _DeadlinePassed("tls") from None
        return _Timed(secured, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    """Seconds until the deadline. Raises _Stopped when it is over."""
    left = until - time.monotonic()
    if left <= 0:
        raise _DeadlinePassed("timeout")
    return left
