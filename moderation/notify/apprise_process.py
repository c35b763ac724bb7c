"""The crier: tells one notice through Apprise, in a process of its own that ends with it.

    python -P -m moderation.notify.apprise_process < job.json

Apprise speaks to some 190 services with code that trusts whoever wrote the URL. Here it can be stopped at
any moment, holds no secret of ours but this one URL, and is under watch: audit hooks (PEP 578) refuse
every connection to an address that is not public, every file but Python's own and every new process,
whichever of its plugins asks. A job and its answer are one JSON object each.
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

# What libraries read of a machine besides themselves.
_READABLE = ("/etc/mime.types", "/etc/localtime", "/usr/share/zoneinfo/", "/etc/ssl/", "/dev/null")
_PROCESSES = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ConnectionRefused(PermissionError):
    """Something that a notice does not need."""


@dataclass
class Guard:
    """allow: host and port pairs that need not be public. trusted: the URL is the operator's own, so
    that it may lead anywhere. led_inside: an address was refused.
    """

    allow: frozenset[tuple[str, int]]
    trusted: bool = False
    led_inside: bool = False
    _known: set[tuple[str, int]] = field(default_factory=set)
    _folders: tuple[str, ...] = ()

    def install(self) -> None:
        """For the rest of this process: audit hooks cannot be taken off."""
        paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
        paths |= {str(Path(one).resolve()) for one in paths}
        self._folders = tuple(one.rstrip("/") + "/" for one in sorted(paths) if len(one) > 1)
        resolve = socket.getaddrinfo

        def remember(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
            found = resolve(host, port, *rest, **named)
            name = host.decode() if isinstance(host, bytes) else str(host)
            if str(port).isdigit() and (name.lower(), int(port)) in self.allow:
                self._known |= {(str(entry[4][0]), int(port)) for entry in found}
            return found

        socket.getaddrinfo = remember
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._check_address(arguments[1])
        elif event in ("socket.bind", *_PROCESSES):
            self._stop()
        elif event == "open":
            self._check_file(*arguments)

    def _check_address(self, address: Any) -> None:
        if self.trusted or address is None:  # None: a datagram on a socket that is connected
            return
        if not isinstance(address, tuple):  # a socket of this machine
            self._stop()
        host, port = str(address[0]), int(address[1])
        if (host, port) in self.allow | self._known:
            return
        try:
            inner = refusal_of(host)
        except ValueError:  # a name: the C library would resolve it unseen
            inner = "a name"
        if inner:
            self.led_inside = True
            self._stop()

    def _check_file(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int):
            return
        writes = set(mode or "") & set("wax+") or (flags or 0) & _WRITING
        full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - hundreds of times
        if full == "/dev/null" or (not writes and full.startswith(self._folders + _READABLE)):
            return
        self._stop()

    def _stop(self) -> None:
        raise ConnectionRefused("A notice does not need this.")


@dataclass
class Answers:
    """What services said: Apprise itself tells only yes or no."""

    status: int | None = None
    error: str = ""
    retry_after: int | None = None
    mails: int = 0  # accepted

    def listen(self) -> None:
        import requests

        web: Any = requests.adapters.HTTPAdapter
        post: Any = smtplib.SMTP
        send, dial, mail, reply = web.send, post.connect, post.sendmail, post.getreply

        def heard(adapter: Any, *rest: Any, **named: Any) -> Any:
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

        def dialled(line: Any, *rest: Any, **named: Any) -> Any:
            try:
                return dial(line, *rest, **named)
            except OSError as failure:
                self.error = _error_code(failure)
                raise

        def mailed(line: Any, *rest: Any, **named: Any) -> Any:
            said = mail(line, *rest, **named)
            self.mails += 1
            return said

        def replied(line: Any) -> Any:
            code, words = reply(line)
            self.status = code if code >= 400 else self.status
            return code, words

        web.send = heard
        post.connect, post.sendmail, post.getreply = dialled, mailed, replied

    def told(self, well: bool, led_inside: bool) -> dict[str, Any]:
        """The answer to a job. A service may say 200 and no: then the 200 is not its answer."""
        if well or self.mails:
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
    lost = isinstance(failure, requests.ConnectionError)
    return (
        "unreachable" if lost or not isinstance(failure, requests.RequestException) else "protocol"
    )


def run_job(job: Mapping[str, Any]) -> dict[str, Any]:
    """What came of a job: {"do": "read", "url", "allow"}, or {"do": "send"} with title, body, urgent,
    emails, app_url and trusted as well. emails: instead of the recipients in the URL, [] for those.
    """
    try:
        import apprise
    except ImportError:
        return {"error": "apprise"}
    asset = apprise.AppriseAsset(
        app_id="Gatehouse",
        app_desc="Gatehouse",
        app_url=job.get("app_url", ""),
        image_url_mask="",  # no pictures that others host
        image_url_logo="",
        allow_templates=False,  # a URL may name a file to send
        storage_mode="memory",
        async_mode=False,
    )
    answers = Answers()
    answers.listen()
    guard = Guard(frozenset((host, port) for host, port in job["allow"]), bool(job.get("trusted")))
    guard.install()
    one = _instance(apprise, _addressed(job["url"], job.get("emails") or ()), asset)
    if one is None:
        return {"error": "url"}
    if job["do"] == "read":
        return {"shown": display_name(str(one.service_name), one.url(privacy=True))}
    group = apprise.Apprise(asset=asset)
    group.add(one)
    kind = apprise.NotifyType.WARNING if job["urgent"] else apprise.NotifyType.INFO
    plain = apprise.NotifyFormat.TEXT
    told = group.notify(body=job["body"], title=job["title"], notify_type=kind, body_format=plain)
    return answers.told(bool(told), guard.led_inside)


def _instance(apprise: Any, url: str, asset: Any) -> Any:
    try:
        return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    except Exception:  # a plugin that stumbles over its own URL
        return None


def _addressed(url: str, emails: Sequence[str]) -> str:
    if not emails:
        return url
    to = ",".join(quote(one, safe="") for one in emails)
    return f"{url}{'&' if '?' in url else '?'}to={to}"


def main() -> None:
    sys.dont_write_bytecode = True
    logging.disable(logging.CRITICAL)  # theirs may quote what they were sent
    print(json.dumps(run_job(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
