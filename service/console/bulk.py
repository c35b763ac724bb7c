"""The console's decisions about many comments: confirmed on a page, followed while they are made, undone as a whole."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.bulk import BulkState, MemberState
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Drifted, Invalid
from moderation.doorbell import BULK, DELIVER
from moderation.review import bulk, bulk_sets, queues
from moderation.review.bulk import BulkProgress
from moderation.review.queues import CommentCard
from moderation.store.moderators import Membership
from moderation.store.sql.engine import Store
from service.console.comment import BACK
from service.console.navigation import ROWS_READ, one_page, query
from service.console.pages import URL, CurrentSite, PageRoute, QueryName, pages, redirect
from service.console.presenters import OUTCOME_WORDS, VERBS, excerpt, person_name
from service.console.search import Asked, AskedFor, criteria_of
from service.console.session import (
    CurrentVisitor,
    SignedForm,
    Visitor,
    read_number,
    read_outcome,
    signed_form,
)

router = APIRouter(prefix="/bulk", route_class=PageRoute)

_ID = re.compile(r"[a-z0-9_]{1,64}")
_TICKED_LIMIT = 100  # more than a page of comments has
_LISTED = 50  # comments that are listed by themselves
_NONE_TICKED = "Tick the comments first, or “all that match”. Nothing was changed."
_CONDITIONS = ("query", "status", "reason", "page_url", "author")
_WHY = {
    MemberState.DECIDED_SINCE: "somebody had decided about it meanwhile",
    MemberState.CHANGED: "its writer had changed or withdrawn it meanwhile",
    MemberState.CLAIMED: "somebody else was deciding about it",
    MemberState.ERASED: "it was erased meanwhile",
    MemberState.CANCELLED: "taken back before its turn",
    MemberState.KEPT: "somebody has decided about it since",
}
_STATES = {
    BulkState.GATHERING: "not begun",
    BulkState.DECIDING: "under way",
    BulkState.DECIDED: "done",
    BulkState.UNDOING: "being undone",
    BulkState.UNDONE: "undone",
}

Posted = Annotated[
    SignedForm,
    Depends(
        signed_form(
            *("site", "outcome", "back", "ids", "expected_count", "snapshot", "take_over"),
            *_CONDITIONS,
        )
    ),
]
PostedUndo = Annotated[SignedForm, Depends(signed_form("site", "back"))]


@dataclass(frozen=True, slots=True)
class BulkView:
    """An act in words. sentence: 'Rejected 3 comments'. state: how far it is."""

    progress: BulkProgress
    sentence: str
    state: str
    who: str
    undone_by: str

    @property
    def is_at_work(self) -> bool:
        return self.progress.act.finished_at is None

    @property
    def done(self) -> int:
        """Of its comments, how many need no more work."""
        progress = self.progress
        if progress.act.state is BulkState.UNDOING:
            return progress.act.members - progress.counts.get(MemberState.DECIDED, 0)
        return progress.act.members - progress.waiting


@dataclass(frozen=True, slots=True)
class LeftView:
    """A comment that was left as it was, or was not taken back. why: in words."""

    id: str
    name: str
    opening: str
    why: str


@router.get("")
def acts_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, after: QueryName = ""
) -> Response:
    """A site's decisions about many comments, the newest first."""
    store, site_id = request.app.state.store, membership.site_id
    progresses = {each.act.id: each for each in bulk.list_acts(store, site_id, after, ROWS_READ)}
    acts, last_id = one_page([each.act for each in progresses.values()])
    url = f"{URL}/bulk"
    return pages.page(
        "bulk_acts.html",
        visitor=visitor,
        site=membership,
        acts=_views(store, [progresses[act.id] for act in acts]),
        first_url=f"{url}?{query(site=site_id)}" if after else "",
        next_url=f"{url}?{query(site=site_id, after=last_id)}" if last_id else "",
    )


@router.get("/new")
def confirm_page(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    asked: AskedFor,
    outcome: QueryName = "",
    back: str = "",
) -> Response:
    """What would be decided, to be confirmed: the comments that were ticked, or all that match."""
    chosen = read_outcome({"outcome": outcome})
    if "all" in request.query_params:
        return _confirm(request, visitor, membership, chosen, back, asked=asked)
    ids = request.query_params.getlist("comment")[:_TICKED_LIMIT]
    return _confirm(request, visitor, membership, chosen, back, ids=ids)


@router.post("")
def start(request: Request, posted: Posted) -> Response:
    """Makes the decision that was confirmed."""
    visitor, form = posted
    state, membership = request.app.state, visitor.membership(form.get("site", ""))
    site_id, outcome, back = membership.site_id, read_outcome(form), form.get("back", "")
    if ids := form.get("ids", "").split():
        seen = bulk_sets.named(state.store, site_id, ids)
    else:
        asked = Asked(**{name: form.get(name, "") for name in _CONDITIONS})
        count = read_number(form, "expected_count", "comments it is about")
        try:
            seen = bulk_sets.matching(
                state.store, site_id, criteria_of(asked), count, form.get("snapshot", "")
            )
        except Drifted as error:
            return _confirm(
                request, visitor, membership, outcome, back, asked=asked, problem=error.message
            )
    progress = bulk.start(
        state.store,
        visitor.signed.moderator_id,
        site_id,
        seen,
        outcome,
        take_over=form.get("take_over") == "1",
        now=now_ms(),
        entropy=os.urandom,
    )
    return _taken(request, progress, back)


@router.get("/{bulk_id}")
def act_page(
    request: Request,
    visitor: CurrentVisitor,
    bulk_id: str,
    membership: CurrentSite,
    back: str = "",
) -> Response:
    """How far a decision is, and what it left; for htmx without the frame."""
    return _act(request, visitor, membership, bulk_id, back)


@router.post("/{bulk_id}/undo")
def undo(request: Request, posted: PostedUndo, bulk_id: str) -> Response:
    """Takes it back: every comment, but those that somebody has decided about since."""
    visitor, form = posted
    membership, back = visitor.membership(form.get("site", "")), form.get("back", "")
    try:
        progress = bulk.undo(
            request.app.state.store,
            visitor.signed.moderator_id,
            membership.site_id,
            bulk_id,
            now=now_ms(),
            entropy=os.urandom,
        )
    except Conflict as error:
        return _act(request, visitor, membership, bulk_id, back, error.message, 409)
    return _taken(request, progress, back)


def _taken(request: Request, progress: BulkProgress, back: str) -> Response:
    act = progress.act
    request.app.state.ring(DELIVER if act.finished_at else BULK)
    return redirect(f"{URL}/bulk/{act.id}?{query(site=act.site_id, back=_back(back))}")


def _confirm(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    outcome: Outcome,
    back: str,
    *,
    ids: Sequence[str] = (),
    asked: Asked | None = None,
    problem: str = "",
) -> Response:
    """problem: why nothing was changed."""
    store, site_id = request.app.state.store, membership.site_id
    fields: Mapping[str, str]
    cards: Sequence[CommentCard]
    if asked:
        shown = bulk_sets.preview(store, site_id, criteria_of(asked))
        count, cards = shown.count, shown.sample
        fields = asked.given() | {"expected_count": str(count), "snapshot": shown.snapshot}
    else:
        cards = queues.get_cards(store, {site_id}, [id for id in ids if _ID.fullmatch(id)])
        count, fields = len(cards), {"ids": " ".join(card.id for card in cards)}
    if not count and not problem:
        raise Invalid(_NONE_TICKED)
    return pages.page(
        "bulk_confirm.html",
        409 if problem else 200,
        visitor=visitor,
        site=membership,
        verb=VERBS[outcome],
        outcome=outcome,
        count=count,
        fields={name: value for name, value in fields.items() if value},
        is_all=asked is not None,
        comments=[(card, excerpt(card.text)) for card in cards],
        back=_back(back),
        problem=problem,
    )


def _act(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    bulk_id: str,
    back: str,
    problem: str = "",
    status: int = 200,
) -> Response:
    store, site_id = request.app.state.store, membership.site_id
    progress = bulk.get_progress(store, site_id, bulk_id)
    [view] = _views(store, [progress])
    return pages.page(
        "bulk_progress.html" if "hx-request" in request.headers else "bulk.html",
        status,
        visitor=visitor,
        site=membership,
        act=view,
        left=_left(store, progress),
        back=_back(back),
        problem=problem,
    )


def _views(store: Store, progresses: Sequence[BulkProgress]) -> list[BulkView]:
    acts = [progress.act for progress in progresses]
    names = sign_in.emails_of(
        store, {id for act in acts for id in (act.moderator_id, act.undone_by)}
    )
    return [
        BulkView(
            progress,
            f"{OUTCOME_WORDS[act.outcome].capitalize()}: {_comments(act.members)}",
            _STATES[act.state],
            person_name(act.moderator_id, names),
            person_name(act.undone_by, names) if act.undone_by else "",
        )
        for progress, act in zip(progresses, acts, strict=True)
    ]


def _comments(count: int) -> str:
    return "1 comment" if count == 1 else f"{count:,} comments"


def _left(store: Store, progress: BulkProgress) -> list[LeftView]:
    act = progress.act
    states = tuple(_WHY) if progress.left or progress.kept else ()
    members = bulk.list_members(store, act.site_id, act.id, states, limit=_LISTED) if states else []
    cards = queues.get_cards(store, {act.site_id}, [member.comment_id for member in members])
    cards_by_id = {card.id: card for card in cards}
    return [
        LeftView(card.id, card.author_name, excerpt(card.text), _WHY[member.state])
        for member in members
        if (card := cards_by_id.get(member.comment_id))
    ]


def _back(back: str) -> str:
    return back if BACK.fullmatch(back) else ""
