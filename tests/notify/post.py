"""A mail server on a real socket that keeps its mails and refuses given recipients."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Self


@dataclass
class PostOffice:
    """unknown: addresses that are refused. got: recipient and mail, in the order they came."""

    unknown: set[str] = field(default_factory=set)
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"mailto://127.0.0.1:{self.port}?from=gatehouse@herald.test&mode=insecure"
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(line,)))
            self._threads[-1].start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line, line.makefile("rwb") as stream:
            line.settimeout(10)

            def say(words: str) -> None:
                stream.write(f"{words}\r\n".encode())
                stream.flush()

            say("220 post.herald.test")
            to: list[str] = []
            for request in iter(stream.readline, b""):
                verb = request[:4].upper()
                if verb == b"RCPT":
                    to.append(request.decode().partition("<")[2].partition(">")[0])
                    say("550 no such user" if to[-1] in self.unknown else "250 ok")
                elif verb == b"DATA":
                    say("354 go on")
                    text = b"".join(iter(stream.readline, b".\r\n")).decode()
                    mail = message_from_string(text, policy=policy.default)
                    self.got += [(address, mail) for address in to]
                    say("250 taken")
                elif verb == b"QUIT":
                    say("221 bye")
                    return
                else:
                    to = [] if verb in (b"MAIL", b"RSET") else to
                    say("250 ok")
