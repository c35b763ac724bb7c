"""One filter of a site: written, previewed on the last weeks, saved, removed."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid, TooMany
from moderation.domain.filter import Filter, FilterAction, FilterDraft, FilterKind
from moderation.domain.roles import Action
from moderation.review import filter_preview, filters
from moderation.review.filter_preview import FilterPreview
from moderation.store.memberships import Membership
from moderation.store.sql.engine import Store
from service.console import filter_form
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import URL, QueryName, page_router, pages, redirect
from service.console.session import (
    CurrentVisitor,
    Form,
    SignedForm,
    Visitor,
    read_number,
    signed_form,
)
from service.http.html import retry_header

router = page_router("/filters")

_CONFLICT = N_(
    "Somebody else has changed this filter meanwhile. What you typed is below; saving now replaces "
    "their version."
)

Posted = Annotated[
    SignedForm, Depends(signed_form(*filter_form.NAMES, limit=filter_form.FORM_LIMIT))
]


@router.get("/new")
def new_page(visitor: CurrentVisitor, site: QueryName = "") -> Response:
    draft = FilterDraft("", FilterKind.WORDS, FilterAction.HOLD, ())
    membership = visitor.membership(site)
    membership.require(Action.DECIDE)  # to try one; saving it wants more
    return _form(visitor, membership, draft)


@router.get("/{filter_id}")
def filter_page(request: Request, visitor: CurrentVisitor, filter_id: str) -> Response:
    stored = filters.get_filter(request.app.state.store, visitor.signed.site_ids, filter_id)
    return _form(visitor, visitor.membership(stored.site_id), stored, stored=stored)


@router.post("/new")
async def add(request: Request, posted: Posted) -> Response:
    """Adds a filter, or previews it and shows the form again with all that was typed."""
    visitor, form = posted
    membership, draft = visitor.membership(form.get("site", "")), filter_form.read_draft(form)
    if form.get("do") == "try":
        return await _preview(request, visitor, membership, draft, None)
    return await run_in_threadpool(_add, request.app.state.store, visitor, membership, draft)


def _add(store: Store, visitor: Visitor, membership: Membership, draft: FilterDraft) -> Response:
    membership.require(Action.CHANGE_FILTERS)
    try:
        added = filters.add_filter(
            store,
            membership.site_id,
            draft,
            visitor.signed.moderator_id,
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Invalid, Conflict) as error:
        return _form(visitor, membership, draft, error=form_error(error), status=422)
    return redirect(list_url(added, "added"))


@router.post("/{filter_id}")
async def change(request: Request, posted: Posted, filter_id: str) -> Response:
    """Saves a filter, or previews it, as add() does."""
    visitor, form = posted
    store = request.app.state.store
    stored = await run_in_threadpool(filters.get_filter, store, visitor.signed.site_ids, filter_id)
    membership, draft = visitor.membership(stored.site_id), filter_form.read_draft(form)
    if form.get("do") == "try":
        return await _preview(request, visitor, membership, draft, stored)
    return await run_in_threadpool(_change, store, visitor, membership, draft, stored, form)


def _change(
    store: Store,
    visitor: Visitor,
    membership: Membership,
    draft: FilterDraft,
    stored: Filter,
    form: Form,
) -> Response:
    membership.require(Action.CHANGE_FILTERS)
    version = read_number(form, "version", "version it changes")
    try:
        changed = filters.change_filter(
            store,
            {membership.site_id},
            stored.id,
            draft,
            visitor.signed.moderator_id,
            version,
            now=now_ms(),
        )
    except Invalid as error:
        return _form(visitor, membership, draft, stored=stored, error=form_error(error), status=422)
    except Conflict:
        newer = FormError(message=_CONFLICT)
        return _form(visitor, membership, draft, stored=stored, error=newer, status=409)
    return redirect(list_url(changed, "changed"))


@router.post("/{filter_id}/remove")
def remove(request: Request, posted: Posted, filter_id: str) -> Response:
    """Removes a filter and shows it once more, as a new one: saving it again is the undo."""
    visitor, _ = posted
    store = request.app.state.store
    membership = visitor.membership(
        filters.get_filter(store, visitor.signed.site_ids, filter_id).site_id
    )
    membership.require(Action.CHANGE_FILTERS)
    removed = filters.remove_filter(
        store, {membership.site_id}, filter_id, by=visitor.signed.moderator_id
    )
    return _form(visitor, membership, removed, is_removed=True)


def list_url(filter: Filter, did: str) -> str:
    """The list of filters, with a notice of what was just done to one."""
    return f"{URL}/filters?site={filter.site_id}&did={did}&one={filter.id}#notice"


async def _preview(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    draft: FilterDraft,
    stored: Filter | None,
) -> Response:
    """The form with the comments that the draft would have matched."""
    named = replace(draft, name=draft.name or "new filter")
    try:
        preview = await request.app.state.filter_trials.run(
            request,
            lambda is_cancelled: filter_preview.preview(
                request.app.state.store,
                membership.site_id,
                named,
                now=now_ms(),
                clock=time.monotonic,
                is_cancelled=is_cancelled,
            ),
        )
    except Invalid as error:
        return _form(visitor, membership, draft, stored=stored, error=form_error(error), status=422)
    except TooMany as error:
        return _form(
            visitor,
            membership,
            draft,
            stored=stored,
            error=form_error(error),
            status=429,
            headers=retry_header(error),
        )
    return _form(visitor, membership, draft, stored=stored, preview=preview)


def _form(
    visitor: Visitor,
    membership: Membership,
    draft: FilterDraft,
    *,
    stored: Filter | None = None,
    error: FormError | None = None,
    preview: FilterPreview | None = None,
    is_removed: bool = False,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page of a filter. stored: the filter that a form changes, None for a new one."""
    return pages.page(
        "filter.html",
        status,
        headers,
        visitor=visitor,
        site=membership,
        draft=draft,
        stored=stored,
        error=error or NO_ERROR,
        preview=filter_form.preview_view(preview) if preview else None,
        is_removed=is_removed,
        may_write=membership.may(Action.CHANGE_FILTERS),
        may_try=membership.may(Action.DECIDE),
        kinds=filter_form.KINDS,
        actions=filter_form.ACTIONS,
        fields=filter_form.FIELDS,
    )
