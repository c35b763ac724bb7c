"""/api/v1/pages: an article's new URL, where its comments are found from then on."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from moderation.review import page_moves
from moderation.store.pages import StoredPage
from service.access.keys import SecretKey
from service.api import fields
from service.api.bodies import describe_body, json_body
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1/pages", tags=["pages"])


class PageMoveIn(fields.StrictModel):
    """An article's URL, in any spelling, and its new one, which lies on one of the site's origins."""

    old: fields.PageUrl
    new: fields.PageUrl


@router.post("/move", summary="Give a page another URL", openapi_extra=describe_body(PageMoveIn))
def move(
    request: Request, key: SecretKey, body: Annotated[PageMoveIn, Depends(json_body(PageMoveIn))]
) -> Response:
    """The comments are found at both URLs from now on. joined: whether there were comments at the new one
    already; they are on the same page now.
    """
    moved = page_moves.move_page(request.app.state.store, key.site_id, body.old, body.new)
    return private_json({"page": page_out(moved.page), "joined": moved.joined})


def page_out(page: StoredPage) -> dict[str, Any]:
    """A page as the site's server reads it."""
    return {
        "url": page.url,
        "title": page.title or None,
        "title_verified": page.title_verified,
        "id": page.external_id or None,
    }
