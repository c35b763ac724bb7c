"""A TCP proxy between Gatehouse and a server, that cuts, stalls or swallows what passes."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from types import TracebackType

from sqlalchemy.engine import make_url


class Fault(StrEnum):
    """NONE: bytes pass. CUT: connections are closed, and new ones at once. STALL: bytes wait until the fault
    ends. SWALLOW: the server's bytes are lost, without a word to anybody.
    """

    NONE = "none"
    CUT = "cut"
    STALL = "stall"
    SWALLOW = "swallow"


class Proxy:
    """Listens on a port of 127.0.0.1. connect: makes a connection to the server."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._changed = threading.Condition()
        self._fault = Fault.NONE
        self._open = True
        self._sockets: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def begin(self, fault: Fault) -> None:
        with self._changed:
            self._fault = fault
            self._changed.notify_all()
            if fault is Fault.CUT:
                self._close_all()

    def end(self) -> None:
        """Bytes pass again."""
        self.begin(Fault.NONE)

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every connection and every thread."""
        with self._changed:
            self._open, self._fault = False, Fault.NONE
            self._changed.notify_all()
            self._close_all()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # a plain close would leave accept() waiting
        for thread in self._threads:
            thread.join(10)
        self._listening.close()

    def _close_all(self) -> None:
        for connection in self._sockets:
            with suppress(OSError):  # the other side was first
                connection.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return  # closed
            with self._changed:
                if self._fault is Fault.CUT or not self._open:
                    client.close()
                    continue
                try:
                    server = self._connect()
                except OSError:
                    client.close()
                    continue
                self._sockets |= {client, server}
            self._start(self._relay, client, server)

    def _start(self, run: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        """One connection, both ways, until its end."""
        answers = self._start(self._pump, server, client, True)
        self._pump(client, server, False)
        answers.join()
        with self._changed:
            self._sockets -= {client, server}
        client.close()
        server.close()

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65_536):
                with self._changed:
                    self._changed.wait_for(lambda: self._fault is not Fault.STALL)
                    is_lost = is_answer and self._fault is Fault.SWALLOW
                if not is_lost:
                    sink.sendall(data)
        except OSError:
            pass
        for connection in (source, sink):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def before_database(url: str) -> tuple[Proxy, str]:
    """A proxy before the PostgreSQL of this URL, and the URL through it."""
    parsed = make_url(url)
    host = str(parsed.query.get("host", parsed.host or "127.0.0.1"))
    port = int(str(parsed.query.get("port", parsed.port or 5432)))

    def connect() -> socket.socket:
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"{host}/.s.PGSQL.{port}")
        return connection

    proxy = Proxy(connect)
    through = parsed.difference_update_query(["host", "port"]).set(
        host="127.0.0.1", port=proxy.port
    )
    return proxy, through.render_as_string(hide_password=False)
