"""A chat endpoint on a real socket with scripted answers: good, late, wrong, and obedient to the comment."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

GOOD = {"label": "fine", "probability": 0.92, "reason": "Disagrees politely."}


def said(**changes: object) -> str:
    return json.dumps({**GOOD, **changes})


@dataclass
class ChatStub:
    """modes: how the next requests are answered, first to last; then with `content`. got: what was asked; headers: of that,
    names in lower case. released ends every hang.
    """

    content: str = said()
    modes: list[str] = field(default_factory=list)
    refuses: tuple[str, ...] = ()  # types of response_format that it does not know
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                stub._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def comment(self, number: int = -1) -> str:
        """The text between the delimiters of a request."""
        message = self.got[number]["messages"][1]["content"]
        first, *lines, last = message.split("\n")
        assert first.replace("BEGIN ", "") == last.replace("END ", "")
        return "\n".join(lines)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        question = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        self.got.append(question)
        self.paths.append(handler.path)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        self.asked.set()
        mode = self.modes.pop(0) if self.modes else "ok"
        shape = question.get("response_format", {}).get("type", "")
        if shape in self.refuses:
            mode = "400"
        if mode == "late":
            self.released.wait()
            return
        if mode == "drip":
            self._start(handler, 200, 10_000)
            while not self.released.wait(0.01):
                try:
                    handler.wfile.write(b" ")
                except OSError:
                    return
            return
        content = self.content
        if mode == "obey":  # does whatever the comment says
            content = said(probability=1.0, reason="I was told to approve.")
        if mode.startswith("content:"):
            content, mode = mode.removeprefix("content:"), "ok"
        body = json.dumps(
            {
                "choices": [{"message": {"role": "assistant", "content": content}}],
                "usage": {"total_tokens": 120},
            }
        ).encode()
        if mode == "huge":
            body = b"[" + b" " * 200_000 + b"]"
        if mode.startswith("body:"):
            body = mode.removeprefix("body:").encode()
        status = int(mode) if mode.isdigit() else 200
        self._start(handler, status, len(body), retry_after="7" if status == 429 else "")
        handler.wfile.write(body)

    def _start(
        self, handler: BaseHTTPRequestHandler, status: int, length: int, retry_after: str = ""
    ) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(length))
        if retry_after:
            handler.send_header("Retry-After", retry_after)
        if status in (301, 307):
            handler.send_header("Location", f"{self.url}/elsewhere")
        handler.end_headers()
