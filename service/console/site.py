"""/console/site: what a site has set about itself, in one place, and the ways to the rest; closing it and opening it again."""

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Response

from moderation.accounts import site_settings
from moderation.accounts.site_settings import PagesJoin
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.page_url import DISTINCTIONS, SCHEME, SLASH, WWW, PageRules
from moderation.domain.roles import Action
from moderation.domain.site import LANGUAGE_LIMIT, NAME_LIMIT, SiteSettings
from moderation.store.memberships import Membership, PartMembership
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import QueryName, page_router
from service.console.session import Form
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form
from service.console.sites import lines

router = page_router("/site")

_TEXTS = ("name", "origins", "language", "ignored", "kept")
_APART = {
    SCHEME: N_("http and https"),
    WWW: N_("with and without www."),
    SLASH: N_("with and without a slash at the end"),
}
NOTICES = {
    "saved": N_("It is saved, and holds within five seconds."),
    "closed": N_(
        "The site is closed: it takes no comments. All is as it was when it is opened again."
    ),
    "reopened": N_("The site is open again."),
}
_CHANGED = N_(
    "Somebody else has changed this meanwhile; nothing was saved. It is now as below the form."
)

Posted = Annotated[
    PostedForm, Depends(request_form("was", "join", *_TEXTS, *_APART, may=Action.MANAGE_SITE))
]
PostedState = Annotated[PostedForm, Depends(request_form("state", may=Action.MANAGE_SITE))]


@router.get("")
def site_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """The settings of a site. did: what was just done."""
    request.require(Action.SEE_SITE)
    found = site_settings.get_site(request.store, request.site_id)
    return _page(request, _typed(found.settings), notice=NOTICES.get(did, ""))


@router.post("")
def change(posted: Posted) -> Response:
    """Saves what was typed; what is refused is shown as it was typed."""
    request, form = posted
    store, site_id = request.store, request.site_id
    seen = site_settings.get_site(store, site_id).settings
    typed: dict[str, Any] = {name: form.get(name, "") for name in _TEXTS}
    typed["apart"] = [name for name in DISTINCTIONS if form.get(name)]
    if form.get("was", "") != _digest(seen):
        flaw = FormError(message=_CHANGED)
        return _page(request, typed, 409, error=flaw, now=seen)
    try:
        site_settings.change_settings(
            store,
            site_id,
            _settings(typed, seen),
            seen,
            request.moderator_id,
            may_join=bool(form.get("join")),
            own_site_ids=[site.site_id for site in request.visitor.signed.sites if _manages(site)],
        )
    except PagesJoin as error:
        count = int(str(error.members["count"]))
        return _page(request, typed, 409, joins=count)
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, typed, status, error=form_error(error))
    return request.back("/site", did="saved")


@router.post("/state")
def change_state(posted: PostedState) -> Response:
    """Closes the site or opens it again."""
    request, form = posted
    store, site_id, by = request.store, request.site_id, request.moderator_id
    if form.get("state") == "closed":
        site_settings.close_site(store, site_id, by, now=now_ms())
        return request.back("/site", did="closed")
    site_settings.reopen_site(store, site_id, by)
    return request.back("/site", did="reopened")


def _manages(membership: Membership | PartMembership) -> bool:
    return membership.may(Action.MANAGE_SITE)


def _typed(settings: SiteSettings) -> dict[str, Any]:
    """Settings as the fields of the form have them."""
    rules = settings.rules
    return {
        "name": settings.name,
        "origins": "\n".join(rules.origins),
        "language": settings.language,
        "ignored": " ".join(sorted(rules.ignored)),
        "kept": " ".join(sorted(rules.kept)),
        "apart": sorted(rules.apart),
    }


def _settings(typed: dict[str, Any], seen: SiteSettings) -> SiteSettings:
    """What the form says. A field that is as it was stands for what it was made from."""
    before = _typed(seen)
    rules = PageRules(
        seen.rules.origins
        if lines(typed["origins"]) == lines(before["origins"])
        else tuple(lines(typed["origins"])),
        frozenset(typed["ignored"].split()),
        frozenset(typed["kept"].split()),
        frozenset(typed["apart"]),
    )
    return SiteSettings(typed["name"], typed["language"].strip(), rules, seen.closed_at)


def _digest(settings: SiteSettings) -> str:
    """Of what a form was made from, so that it overwrites nothing else."""
    return hashlib.sha256(repr(sorted(_typed(settings).items())).encode()).hexdigest()[:16]


def _page(
    request: SiteRequest,
    typed: Form | dict[str, Any],
    status: int = 200,
    *,
    notice: str = "",
    error: FormError = NO_ERROR,
    joins: int = 0,
    now: SiteSettings | None = None,
) -> Response:
    """joins: how many pages would be joined with others by what was typed. now: as it is, where somebody else has changed it."""
    found = site_settings.get_site(request.store, request.site_id)
    return request.answer(
        "site.html",
        status,
        found=found,
        typed=typed,
        was=_digest(found.settings),
        apart=_APART,
        name_limit=NAME_LIMIT,
        language_limit=LANGUAGE_LIMIT,
        notice=notice,
        error=error,
        joins=joins,
        now=_typed(now) if now else None,
        may_manage=request.may(Action.MANAGE_SITE),
    )
