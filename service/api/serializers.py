"""Comments and decisions as the API gives them out: without e-mail address or IP address."""

from collections.abc import Mapping
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Decision, Outcome, Reason
from moderation.domain.event import iso
from moderation.domain.score import Signal
from moderation.domain.second_opinion import Label
from moderation.review.queues import CommentCard
from moderation.store.claims import Claim
from moderation.store.second_opinions import StoredOpinion
from service.api import answers
from service.api.described import page_type

__all__ = ["CommentOut", "DecisionOut", "comment_out", "decision_out", "iso"]


class PageOut(TypedDict):
    """An article. title_verified: the site gave the title, not a reader. id: the site's own, null where it gave none."""

    url: answers.Url
    title: answers.Title | None
    title_verified: bool
    id: answers.ArticleId | None


class AuthorOut(TypedDict):
    """Who wrote, as typed in. badge: by the word of the site's server, of its staff, or the article's author."""

    name: answers.PersonName
    url: answers.Url | None
    badge: Literal["staff", "author"] | None


_BADGES: Mapping[str, Literal["staff", "author"]] = {"staff": "staff", "author": "author"}


class ActorOut(TypedDict):
    """Who decided. version: of the policy, null for people. scope: the part of the site that the policy is for, null for the whole."""

    kind: ActorKind
    id: answers.PolicyOrPerson
    version: answers.Hash | None
    scope: answers.PolicyScope | None


class ReasonOut(TypedDict):
    """Why. label, value, threshold: the signal that crossed a line, and the line, where there was one.

    spans_due: true while the spans are still sought, seconds after the decision.
    """

    code: answers.ReasonCodeName
    message: answers.Sentence
    label: NotRequired[answers.Name]
    value: NotRequired[answers.Probability]
    threshold: NotRequired[answers.Probability]
    spans: NotRequired[answers.Spans]
    spans_due: NotRequired[bool]


class DecisionOut(TypedDict):
    """A decision. revision: the number of the text that it is about. takes_back: the sequence of the decision that it
    takes back, null for none. sentence: a moderator's to the comment's writer, null for none.
    """

    sequence: answers.SequenceNumber
    revision: answers.RevisionNumber
    outcome: Outcome
    actor: ActorOut
    reasons: list[ReasonOut]
    sentence: answers.Sentence | None
    takes_back: answers.SequenceNumber | None
    created_at: answers.Moment


class SignalOut(TypedDict):
    """One measured fact. model, sha256, runtime: where a model measured it."""

    name: answers.Name
    value: answers.Probability
    scorer: answers.Name
    model: answers.Name | None
    sha256: answers.Hash | None
    runtime: answers.Name | None
    note: answers.Sentence | None
    spans: answers.Spans


class ModeratorOut(TypedDict):
    """A person, or a key of the site."""

    kind: ActorKind
    id: answers.ModeratorId


class ClaimOut(TypedDict):
    """Who is about to decide, and for how long nobody else is expected to. while_open: they have it open, or next."""

    actor: ModeratorOut
    until: answers.Moment
    while_open: bool


class RevisionOut(TypedDict):
    """A text that a comment had before its writer changed it. created_at: when it was handed in."""

    revision: answers.RevisionNumber
    text: answers.Text
    created_at: answers.Moment


class OpenReportsOut(TypedDict):
    """What readers reported and no person has looked at. count: of readers; reasons: how many gave which; first_at: since
    when it waits.
    """

    count: answers.Count
    reasons: answers.ReportReasons
    first_at: answers.Moment | None


class SecondOpinionOut(TypedDict):
    """What a chat model says: advice. probability: that the label is right. reason: its sentence, not to be trusted more than
    the comment, which it has read; plain text.
    """

    model: answers.Name
    label: Label
    probability: answers.Probability
    reason: answers.Sentence
    created_at: answers.Moment


class CommentOut(TypedDict):
    """A comment as a moderator or the site's secret key reads it. decision: the last one, null while there is none about
    the text as it is now. claim: null where nobody is about to decide. edited_at, earlier: when the text was changed
    last, and what it was before. second_opinion: null where none was asked for.
    """

    id: answers.CommentId
    site_id: answers.SiteId
    page: PageOut
    parent_id: answers.CommentId | None
    author: AuthorOut
    text: answers.Text
    status: Status
    campaign_id: answers.CampaignId | None
    created_at: answers.Moment
    revision: answers.RevisionNumber
    edited_at: answers.Moment | None
    earlier: list[RevisionOut]
    withdrawn_at: answers.Moment | None
    reports: OpenReportsOut
    scores: answers.Scores
    signals: list[SignalOut]
    decision: DecisionOut | None
    claim: ClaimOut | None
    second_opinion: SecondOpinionOut | None


CommentPage = page_type("CommentPage", CommentOut, "comments")


def page_out(url: str, title: str, is_verified: bool, own_id: str) -> PageOut:
    """A page as the site's server reads it. own_id: the site's, '' for none."""
    return {"url": url, "title": title or None, "title_verified": is_verified, "id": own_id or None}


def author_out(name: str, url: str, badge: str) -> AuthorOut:
    return {"name": name, "url": url or None, "badge": _BADGES.get(badge)}


def comment_out(card: CommentCard) -> CommentOut:
    """A comment as a moderator or the site's secret key reads it."""
    return {
        "id": card.id,
        "site_id": card.site_id,
        "page": page_out(
            card.page_url, card.page_title, card.page_title_verified, card.page_external_id
        ),
        "parent_id": card.parent_id or None,
        "author": author_out(card.author_name, card.author_url, card.author_badge),
        "text": card.text,
        "status": card.status,
        "campaign_id": card.campaign_id or None,
        "created_at": iso(card.created_at),
        "revision": card.revision,
        "edited_at": moment(card.edited_at),
        "earlier": [
            {
                "revision": earlier.number,
                "text": earlier.text,
                "created_at": iso(earlier.created_at),
            }
            for earlier in card.earlier
        ],
        "withdrawn_at": moment(card.withdrawn_at),
        "reports": {
            "count": card.reports,
            "reasons": {reason.value: count for reason, count in card.open_reports.reasons.items()},
            "first_at": moment(card.open_reports.first_at),
        },
        "scores": {name: round(value, 6) for name, value in card.scores.items()},
        "signals": [_signal_out(signal) for signal in card.signals],
        "decision": decision_out(card.decision) if card.decision else None,
        "claim": claim_out(card.claim) if card.claim else None,
        "second_opinion": _opinion_out(card.second_opinion) if card.second_opinion else None,
    }


def _opinion_out(stored: StoredOpinion) -> SecondOpinionOut:
    opinion = stored.opinion
    return {
        "model": stored.model,
        "label": opinion.label,
        "probability": round(opinion.probability, 6),
        "reason": opinion.sentence,
        "created_at": iso(stored.answered_at),
    }


def moderator_out(moderator_id: str) -> ModeratorOut:
    return {"kind": ActorKind.MODERATOR, "id": moderator_id}


def claim_out(claim: Claim) -> ClaimOut:
    return {
        "actor": moderator_out(claim.moderator_id),
        "until": iso(claim.until),
        "while_open": claim.while_open,
    }


def moment(time: int | None) -> str | None:
    """As iso(); None for none."""
    return None if time is None else iso(time)


def _signal_out(signal: Signal) -> SignalOut:
    return {
        "name": signal.name,
        "value": round(signal.value, 6),
        "scorer": signal.scorer,
        "model": signal.model or None,
        "sha256": signal.sha256 or None,
        "runtime": signal.runtime or None,
        "note": signal.note or None,
        "spans": [(span.start, span.end) for span in signal.spans],
    }


def decision_out(decision: Decision) -> DecisionOut:
    """A decision with its reasons."""
    return {
        "sequence": decision.sequence,
        "revision": decision.revision,
        "outcome": decision.outcome,
        "actor": {
            "kind": decision.actor.kind,
            "id": decision.actor.id,
            "version": decision.actor.version or None,
            "scope": decision.actor.scope or None,
        },
        "reasons": [_reason_out(reason) for reason in decision.reasons],
        "sentence": decision.sentence or None,
        "takes_back": decision.takes_back,
        "created_at": iso(decision.created_at),
    }


def _reason_out(reason: Reason) -> ReasonOut:
    out: ReasonOut = {"code": reason.code, "message": reason.message}
    if reason.label:
        out["label"] = reason.label
    if reason.value is not None:
        out["value"] = round(reason.value, 6)
    if reason.threshold is not None:
        out["threshold"] = reason.threshold
    if reason.spans:
        out["spans"] = [(span.start, span.end) for span in reason.spans]
    if reason.spans_due:
        out["spans_due"] = True
    return out
