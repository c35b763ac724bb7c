"""A reader of server-sent events, as a browser is one: what has come so far, and whether it goes on."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection

from harness.servers import wait_until


@dataclass(frozen=True)
class ServerEvent:
    name: str
    data: str
    id: str


@dataclass
class EventReader:
    """Asks for a stream on 127.0.0.1 and reads it in a thread. status, headers: of the answer; names in lower case."""

    port: int
    path: str
    request_headers: dict[str, str] = field(default_factory=dict)
    events: list[ServerEvent] = field(default_factory=list)
    comments: int = 0  # lines that say only that the stream lives

    def __post_init__(self) -> None:
        self._connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        self._connection.request("GET", self.path, headers=self.request_headers)
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self.headers = {name.lower(): value for name, value in self._answer.getheaders()}
        self._thread = threading.Thread(target=self._read, daemon=True)
        if self.status == 200:
            self._thread.start()

    @property
    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def wait_for(
        self, condition: Callable[[list[ServerEvent]], object], expected: str
    ) -> list[ServerEvent]:
        """All events, once they are as expected."""
        wait_until(lambda: condition(self.events), expected, 120)
        return list(self.events)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread.ident:
            self._thread.join(10)
        self._connection.close()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        with suppress(OSError, ValueError):
            for raw in self._answer:
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                else:
                    if "data" in fields:
                        self.events.append(
                            ServerEvent(
                                fields.get("event", ""), fields["data"], fields.get("id", "")
                            )
                        )
                    fields = {}
