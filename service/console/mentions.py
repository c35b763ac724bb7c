"""Mentions: what somebody has not seen yet, on their account; the names of colleagues, for the script that completes them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.mention import Mention
from moderation.review import mentions
from service.api.responses import private_json
from service.console.pages import URL, QueryName, page_router, redirect
from service.console.presenters import person_name
from service.console.session import PartVisitor, SignedForm, Visitor, signed_form

router = page_router("/account/mentions")
names_router = APIRouter(prefix=URL, include_in_schema=False)  # for a script: an error is no page

Posted = Annotated[SignedForm, Depends(signed_form("note", for_all=True))]


@dataclass(frozen=True, slots=True)
class MentionView:
    """A mention, with who wrote the note and the name of the site."""

    mention: Mention
    who: str
    site_name: str


def mention_views(request: Request, visitor: Visitor) -> list[MentionView]:
    """What the visitor has not seen, the newest first."""
    store, signed = request.app.state.store, visitor.signed
    found = mentions.list_unseen(store, signed.moderator_id, signed.with_parts.site_ids)
    names = sign_in.emails_of(store, {mention.by for mention in found})
    return [
        MentionView(
            mention,
            person_name(mention.by, names),
            visitor.with_parts.place(mention.site_id).site_name,
        )
        for mention in found
    ]


@router.post("")
def see(request: Request, posted: Posted) -> Response:
    """Marks a mention as seen and leads to the note; without one marks all of them."""
    visitor, form = posted
    store, signed, note_id = request.app.state.store, visitor.signed, form.get("note", "")
    unseen = mentions.list_unseen(store, signed.moderator_id, signed.with_parts.site_ids)
    mentions.see(store, signed.moderator_id, note_id, now=now_ms())
    paths = (mention.path for mention in unseen if mention.note_id == note_id)
    return redirect(next(paths, f"{URL}/account"))


@names_router.get("/colleagues")
def colleagues(
    request: Request, visitor: PartVisitor, site: QueryName, comment: QueryName = ""
) -> Response:
    """How the colleagues of a site are mentioned in a note about a comment. Raises NotFound for a site of others, and for a comment in no section of
    somebody who is limited to some.
    """
    place = visitor.place(site)
    names = mentions.names_on(request.app.state.store, place.of_site, comment, place.site_ids)
    return private_json({"names": names})
