"""/api/v1/pages: an article's new URL, where its comments are found from then on."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from typing_extensions import TypedDict

from moderation.review import page_moves
from service.access.keys import SecretKey
from service.api import fields
from service.api.bodies import json_body
from service.api.described import described
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import PageOut, page_out

router = APIRouter(prefix="/api/v1/pages", tags=["pages"], dependencies=KEYED)


class PageMoveIn(fields.StrictModel):
    """An article's URL, in any spelling, and its new one, which lies on one of the site's origins."""

    old: fields.PageUrl
    new: fields.PageUrl


class PageMoved(TypedDict):
    """joined: there were comments at the new URL already; they are on the same page now."""

    page: PageOut
    joined: bool


@router.post(
    "/move", summary="Give a page another URL", **described(PageMoved, 404, body=PageMoveIn)
)
def move(
    request: Request, key: SecretKey, body: Annotated[PageMoveIn, json_body(PageMoveIn)]
) -> Response:
    """The comments are found at both URLs from now on. joined: whether there were comments at the new one
    already; they are on the same page now.
    """
    moved = page_moves.move_page(request.app.state.store, key.site_id, body.old, body.new, key.id)
    page = moved.page
    answer: PageMoved = {
        "page": page_out(page.url, page.title, page.title_verified, page.external_id),
        "joined": moved.joined,
    }
    return private_json(answer)
