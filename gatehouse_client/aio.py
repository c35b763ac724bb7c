"""The client, async."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Self, TypeVar

import httpx

from gatehouse_client import answers, calls
from gatehouse_client.calls import Call, Piece
from gatehouse_client.errors import ApiError, Unreachable
from gatehouse_client.wire import ATTEMPTS, TIMEOUT, pause_before, read_answer, request_of

T = TypeVar("T")


class AsyncGatehouse:
    """A site's way to its Gatehouse. Every call raises ApiError (refused) or Unreachable.

    key: the site's secret key (ghs_...), never for browsers. url: of the service. timeout: seconds of
    one attempt. attempts: 1 to 3, at calls that do nothing twice; the others are made once. http: a client of one's own, for
    proxies and certificates; it is then not closed here.
    """

    def __init__(
        self,
        key: str,
        url: str = "http://127.0.0.1:8000",
        *,
        timeout: float = TIMEOUT,
        attempts: int = ATTEMPTS,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._key = key
        self._attempts = min(attempts, ATTEMPTS)
        self._url = url
        self._ours = http is None
        self._http = http or httpx.AsyncClient(timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._ours:
            await self._http.aclose()

    # --- comments ---------------------------------------------------------------------------------

    async def submit(
        self,
        text: str,
        *,
        page_url: str,
        name: str,
        page_title: str = "",
        page_id: str = "",
        email: str = "",
        url: str = "",
        parent_id: str = "",
        ip: str = "",
        user_agent: str = "",
        referrer: str = "",
        idempotency_key: str = "",
        author_id: str = "",
        email_confirmed: bool = False,
        browser_token: str = "",
    ) -> answers.Receipt:
        """Hands in a comment; with the receipt it is on disk and will be judged.

        page_id: the site's own, which then is the page's identity. name, email, url: the author's.
        ip, user_agent, referrer: the reader's, for limits and spam. idempotency_key: the same key and
        content are one comment; made anew for each call where it is ''. author_id: the site's own for
        whoever is logged in; email_confirmed: that the e-mail is theirs; browser_token: of an earlier
        receipt: what moderators decide about a writer is remembered only where one of these says who it is.
        """
        return await self.send(
            calls.submit(
                text,
                page_url=page_url,
                name=name,
                page_title=page_title,
                page_id=page_id,
                email=email,
                url=url,
                parent_id=parent_id,
                ip=ip,
                user_agent=user_agent,
                referrer=referrer,
                idempotency_key=idempotency_key,
                author_id=author_id,
                email_confirmed=email_confirmed,
                browser_token=browser_token,
            )
        )

    async def comment(self, comment_id: str) -> answers.Comment:
        """A comment with its scores and its latest decision."""
        return await self.send(calls.comment(comment_id))

    async def status(self, comment_id: str, author_token: str) -> str:
        """Where a comment stands, as its writer may ask with the receipt's token."""
        return await self.send(calls.status(comment_id, author_token))

    async def wait(self, comment_id: str, seconds: float = 5.0) -> answers.Comment:
        """The comment, once it is decided, or as it stands after so long."""
        until = time.monotonic() + seconds
        pause = 0.02
        while (found := await self.comment(comment_id)).status == "pending":
            if time.monotonic() + pause > until:
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)
        return found

    async def decide(
        self, comment_id: str, outcome: str, *, reason: str = "", sequence: int | None = None
    ) -> answers.Decision:
        """The site's last word: approve, hold, reject or spam.

        sequence: of the decision that was seen; another one meanwhile is ApiError 409.
        """
        return await self.send(calls.decide(comment_id, outcome, reason, sequence))

    async def undo_decision(
        self, comment_id: str, *, sequence: int | None = None
    ) -> answers.Decision:
        """Takes the last decision of a person back; what was in effect before it is again.

        sequence: of the decision that was seen; another one meanwhile is ApiError 409, and so is where
        nobody has decided but a machine.
        """
        return await self.send(calls.undo_decision(comment_id, sequence))

    async def queues(self) -> list[answers.Queue]:
        """The queues and how much they hold."""
        return await self.send(calls.queues())

    def queue(
        self, name: str, *, reason: str = "", size: int = 100
    ) -> AsyncIterator[answers.Comment]:
        """The comments of a queue, fetched as they are asked for, `size` at a time (1 to 100).

        Held and pending come oldest first, the others newest first.
        """
        return self._pages(calls.queue(name, reason, size))

    def thread(
        self, page_url: str, *, site_id: str = "", size: int = 100
    ) -> AsyncIterator[answers.PublicComment]:
        """The approved comments of a page, oldest first. No key is sent: it is public."""
        return self._pages(calls.thread(page_url, site_id, size))

    async def erase(self, comment_id: str) -> None:
        """Forgets its text, its author and all that is personal, for good."""
        await self.send(calls.erase(comment_id))

    # --- webhooks ---------------------------------------------------------------------------------

    async def endpoints(self) -> list[answers.Endpoint]:
        """Where the site is told."""
        return await self.send(calls.endpoints())

    async def endpoint(self, endpoint_id: str) -> answers.Endpoint:
        """One of them."""
        return await self.send(calls.endpoint(endpoint_id))

    async def add_endpoint(
        self,
        url: str,
        *,
        types: Sequence[str] = (),
        payload: str = "full",
        format: str = "standard",
        batch: int = 1,
    ) -> answers.Endpoint:
        """A new one; its `secret` is shown this once. types: of events, () for all.

        payload: thin, full or text. format: standard or cloudevents. batch: events a POST, to 100.
        """
        return await self.send(calls.add_endpoint(url, types, payload, format, batch))

    async def switch_endpoint(self, endpoint_id: str, *, enabled: bool) -> answers.Endpoint:
        """Stops telling it, or starts again from now on."""
        return await self.send(calls.switch_endpoint(endpoint_id, enabled))

    async def remove_endpoint(self, endpoint_id: str) -> None:
        """Forgets it with its deliveries."""
        await self.send(calls.remove_endpoint(endpoint_id))

    async def rotate_secret(self, endpoint_id: str, *, overlap_hours: int = 24) -> str:
        """A new secret; the old one signs as well for so long, at most 720 hours."""
        return await self.send(calls.rotate_secret(endpoint_id, overlap_hours))

    async def test_endpoint(self, endpoint_id: str) -> str:
        """Sends a `webhook.test` message; its id."""
        return await self.send(calls.test_endpoint(endpoint_id))

    def deliveries(
        self, endpoint_id: str, *, state: str = "", size: int = 100
    ) -> AsyncIterator[answers.Delivery]:
        """What was sent there, newest first. state: due, delivered or dead; '' for all."""
        return self._pages(calls.deliveries(endpoint_id, state, size))

    async def resend(self, delivery_id: str) -> answers.Delivery:
        """Sends one again: the same id and the same bytes."""
        return await self.send(calls.resend(delivery_id))

    async def replay(
        self,
        endpoint_id: str,
        *,
        what: str = "dead",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Sends a range again; how many deliveries. what: dead, all or missed. Times with a zone."""
        return await self.send(calls.replay(endpoint_id, what, since, until))

    # --- the way there ----------------------------------------------------------------------------

    async def send(self, call: Call[T]) -> T:
        """Makes a call, again where that is safe and may help."""
        attempt = 1
        while True:
            try:
                return read_answer(call, await self._post(call))
            except (ApiError, Unreachable) as failure:
                attempt += 1
                pause = pause_before(attempt, call, failure)
                if pause is None or attempt > self._attempts:
                    raise
            await asyncio.sleep(pause)

    async def _post(self, call: Call[T]) -> httpx.Response:
        try:
            return await self._http.send(request_of(call, self._http, self._url, self._key))
        except httpx.InvalidURL:
            raise
        except httpx.HTTPError as error:
            raise Unreachable(f"No answer ({type(error).__name__}).") from error

    async def _pages(self, call: Call[Piece[T]]) -> AsyncIterator[T]:
        following: Call[Piece[T]] | None = call
        while following:
            piece = await self.send(following)
            for item in piece.items:
                yield item
            following = calls.following(call, piece)
