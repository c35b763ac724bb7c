"""Pages of a list: how many, after which, and where the next one is."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request, Response

from service.api.responses import private_json

Row = TypeVar("Row")

Cursor = Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")]
Limit = Annotated[int, Query(ge=1, le=100)]


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
    url = request.url.include_query_params(**{parameter: cursor(page[-1])})
    return page, f"{url.path}?{url.query}"


def link_header(next_page: str) -> dict[str, str]:
    """Link (RFC 8288) to the next page; nothing on the last one."""
    return {"Link": f'<{next_page}>; rel="next"'} if next_page else {}


def page_response(
    request: Request,
    rows: Sequence[Row],
    limit: int,
    row_out: Callable[[Row], dict[str, Any]],
    cursor: Callable[[Row], str],
    parameter: str = "after",
) -> Response:
    """One page as JSON, {"items": ..., "next": ...}; arguments as in page_of()."""
    page, next_page = page_of(request, rows, limit, cursor, parameter)
    body = {"items": [row_out(row) for row in page], "next": next_page or None}
    return private_json(body, headers=link_header(next_page))
