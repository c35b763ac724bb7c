"""The language that a person chooses for the console, on the page of their account."""

from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import moderators
from moderation.domain.errors import Invalid
from service.console.language import LANGUAGES
from service.console.pages import URL, page_router, redirect
from service.console.session import SignedForm, signed_form

router = page_router("/account/language")

Posted = Annotated[SignedForm, Depends(signed_form("language", for_all=True))]


@router.post("")
def choose(request: Request, posted: Posted) -> Response:
    """Keeps the language; '' for that of the browser."""
    visitor, form = posted
    chosen = form.get("language", "")
    if chosen and chosen not in LANGUAGES:
        raise Invalid("There is no such language.")
    moderators.set_language(request.app.state.store, visitor.signed.moderator_id, chosen)
    return redirect(f"{URL}/account")
