"""Serves the app: uvicorn with deadlines for slow clients and limits for headers."""

import asyncio
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from moderation import memory
from moderation.log import log_to_stderr
from moderation.settings import Settings
from service.app import create_app, end_streams

HEADERS_LIMIT = 100  # fields; browsers send about 20
HEADER_BYTES_LIMIT = 32 * 1024


class DeadlineProtocol(HttpToolsProtocol):
    """Closes a connection whose request has not arrived completely within `receipt_seconds`.

    uvicorn limits how long a connection may idle between requests, but not how slowly a request may
    arrive: a client that sends a byte a minute would keep its socket for ever.
    """

    receipt_seconds = 10.0
    unread_seconds = 30.0  # for a client that reads nothing of its answer
    end_streams = staticmethod(lambda: None)

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._header_bytes = 0
        self._receipt_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._answering: Any = None
        self._start_receipt_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_receipt_timer()
        self._stop_watching()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.end_streams()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self._receipt_timer is None and self.transport and not self.transport.is_closing():
            self._start_receipt_timer()  # the first bytes of the next request on this connection
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._header_bytes = 0
        if self._receipt_timer is None:  # it came in one packet with the previous request's end
            self._start_receipt_timer()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        super().on_header(name, value)
        if len(self.headers) > HEADERS_LIMIT or self._header_bytes > HEADER_BYTES_LIMIT:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_complete(self) -> None:
        self._stop_receipt_timer()
        super().on_message_complete()

    # A client that never reads keeps its answer in our memory, and close() would wait for it.

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_unread()

    def resume_writing(self) -> None:
        self._stop_watching()
        super().resume_writing()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle  # self.cycle is the request that came last
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._unsent():  # too little to pause, and still unread
            self._watch_unread()

    def _watch_unread(self) -> None:
        if self._unread_timer is None:
            unsent = self._unsent()
            self._unread_timer = self.loop.call_later(
                self.unread_seconds, self._check_unread, unsent
            )

    def _check_unread(self, before: int) -> None:
        self._unread_timer = None
        unsent = self._unsent()
        if unsent and unsent >= before:
            if self._answering is not None:  # else it would keep writing after abort()
                self._answering.disconnected = True
            self.transport.abort()
        elif unsent:
            self._watch_unread()

    def _unsent(self) -> int:
        """Bytes of answers that the client has not read; 0 once it is gone, when uvloop's transport raises."""
        try:
            return int(self.transport.get_write_buffer_size())
        except RuntimeError:
            return 0

    def _stop_watching(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _start_receipt_timer(self) -> None:
        self._receipt_timer = self.loop.call_later(self.receipt_seconds, self._receipt_timed_out)

    def _stop_receipt_timer(self) -> None:
        if self._receipt_timer is not None:
            self._receipt_timer.cancel()
            self._receipt_timer = None

    def _receipt_timed_out(self) -> None:
        self._receipt_timer = None
        self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            self.transport.close()


def protocol_of(app: FastAPI, settings: Settings) -> type[DeadlineProtocol]:
    """What connections to the app speak: with its deadline, and its streams end when the server stops."""
    values = {
        "receipt_seconds": settings.receipt_seconds,
        "end_streams": staticmethod(partial(end_streams, app)),
    }
    return type("Protocol", (DeadlineProtocol,), values)


def serve(settings: Settings) -> None:
    """Runs the API until SIGTERM or SIGINT; requests in progress are answered first."""
    log_to_stderr(settings.log_level)
    with memory.lasting_objects():
        app = create_app(settings)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=protocol_of(app, settings),
        ws="none",
        lifespan="on",
        access_log=False,  # its lines contain queries; service/http/middleware.py logs what is needed
        log_config=None,
        server_header=False,
        proxy_headers=False,  # service/http/client_address.py trusts only the configured proxies
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
        backlog=2048,
    )
