"""The console's decisions about many comments: confirmed on a page, followed while they are made, undone as a whole."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Drifted, Invalid
from moderation.domain.roles import Action
from moderation.doorbell import BULK, DELIVER
from moderation.review import bulk, bulk_sets, queues
from moderation.review.bulk import BulkProgress
from moderation.review.explanation import Explanation
from moderation.review.queues import CommentCard
from moderation.store.memberships import Membership, PartMembership
from moderation.store.sql.engine import Store
from service.console.all_sites import AllSites, CurrentPlaceOrPart, CurrentSiteOrPart
from service.console.asked import CONDITIONS, Asked, AskedFor, criteria_of
from service.console.bulk_view import bulk_views, left_views
from service.console.comment import reason_choices
from service.console.language import _
from service.console.navigation import BACK, ROWS_READ, one_page, query
from service.console.pages import URL, QueryName, page_router, pages, redirect
from service.console.presenters import VERBS, excerpt
from service.console.session import (
    Form,
    PartVisitor,
    SignedForm,
    Visitor,
    read_number,
    read_outcome,
    signed_form,
)

router = page_router("/bulk")

# A ticked comment, with the sequence of the decision that was seen.
_TICKED = re.compile(r"([a-z0-9_]{1,64})\.([0-9]{1,9})")
_TICKED_LIMIT = 100  # more than a page of comments has
Posted = Annotated[
    SignedForm,
    Depends(
        signed_form(
            "site",
            "outcome",
            "back",
            "ids",
            "expected_count",
            "snapshot",
            "take_over",
            "with_reason",
            "sentence",
            *CONDITIONS,
            parts=True,
        )
    ),
]
PostedUndo = Annotated[SignedForm, Depends(signed_form("site", "back", parts=True))]


@router.get("")
def acts_page(
    request: Request, visitor: PartVisitor, membership: CurrentSiteOrPart, after: QueryName = ""
) -> Response:
    """A site's decisions about many comments, the newest first; of sections whoever is limited to these has their own."""
    store, site_id = request.app.state.store, membership.site_id
    [place_id] = membership.site_ids
    found = bulk.list_acts(store, place_id, after, ROWS_READ, visitor.signed.moderator_id)
    progresses = {progress.act.id: progress for progress in found}
    acts, last_id = one_page([progress.act for progress in progresses.values()])
    url = f"{URL}/bulk"
    return pages.page(
        "bulk_acts.html",
        visitor=visitor,
        site=membership,
        acts=bulk_views(store, [progresses[act.id] for act in acts]),
        first_url=f"{url}?{query(site=site_id)}" if after else "",
        next_url=f"{url}?{query(site=site_id, after=last_id)}" if last_id else "",
    )


@router.get("/new")
def confirm_page(
    request: Request,
    visitor: PartVisitor,
    place: CurrentPlaceOrPart,
    asked: AskedFor,
    outcome: QueryName = "",
    back: str = "",
) -> Response:
    """What would be decided, to be confirmed: the comments that were ticked, or all that match.

    Of several sites each is confirmed by itself, as each has reasons of its own.
    """
    chosen = read_outcome({"outcome": outcome or Outcome.REJECT.value})
    ticked = request.query_params.getlist("comment")
    if isinstance(place, AllSites):
        parts = _by_site(request.app.state.store, place, ticked)
        if len(parts) != 1:
            return _apart(visitor, place, chosen, back, parts)
        [(place, _)] = parts
    place.require(Action.DECIDE)
    if "all" in request.query_params:
        return _confirm(request, visitor, place, _Question(chosen, back, asked=asked))
    return _confirm(request, visitor, place, _Question(chosen, back, ticked))


@router.post("")
def start(request: Request, posted: Posted) -> Response:
    """Makes the decision that was confirmed."""
    visitor, form = posted
    state, membership = request.app.state, visitor.place(form.get("site", ""))
    [place_id] = membership.site_ids
    outcome, back = read_outcome(form), form.get("back", "")
    asked, ticked = None, form.get("ids", "").split()
    if ticked:
        cards = _ticked(state.store, place_id, ticked)
        seen = [(card.id, sequence) for card, sequence in cards]
        if not seen:
            return _confirm(request, visitor, membership, _Question(outcome, back))
    else:
        asked = Asked(**{name: form.get(name, "") for name in CONDITIONS})
        count = read_number(form, "expected_count", "comments it is about")
        try:
            seen = bulk_sets.matching(
                state.store,
                place_id,
                criteria_of(asked, visitor.signed.moderator_id),
                count,
                form.get("snapshot", ""),
                now=now_ms(),
            )
        except Drifted as error:
            question = _Question(outcome, back, asked=asked, said=form)
            return _confirm(request, visitor, membership, question, problem=error.message)
    try:
        progress = bulk.start(
            state.store,
            visitor.signed.moderator_id,
            place_id,
            seen,
            outcome,
            Explanation(form.get("with_reason", ""), form.get("sentence", "")),
            take_over=form.get("take_over") == "1",
            now=now_ms(),
            entropy=os.urandom,
        )
    except Invalid as error:
        flaw = error.message.removeprefix(f"{error.pointer}: ")
        question = _Question(outcome, back, ticked, asked, form)
        return _confirm(request, visitor, membership, question, flaw=flaw)
    return _taken(request, membership, progress, back)


@router.get("/{bulk_id}")
def act_page(
    request: Request,
    visitor: PartVisitor,
    bulk_id: str,
    membership: CurrentSiteOrPart,
    back: str = "",
) -> Response:
    """How far a decision is, and what it left; for htmx without the frame."""
    return _act(request, visitor, membership, bulk_id, back)


@router.post("/{bulk_id}/undo")
def undo(request: Request, posted: PostedUndo, bulk_id: str) -> Response:
    """Takes it back: every comment, but those that somebody has decided about since."""
    visitor, form = posted
    membership, back = visitor.place(form.get("site", "")), form.get("back", "")
    [place_id] = membership.site_ids
    try:
        progress = bulk.undo(
            request.app.state.store,
            visitor.signed.moderator_id,
            place_id,
            bulk_id,
            now=now_ms(),
            entropy=os.urandom,
        )
    except Conflict as error:
        return _act(request, visitor, membership, bulk_id, back, error.message, 409)
    return _taken(request, membership, progress, back)


def _taken(
    request: Request, membership: Membership | PartMembership, progress: BulkProgress, back: str
) -> Response:
    act = progress.act
    request.app.state.ring(DELIVER if act.finished_at else BULK)
    return redirect(f"{URL}/bulk/{act.id}?{query(site=membership.site_id, back=_back(back))}")


@dataclass(frozen=True, slots=True)
class _Question:
    """What a page asks to confirm: the outcome, of the comments that are ticked or of all that was asked for.

    back: the page that it was asked on. said: the reason and the sentence that were given.
    """

    outcome: Outcome
    back: str
    ticked: Sequence[str] = ()
    asked: Asked | None = None
    said: Form = field(default_factory=dict)


def _confirm(
    request: Request,
    visitor: Visitor,
    membership: Membership | PartMembership,
    question: _Question,
    problem: str = "",
    flaw: str = "",
) -> Response:
    """problem: why nothing was changed. flaw: what is wrong with the reason or the sentence."""
    store, asked = request.app.state.store, question.asked
    [place_id] = membership.site_ids
    fields: Mapping[str, str]
    cards: Sequence[CommentCard]
    status = 409 if problem else 422 if flaw else 200
    if asked:
        try:
            criteria = criteria_of(asked, visitor.signed.moderator_id)
            shown = bulk_sets.preview(store, place_id, criteria, now_ms())
        except Invalid as error:
            shown, status = bulk_sets.Preview(0, (), ""), 422
            problem = error.message.removeprefix(f"{error.pointer}: ")
        count, cards = shown.count, shown.sample
        fields = asked.given() | {"expected_count": str(count), "snapshot": shown.snapshot}
    else:
        pairs = _ticked(store, place_id, question.ticked)
        count, cards = len(pairs), [card for card, _ in pairs]
        fields = {"ids": " ".join(f"{card.id}.{sequence}" for card, sequence in pairs)}
    return pages.page(
        "bulk_confirm.html",
        status,
        visitor=visitor,
        site=membership,
        outcome=question.outcome,
        count=count,
        fields={name: value for name, value in fields.items() if value},
        is_all=asked is not None,
        comments=[(card, excerpt(card.text)) for card in cards],
        back=_back(question.back),
        problem=problem,
        flaw=flaw,
        said=question.said,
        choices=reason_choices(store, membership.of_site),
    )


def _by_site(
    store: Store, place: AllSites, ticked: Sequence[str]
) -> list[tuple[Membership | PartMembership, list[tuple[CommentCard, int]]]]:
    """The ticked comments by the sites, of those where the visitor decides, that have some."""
    sites = [site for site in place.sites if site.may(Action.DECIDE)]
    by_site = [(site, _ticked(store, site.site_id, ticked)) for site in sites]
    return [(site, pairs) for site, pairs in by_site if pairs]


def _apart(
    visitor: Visitor,
    place: AllSites,
    outcome: Outcome,
    back: str,
    parts: Sequence[tuple[Membership | PartMembership, Sequence[tuple[CommentCard, int]]]],
) -> Response:
    """A page that leads to the confirmation of each site."""
    return pages.page(
        "bulk_apart.html",
        visitor=visitor,
        site=place,
        outcome=outcome,
        verb=_(VERBS[outcome]),
        parts=[
            (
                site,
                [(f"{card.id}.{sequence}", card, excerpt(card.text)) for card, sequence in pairs],
            )
            for site, pairs in parts
        ],
        back=_back(back),
    )


def _ticked(store: Store, place_id: str, ticked: Sequence[str]) -> list[tuple[CommentCard, int]]:
    """The ticked comments that are there, each with the sequence that was seen."""
    found = (_TICKED.fullmatch(each) for each in ticked[:_TICKED_LIMIT])
    sequences = {match[1]: int(match[2]) for match in found if match}
    cards = queues.get_cards(store, {place_id}, list(sequences))
    return [(card, sequences[card.id]) for card in cards if card.status is not Status.ERASED]


def _act(
    request: Request,
    visitor: Visitor,
    membership: Membership | PartMembership,
    bulk_id: str,
    back: str,
    problem: str = "",
    status: int = 200,
) -> Response:
    store, who = request.app.state.store, visitor.signed.moderator_id
    [place_id] = membership.site_ids
    progress = bulk.get_progress(store, place_id, bulk_id, who)
    [view] = bulk_views(store, [progress])
    return pages.page(
        "bulk_progress.html" if "hx-request" in request.headers else "bulk.html",
        status,
        visitor=visitor,
        site=membership,
        act=view,
        left=left_views(store, progress, place_id, who),
        back=_back(back),
        problem=problem,
    )


def _back(back: str) -> str:
    return back if BACK.fullmatch(back) else ""
