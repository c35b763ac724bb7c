"""The console's reputations: the numbers, what led to them, and a new start that can be taken back."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Conflict
from moderation.domain.reputation import ReputationScore, Subject, SubjectKind
from moderation.review import reputation
from moderation.review.reputation import Reputation
from service.console.pages import URL, PageRoute, pages
from service.console.presenters import age, iso, person_name, utc_time
from service.console.session import Acting, Here, Visitor
from service.http.html import HEADERS

router = APIRouter(prefix="/reputation", route_class=PageRoute)

_WHAT = {SubjectKind.AUTHOR: "This author", SubjectKind.NETWORK: "This network"}
_TITLE = {SubjectKind.AUTHOR: "One author", SubjectKind.NETWORK: "One network"}

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]
Whose = Annotated[str, Path(max_length=120, pattern=r"^[^\s/:]+$")]


@dataclass(frozen=True, slots=True)
class Line:
    """One reputation in a line. url: '' where there is nothing to see."""

    what: str
    words: str
    url: str
    is_name: bool


def lines_of(request: Request, site_ids: frozenset[str], comment_id: str) -> list[Line]:
    """The reputations that a comment comes with."""
    found = reputation.of_comment(request.app.state.store, site_ids, comment_id, now_ms())
    lines = [
        Line(
            _WHAT.get(subject.kind, subject.name),
            _words(repute),
            _address(subject) if repute else "",
            subject.kind is SubjectKind.DOMAIN,
        )
        for subject, repute in found
    ]
    if not any(subject.kind is SubjectKind.AUTHOR for subject, _ in found):
        lines.insert(
            0,
            Line(_WHAT[SubjectKind.AUTHOR], "nobody known: a typed name proves nothing", "", False),
        )
    return lines


def _words(repute: ReputationScore) -> str:
    return repute.words.removesuffix(" by your moderators") if repute else "nothing decided yet"


def _address(subject: Subject) -> str:
    return f"{_path(subject)}?site={subject.site_id}"


def _path(subject: Subject) -> str:
    return f"{URL}/reputation/{subject.kind.value}/{quote(subject.name, safe='')}"


@router.get("/{kind}/{name}")
def reputation_page(
    request: Request, here: Here, kind: SubjectKind, name: Whose, site: Name = ""
) -> Response:
    """One reputation with its history."""
    return _page(request, here, Subject(kind, here.at(site).site_id, name))


@router.post("/{kind}/{name}/reset")
def reset(request: Request, acting: Acting, kind: SubjectKind, name: Whose) -> Response:
    """What was decided until now counts no more."""
    return _changed(request, *acting, kind, name, undo=False)


@router.post("/{kind}/{name}/undo")
def undo(request: Request, acting: Acting, kind: SubjectKind, name: Whose) -> Response:
    """Takes the last reset back."""
    return _changed(request, *acting, kind, name, undo=True)


def _changed(
    request: Request,
    here: Visitor,
    form: dict[str, str],
    kind: SubjectKind,
    name: str,
    *,
    undo: bool,
) -> Response:
    subject = Subject(kind, here.at(form.get("site", "")).site_id, name)
    sequence = form.get("sequence", "")
    expected = int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0
    change = reputation.undo_reset if undo else reputation.reset
    by = (request.app.state.store, here.signed.moderator_id, subject, expected)
    try:
        change(*by, now=now_ms())
    except Conflict as error:
        return _page(request, here, subject, error.message, 409)
    return RedirectResponse(_address(subject), 303, headers=HEADERS)


def _page(
    request: Request, here: Visitor, subject: Subject, trouble: str = "", status: int = 200
) -> Response:
    store, now = request.app.state.store, now_ms()
    found = reputation.get_reputation(store, subject, now)
    names = sign_in.emails_of(store, {one.moderator_id for one in found.resets})
    return pages.page(
        "reputation.html",
        status,
        here=here,
        site=here.at(subject.site_id),
        what=_TITLE.get(subject.kind, subject.name),
        is_name=subject.kind is SubjectKind.DOMAIN,
        path=_path(subject),
        words=_words(found.repute),
        meaning=_meaning(found),
        reputation=found,
        votes=[
            (
                one,
                one.created_at > found.counts_after,
                utc_time(one.created_at),
                iso(one.created_at),
            )
            for one in found.votes
        ],
        resets=[
            (
                "Reset" if one.counts_after == one.created_at else "Reset taken back",
                person_name(one.moderator_id, names),
                utc_time(one.created_at),
                iso(one.created_at),
                age(now - one.created_at),
            )
            for one in reversed(found.resets)
        ],
        trouble=trouble,
    )


def _meaning(found: Reputation) -> str:
    """What the numbers do to a comment, in a sentence; the lines are those of newsroom.toml."""
    repute, kind = found.repute, found.subject.kind
    if kind is SubjectKind.AUTHOR and repute.trust >= 0.5:
        return "A good name: links, contacts and haste hold nothing of this author. Toxicity still does."
    if kind is SubjectKind.AUTHOR and repute.distrust >= 0.5:
        return "A bad name: what this author writes waits for a person."
    if kind is SubjectKind.DOMAIN and repute.distrust >= 0.6:
        return "A bad name: what links there is filed as spam."
    if kind is SubjectKind.DOMAIN and repute.distrust >= 0.35:
        return "A bad name: what links there waits for a person."
    if kind is SubjectKind.NETWORK and repute.distrust >= 0.5:
        return "A bad name: links and contacts from there wait for a person."
    return "Neither a good nor a bad name yet."
