"""One comment on a page of its own, and what moderators decide about it there and in the queues."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.domain.errors import Claimed, Conflict, Invalid, NotFound
from moderation.domain.roles import Action
from moderation.doorbell import DELIVER
from moderation.reading.markdown import as_html, has_marks
from moderation.review import (
    branches,
    claims,
    corrections,
    decisions,
    picks,
    proposals,
    queues,
    reader_rules,
    site_reasons,
)
from moderation.review.branches import Replies
from moderation.review.explanation import Explanation
from moderation.review.queues import CommentCard
from moderation.store.sql.engine import Store
from service.console import session
from service.console.all_sites import place_in
from service.console.author_filters import author_values
from service.console.context import context_values
from service.console.form_error import NO_ERROR, FormError
from service.console.language import _
from service.console.navigation import BACK, again, queue_tabs
from service.console.notes import add_note, note_values
from service.console.pages import URL, QueryName, page_router, pages, redirect
from service.console.presenters import CommentView, comment_view, label, person_name

router = page_router("/comments/{comment_id}")

REPORTS_SHOWN = 20  # the first ones; the others say the same
_ID = re.compile(r"[a-z0-9_]{1,64}")

Posted = Annotated[
    session.SignedForm,
    Depends(
        session.signed_form(
            "outcome",
            "sequence",
            "back",
            "replies",
            "take_over",
            "reason",
            "sentence",
            "note",
            parts=True,
            action=Action.PROPOSE,
        )
    ),
]
PostedClaim = Annotated[
    session.SignedForm, Depends(session.signed_form("claim", "back", parts=True))
]
PostedCorrection = Annotated[
    session.SignedForm, Depends(session.signed_form("wrong", "right", "back", parts=True))
]
PostedPick = Annotated[session.SignedForm, Depends(session.signed_form("pick"))]
PostedNote = Annotated[
    session.SignedForm, Depends(session.signed_form("text", "about", parts=True))
]


@router.get("")
def comment_page(
    request: Request, visitor: session.PartVisitor, comment_id: str, ask: QueryName = ""
) -> Response:
    """One comment with its history. ask: the outcome that was chosen when the session had ended."""
    card = get_card(request.app.state.store, visitor, comment_id)
    return _comment(request, visitor, card, _Told(ask=ask))


@router.post("/decisions")
def decide(request: Request, posted: Posted, comment_id: str) -> Response:
    return _decide(request, posted, comment_id, session.read_outcome(posted[1]))


@router.post("/undo")
def undo(request: Request, posted: Posted, comment_id: str) -> Response:
    """One more decision, with the outcome that was in effect before the last: nothing is deleted."""
    return _decide(request, posted, comment_id, None)


@router.post("/claim")
def claim(request: Request, posted: PostedClaim, comment_id: str) -> Response:
    """Claims the comment, takes it over or releases it, as the button says."""
    visitor, form = posted
    store, site_ids, back = request.app.state.store, visitor.signed.site_ids, _back(form)
    chosen, is_claimed = form.get("claim", ""), False
    told = _("Released.") if chosen == "release" else _("Claimed.")
    target = (store, visitor.signed.moderator_id, site_ids, comment_id)
    try:
        if chosen == "release":
            claims.release(*target)
        else:
            claims.claim(*target, take_over=chosen == "take")
    except Claimed:
        is_claimed = True
    if is_claimed or "hx-request" in request.headers:
        card = queues.get_card(store, site_ids, comment_id)
        status = 409 if is_claimed else 200
        said = _Told(is_claimed=is_claimed, told="" if is_claimed else told)
        return _comment(request, visitor, card, said, back, status=status)
    return redirect(again(back, comment_id))


@router.post("/corrections")
def correct(request: Request, posted: PostedCorrection, comment_id: str) -> Response:
    """Says that a score is wrong, or takes that back, as the button says."""
    visitor, form = posted
    store, site_ids, back = request.app.state.store, visitor.signed.site_ids, _back(form)
    moderator_id = visitor.signed.moderator_id
    if wrong := form.get("wrong", ""):
        corrections.correct(store, moderator_id, site_ids, comment_id, wrong, now=now_ms())
    else:
        corrections.retract(store, site_ids, comment_id, form.get("right", ""), moderator_id)
    if "hx-request" not in request.headers:
        return redirect(f"{URL}/comments/{comment_id}")
    told = _("Noted: the score is wrong.") if wrong else _("Taken back.")
    card = queues.get_card(store, site_ids, comment_id)
    return _comment(request, visitor, card, _Told(told=told), back)


@router.post("/pick")
def pick(request: Request, posted: PostedPick, comment_id: str) -> Response:
    """Makes the comment an editors' pick or takes that back, as the button says."""
    visitor, form = posted
    target = (request.app.state.store, visitor.signed.site_ids, comment_id)
    who = visitor.signed.moderator_id
    if form.get("pick") == "take":
        picks.unpick(*target, by=who)
    else:
        picks.pick(*target, by=who, now=now_ms())
    return redirect(f"{URL}/comments/{comment_id}")


@router.post("/notes")
def note(request: Request, posted: PostedNote, comment_id: str) -> Response:
    """Adds a note about the comment or its author; a refused one is shown again as it was typed."""
    visitor, form = posted
    store, text, about = request.app.state.store, form.get("text", ""), form.get("about", "")
    card = get_card(store, visitor, comment_id)
    signed = visitor.signed
    try:
        add_note(store, signed.moderator_id, signed.site_ids, card, text, about)
    except Invalid as error:
        flaw = FormError("text", error.message.removeprefix("/text: "))
        refused = note_values(store, signed.site_ids, card, text, about, flaw)
        return _comment(request, visitor, card, _Told(), notes=refused, status=422)
    return redirect(f"{URL}/comments/{comment_id}#notes")


def _decide(
    request: Request, posted: session.SignedForm, comment_id: str, outcome: Outcome | None
) -> Response:
    """Records a decision about a comment. outcome: None undoes the last one."""
    visitor, form = posted
    state, site_ids = request.app.state, visitor.signed.site_ids
    sequence, back = session.expected_sequence(form), _back(form)
    target = (state.store, visitor.signed.moderator_id, site_ids, comment_id)
    now, entropy = now_ms(), os.urandom
    take_over = form.get("take_over") == "1"
    proposes = _only_proposes(visitor, state.store, comment_id)
    try:
        if proposes and outcome is None:
            proposals.withdraw(*target, now=now)
        elif proposes and outcome is not None:
            proposals.propose(
                *target, outcome, _explanation(form, outcome), sequence, now=now, entropy=entropy
            )
        elif outcome is None:
            decisions.undo(*target, sequence, take_over=take_over, now=now, entropy=entropy)
        else:
            rejects = outcome in (Outcome.REJECT, Outcome.SPAM)
            is_along = rejects and form.get("replies") == Replies.REJECT
            replies = Replies.REJECT if is_along else Replies.LEAVE
            decisions.decide(
                *target,
                outcome,
                _explanation(form, outcome),
                sequence,
                replies=replies,
                take_over=take_over,
                now=now,
                entropy=entropy,
            )
    except Conflict as error:
        card = queues.get_card(state.store, site_ids, comment_id)
        is_claimed = isinstance(error, Claimed)
        told = _Told(is_stale=not is_claimed, is_claimed=is_claimed, said=form)
        return _comment(request, visitor, card, told, back, status=409)
    except Invalid as error:
        card = queues.get_card(state.store, site_ids, comment_id)
        flaw = FormError(error.pointer[1:], error.message.removeprefix(f"{error.pointer}: "))
        return _comment(request, visitor, card, _Told(said=form, flaw=flaw), back, status=422)
    if not proposes:
        state.ring(DELIVER)
    if "hx-request" not in request.headers:
        if outcome is None:
            return redirect(again(back, comment_id))
        query = back or f"site={get_card(state.store, visitor, comment_id).site_id}"
        return redirect(f"{URL}/?{query}&done={comment_id}#notice")
    card = queues.get_card(state.store, site_ids, comment_id)
    if outcome is None:
        return _comment(request, visitor, card, _Told(is_undone=True), back)
    [comment] = comment_views(state.store, [card])
    return pages.page(
        "comment_decided.html",
        visitor=visitor,
        comment=comment,
        along=branches.count_along(state.store, card.decision) if card.decision else 0,
        back=back,
        tabs=queue_tabs(request, place_in(visitor, back, card.site_id), None),
    )


def _explanation(form: session.Form, outcome: Outcome) -> Explanation:
    """What is said with it; the form has one list of reasons for all buttons, and that is not for approvals."""
    reason = "" if outcome is Outcome.APPROVE else form.get("reason", "")
    return Explanation(reason, form.get("sentence", ""), form.get("note", ""))


def _only_proposes(visitor: session.Visitor, store: Store, comment_id: str) -> bool:
    """Whether the visitor's word about this comment waits for another person. Raises NotFound."""
    if all(site.may(Action.DECIDE) for site in visitor.signed.sites):
        return False
    site_id = get_card(store, visitor, comment_id).site_id
    return not visitor.place(site_id).may(Action.DECIDE)


def _back(form: session.Form) -> str:
    back = form.get("back", "")
    return back if BACK.fullmatch(back) else ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a card says besides. is_stale: somebody else decided first; is_claimed: has claimed it. ask: the outcome that was
    chosen when the session had ended. said, flaw: of the decision that was not made. told: what was done instead.
    """

    is_stale: bool = False
    is_claimed: bool = False
    is_undone: bool = False
    ask: str = ""
    said: session.Form = field(default_factory=dict)
    flaw: FormError = NO_ERROR
    told: str = ""


def _comment(
    request: Request,
    visitor: session.Visitor,
    card: CommentCard,
    told: _Told,
    back: str = "",
    notes: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    """The card: alone for htmx, else on a page of its own. notes: of note_values(), where a note was refused."""
    store, site_ids = request.app.state.store, visitor.signed.site_ids
    [comment] = comment_views(store, [card])
    values: dict[str, Any] = {
        "visitor": visitor,
        "site": visitor.place(card.site_id),
        "comment": comment,
        "back": back,
        **{each.name: getattr(told, each.name) for each in fields(told)},
    }
    if "hx-request" in request.headers:
        tabs = queue_tabs(request, place_in(visitor, back, card.site_id), None)
        return pages.page("comment_fragment.html", status, **values, tabs=tabs)
    return pages.page(
        "comment.html",
        status,
        **values,
        marking=author_values(request, visitor, card.site_id, card.id),
        **(notes or note_values(store, site_ids, card)),
        tabs=queue_tabs(request, place_in(visitor, "", card.site_id), card.status),
        reports=queues.list_reports(store, site_ids, card.id, limit=REPORTS_SHOWN)
        if card.reports
        else [],
        around=context_values(store, site_ids, card.id),
    )


def get_card(store: Store, visitor: session.Visitor, comment_id: str) -> CommentCard:
    """A comment of one of the visitor's sites. Raises NotFound."""
    if not _ID.fullmatch(comment_id):
        raise NotFound("There is no such comment.")
    return queues.get_card(store, visitor.signed.site_ids, comment_id)


def comment_views(store: Store, cards: Sequence[CommentCard]) -> list[CommentView]:
    actor_ids = {decision.actor.id for card in cards for decision in card.decisions}
    actor_ids |= {card.claim.moderator_id for card in cards if card.claim}
    actor_ids |= {proposal.moderator_id for card in cards for proposal in card.proposals}
    called_wrong = corrections.of_comments(store, [card.id for card in cards])
    actor_ids |= {each.moderator_id for made in called_wrong.values() for each in made}
    names = sign_in.emails_of(store, actor_ids)
    site_ids = {card.site_id for card in cards}
    choices = {id: reason_choices(store, id) for id in site_ids}
    with_markdown = {id for id in site_ids if reader_rules.get_rules(store, id).markdown}
    return [
        replace(
            comment_view(card, names),
            choices=choices[card.site_id],
            html=as_html(card.text)
            if card.site_id in with_markdown and has_marks(card.text)
            else "",
            wrong=[
                (each.label, label(each.label), person_name(each.moderator_id, names))
                for each in called_wrong.get(card.id, ())
                if each.revision == card.revision
            ],
        )
        for card in cards
    ]


def reason_choices(store: Store, site_id: str) -> list[tuple[str, str]]:
    """What a form offers as reasons: codes and names."""
    known = site_reasons.get_reasons(store, site_id)
    return [(reason.code, reason.label(known.language)) for reason in known.reasons]
