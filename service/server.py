"""Serving the app: uvicorn with deadlines for slow clients and a ceiling for headers."""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from moderation.log import log_to_stderr
from moderation.settings import Settings
from service.app import create_app

HEADERS_LIMIT = 100  # fields; browsers send about 20
HEADER_BYTES_LIMIT = 32 * 1024


class DeadlineProtocol(HttpToolsProtocol):
    """Closes a connection whose request has not arrived whole within `receipt_seconds`.

    uvicorn bounds how long a connection may idle between requests, but not how slowly one request
    may trickle in: a client sending a byte a minute would hold its socket for ever.
    """

    receipt_seconds = 10.0
    patience = 30.0  # for a client that reads nothing of its answer

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._header_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._answering: Any = None
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        self._was_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and self.transport and not self.transport.is_closing():
            self._expect()  # the first bytes of the next request on this connection
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._header_bytes = 0
        if self._deadline is None:  # it came in one piece with the end of the request before it
            self._expect()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        super().on_header(name, value)
        if len(self.headers) > HEADERS_LIMIT or self._header_bytes > HEADER_BYTES_LIMIT:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_complete(self) -> None:
        self._arrived()
        super().on_message_complete()

    # A client that asks and never reads holds its answer in our memory, and close() waits for it too.

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        self._was_read()
        super().resume_writing()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle  # self.cycle is the request that came last
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._unsent():  # too little to pause, and still unread
            self._watch()

    def _watch(self) -> None:
        if self._unread is None:
            left = self._unsent()
            self._unread = self.loop.call_later(self.patience, self._look, left)

    def _look(self, before: int) -> None:
        self._unread = None
        left = self._unsent()
        if left and left >= before:
            if self._answering is not None:  # abort() lets it write on, before it is told
                self._answering.disconnected = True
            self.transport.abort()
        elif left:
            self._watch()

    def _unsent(self) -> int:
        """Bytes of answers that the client has not taken; 0 where it has gone, of which uvloop's transport will not speak."""
        try:
            return int(self.transport.get_write_buffer_size())
        except RuntimeError:
            return 0

    def _was_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self.receipt_seconds, self._late)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            self.transport.close()


def serve(settings: Settings) -> None:
    """Runs the API until SIGTERM or SIGINT; requests under way are answered first."""
    log_to_stderr(settings.log_level)
    app = create_app(settings)
    protocol = type("Protocol", (DeadlineProtocol,), {"receipt_seconds": settings.receipt_seconds})
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=protocol,
        ws="none",
        lifespan="on",
        access_log=False,  # its lines carry queries; service/http/middleware.py logs what is needed
        log_config=None,
        server_header=False,
        proxy_headers=False,  # service/http/client_address.py believes trusted proxies only
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
        backlog=2048,
    )
