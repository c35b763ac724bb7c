"""The counts of a site's queues as they change, for the scripts of open pages: as events, or when asked."""

import json
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import format_sse_event

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.errors import NotFound, Unauthenticated
from moderation.domain.roles import Role
from moderation.review import live_queues, queues
from moderation.store.memberships import PartMembership
from moderation.store.queue_marks import Marks
from moderation.store.sql.engine import Store
from service.api.responses import private_json
from service.console import navigation
from service.console.all_sites import place_of
from service.console.pages import URL, QueryName
from service.console.session import Visitor, session_cookie
from service.http.event_stream import QUIET_SECONDS, EventStream
from service.queues.watcher import Watcher

router = APIRouter(prefix=URL, include_in_schema=False)  # for scripts: an error is no page

NEWEST = 100  # comments of a queue that may be called new; more are "100 or more"
IN_ALL, OF_ONE_SESSION = 200, 20  # streams of this process


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of the console that somebody has open, of one site or several. queue: the one that it shows, '' none."""

    token: str = field(repr=False)
    site_ids: tuple[str, ...]
    queue: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What such a page shows. roles: of who has it open, on each site; () where they may not see one any more."""

    roles: tuple[Role, ...]
    counts: Mapping[str, int | None] = field(default_factory=dict)
    newest: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """counts: by the id of the tab. newest: the ids of the comments that came last into the queue."""
        return {"counts": dict(self.counts), "newest": list(self.newest)}


class QueueLook:
    """What all open pages show. Counts are read only where something has changed, once for all pages of a site."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._marks: Mapping[str, Marks] = {}
        self._counts: dict[str, dict[str, int | None]] = {}
        self._newest: dict[tuple[str, str], tuple[str, ...]] = {}

    def __call__(self, pages: Collection[OpenPage]) -> dict[OpenPage, Shown]:
        roles = sign_in.roles_of(self._store, {page.token for page in pages}, now_ms())
        seen = [page for page in pages if all((page.token, id) in roles for id in page.site_ids)]
        marks = live_queues.marks_of(self._store, {id for page in seen for id in page.site_ids})
        # Of a part they are the site's: whenever something changes there, what is in the part is counted again.
        same = {id for id in marks if marks[id] == self._marks.get(id)}
        self._counts = {
            id: self._counts[id]
            if id in same and id in self._counts
            else navigation.live_counts(self._store, id)
            for id in {page.site_ids[0] for page in seen if len(page.site_ids) == 1} & marks.keys()
        }
        newest = {key: ids for key, ids in self._newest.items() if key[0] in same}
        wanted = {(id, page.queue) for page in seen for id in page.site_ids if page.queue}
        newest |= self._read_newest(wanted - newest.keys())
        self._marks, self._newest = marks, newest
        return {
            **dict.fromkeys(pages, Shown(())),
            **{
                page: Shown(
                    tuple(roles[page.token, id] for id in page.site_ids),
                    self._counts_of(page),
                    self._newest_of(page),
                )
                for page in seen
            },
        }

    def _counts_of(self, page: OpenPage) -> Mapping[str, int | None]:
        """The counts of a site, or of the lists that several have together."""
        if len(page.site_ids) == 1:
            return self._counts.get(page.site_ids[0], {})
        return navigation.counts_together(
            [self._marks[id] for id in page.site_ids if id in self._marks]
        )

    def _newest_of(self, page: OpenPage) -> tuple[str, ...]:
        found = chain(*(self._newest.get((id, page.queue), ()) for id in page.site_ids))
        return tuple(sorted(found, reverse=True)[:NEWEST])

    def _read_newest(
        self, wanted: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[str, ...]]:
        """Of sites, each with a queue; in one question for each queue."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for queue in {queue for _, queue in wanted}:
            site_ids = [id for id, of in wanted if of == queue]
            newest = live_queues.newest_ids_by_site(self._store, site_ids, Status(queue), NEWEST)
            found |= {(id, queue): tuple(ids) for id, ids in newest.items()}
        return found


def open_page(request: Request, site: QueryName, queue: QueryName = "") -> OpenPage:
    """The page that asks. Raises Unauthenticated; NotFound, alike for sites that are not here and for others'."""
    token = session_cookie(request)
    signed = sign_in.session_of(request.app.state.store, token, now_ms(), in_passing=True)
    if signed is None:
        raise Unauthenticated("Please log in.")
    signed = signed.with_parts
    if not signed.sites or not site:
        raise NotFound("There is no such site.")
    if queue and queue not in queues.QUEUE_ORDER:
        raise NotFound("There is no such queue.")
    place = place_of(Visitor(signed, token), site)
    # Of a part only what waits is counted, and told of as new: one by one, among what waits on the site.
    is_told = not isinstance(place, PartMembership) or queue == Status.HELD
    return OpenPage(token, place.site_ids, queue if is_told else "")


Page = Annotated[OpenPage, Depends(open_page)]


@router.get("/counts")
def counts(request: Request, page: Page) -> Response:
    """What the events tell, once: for those who get none."""
    return private_json(QueueLook(request.app.state.store)([page])[page].as_json())


@router.get("/events")
async def events(request: Request, page: Page) -> Response:
    """Server-sent events: the counts at once, and whenever one of them changes, until the session or the role ends."""
    state = request.app.state
    leave = state.console_streams.enter(page.token)
    return EventStream(_changes(state.queue_watcher, page), leave)


async def _changes(
    watcher: Watcher[OpenPage, Shown], page: OpenPage
) -> AsyncGenerator[bytes | None]:
    roles: tuple[Role, ...] = ()
    async with aclosing(watcher.follow(page, QUIET_SECONDS)) as all_shown:
        async for shown in all_shown:
            if shown is None:
                yield None
            elif not shown.roles or shown.roles != (roles or shown.roles):
                return  # the browser asks again, and is told what it may see now
            else:
                roles = shown.roles
                yield format_sse_event(event="queues", data_str=json.dumps(shown.as_json()))
