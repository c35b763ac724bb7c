"""/api/v1/threads/events: tells readers who have a page open that its thread has changed, as server-sent events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool

from moderation.domain.errors import NotFound
from moderation.reading.thread_versions import address_of
from moderation.store.sql.engine import Store
from service.api.parameters import check_parameters
from service.api.threads import site_of_page
from service.http.client_address import client_address, flood_unit
from service.http.event_stream import QUIET_SECONDS, EventStream
from service.queues.watcher import Watcher

router = APIRouter(prefix="/api/v1", tags=["threads"], dependencies=[Depends(check_parameters)])

OF_ONE_ADDRESS = 50  # streams: an office behind one address, with several tabs each

_EVENTS = {
    "description": "Events named `thread`; the id of each is the thread's version, which the next request for it may name",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "example": "event: thread\ndata: changed\nid: 3f2a9c01d4e5b678\n\n",
        }
    },
}
_ANSWERS: dict[str, Any] = {"responses": {"200": _EVENTS, "404": {"description": ""}}}


@router.get(
    "/threads/events",
    summary="Hear when a page's thread changes",
    response_class=StreamingResponse,
    openapi_extra=_ANSWERS,
)
async def thread_events(
    request: Request,
    page_url: Annotated[str, Query(max_length=2_000)] = "",
    page_id: Annotated[str, Query(max_length=200)] = "",
    site_id: Annotated[str, Query(max_length=64)] = "",
    last_event_id: Annotated[str, Header(max_length=64)] = "",
) -> Response:
    """Server-sent events for an `EventSource`: one at once, and one within a second or two of each approval, removal, change or
    pick. They carry no comment: read `/threads` again, with the event's id as `version`. No key is needed.

    page_url, page_id, site_id: as for `/threads`. Last-Event-ID: without the first event where nothing has changed since.
    429 or 503 where there are too many streams; then ask for the thread now and then.
    """
    state = request.app.state
    leave = state.reader_streams.enter(flood_unit(client_address(request, state.trusted)))
    try:
        url = page_url.partition("#")[0]
        address = await run_in_threadpool(_find_address, state.store, url, page_id, site_id)
    except BaseException:
        leave()
        raise
    events = _changes(state.thread_watcher, address, last_event_id)
    return EventStream(events, leave, {"Access-Control-Allow-Origin": "*"})


def _find_address(store: Store, url: str, page_id: str, site_id: str) -> str:
    site = site_of_page(store, url, page_id, site_id)
    if not site:
        raise NotFound("Name the site of this page with site_id.")
    return address_of(store, site, url, page_id)


async def _changes(
    watcher: Watcher[str, str], address: str, last_seen: str
) -> AsyncGenerator[bytes | None]:
    async with aclosing(watcher.follow(address, QUIET_SECONDS)) as versions:
        async for version in versions:
            if version is None:
                yield None
            elif version != last_seen:
                last_seen = version
                yield format_sse_event(event="thread", data_str="changed", id=version)
