"""`gatehouse export`: a site's comments with their decisions, suggested scores or corrections, as JSON lines."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatehouse.commands.arguments import SiteName
from gatehouse.database import open_site
from moderation.domain.comment import Status
from moderation.domain.decision import Decision, Reason
from moderation.domain.event import iso

if TYPE_CHECKING:
    from moderation.review.queues import CommentCard
    from moderation.store.sql.engine import Store

PAGE = 500  # comments read at once
# A comment decided meanwhile moves from an earlier of these to a later one: it is then read twice
# and written once, never missed.
ORDER = (
    Status.PENDING,
    Status.HELD,
    Status.APPROVED,
    Status.REJECTED,
    Status.SPAM,
    Status.WITHDRAWN,
    Status.ERASED,
)


def export(
    site: SiteName,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Instead, the scores that clients suggested.")
    ] = False,
    corrections: Annotated[
        bool,
        typer.Option("--corrections", help="Instead, the scores that moderators called wrong."),
    ] = False,
) -> None:
    """Write a site's comments to stdout.

    One JSON object a line, with all decisions. E-mails and IP addresses are left out.
    """
    with open_site(site) as (store, found_site):
        if feedback:
            _export_suggested_scores(store, found_site.id)
            return
        if corrections:
            _export_corrections(store, found_site.id)
            return
        count = 0
        for card in _cards(store, found_site.id):
            print(json.dumps(_comment(card), ensure_ascii=False))
            count += 1
    print(f"{count:,} comments written.", file=sys.stderr)


def _export_suggested_scores(store: "Store", site_id: str) -> None:
    """'value' is what the client suggests, 'score' what the model measured then: both 0..1."""
    from moderation.compat.suggested_scores import each_suggestion

    count = 0
    for suggestion in each_suggestion(store, site_id):
        fields = asdict(suggestion) | {"created_at": iso(suggestion.created_at)}
        print(json.dumps(fields, ensure_ascii=False))
        count += 1
    print(f"{count:,} suggested scores written.", file=sys.stderr)


def _export_corrections(store: "Store", site_id: str) -> None:
    """'score' is what the model measured, 0..1, and what a person called wrong. Without who."""
    from moderation.review.corrections import each_correction

    count = 0
    for correction, text in each_correction(store, site_id):
        fields = asdict(correction) | {"created_at": iso(correction.created_at), "text": text}
        del fields["moderator_id"]
        print(json.dumps(fields, ensure_ascii=False))
        count += 1
    print(f"{count:,} corrections written.", file=sys.stderr)


def _cards(store: "Store", site_id: str) -> Iterator["CommentCard"]:
    from moderation.review import queues

    written: set[str] = set()
    for status in ORDER:
        after = ""
        while page := queues.list_queue(store, site_id, status, after, PAGE):
            after = page[-1].id
            yield from (card for card in page if card.id not in written)
            written |= {card.id for card in page}


def _comment(card: "CommentCard") -> dict[str, Any]:
    return {
        "id": card.id,
        "site_id": card.site_id,
        "page": {
            "url": card.page_url,
            "title": card.page_title,
            "title_verified": card.page_title_verified,
            "id": card.page_external_id,
        },
        "parent_id": card.parent_id,
        "author": {
            "name": card.author_name,
            "url": card.author_url,
            "badge": card.author_badge,
        },
        "text": card.text,
        "status": card.status.value,
        "created_at": iso(card.created_at),
        "revision": card.revision,
        "scores": card.scores,
        "decisions": [_decision(decision) for decision in card.decisions],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "sequence": decision.sequence,
        "revision": decision.revision,
        "outcome": decision.outcome.value,
        "actor": {
            "kind": decision.actor.kind.value,
            "id": decision.actor.id,
            "version": decision.actor.version,
        },
        "reasons": [_reason(reason) for reason in decision.reasons],
        "sentence": decision.sentence,
        "takes_back": decision.takes_back,
        "created_at": iso(decision.created_at),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "message": reason.message,
        **({"label": reason.label} if reason.label else {}),
        **({"value": reason.value} if reason.value is not None else {}),
        **({"threshold": reason.threshold} if reason.threshold is not None else {}),
        **({"spans": [[span.start, span.end] for span in reason.spans]} if reason.spans else {}),
    }
