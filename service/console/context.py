"""What stands around a comment in the console: in the second pane of a list, and on the comment's own page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from moderation.domain.comment import Status
from moderation.review import comment_context
from moderation.review.comment_context import COUNTED, Neighbour
from moderation.store.sql.engine import Store
from service.console.author_filters import author_values
from service.console.language import N_, _, number
from service.console.navigation import query
from service.console.pages import URL, page_router, pages
from service.console.presenters import STATUS_WORDS, excerpt
from service.console.reputation import reputation_lines
from service.console.session import PartVisitor, Visitor

router = page_router()

_OPENING = 140  # characters
_KNOWN_BY = {"author": N_("by account or browser"), "email": N_("by e-mail")}


@dataclass(frozen=True, slots=True)
class NeighbourView:
    """Another comment in a line or two. state: in a word."""

    id: str
    name: str
    state: str
    opening: str
    created_at: int
    is_erased: bool


def context_values(store: Store, site_ids: Collection[str], comment_id: str) -> dict[str, Any]:
    """What templates/context.html needs besides the comment. Raises NotFound."""
    found = comment_context.of_comment(store, site_ids, comment_id)
    url = f"{URL}/?{query(site=found.site_id)}"
    return {
        "site_id": found.site_id,
        "parent": _view(found.parent) if found.parent else None,
        "before": _views(found.before),
        "after": _views(found.after),
        "known_by": _(_KNOWN_BY.get(found.author_known_by, "")),
        "others": _views(found.of_author),
        "same_text": _count(found.same_text),
        "same_network": _count(found.same_network),
        "same_text_url": f"{url}&{query(same_text=comment_id)}",
        "same_network_url": f"{url}&{query(same_network=comment_id)}",
        # What was decided is counted over all of a site: nothing to who is limited to sections.
        "reputations": reputation_lines(store, site_ids, comment_id)
        if found.site_id in site_ids
        else [],
    }


def around_values(request: Request, visitor: Visitor, comment_id: str) -> dict[str, Any]:
    """The same for the second pane of a list, where it can be said what becomes of the author. Raises NotFound."""
    values = context_values(request.app.state.store, visitor.signed.site_ids, comment_id)
    return values | {"marking": author_values(request, visitor, values["site_id"], comment_id)}


def _views(found: Sequence[Neighbour]) -> list[NeighbourView]:
    return [_view(each) for each in found]


def _view(found: Neighbour) -> NeighbourView:
    state = _(STATUS_WORDS[found.status])
    opening = excerpt(found.text, _OPENING)
    is_erased = found.status is Status.ERASED
    return NeighbourView(found.id, found.author_name, state, opening, found.created_at, is_erased)


def _count(count: int) -> str:
    """'' for none."""
    if not count:
        return ""
    return number(count) if count < COUNTED else _("%(n)s or more", n=number(COUNTED))


@router.get("/comments/{comment_id}/context")
def context_fragment(request: Request, visitor: PartVisitor, comment_id: str) -> Response:
    """For a card that a script has opened."""
    around = around_values(request, visitor, comment_id)
    return pages.page("context.html", visitor=visitor, around=around)
