"""Pages of a list: how many, after which, and where the next one is.

A cursor is a position in one list of one site, with a MAC: no other list takes it, and nobody can make one up.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response

from service.api.responses import private_json

Row = TypeVar("Row")

CURSORS = ("after", "before")  # the parameters that take one
_DESCRIPTION = "Take the whole URL from `next` or the header Link of the page before."
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most")]


async def _after(after: Annotated[str, Query(description=_DESCRIPTION)] = "") -> str:
    return after.rpartition(".")[0]


async def _before(before: Annotated[str, Query(description=_DESCRIPTION)] = "") -> str:
    return before.rpartition(".")[0]


# The position in a cursor; check_parameters() has looked at its MAC.
After = Annotated[str, Depends(_after)]
Before = Annotated[str, Depends(_before)]


def cursor_at(request: Request, position: str, parameter: str) -> str:
    """The cursor of a position in the list that a request asks for, filters included."""
    filters = sorted(
        item for item in request.query_params.items() if item[0] not in (parameter, "limit")
    )
    site_id = getattr(request.state, "site_id", "")  # '' for what is public
    named = "\x1f".join((site_id, request.url.path, repr(filters), position))
    return f"{position}.{request.app.state.store.crypto.cursor_mac(named)}"


def is_cursor(request: Request, sent: str, parameter: str) -> bool:
    """Whether it came from cursor_at() for the same list."""
    expected = cursor_at(request, sent.rpartition(".")[0], parameter)
    return hmac.compare_digest(sent.encode(), expected.encode())


def page_of(
    request: Request,
    rows: Sequence[Row],
    limit: int,
    cursor: Callable[[Row], str],
    parameter: str = "after",
) -> tuple[Sequence[Row], str]:
    """The rows of this page, and the path and query of the next page, '' on the last.

    rows: up to limit + 1 of them; one more than the limit says that there is a next page.
    cursor: what the query parameter `parameter` names a row by.
    """
    page = rows[:limit]
    if len(rows) <= limit:
        return page, ""
    position = cursor_at(request, cursor(page[-1]), parameter)
    url = request.url.include_query_params(**{parameter: position})
    return page, f"{url.path}?{url.query}"


def link_header(next_page: str) -> dict[str, str]:
    """Link (RFC 8288) to the next page; nothing on the last one."""
    return {"Link": f'<{next_page}>; rel="next"'} if next_page else {}


def page_response(
    request: Request,
    rows: Sequence[Row],
    limit: int,
    row_out: Callable[[Row], Mapping[str, Any]],
    cursor: Callable[[Row], str],
    parameter: str = "after",
) -> Response:
    """One page as JSON, {"items": ..., "next": ...}; arguments as in page_of()."""
    page, next_page = page_of(request, rows, limit, cursor, parameter)
    body = {"items": [row_out(row) for row in page], "next": next_page or None}
    return private_json(body, headers=link_header(next_page))
