"""The two panes of a list: which comment is open beside it, and how dense its rows are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from service.console.campaign_view import CampaignView
from service.console.context import around_values
from service.console.navigation import BACK
from service.console.pages import URL, page_router, redirect
from service.console.presenters import CommentView
from service.console.session import SignedForm, Visitor, signed_form
from service.http.client_address import is_https

router = page_router()

_DENSITY, _KEPT_FOR = "gatehouse_density", 365 * 24 * 3600  # s
Posted = Annotated[SignedForm, Depends(signed_form("density", "back", for_all=True))]


@dataclass(frozen=True, slots=True)
class Panes:
    """open_id: of the comment or campaign in the second pane, '' where the list is empty. context: what stands around
    the open comment, {} where a script asks for it. is_compact: how dense the rows are.
    """

    open_id: str
    context: Mapping[str, Any]
    is_compact: bool

    @classmethod
    def of(
        cls,
        request: Request,
        visitor: Visitor,
        campaigns: Sequence[CampaignView],
        comments: Sequence[CommentView],
        opened: str,
    ) -> "Panes":
        """opened: the comment that was chosen, '' for the first one that nobody else has."""
        ids = [campaign.card.id for campaign in campaigns] + [
            comment.card.id for comment in comments
        ]
        is_compact = request.cookies.get(_DENSITY) == "compact"
        if opened in ids:
            return cls(opened, around_values(request, visitor, opened), is_compact)
        who = visitor.signed.moderator_id
        others = {
            comment.card.id
            for comment in comments
            if comment.card.claim and comment.card.claim.keeps_out(who)
        }
        free = (id for id in ids if id not in others)
        return cls(next(free, ids[0] if ids else ""), {}, is_compact)


@router.post("/density")
def density(request: Request, posted: Posted) -> Response:
    """Keeps how dense this browser's rows are."""
    _, form = posted
    back = form.get("back", "")
    response = redirect(f"{URL}/?{back}" if BACK.fullmatch(back) else f"{URL}/")
    chosen = "compact" if form.get("density") == "compact" else "comfortable"
    response.set_cookie(
        _DENSITY,
        chosen,
        max_age=_KEPT_FOR,
        path=URL,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return response
