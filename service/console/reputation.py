"""The console's reputations: the numbers, the decisions behind them, a reset that can be undone."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Conflict
from moderation.domain.reputation import ReputationScore, Subject, SubjectKind
from moderation.review import reputation
from moderation.review.filings import list_domain_filings
from moderation.review.reputation import Reputation
from moderation.store.sql.engine import Store
from service.console.language import N_, _, number
from service.console.pages import URL, QueryName, page_router, pages, redirect
from service.console.presenters import person_name
from service.console.session import CurrentVisitor, SignedForm, Visitor, signed_form

router = page_router("/reputation/{kind}/{name}")

_NAMES = {SubjectKind.AUTHOR: N_("This author"), SubjectKind.NETWORK: N_("This network")}
_TITLES = {SubjectKind.AUTHOR: N_("Author"), SubjectKind.NETWORK: N_("Network")}

SubjectName = Annotated[str, Path(max_length=120, pattern=r"^[^\s/:]+$")]
Posted = Annotated[SignedForm, Depends(signed_form("site", "sequence"))]


@dataclass(frozen=True, slots=True)
class ReputationLine:
    """One reputation on a comment's page. url: '' where nothing was decided yet."""

    name: str
    summary: str
    url: str
    is_domain: bool


def reputation_lines(
    store: Store, site_ids: Collection[str], comment_id: str
) -> list[ReputationLine]:
    """The reputations of a comment's author, network and links."""
    scores = reputation.of_comment(store, site_ids, comment_id, now_ms())
    lines = [
        ReputationLine(
            _(_NAMES[subject.kind]) if subject.kind in _NAMES else subject.name,
            _summary(score),
            _url(subject) if score and subject.site_id in site_ids else "",
            subject.kind is SubjectKind.DOMAIN,
        )
        for subject, score in scores
    ]
    if not any(subject.kind is SubjectKind.AUTHOR for subject, _ in scores):
        author, unknown = _(_NAMES[SubjectKind.AUTHOR]), _("unknown: a typed name proves nothing")
        lines.insert(0, ReputationLine(author, unknown, "", False))
    return lines


def _summary(score: ReputationScore) -> str:
    """'12 approved, 0 spam'."""
    if not score:
        return _("nothing decided yet")
    counts = [
        _("%(n)s approved", n=number(score.approved)),
        _("%(n)s spam", n=number(score.spam)),
    ]
    if score.rejected:
        counts.append(_("%(n)s rejected", n=number(score.rejected)))
    if score.published:
        counts.append(_("%(n)s published unasked", n=number(score.published)))
    return ", ".join(counts)


def _url(subject: Subject) -> str:
    return f"{_path(subject)}?site={subject.site_id}"


def _path(subject: Subject) -> str:
    return f"{URL}/reputation/{subject.kind.value}/{quote(subject.name, safe='')}"


@router.get("")
def reputation_page(
    request: Request,
    visitor: CurrentVisitor,
    kind: SubjectKind,
    name: SubjectName,
    site: QueryName = "",
) -> Response:
    """One reputation with its history."""
    return _page(request, visitor, Subject(kind, visitor.membership(site).site_id, name))


@router.post("/reset")
def reset(request: Request, posted: Posted, kind: SubjectKind, name: SubjectName) -> Response:
    """Makes the decisions up to now stop counting."""
    return _change(request, posted, kind, name, undo=False)


@router.post("/undo")
def undo(request: Request, posted: Posted, kind: SubjectKind, name: SubjectName) -> Response:
    """Undoes the last reset."""
    return _change(request, posted, kind, name, undo=True)


def _change(
    request: Request, posted: SignedForm, kind: SubjectKind, name: str, *, undo: bool
) -> Response:
    visitor, form = posted
    subject = Subject(kind, visitor.membership(form.get("site", "")).site_id, name)
    sequence = form.get("sequence", "")
    expected = int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0
    store, moderator_id = request.app.state.store, visitor.signed.moderator_id
    try:
        reputation.reset(
            store, moderator_id, subject, expected, undo=undo, now=now_ms(), entropy=os.urandom
        )
    except Conflict as error:
        return _page(request, visitor, subject, error.message, 409)
    return redirect(_url(subject))


def _page(
    request: Request, visitor: Visitor, subject: Subject, problem: str = "", status: int = 200
) -> Response:
    """problem: why nothing was changed."""
    store = request.app.state.store
    shown = reputation.get_reputation(store, subject, now_ms())
    names = sign_in.emails_of(store, {reset.moderator_id for reset in shown.resets})
    return pages.page(
        "reputation.html",
        status,
        visitor=visitor,
        site=visitor.membership(subject.site_id),
        title=_(_TITLES[subject.kind]) if subject.kind in _TITLES else subject.name,
        is_domain=subject.kind is SubjectKind.DOMAIN,
        path=_path(subject),
        summary=_summary(shown.repute),
        meaning=_meaning(shown),
        reputation=shown,
        filed=list_domain_filings(store, subject) if subject.kind is SubjectKind.DOMAIN else [],
        resets=[
            (reset, person_name(reset.moderator_id, names)) for reset in reversed(shown.resets)
        ],
        problem=problem,
    )


def _meaning(shown: Reputation) -> str:
    """What the numbers do to a comment, in a sentence. The thresholds are those of newsroom.toml."""
    score, kind = shown.repute, shown.subject.kind
    if kind is SubjectKind.AUTHOR and score.trust >= 0.5:
        return N_(
            "Good reputation: links, contact details and haste do not hold this author's comments. "
            "Toxicity still does."
        )
    if kind is SubjectKind.AUTHOR and score.distrust >= 0.5:
        return N_("Bad reputation: this author's comments wait for a moderator.")
    if kind is SubjectKind.DOMAIN and score.distrust >= 0.6:
        return N_(
            "Bad reputation: comments that link there are held, and filed if they look like spam."
        )
    if kind is SubjectKind.DOMAIN and score.distrust >= 0.35:
        return N_("Bad reputation: comments that link there wait for a moderator.")
    if kind is SubjectKind.NETWORK and score.distrust >= 0.5:
        return N_(
            "Bad reputation: comments from there wait for a moderator if they have links or "
            "contact details."
        )
    return N_("Neither a good nor a bad reputation yet.")
