"""A site's own filters under /console/filters: the list, and each of them on or off."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.filter import Filter
from moderation.domain.roles import Action
from moderation.review import filters
from service.console.filter import list_url
from service.console.filter_form import DOES, ENTRIES
from service.console.language import N_, _, ngettext
from service.console.pages import NAME_PATTERN, CurrentSite, QueryName, page_router, pages, redirect
from service.console.presenters import person_name
from service.console.session import CurrentVisitor, SignedForm, signed_form

router = page_router("/filters")

_NOTICES = {
    "added": N_("“%(name)s” was added."),
    "changed": N_("“%(name)s” was changed."),
    "on": N_("“%(name)s” is on."),
    "off": N_("“%(name)s” is off."),
}


@router.get("")
def filters_page(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    did: QueryName = "",
    changed_id: Annotated[str, Query(alias="one", max_length=64, pattern=NAME_PATTERN)] = "",
) -> Response:
    """Every filter of a site. did, changed_id: what was just done to which."""
    store = request.app.state.store
    stored = filters.list_filters(store, {membership.site_id})
    names = sign_in.emails_of(store, {filter.changed_by for filter in stored})
    changed = next((filter for filter in stored if filter.id == changed_id), None)
    return pages.page(
        "filters.html",
        visitor=visitor,
        site=membership,
        filters=[_row(filter, names) for filter in stored],
        may_write=membership.may(Action.CHANGE_FILTERS),
        may_see_learning=membership.may(Action.SEE_LEARNING),
        notice=_(_NOTICES[did], name=changed.name) if changed and did in _NOTICES else "",
    )


@router.post("/{filter_id}/switch")
def switch(
    request: Request, posted: Annotated[SignedForm, Depends(signed_form("enabled"))], filter_id: str
) -> Response:
    """Switches a filter on or off, as the button says."""
    visitor, form = posted
    store = request.app.state.store
    stored = filters.get_filter(store, visitor.signed.site_ids, filter_id)
    visitor.membership(stored.site_id).require(Action.CHANGE_FILTERS)
    enabled, site_ids = form.get("enabled") == "on", {stored.site_id}
    changed = filters.switch_filter(
        store, site_ids, filter_id, enabled, visitor.signed.moderator_id, now=now_ms()
    )
    return redirect(list_url(changed, "on" if enabled else "off"))


def _row(filter: Filter, names: Mapping[str, str]) -> dict[str, Any]:
    """A filter in the list. names: the e-mails of moderators, by id."""
    entries = [line.strip() for line in filter.entries]
    return {
        "filter": filter,
        "entries": ngettext(
            *ENTRIES[filter.kind],
            sum(1 for entry in entries if entry and not entry.startswith("#")),
        ),
        "action": _(DOES[filter.action]),
        "who": person_name(filter.changed_by, names),
    }
