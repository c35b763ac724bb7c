"""A receiver of webhooks on a real socket with scripted answers, good and bad."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Got:
    """One request as it came in; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> dict[str, object]:
        """Raises unless the independent library accepts it, at this moment."""
        message = Webhook(secret).verify(self.body, self.headers)
        assert isinstance(message, dict)
        return message


@dataclass
class Receiver:
    """modes: how to answer the next requests, first to last, or a URL to send them to; then 'ok'.
    always: paths that are answered in one way. released ends every hang.
    """

    modes: list[str] = field(default_factory=list)
    always: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    got: list[Got] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.allow = f"127.0.0.1:{self.port}, hooks.herald.test:{self.port}"
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        # A plain close would leave accept() waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.got]

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._serve, args=(line,)))
            self._threads[-1].start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            line.settimeout(10)
            if self.tls:
                line = self.tls.wrap_socket(line, server_side=True)
            with line:
                request = _read(line)
                if request is None:
                    return
                mode = self.always.get(request.path, "")
                mode = mode or (self.modes.pop(0) if self.modes else "ok")
                self.got.append(request)
                answer = _ANSWERS.get(mode) or _plain("307 Temporary Redirect", f"Location: {mode}")
                answer(line, self.released)


def _read(line: socket.socket) -> Got | None:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = line.recv(65536)
        if not chunk:
            return None
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (header.split(": ", 1) for header in rest)}
    while len(body) < int(headers["content-length"]):
        body += line.recv(65536)
    return Got(first.split(" ")[1], headers, body)


Answer = Callable[[socket.socket, threading.Event], None]


def _plain(status: str, *headers: str) -> Answer:
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0", *headers]

    def answer(line: socket.socket, released: threading.Event) -> None:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    return answer


def _hang(line: socket.socket, released: threading.Event) -> None:
    released.wait()


def _drip(line: socket.socket, released: threading.Event) -> None:
    """Headers without end, a byte at a time: no single read ever times out."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not released.wait(0.02):
        line.sendall(b"x")


def _headers(line: socket.socket, released: threading.Event) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while not released.is_set():
        line.sendall(b"X-Bomb: " + b"x" * 8192 + b"\r\n")


def _endless(line: socket.socket, released: threading.Event) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not released.is_set():
        line.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")


def _reset(line: socket.socket, released: threading.Event) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _lost(line: socket.socket, released: threading.Event) -> None:
    """It has the message, and its answer never arrives."""


def _garbage(line: socket.socket, released: threading.Event) -> None:
    line.sendall(b"220 mail.herald.test ESMTP\r\n")


_ANSWERS: dict[str, Answer] = {
    "ok": _plain("204 No Content"),
    "200": _plain("200 OK"),
    "404": _plain("404 Not Found"),
    "500": _plain("500 Internal Server Error"),
    "410": _plain("410 Gone"),
    "429": _plain("429 Too Many Requests"),
    "redirect": _plain("307 Temporary Redirect", "Location: /elsewhere"),
    "retry-after": _plain("503 Service Unavailable", "Retry-After: 420"),
    "hang": _hang,
    "drip": _drip,
    "headers": _headers,
    "endless": _endless,
    "reset": _reset,
    "lost": _lost,
    "garbage": _garbage,
}
