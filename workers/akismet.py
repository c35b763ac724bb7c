"""Asks Akismet whether a comment is spam, where GATEHOUSE_AKISMET_KEY is set.

Akismet gets the text, the name, the website, the page, and the sender's address and browser, never the e-mail
(docs/spam.md). The address is stored encrypted until the comment is judged, and only where Akismet is asked.
A question that is not answered in time counts as not asked.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from moderation.domain.errors import GatehouseError
from moderation.domain.score import Candidate, Signal, Span
from workers.external_lookup import Clock, ExternalLookup

SECONDS = 2.0  # for all questions of one batch together, and for each
KEPT_SECONDS = 3600.0  # a comment that is judged again within the hour is asked about once
ANSWER_LIMIT = 1_000  # bytes; 'true' has four
AGENT = "Gatehouse/0.1 | Gatehouse/0.1"  # in the form that Akismet asks for: application | plugin

# It logs every request.
logging.getLogger("httpx").setLevel(logging.WARNING)

Addresses = Callable[[Collection[str]], Mapping[str, str]]


class Akismet:
    """Signal `akismet`: 1 where Akismet calls the comment spam, note 'blatant' where it would not even
    show it to a moderator; absent otherwise, and where it was not asked. Never raises.

    key: of Akismet. url: of its API, without the path. addresses: finds the senders' addresses by
    comment id. sites: ids of those whose comments it is asked about; () for all. clock: seconds.
    """

    is_external = True
    name = "akismet"

    def __init__(
        self,
        key: str,
        url: str,
        addresses: Addresses,
        sites: Collection[str] = (),
        clock: Clock = time.monotonic,
        seconds: float = SECONDS,
    ) -> None:
        self._key, self._url, self._addresses = key, url.rstrip("/"), addresses
        self._sites, self._seconds = frozenset(sites), seconds
        self._client: httpx.Client | None = None
        # By digest, while an answer is awaited. Answers are cached, questions are not.
        self._fields: dict[str, Mapping[str, str]] = {}
        self._lookup: ExternalLookup[str, str] = ExternalLookup(
            self._ask_akismet,
            lambda _: self.name,
            seconds=seconds,
            kept_seconds=KEPT_SECONDS,
            clock=clock,
        )

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        if self._client is None:  # at first use: connections do not survive a fork
            self._client = httpx.Client(timeout=self._seconds, headers={"User-Agent": AGENT})
        asked = [
            candidate for candidate in batch if not self._sites or candidate.site_id in self._sites
        ]
        addresses: Mapping[str, str] = {}
        with suppress(GatehouseError):
            addresses = self._addresses([candidate.comment_id for candidate in asked])
        questions = {
            candidate.comment_id: _fields(candidate, addresses[candidate.comment_id])
            for candidate in asked
            if candidate.comment_id in addresses  # Akismet needs one
        }
        digests = {id: _digest(fields) for id, fields in questions.items()}
        self._fields.update((digests[id], fields) for id, fields in questions.items())
        answers = self._lookup.answers(list(digests.values()))
        for digest in digests.values():
            self._fields.pop(digest, None)
        return [
            _signals(answers.get(digests.get(candidate.comment_id, ""), "")) for candidate in batch
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """Akismet does not say why."""
        return ()

    def _ask_akismet(self, digest: str) -> str | None:
        """'spam', 'blatant' or 'fine'; None for any other answer, such as that the key is invalid."""
        fields = self._fields[digest]
        assert self._client is not None
        deadline = time.monotonic() + self._seconds
        body = b""
        with self._client.stream(
            "POST", f"{self._url}/1.1/comment-check", data={"api_key": self._key, **fields}
        ) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_LIMIT or time.monotonic() > deadline:
                    return None
        if response.status_code != httpx.codes.OK:
            return None
        text = body.strip()
        if text == b"true":
            discard = response.headers.get("x-akismet-pro-tip") == "discard"
            return "blatant" if discard else "spam"
        return "fine" if text == b"false" else None


def _signals(answer: str) -> tuple[Signal, ...]:
    if answer not in ("spam", "blatant"):
        return ()
    return (Signal("akismet", 1.0, Akismet.name, note="blatant" if answer == "blatant" else ""),)


def _fields(candidate: Candidate, address: str) -> dict[str, str]:
    """The fields of a question to Akismet, under its names (https://akismet.com/developers/detailed-docs/comment-check/)."""
    page = urlsplit(candidate.page_url)
    created = datetime.fromtimestamp(candidate.created_at / 1000, UTC).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    fields = {
        "blog": f"{page.scheme}://{page.netloc}/",
        "user_ip": address,
        "user_agent": candidate.traces.user_agent,
        "referrer": candidate.traces.referrer,
        "permalink": candidate.page_url,
        "comment_type": "reply" if candidate.parent_text else "comment",
        "comment_author": candidate.author_name,
        "comment_author_url": candidate.author_url,
        "comment_content": candidate.text,
        "comment_date_gmt": created,
        "blog_lang": candidate.language,
        "blog_charset": "UTF-8",
    }
    return {name: value for name, value in fields.items() if value}


def _digest(fields: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
