"""The command without its second of imports: a process that has them, and forks for each call.

A call is a process all the same, with its own arguments, environment and files, and ends as one does.
tests/gatehouse/test_up.py starts the command as it is.
"""

import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, Self

_LONGEST = 1 << 20  # bytes of arguments and environment
_PATIENCE = 100.0  # seconds of one call


class Forked:
    """Runs commands, one at a time."""

    def __init__(self) -> None:
        self._ours, child_socket = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LONGEST)
        self._ours.settimeout(_PATIENCE)
        self._calls = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(child_socket.fileno())],
            pass_fds=(child_socket.fileno(),),
        )
        child_socket.close()

    def run(
        self, arguments: Sequence[str], stdin: bytes, environment: Mapping[str, str]
    ) -> tuple[int, bytes, bytes]:
        """Exit status (negative: the signal it died of), stdout and stderr. Raises TimeoutError."""
        with (
            tempfile.TemporaryFile() as input_file,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            files: tuple[IO[bytes], ...] = (input_file, out, err)
            input_file.write(stdin)
            input_file.seek(0)
            self._calls += 1
            message = json.dumps([self._calls, list(arguments), dict(environment)]).encode()
            socket.send_fds(self._ours, [message], [file.fileno() for file in files])
            number = 0
            while number != self._calls:  # a call that took too long is answered late
                number, status = json.loads(self._ours.recv(64))
            out.seek(0)
            err.seek(0)
            return status, out.read(), err.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()  # it ends with its last message
        self._process.wait(_PATIENCE)


# What commands import when they are called.
_LATE = (
    "gatehouse.supervisor.running",
    "moderation.startup",
    "moderation.review.queues",
    "gatehouse_client",
    "moderation.review.filters",
    "moderation.notify.digest",
    "moderation.upkeep.erase",
    "moderation.learning.lessons",
    "moderation.learning.status",
    "moderation.review.decisions",
    "moderation.scorers.build",
    "moderation.review.campaigns",
    "moderation.store.sql.migrate",
    "moderation.notify.endpoints",
    "moderation.review.reputation",
)


def _serve(line: socket.socket) -> None:
    from gatehouse import main

    for entry in main.ENTRIES.values():
        importlib.import_module(f"gatehouse.commands.{entry.module}")
    for name in _LATE:
        importlib.import_module(name)
    gc.freeze()  # a call that ends looks through its own objects, and does not copy every page of these
    while True:
        message, files, _, _ = socket.recv_fds(line, _LONGEST, 3)
        if not message:
            return
        if not (child := os.fork()):
            line.close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            _, arguments, environment = json.loads(message)
            os.environ.clear()
            os.environ.update(environment)
            sys.argv = ["gatehouse", *arguments]
            main.run()
            return
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        line.send(json.dumps([json.loads(message)[0], os.waitstatus_to_exitcode(status)]).encode())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
