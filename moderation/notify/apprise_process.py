"""Sends one notice through Apprise, in a process of its own that ends afterwards.

    python -P -m moderation.notify.apprise_process < job.json

Apprise talks to some 190 services with code that trusts the author of the URL. In this process it can be
stopped at any moment and holds none of our secrets but this one URL; audit hooks (PEP 578) refuse every
connection to an address that is not public, every file but Python's own and every new process, whichever
plugin asks. A job and its answer are one JSON object each.
"""

import json
import logging
import os
import smtplib
import socket
import ssl
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from moderation.clock import now_ms
from moderation.domain.address import refusal_of
from moderation.domain.channel import display_name
from moderation.domain.delivery import parse_retry_after

# Files of the machine that libraries read.
_READABLE = ("/etc/mime.types", "/etc/localtime", "/usr/share/zoneinfo/", "/etc/ssl/", "/dev/null")
_PROCESSES = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ConnectionRefused(PermissionError):
    """A connection, file or process that a notice does not need."""


@dataclass
class Guard:
    """Refuses what a notice does not need. allow: host and port pairs that need not be public. trusted:
    the URL is the operator's own, and may lead anywhere. led_inside: whether an address was refused.
    """

    allow: frozenset[tuple[str, int]]
    trusted: bool = False
    led_inside: bool = False
    _allowed_addresses: set[tuple[str, int]] = field(default_factory=set)
    _folders: tuple[str, ...] = ()

    def install(self) -> None:
        """Guards this process until it ends: audit hooks cannot be removed."""
        paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
        paths |= {str(Path(path).resolve()) for path in paths}
        self._folders = tuple(path.rstrip("/") + "/" for path in sorted(paths) if len(path) > 1)
        resolve = socket.getaddrinfo

        def resolve_and_remember(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
            entries = resolve(host, port, *rest, **named)
            name = host.decode() if isinstance(host, bytes) else str(host)
            if str(port).isdigit() and (name.lower(), int(port)) in self.allow:
                self._allowed_addresses |= {(str(entry[4][0]), int(port)) for entry in entries}
            return entries

        socket.getaddrinfo = resolve_and_remember
        sys.addaudithook(self._check)

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._check_address(arguments[1])
        elif event in ("socket.bind", *_PROCESSES):
            self._refuse()
        elif event == "open":
            self._check_file(*arguments)

    def _check_address(self, address: Any) -> None:
        if self.trusted or address is None:  # None: a datagram on a socket that is connected
            return
        if not isinstance(address, tuple):  # a socket of this machine
            self._refuse()
        host, port = str(address[0]), int(address[1])
        if (host, port) in self.allow | self._allowed_addresses:
            return
        try:
            refusal = refusal_of(host)
        except ValueError:  # a name: the C library would resolve it unseen
            refusal = "a name"
        if refusal:
            self.led_inside = True
            self._refuse()

    def _check_file(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int):
            return
        writes = set(mode or "") & set("wax+") or (flags or 0) & _WRITING
        full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - hundreds of times
        if full == "/dev/null" or (not writes and full.startswith(self._folders + _READABLE)):
            return
        self._refuse()

    def _refuse(self) -> None:
        raise ConnectionRefused("A notice does not need this.")


@dataclass
class ServiceAnswers:
    """The services' own answers: Apprise itself reports only success or failure."""

    status: int | None = None
    error: str = ""
    retry_after: int | None = None
    mails: int = 0  # accepted

    def install(self) -> None:
        """Wraps the HTTP and SMTP clients that Apprise's plugins use."""
        import requests

        web: Any = requests.adapters.HTTPAdapter
        post: Any = smtplib.SMTP
        send, connect, sendmail, getreply = web.send, post.connect, post.sendmail, post.getreply

        def send_and_note(adapter: Any, *rest: Any, **named: Any) -> Any:
            self.status, self.error = None, ""
            try:
                response = send(adapter, *rest, **named)
            except requests.RequestException as failure:
                self.error = _error_code(failure)
                raise
            self.status = response.status_code
            header = response.headers.get("Retry-After", "")
            self.retry_after = parse_retry_after(header, now_ms())
            return response

        def connect_and_note(client: Any, *rest: Any, **named: Any) -> Any:
            try:
                return connect(client, *rest, **named)
            except OSError as failure:
                self.error = _error_code(failure)
                raise

        def sendmail_and_count(client: Any, *rest: Any, **named: Any) -> Any:
            refused = sendmail(client, *rest, **named)
            self.mails += 1
            return refused

        def getreply_and_note(client: Any) -> Any:
            code, text = getreply(client)
            self.status = code if code >= 400 else self.status
            return code, text

        web.send = send_and_note
        post.connect, post.sendmail = connect_and_note, sendmail_and_count
        post.getreply = getreply_and_note

    def job_answer(self, succeeded: bool, led_inside: bool) -> dict[str, Any]:
        """The answer to a job. A service may refuse with status 200, which then does not count."""
        if succeeded or self.mails:
            success = self.status if self.status and 200 <= self.status < 300 else 200
            return {"status": 250 if self.mails else success}
        if led_inside:
            return {"error": "address"}
        if self.status and self.status >= 300:
            return {"status": self.status, "retry_after": self.retry_after}
        return {"error": self.error or "rejected"}


def _error_code(failure: Exception) -> str:
    import requests

    if isinstance(failure, requests.Timeout | TimeoutError):
        return "timeout"
    if isinstance(failure, requests.exceptions.SSLError | ssl.SSLError):
        return "tls"
    if isinstance(failure, requests.RequestException):
        return "unreachable" if isinstance(failure, requests.ConnectionError) else "protocol"
    return "unreachable"


def run_job(job: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a job: {"do": "read", "url", "allow"}, or {"do": "send"} with title, body, urgent,
    emails, app_url and trusted as well. emails: replace the recipients in the URL unless empty.
    """
    try:
        import apprise
    except ImportError:
        return {"error": "apprise"}
    asset = apprise.AppriseAsset(
        app_id="Gatehouse",
        app_desc="Gatehouse",
        app_url=job.get("app_url", ""),
        image_url_mask="",  # no images hosted by others
        image_url_logo="",
        allow_templates=False,  # a URL may name a file to send
        storage_mode="memory",
        async_mode=False,
    )
    answers = ServiceAnswers()
    answers.install()
    guard = Guard(frozenset((host, port) for host, port in job["allow"]), bool(job.get("trusted")))
    guard.install()
    service = _service(apprise, _with_recipients(job["url"], job.get("emails") or ()), asset)
    if service is None:
        return {"error": "url"}
    if job["do"] == "read":
        return {"shown": display_name(str(service.service_name), service.url(privacy=True))}
    group = apprise.Apprise(asset=asset)
    group.add(service)
    kind = apprise.NotifyType.WARNING if job["urgent"] else apprise.NotifyType.INFO
    plain = apprise.NotifyFormat.TEXT
    succeeded = group.notify(
        body=job["body"], title=job["title"], notify_type=kind, body_format=plain
    )
    return answers.job_answer(bool(succeeded), guard.led_inside)


def _service(apprise: Any, url: str, asset: Any) -> Any:
    try:
        return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    except Exception:  # a plugin failed on its own URL
        return None


def _with_recipients(url: str, emails: Sequence[str]) -> str:
    if not emails:
        return url
    recipients = ",".join(quote(email, safe="") for email in emails)
    return f"{url}{'&' if '?' in url else '?'}to={recipients}"


def main() -> None:
    sys.dont_write_bytecode = True
    logging.disable(logging.CRITICAL)  # libraries may log what they were sent
    print(json.dumps(run_job(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
