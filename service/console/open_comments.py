"""What a page of the console has open, for its script: whose comments those and the next ones are."""

from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.domain.roles import Action
from moderation.review import claims
from service.api.responses import private_json
from service.console.pages import page_router
from service.console.presenters import person_name
from service.console.session import SignedForm, signed_form

router = page_router()

Posted = Annotated[
    SignedForm,
    Depends(signed_form("comments", "deciding", "shown", parts=True, action=Action.PROPOSE)),
]


@router.post("/claims")
def keep_open(request: Request, posted: Posted) -> Response:
    """Ids with spaces between. Answers which of `comments` are the visitor's now, who has which of the others, and which no longer wait."""
    visitor, form = posted
    store = request.app.state.store
    comments, deciding, shown = (
        form.get(name, "").split() for name in ("comments", "deciding", "shown")
    )
    signed = visitor.signed
    answer = claims.keep_open(
        store,
        signed.moderator_id,
        signed.site_ids,
        comments,
        deciding=deciding,
        shown=shown,
        browser=visitor.browser,
    )
    names = sign_in.emails_of(store, {claim.moderator_id for claim in answer.others.values()})
    others = {
        id: {"who": person_name(claim.moderator_id, names), "while_open": claim.while_open}
        for id, claim in answer.others.items()
    }
    return private_json({"mine": answer.mine, "others": others, "gone": answer.gone})
