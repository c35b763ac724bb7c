"""/api/v1/counts: how many comments each of many pages has, open to everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.reading.counts import count_comments
from moderation.reading.thread_versions import NamedPages
from service.api.described import described
from service.api.parameters import check_parameters
from service.api.responses import public_json
from service.queues.kept_answers import KeptRoute

router = APIRouter(
    prefix="/api/v1",
    tags=["threads"],
    dependencies=[Depends(check_parameters)],
    route_class=KeptRoute,
)

PAGES = 100  # in one call: as many as the longest lists of articles show
# A front page need not be as fresh as the thread under an article.
CACHE = "public, max-age=5"


class CountsOut(TypedDict):
    """counts: by page_url as it was asked for. null: no site here has this page, or more than one has."""

    counts: Annotated[
        dict[str, Annotated[int, Field(ge=0)] | None],
        Field(examples=[{"https://news.example/2026/harbour": 12}]),
    ]


@router.get(
    "/counts",
    summary="How many approved comments pages have",
    **described(CountsOut, 304, headers=["ETag"]),
)
def counts(
    request: Request,
    page_url: Annotated[
        list[Annotated[str, Field(max_length=2_000)]], Query(min_length=1, max_length=PAGES)
    ],
    site_id: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """For a list of articles, in one call: `page_url` once for each, in any spelling. No key is needed.

    site_id: needed only where two sites share an origin. A removed comment that /threads keeps a place for
    does not count.
    """
    state = request.app.state
    state.kept_answers.about(request, NamedPages(site_id, tuple(page_url)))
    answer: CountsOut = {"counts": count_comments(state.store, page_url, site_id)}
    return public_json(request, answer, CACHE)
