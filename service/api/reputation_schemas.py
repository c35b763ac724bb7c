"""What the API gives out about reputations."""

from typing_extensions import TypedDict

from moderation.domain.reputation import Opinion, ReputationScore, Subject, SubjectKind
from moderation.review.reputation import Reputation
from service.api import answers
from service.api.serializers import ModeratorOut, iso, moderator_out


class ReputationScoreOut(TypedDict):
    """trust, distrust: the share of what comes next that will at least be approved, or not; both fade."""

    kind: SubjectKind
    name: answers.Domain
    approved: answers.Count
    spam: answers.Count
    rejected: answers.Count
    trust: answers.Probability
    distrust: answers.Probability


class ReputationList(TypedDict):
    """Reputations."""

    items: list[ReputationScoreOut]


class ReputationPage(ReputationList):
    """A page of reputations."""

    next: answers.NextPage


class VoteOut(TypedDict):
    """What was decided about one comment. counts: whether it still does."""

    comment_id: answers.CommentId
    said: Opinion
    counts: bool
    created_at: answers.Moment


class ResetOut(TypedDict):
    """A reset, or that one was taken back. counts_after: what was decided until then counts no more."""

    sequence: answers.SequenceNumber
    actor: ModeratorOut
    counts_after: answers.Moment | None
    created_at: answers.Moment


class ReputationOut(ReputationScoreOut):
    """A reputation with its history. decisions: the newest 20, newest first."""

    sequence: answers.SequenceNumber
    decisions: list[VoteOut]
    resets: list[ResetOut]


def score_out(subject: Subject, score: ReputationScore) -> ReputationScoreOut:
    return {
        "kind": subject.kind,
        "name": subject.name,
        "approved": score.approved,
        "spam": score.spam,
        "rejected": score.rejected,
        "trust": round(score.trust, 4),
        "distrust": round(score.distrust, 4),
    }


def reputation_out(details: Reputation) -> ReputationOut:
    return {
        **score_out(details.subject, details.repute),
        "sequence": details.sequence,
        "decisions": [
            {
                "comment_id": vote.comment_id,
                "said": vote.said,
                "counts": vote.created_at > details.counts_after,
                "created_at": iso(vote.created_at),
            }
            for vote in details.votes
        ],
        "resets": [
            {
                "sequence": reset.sequence,
                "actor": moderator_out(reset.moderator_id),
                "counts_after": iso(reset.counts_after) if reset.counts_after else None,
                "created_at": iso(reset.created_at),
            }
            for reset in details.resets
        ],
    }
