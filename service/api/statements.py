"""GET /api/v1/statements: a site's statements of reasons, as JSON or CSV."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from moderation.domain.statement import Statement
from moderation.domain.statement_csv import csv_of
from moderation.reading import statements
from moderation.store.statements import Position
from service.access.keys import SecretKey
from service.api.described import described
from service.api.fields import epoch_ms
from service.api.paging import After, Limit, link_header, page_of, page_response
from service.api.parameters import KEYED
from service.api.statement_schemas import StatementPage, statement_out

router = APIRouter(prefix="/api/v1", tags=["comments"], dependencies=KEYED)

Since = Annotated[AwareDatetime | None, Query(description="Decided at or after; all without it")]


@router.get(
    "/statements",
    summary="The statements of reasons, the oldest first",
    **described(StatementPage, headers=["Link"], as_csv=True),
)
def list_statements(
    request: Request,
    key: SecretKey,
    after: After,
    since: Since = None,
    format: Literal["json", "csv"] = "json",
    limit: Limit = 100,
) -> Response:
    """One for each decision that held a comment, rejected it or called it spam. With `format=csv` the same as text/csv; the
    names of the columns are on the first page, and the header Link leads to the next.
    """
    found = statements.list_statements(
        request.app.state.store,
        key.site_id,
        epoch_ms(since) or 0,
        _position(after) if after else None,
        limit + 1,
    )
    if format == "json":
        return page_response(request, found, limit, statement_out, _cursor)
    page, next_page = page_of(request, found, limit, _cursor)
    headers = {"Cache-Control": "private, no-store", **link_header(next_page)}
    return Response(csv_of(page, header=not after), media_type="text/csv", headers=headers)


def _cursor(statement: Statement) -> str:
    return "-".join(map(str, statements.position_of(statement)))


def _position(cursor: str) -> Position:
    time, comment_id, sequence = cursor.split("-")
    return int(time), comment_id, int(sequence)
