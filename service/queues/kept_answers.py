"""Public answers that many readers ask for: made once, and given again as long as the database says that nothing has changed."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from moderation.reading.thread_versions import NamedPage, NamedPages

MOST_BYTES = 32 << 20  # of each process, for all answers together
KEEP_SECONDS = 60.0  # then it is made anew, whatever the database says
_ENTRY_BYTES = 1_000  # what a short answer needs beside its body

Name = NamedPage | NamedPages
_Key = tuple[str, bytes]  # path and query
Make = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """An answer that is the same for everybody. headers: with its ETag and type."""

    body: bytes
    headers: Mapping[str, str]

    def to(self, request: Request) -> Response:
        """304 where the caller has it already."""
        # A proxy that compresses makes an ETag weak.
        seen = request.headers.get("if-none-match", "").replace("W/", "")
        if self.headers["ETag"] in (each.strip() for each in seen.split(",")):
            headers = {name: self.headers[name] for name in self.headers if name != "Content-Type"}
            return Response(status_code=304, headers=headers)
        return Response(self.body, headers=self.headers)


class KeptRoute(APIRoute):
    """A public GET that is answered again without being run; its handler calls KeptAnswers.about() before it reads."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        make = super().get_route_handler()

        async def answer(request: Request) -> Response:
            kept: KeptAnswers = request.app.state.kept_answers
            return await kept.answer(request, make)

        return answer


class KeptAnswers:
    """The answers of one process, by path and query.

    look: the present versions of what answers are about, asked in a thread; '' for what cannot be kept. Before an answer is
    given again, its version is compared with a look that began after the request came: nobody is shown what was gone by
    then. Requests that wait share a look, as comments share a commit, and so do those for which an answer is being made.
    """

    def __init__(self, look: Callable[[Collection[Name]], Mapping[Name, str]]) -> None:
        self._look = look
        self._kept: TTLCache[_Key, tuple[Name, str, PublicAnswer, int]] = TTLCache(
            MOST_BYTES, KEEP_SECONDS, getsizeof=lambda kept: kept[3]
        )
        self._making: dict[_Key, asyncio.Event] = {}
        self._waiting: dict[Name, asyncio.Future[str]] = {}
        self._looking: asyncio.Task[None] | None = None

    def about(self, request: Request, name: Name) -> None:
        """Says, in the thread that makes an answer and before it reads anything, what the answer depends on."""
        request.state.about = name, self._look([name])[name]

    async def answer(self, request: Request, make: Make) -> Response:
        """The kept answer, or the one that `make` makes now."""
        key = request.scope["path"], request.scope["query_string"]
        for _ in range(2):  # once more after another request has made it
            if answer := await self._fresh(key):
                return answer.to(request)
            if key not in self._making:
                break
            await self._making[key].wait()
        self._making[key] = made = asyncio.Event()
        try:
            response = await make(request)
            self._keep(key, request)
            return response
        finally:
            made.set()
            if self._making.get(key) is made:
                del self._making[key]

    def _keep(self, key: _Key, request: Request) -> None:
        answer: PublicAnswer | None = getattr(request.state, "public_answer", None)
        about: tuple[Name, str] | None = getattr(request.state, "about", None)
        if answer and about and about[1]:
            size = len(answer.body) + 2 * len(key[1]) + _ENTRY_BYTES
            if size < MOST_BYTES // 4:
                self._kept[key] = *about, answer, size

    async def _fresh(self, key: _Key) -> PublicAnswer | None:
        if (kept := self._kept.get(key)) is None:
            return None
        name, version, answer, _ = kept
        return answer if await self._version(name) == version else None

    async def _version(self, name: Name) -> str:
        """As of a look that begins after this call."""
        if (waiting := self._waiting.get(name)) is None:
            waiting = self._waiting[name] = asyncio.get_running_loop().create_future()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_while_asked())
        return await asyncio.shield(waiting)

    async def _look_while_asked(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                versions = await run_in_threadpool(self._look, list(waiting))
            except Exception as error:  # as if each request had asked itself
                for future in waiting.values():
                    future.set_exception(error)
            else:
                for name, future in waiting.items():
                    future.set_result(versions[name])
        self._looking = None
