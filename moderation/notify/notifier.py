"""Reads and notifies channels, each time in a process of its own (moderation/notify/apprise_process.py)."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from moderation.domain.address import parse_allow
from moderation.domain.channel import check_channel
from moderation.domain.delivery import MODERATORS, Response
from moderation.domain.errors import Conflict, Invalid, Unavailable
from moderation.domain.notice import Notice

READ_THREADS = 2  # channels read at once: a form is not a way to start a hundred processes
READ_SECONDS = 30.0  # half a second on an idle machine, nearly all of it Apprise's start; ten and more on a busy one
APPRISE_MISSING = (
    "Notices need Apprise, which is not installed here: make env EXTRAS=notices, or pip install "
    "'.[notices]'."
)
# Variables that the process inherits: none of Gatehouse's, no proxies, no files of the user's.
_INHERITED = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")  # fmt: skip


class Notifier:
    """Notifies people through Apprise. allow: settings.webhook_allow. mail: the operator's mail server,
    '' for none, see settings.mail_url. seconds: the longest one notice may take. Thread-safe.
    """

    def __init__(self, allow: str, mail: str, seconds: float, public_url: str) -> None:
        self._allow = parse_allow(allow)
        self._mail = mail
        self._seconds = seconds
        self._public_url = public_url
        self._read_slots = threading.BoundedSemaphore(READ_THREADS)

    def read(self, url: str) -> str:
        """How a channel's URL is displayed, its secrets masked. Makes no connection.

        Raises Invalid for a URL that no channel may have or that Apprise cannot read, Conflict if Apprise
        is not installed or, for the site's moderators, there is no mail server; Unavailable if Apprise
        does not answer.
        """
        check_channel(url, self._allow)
        if url == MODERATORS:
            if not self._mail:
                raise Conflict(
                    "There is no mail server: the operator names one in GATEHOUSE_MAIL_URL."
                )
            self._read(self._mail)
            return MODERATORS
        return self._read(url)

    def _read(self, url: str) -> str:
        with self._read_slots:
            answer = self._run_job({"do": "read", "url": url}, READ_SECONDS)
        if answer.get("error") == "apprise":
            raise Conflict(APPRISE_MISSING)
        if answer.get("error") in ("timeout", "internal"):
            raise Unavailable("Apprise did not answer; try again in a moment.")
        if "shown" not in answer:
            raise Invalid(
                "Apprise cannot read this URL; see docs/notices.md for how they are written.",
                "/url",
            )
        return str(answer["shown"])

    def notify(self, url: str, notice: Notice, emails: Sequence[str]) -> Response:
        """Notifies one channel; failures are in the Response, never raised.

        emails: of the site's moderators, if the channel is MODERATORS. error: url (cannot be read),
        address (leads inside), nobody (no moderator wants mails, or there is no mail server), apprise
        (is not installed), rejected (the service refused), or as for a webhook.
        """
        started = time.monotonic()
        job: dict[str, Any] = {"do": "send", "url": url, "emails": []}
        if url == MODERATORS:
            if not emails or not self._mail:
                return Response(error="nobody")
            job |= {"url": self._mail, "emails": list(emails), "trusted": True}
        job |= {"title": notice.title, "body": notice.body, "urgent": notice.urgent}
        answer = self._run_job(job, self._seconds)
        return Response(
            answer.get("status"),
            str(answer.get("error", "")),
            round((time.monotonic() - started) * 1000),
            answer.get("retry_after"),
        )

    def _run_job(self, job: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The process's answer to a job, within `seconds` whatever Apprise and the network do."""
        job |= {"allow": sorted(self._allow), "app_url": self._public_url}
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {"HOME": os.devnull, "NETRC": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            result = subprocess.run(
                [sys.executable, "-P", "-m", "moderation.notify.apprise_process"],
                input=json.dumps(job).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"error": "timeout"}
        try:
            answer = json.loads(result.stdout)
        except ValueError:
            return {"error": "internal"}
        return answer if isinstance(answer, dict) else {"error": "internal"}
