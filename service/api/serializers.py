"""Comments and decisions as the API gives them out: without e-mail address or IP address."""

from typing import Any

from moderation.domain.decision import Decision
from moderation.domain.event import iso
from moderation.review.queues import CommentCard

__all__ = ["comment_out", "decision_out", "iso"]


def comment_out(card: CommentCard) -> dict[str, Any]:
    """A comment as a moderator or the site's secret key reads it."""
    return {
        "id": card.id,
        "site_id": card.site_id,
        "page": {
            "url": card.page_url,
            "title": card.page_title or None,
            "title_verified": card.page_title_verified,
            "id": card.page_external_id or None,
        },
        "parent_id": card.parent_id or None,
        "author": {"name": card.author_name, "url": card.author_url or None},
        "text": card.text,
        "status": card.status.value,
        "campaign_id": card.campaign_id or None,
        "created_at": iso(card.created_at),
        "revision": card.revision,
        "scores": {name: round(value, 6) for name, value in card.scores.items()},
        "signals": [
            {
                "name": signal.name,
                "value": round(signal.value, 6),
                "scorer": signal.scorer,
                "model": signal.model or None,
                "sha256": signal.sha256 or None,
                "runtime": signal.runtime or None,
                "note": signal.note or None,
                "spans": [[span.start, span.end] for span in signal.spans],
            }
            for signal in card.signals
        ],
        "decision": decision_out(card.decision) if card.decision else None,
    }


def decision_out(decision: Decision) -> dict[str, Any]:
    """A decision with its reasons; label, value, threshold and spans where there are any.

    takes_back: the sequence of the decision that it takes back, None for none.
    """
    return {
        "sequence": decision.sequence,
        "outcome": decision.outcome.value,
        "actor": {
            "kind": decision.actor.kind.value,
            "id": decision.actor.id,
            "version": decision.actor.version or None,
        },
        "reasons": [
            {
                "code": reason.code,
                "message": reason.message,
                **({"label": reason.label} if reason.label else {}),
                **({"value": round(reason.value, 6)} if reason.value is not None else {}),
                **({"threshold": reason.threshold} if reason.threshold is not None else {}),
                **(
                    {"spans": [[span.start, span.end] for span in reason.spans]}
                    if reason.spans
                    else {}
                ),
            }
            for reason in decision.reasons
        ],
        "takes_back": decision.takes_back,
        "created_at": iso(decision.created_at),
    }
