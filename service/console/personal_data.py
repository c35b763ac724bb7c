"""/console/personal-data: what is kept of somebody who comments, found, handed out and erased. Forms name them: a URL ends up in logs."""

import os
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.comment import EMAIL_LIMIT
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.person import PersonErased, PersonRef
from moderation.domain.roles import Action
from moderation.doorbell import DELIVER
from moderation.store.memberships import Membership
from moderation.upkeep import people
from moderation.upkeep.person_document import document
from moderation.upkeep.person_erasure import REWRITTEN_UP_TO, erase_person
from service.console.form_error import NO_ERROR, FormError
from service.console.language import N_
from service.console.pages import CurrentSite, page_router, pages
from service.console.session import CurrentVisitor, Form, SiteForm, Visitor, site_form

router = page_router("/personal-data")

ERASED_AT_ONCE = 1_000  # comments of a click
Posted = Annotated[
    SiteForm,
    Depends(
        site_form(
            "kind",
            "who",
            "sure",
            may=Action.MANAGE_PERSONAL_DATA,
            action=Action.MANAGE_PERSONAL_DATA,
        )
    ),
]
KINDS = {
    "email": N_("E-mail, as typed in with the comments"),
    "author_id": N_("Your own id of the user"),
    "browser_token": N_("Token of their browser, ghb_…"),
    "comment_id": N_("A comment of theirs, cmt_…"),
}
# What people.find_person() counts.
_FOUND = {
    "comments": N_("comments"),
    "texts": N_("texts of them, with earlier ones"),
    "sender_details": N_("details of the sender"),
    "addresses": N_("addresses"),
    "measurements": N_("measurements"),
    "decisions": N_("decisions, which stay without words"),
    "sketches": N_("entries in the index of copies"),
    "reputation_votes": N_("opinions that count for a reputation"),
    "feedback": N_("lessons not learned yet"),
    "events": N_("events"),
    "deliveries": N_("deliveries"),
    "akismet_checks": N_("Akismet checks"),
    "idempotency_keys": N_("idempotency keys"),
    "reports": N_("reports of the comments"),
    "appeals": N_("appeals"),
    "corrections": N_("corrections of scores"),
    "notes": N_("notes of moderators"),
    "suggested_scores": N_("suggested scores"),
    "reports_sent": N_("reports that they sent"),
    "notices_sent": N_("notices of illegal content that they sent"),
}
_UNSURE = N_("Nothing was erased: say that you are sure.")


@router.get("")
def personal_data_page(visitor: CurrentVisitor, membership: CurrentSite) -> Response:
    membership.require(Action.MANAGE_PERSONAL_DATA)
    return _page(visitor, membership, {})


@router.post("/find")
def find(request: Request, posted: Posted) -> Response:
    """Counts what is kept; nothing changes."""
    visitor, form, membership = posted
    try:
        found = people.find_person(request.app.state.store, _person(form), {membership.site_id})
    except (Invalid, NotFound) as error:
        return _page(visitor, membership, form, error=FormError("who", error.message), status=422)
    return _page(visitor, membership, form, found=found)


@router.post("/export")
def export(request: Request, posted: Posted) -> Response:
    """All of it as a file, sent as it is read."""
    visitor, form, membership = posted
    who = visitor.signed.moderator_id
    pieces = document(request.app.state.store, _person(form), {membership.site_id}, who)
    return pages.attachment("personal-data.json", pieces, "application/json")


@router.post("/erase")
def erase(request: Request, posted: Posted) -> Response:
    """Erases for good; of very many comments the first, and says that there are more."""
    visitor, form, membership = posted
    state, ref, site_ids = request.app.state, _person(form), {membership.site_id}
    if form.get("sure") != "yes":
        found = people.find_person(state.store, ref, site_ids)
        error = FormError("sure", _UNSURE)
        return _page(visitor, membership, form, found=found, error=error, status=422)
    erased = erase_person(
        state.store,
        ref,
        site_ids,
        visitor.signed.moderator_id,
        now=now_ms,
        entropy=os.urandom,
        limit=ERASED_AT_ONCE,
        rewrite_up_to=REWRITTEN_UP_TO,
    )
    state.ring(DELIVER)
    return _page(visitor, membership, form, erased=erased)


def _person(form: Form) -> PersonRef:
    """Whom a form names. Raises Invalid where it does not say by what."""
    kind, who = form.get("kind", ""), form.get("who", "").strip()
    if kind not in KINDS:
        raise Invalid(N_("The form does not say by what they are found."))
    if not who:
        raise Invalid(N_("Say who it is."))
    return PersonRef(**{kind: who})


def _page(
    visitor: Visitor,
    membership: Membership,
    form: Form,
    *,
    found: PersonErased | None = None,
    erased: PersonErased | None = None,
    error: FormError = NO_ERROR,
    status: int = 200,
) -> Response:
    """found: what is kept, None where nobody asked. erased: what was erased just now."""
    counts = (found or erased or PersonErased({}, 0, complete=True, rewritten=None)).found
    return pages.page(
        "personal_data.html",
        status,
        visitor=visitor,
        site=membership,
        kinds=KINDS,
        kind=form.get("kind", "email"),
        who=form.get("who", "").strip(),
        limit=EMAIL_LIMIT,
        found=found,
        erased=erased,
        counts=[(_FOUND.get(name, name), count) for name, count in counts.items() if count],
        error=error,
    )
