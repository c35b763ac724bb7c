"""A site's own filters under /console/filters: the list, and one to write, try out and keep."""

import os
import re
import time
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Forbidden, Invalid
from moderation.domain.filter import Filter, FilterAction, FilterDraft, FilterField, FilterKind
from moderation.domain.roles import Action
from moderation.review import filter_preview, filters
from moderation.review.filter_preview import FilterPreview, PreviewMatch
from moderation.store.moderators import Membership
from service.console import session
from service.console.pages import URL, PageRoute, pages
from service.console.presenters import QUEUE_NAMES, age, pieces_of_spans
from service.console.session import Here, Visitor
from service.http.forms import read_form
from service.http.html import HEADERS

router = APIRouter(prefix="/filters", route_class=PageRoute)

HOME = f"{URL}/filters"
FORM_LIMIT = 2 * 1024 * 1024  # bytes; a list of 256 kB, every letter of it escaped
_NAMES = (
    *("csrf", "site", "version", "do", "name", "kind", "action", "entries", "exceptions"),
    *("languages", "enabled", "in_text", "in_name", "in_website"),
)
KINDS = {
    FilterKind.WORDS: ("Words", "One word or phrase a line, found whole; * stands for the rest of a word."),
    FilterKind.PATTERNS: ("Patterns", "One regular expression a line (RE2); case does not count."),
    FilterKind.DOMAINS: ("Domains", "example.com with all that lies under it; .xyz for all that ends so."),
    FilterKind.EMAILS: ("E-mails", "one@example.com, or @example.com for all of them."),
    FilterKind.NETWORKS: ("Networks", "An address, or a network such as 203.0.113.0/24."),
}  # fmt: skip
ACTIONS = {
    FilterAction.HOLD: "Hold for a person",
    FilterAction.SPAM: "File as spam",
    FilterAction.REJECT: "Reject",
    FilterAction.TRUST: "Trust (domains only): links there do not count",
}
FIELDS = {
    FilterField.TEXT: "the text",
    FilterField.NAME: "the author's name",
    FilterField.WEBSITE: "the author's website",
}
_DID = {"added": "is kept", "changed": "is changed", "on": "is on", "off": "is off"}

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


@dataclass(frozen=True, slots=True)
class FormError:
    """Which field of the form breaks which rule. field: '' for the form as a whole."""

    field: str
    message: str


async def _posted(request: Request) -> tuple[Visitor, dict[str, str]]:
    """Who acts, and the form they sent, after every check."""
    session.check_origin(request)
    form = await read_form(request, _NAMES, FORM_LIMIT)
    here = session.visitor(request)
    session.check_token(here.token, form.get("csrf", ""))
    return here, form


Posted = Annotated[tuple[Visitor, dict[str, str]], Depends(_posted)]


@router.get("")
def list_page(
    request: Request, here: Here, site: Name = "", did: Name = "", one: Name = ""
) -> Response:
    """Every filter of a site. did, one: what was just done to which."""
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    at = here.at(site)
    store = request.app.state.store
    found = filters.list_filters(store, {at.site_id})
    names = sign_in.emails_of(store, {each.changed_by for each in found})
    about = next((each for each in found if each.id == one), None)
    return pages.page(
        "filters.html",
        here=here,
        site=at,
        filters=[_row(each, names) for each in found],
        may_write=at.may(Action.CHANGE_FILTERS),
        notice=f"“{about.name}” {_DID[did]}." if about and did in _DID else "",
        may_see_learning=at.may(Action.MANAGE_LEARNING),
        done=one,
    )


@router.get("/new")
def new_page(request: Request, here: Here, site: Name = "") -> Response:
    at = here.at(site)
    blank = FilterDraft("", FilterKind.WORDS, FilterAction.HOLD, ())
    return _form(here, at, blank)


@router.get("/{filter_id}")
def filter_page(request: Request, here: Here, filter_id: str) -> Response:
    found = filters.get_filter(request.app.state.store, here.signed.site_ids, filter_id)
    return _form(here, here.at(found.site_id), found, kept=found)


@router.post("/new")
def add(request: Request, posted: Posted) -> Response:
    """Keeps a new filter, or tries it and shows the form again with all that was typed."""
    here, form = posted
    at = here.at(form.get("site", ""))
    draft = _draft(form)
    if form.get("do") == "try":
        return _tried(request, here, at, draft, None)
    _may_write(at)
    try:
        made = filters.add_filter(
            request.app.state.store,
            at.site_id,
            draft,
            here.signed.moderator_id,
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Invalid, Conflict) as error:
        return _form(here, at, draft, flaw=_flaw(error))
    return _back(at, "added", made)


@router.post("/{filter_id}")
def change(request: Request, posted: Posted, filter_id: str) -> Response:
    here, form = posted
    store = request.app.state.store
    found = filters.get_filter(store, here.signed.site_ids, filter_id)
    at = here.at(found.site_id)
    draft = _draft(form)
    if form.get("do") == "try":
        return _tried(request, here, at, draft, found)
    _may_write(at)
    version = form.get("version", "")
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise Invalid("The form does not say which version it changes.")
    try:
        made = filters.change_filter(
            store,
            {at.site_id},
            filter_id,
            draft,
            here.signed.moderator_id,
            int(version),
            now=now_ms(),
        )
    except Invalid as error:
        return _form(here, at, draft, kept=found, flaw=_flaw(error))
    except Conflict:
        said = "Somebody has changed this filter meanwhile. What you typed is below; saving now replaces theirs."
        return _form(here, at, draft, kept=found, flaw=FormError("", said), status=409)
    return _back(at, "changed", made)


@router.post("/{filter_id}/switch")
def switch(request: Request, posted: Posted, filter_id: str) -> Response:
    """On or off, as the button says."""
    here, form = posted
    store = request.app.state.store
    at = here.at(filters.get_filter(store, here.signed.site_ids, filter_id).site_id)
    _may_write(at)
    on = form.get("enabled") == "on"
    made = filters.switch_filter(
        store, {at.site_id}, filter_id, on, here.signed.moderator_id, now=now_ms()
    )
    return _back(at, "on" if on else "off", made)


@router.post("/{filter_id}/remove")
def remove(request: Request, posted: Posted, filter_id: str) -> Response:
    """Takes it away and shows it once more, as a new one that may still be saved: the way back."""
    here, _ = posted
    store = request.app.state.store
    at = here.at(filters.get_filter(store, here.signed.site_ids, filter_id).site_id)
    _may_write(at)
    gone = filters.remove_filter(store, {at.site_id}, filter_id)
    return _form(here, at, gone, removed=True)


def _may_write(at: Membership) -> None:
    if not at.may(Action.CHANGE_FILTERS):
        raise Forbidden("Editors and admins of a site change its filters.")


def _back(at: Membership, did: str, one: Filter) -> Response:
    return RedirectResponse(
        f"{HOME}?site={at.site_id}&did={did}&one={one.id}#notice", 303, headers=HEADERS
    )


def _draft(form: dict[str, str]) -> FilterDraft:
    """What was typed, as a draft; what no form of ours could send is refused. Raises Invalid."""
    try:
        kind, action = FilterKind(form.get("kind", "")), FilterAction(form.get("action", ""))
    except ValueError:
        raise Invalid("The form does not say what the filter is.") from None
    return FilterDraft(
        name=" ".join(form.get("name", "").split()),
        kind=kind,
        action=action,
        entries=_lines(form.get("entries", "")),
        exceptions=_lines(form.get("exceptions", "")),
        languages=tuple(re.findall(r"[^\s,;]+", form.get("languages", ""))[:50]),
        fields=tuple(field for field in FilterField if form.get(f"in_{field.value}")),
        enabled=form.get("enabled", "on") == "on",
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n").rstrip("\n").split("\n")) if text.strip() else ()


def _flaw(error: Invalid | Conflict) -> FormError:
    field = getattr(error, "pointer", "").strip("/").partition("/")[0]
    return FormError(field, error.message)


def _tried(
    request: Request, here: Visitor, at: Membership, draft: FilterDraft, kept: Filter | None
) -> Response:
    try:
        trial = filter_preview.preview(
            request.app.state.store,
            at.site_id,
            replace(draft, name=draft.name or "new filter"),
            now=now_ms(),
            clock=time.monotonic,
        )
    except Invalid as error:
        return _form(here, at, draft, kept=kept, flaw=_flaw(error))
    return _form(here, at, draft, kept=kept, trial=trial)


def _form(
    here: Visitor,
    at: Membership,
    draft: FilterDraft,
    *,
    kept: Filter | None = None,
    flaw: FormError | None = None,
    trial: FilterPreview | None = None,
    removed: bool = False,
    status: int = 200,
) -> Response:
    return pages.page(
        "filter.html",
        422 if flaw and status == 200 else status,
        here=here,
        site=at,
        draft=draft,
        kept=kept,
        flaw=flaw or FormError("", ""),
        trial=trial and _trial(trial),
        removed=removed,
        may_write=at.may(Action.CHANGE_FILTERS),
        kinds=KINDS,
        actions=ACTIONS,
        fields=FIELDS,
    )


def _row(one: Filter, names: dict[str, str]) -> dict[str, Any]:
    entries = sum(1 for line in one.entries if line.strip() and not line.lstrip().startswith("#"))
    return {
        "filter": one,
        "kind": KINDS[one.kind][0].lower(),
        "action": ACTIONS[one.action].partition(" (")[0].lower(),
        "count": entries,
        "who": names.get(one.changed_by)
        or ("the command line" if one.changed_by == "command" else "the site's own server"),
        "age": age(now_ms() - one.changed_at),
    }


def _trial(trial: FilterPreview) -> dict[str, Any]:
    return {
        "facts": trial,
        "statuses": [
            (QUEUE_NAMES[status].lower(), count) for status, count in trial.by_status.items()
        ],
        "matches": [_match(one) for one in trial.matches],
    }


def _match(one: PreviewMatch) -> dict[str, Any]:
    elsewhere = [where for where in one.where if where != "text"]
    return {
        "id": one.comment_id,
        "status": QUEUE_NAMES[one.status].lower(),
        "name": one.author_name,
        "pieces": pieces_of_spans(one.excerpt, one.spans),
        "elsewhere": ", ".join(elsewhere),
        "age": age(now_ms() - one.created_at),
    }
