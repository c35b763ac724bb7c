"""/console/site/apis: the compatible APIs of a site: which it answers, with which keys and limits."""

import os
from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts import compat_apis
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.roles import Action
from moderation.store.compat_apis import AKISMET, CORAL, OPENAI, PERSPECTIVE
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import QueryName, page_router
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/site/apis")

# What each is called, and whose clients it answers.
APIS = {
    AKISMET: ("Akismet", N_("For WordPress with Akismet, and other clients of it.")),
    CORAL: (
        "Coral",
        N_("For Coral, as an external moderation phase. Coral signs with a secret of its own."),
    ),
    OPENAI: ("OpenAI", N_("For clients of OpenAI's moderations.")),
    PERSPECTIVE: ("Perspective", N_("For clients of Google's Perspective API.")),
}
NOTICES = {
    "on": N_("It is on, and answers within five seconds."),
    "off": N_(
        "It is off: its clients are refused within five seconds. Its keys work again when it is switched on."
    ),
    "secret": N_("The secret is kept; the one before is valid until the next."),
}
_ADDRESSES = {AKISMET: "", OPENAI: "/v1", PERSPECTIVE: "/v1alpha1"}

Posted = Annotated[
    PostedForm, Depends(request_form("api", "do", "limit", "secret", may=Action.MANAGE_SITE))
]


@router.get("")
def apis_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """All of them, on or off. did: what was just done."""
    request.require(Action.SEE_SITE)
    return _page(request, notice=NOTICES.get(did, ""))


@router.post("")
def change(posted: Posted) -> Response:
    """Switches one on or off, gives it another limit, key or secret, as the button says; a new key is shown once, on the page that answers."""
    request, form = posted
    store, site_id, by = request.store, request.site_id, request.moderator_id
    name, do, key = form.get("api", ""), form.get("do", ""), ""
    try:
        if do == "on":
            _, key = compat_apis.switch_on(
                store, site_id, name, form.get("limit", ""), by, now=now_ms(), entropy=os.urandom
            )
        elif do == "off":
            compat_apis.switch_off(store, site_id, name, by)
        elif do == "key":
            _, key = compat_apis.make_key(
                store, site_id, name, by, now=now_ms(), entropy=os.urandom
            )
        elif do == "secret":
            compat_apis.add_secret(store, site_id, name, form.get("secret", ""), by)
        else:
            raise Invalid("The form does not say what to do.")
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        typed = form.get("limit", "")
        flaw = form_error(error)
        return _page(request, status, error=flaw, which=name, typed=typed)
    if key:
        return _page(request, made=key, which=name)
    return request.back("/site/apis", did=do)


def _page(
    request: SiteRequest,
    status: int = 200,
    *,
    notice: str = "",
    error: FormError = NO_ERROR,
    which: str = "",
    typed: str = "",
    made: str = "",
) -> Response:
    """which: the API that the error is about, with the limit that was typed, or that has the new key `made`."""
    service = request.settings.public_url
    addresses = {name: f"{service}{path}" for name, path in _ADDRESSES.items()}
    addresses[CORAL] = f"{service}/integrations/coral/{request.site_id}"
    return request.answer(
        "compat_apis.html",
        status,
        states=compat_apis.list_apis(request.store, request.site_id),
        apis=APIS,
        addresses=addresses,
        usual=request.settings.limit_face,
        notice=notice,
        error=error,
        which=which,
        typed=typed,
        made=made,
        secret_least=compat_apis.SECRET_LEAST,
        secret_most=compat_apis.SECRET_MOST,
        may_manage=request.may(Action.MANAGE_SITE),
    )
