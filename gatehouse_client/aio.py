"""The client, async."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from gatehouse_client import calls, page_calls
from gatehouse_client.aio_endpoints import AsyncEndpoints
from gatehouse_client.aio_queues import AsyncQueues
from gatehouse_client.aio_readers import AsyncReaders
from gatehouse_client.aio_site import AsyncSite
from gatehouse_client.answers import (
    Claim,
    Comment,
    Correction,
    Decision,
    Note,
    OpenComments,
    Page,
    PersonErased,
    Receipt,
)
from gatehouse_client.call import Call, Piece, following
from gatehouse_client.calls import SubmissionFields
from gatehouse_client.errors import ApiError, Unreachable
from gatehouse_client.page_answers import PageDefault, PageState, PublicComment
from gatehouse_client.wire import ATTEMPTS, TIMEOUT, pause_before, read_answer, request_of

T = TypeVar("T")


class AsyncGatehouse(AsyncQueues, AsyncReaders, AsyncEndpoints, AsyncSite):
    """A site's client for its Gatehouse. Every call raises ApiError (refused) or Unreachable.

    key: the site's secret key (ghs_...), never for browsers. url: of the service. timeout: seconds of
    one attempt. attempts: 1 to 3, for calls that are safe to repeat; the others are made once. http: your own client, for
    proxies and certificates; it is not closed here.
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

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._ours:
            await self._http.aclose()

    # --- comments ---------------------------------------------------------------------------------

    async def submit(self, text: str, **fields: Unpack[SubmissionFields]) -> Receipt:
        """Submits a comment; once there is a receipt, it is on disk and will be judged.

        page_id: the site's own, which then identifies the page. name, email, url: the author's.
        ip, user_agent, referrer: the reader's, for limits and spam. idempotency_key: the same key and
        content are one comment; '' makes a new key for each call. author_id: the site's own for
        whoever is logged in; email_confirmed: that the e-mail is theirs; browser_token: of an earlier
        receipt: decisions count for an author's reputation only if one of these identifies the author. staff,
        article_author: what readers see beside the name.
        """
        return await self.send(calls.submit(text, **fields))

    async def comment(self, comment_id: str) -> Comment:
        """A comment with its scores and its latest decision."""
        return await self.send(calls.comment(comment_id))

    async def status(self, comment_id: str, author_token: str) -> str:
        """The status of a comment, for its author, who has the receipt's token."""
        return await self.send(calls.status(comment_id, author_token))

    async def wait(self, comment_id: str, seconds: float = 5.0) -> Comment:
        """The comment as soon as it is decided, or as it is after so many seconds."""
        until = time.monotonic() + seconds
        pause = 0.02
        while (comment := await self.comment(comment_id)).status == "pending":
            if time.monotonic() + pause > until:
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)
        return comment

    async def decide(
        self,
        comment_id: str,
        outcome: str,
        *,
        reason: str = "",
        sentence: str = "",
        note: str = "",
        sequence: int | None = None,
        replies: str = "leave",
        take_over: bool = False,
    ) -> Decision:
        """Decides for the site: approve, hold, reject or spam.

        reason: one of site_reasons(). sentence: to the writer; the reason's own where it is empty. note: to colleagues.
        sequence: of the decision that was seen; ApiError 409 if there is a newer one. replies: 'reject'
        rejects all that answers a rejected comment or spam, too; undo_decision() takes it back as well.
        take_over: also where somebody else has claimed it; otherwise that is ApiError 409, `claimed`.
        """
        return await self.send(
            calls.decide(comment_id, outcome, reason, sentence, note, sequence, replies, take_over)
        )

    async def undo_decision(
        self, comment_id: str, *, sequence: int | None = None, take_over: bool = False
    ) -> Decision:
        """Takes back a person's last decision; what was in effect before applies again.

        sequence: of the decision that was seen; ApiError 409 if there is a newer one, or if no person
        has decided.
        """
        return await self.send(calls.undo_decision(comment_id, sequence, take_over))

    async def claim(self, comment_id: str, *, take_over: bool = False) -> Claim:
        """Says that this comment is about to be decided, for two minutes, and again with each call.

        take_over: also from somebody else; otherwise that is ApiError 409, `claimed`.
        """
        return await self.send(calls.claim(comment_id, take_over))

    async def release(self, comment_id: str, *, take_over: bool = False) -> None:
        """Ends a claim. take_over: also somebody else's."""
        await self.send(calls.release(comment_id, take_over))

    async def keep_open(
        self,
        comments: Sequence[str],
        *,
        deciding: Sequence[str] = (),
        shown: Sequence[str] = (),
        ahead: int = 5,
    ) -> OpenComments:
        """Says for 15 seconds which comments this key has open, in place of what it had: the first of `comments` that nobody else has,
        and the next `ahead`. Call it again while that is so.

        deciding: stay this key's, a decision is on its way. shown: others, of which it is asked whose they are.
        """
        return await self.send(calls.keep_open(comments, deciding, shown, ahead))

    async def pick(self, comment_id: str) -> None:
        """Marks a published comment as an editors' pick; a change of its text ends that."""
        await self.send(calls.pick(comment_id))

    async def unpick(self, comment_id: str) -> None:
        """Takes an editors' pick back."""
        await self.send(calls.unpick(comment_id))

    def notes(self, comment_id: str, *, size: int = 100) -> AsyncIterator[Note]:
        """What moderators noted about a comment, the newest first."""
        return self._pages(calls.notes(comment_id, size))

    async def add_note(self, comment_id: str, text: str) -> Note:
        """Notes something for moderators; readers never see it. text: up to 2,000 characters."""
        return await self.send(calls.add_note(comment_id, text))

    def author_notes(self, author: str, *, size: int = 100) -> AsyncIterator[Note]:
        """What they noted about an author. author: the name that reputations have for them."""
        return self._pages(calls.author_notes(author, size))

    async def add_author_note(self, author: str, text: str) -> Note:
        """Notes something about an author, of whom a comment must be known."""
        return await self.send(calls.add_author_note(author, text))

    async def corrections(self, comment_id: str) -> list[Correction]:
        """Which of its scores people called wrong, first to last."""
        return await self.send(calls.corrections(comment_id))

    async def correct(self, comment_id: str, label: str) -> Correction:
        """Says that a score of its present text is wrong, as 'insult' is; nothing is decided by that."""
        return await self.send(calls.correct(comment_id, label))

    async def retract_correction(self, comment_id: str, label: str) -> None:
        """Takes that back."""
        await self.send(calls.retract_correction(comment_id, label))

    def thread(
        self,
        page_url: str = "",
        *,
        page_id: str = "",
        site_id: str = "",
        sort: str = "",
        size: int = 100,
    ) -> AsyncIterator[PublicComment]:
        """The approved comments of a page, oldest first, and where one above them was removed. No key is sent.

        page_url: any URL of the page, in any spelling; or page_id: the site's own id of it. sort: oldest | newest |
        replies | picks; where one was removed is said in the first alone.
        """
        return self._pages(page_calls.thread(page_url, site_id, size, page_id, sort))

    async def counts(self, page_urls: Sequence[str], *, site_id: str = "") -> dict[str, int | None]:
        """How many approved comments each of up to 100 pages has, by URL; None for a URL of no site here. No key is sent."""
        return await self.send(page_calls.counts(page_urls, site_id))

    async def move_page(self, old: str, new: str) -> Page:
        """Gives a page another URL; its comments are found at both from now on."""
        return await self.send(page_calls.move_page(old, new))

    async def page_state(self, page_url: str, *, page_id: str = "") -> PageState:
        """Whether a page is open, premoderated or closed. page_id: the site's own, if it sends one."""
        return await self.send(page_calls.page_state(page_url, page_id))

    async def set_page_state(
        self,
        page_url: str,
        state: str | None,
        *,
        close_after_days: int | None = None,
        page_id: str = "",
        published_at: datetime | None = None,
    ) -> PageState:
        """Opens, premoderates or closes a page, which may have no comment yet. None: as the site's default.

        close_after_days: 0 for never. published_at: aware; its age counts from then, else from its first comment.
        """
        call = page_calls.set_page_state(page_url, state, close_after_days, page_id, published_at)
        return await self.send(call)

    async def page_default(self) -> PageDefault:
        """What holds for the site's pages that have nothing set."""
        return await self.send(page_calls.page_default())

    async def set_page_default(
        self, state: str = "open", *, close_after_days: int = 0
    ) -> PageDefault:
        """Sets that: 'open', 'premoderated' or 'closed', and after how many days they close, 0 for never."""
        return await self.send(page_calls.set_page_default(state, close_after_days))

    async def erase(self, comment_id: str) -> None:
        """Erases its text, its author and all personal data, for good."""
        await self.send(calls.erase(comment_id))

    # --- people -----------------------------------------------------------------------------------

    async def export_person(
        self,
        *,
        email: str = "",
        browser_token: str = "",
        author_id: str = "",
        comment_id: str = "",
        size: int = 100,
    ) -> AsyncIterator[Mapping[str, Any]]:
        """All that is kept of a person's comments on the site, each as the API describes it; name one of the four. comment_id:
        of one that they wrote.
        """
        after: str | None = ""
        while after is not None:
            call = calls.export_person(email, browser_token, author_id, comment_id, after, size)
            piece = await self.send(call)
            for comment in piece.items:
                yield comment
            after = piece.next or None

    async def erase_person(
        self,
        *,
        email: str = "",
        browser_token: str = "",
        author_id: str = "",
        comment_id: str = "",
        confirm: bool = False,
    ) -> PersonErased:
        """Erases a person's comments with all that is kept of them, up to 1,000 at once; without confirm it only counts."""
        return await self.send(
            calls.erase_person(email, browser_token, author_id, comment_id, confirm)
        )

    # --- the way there ----------------------------------------------------------------------------

    async def send(self, call: Call[T]) -> T:
        """Makes a call, and repeats it where that is safe and may help."""
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
            raise Unreachable(f"No answer from {self._url} ({type(error).__name__}).") from error

    async def _pages(self, call: Call[Piece[T]]) -> AsyncIterator[T]:
        next_call: Call[Piece[T]] | None = call
        while next_call:
            piece = await self.send(next_call)
            for item in piece.items:
                yield item
            next_call = following(call, piece)
