"""`gatehouse export`: a site's comments with their decisions, or its feedback, a JSON object a line."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatehouse.commands.sites import SiteGiven, find_site
from gatehouse.database import open_store
from moderation.domain.comment import Status
from moderation.domain.decision import Decision
from moderation.review import queues

if TYPE_CHECKING:
    from moderation.review.queues import CommentCard
    from moderation.store.sql.engine import Store

PAGE = 500  # comments read at once
# A comment that is decided meanwhile moves from an earlier of these to a later one: then it is met
# twice, and written once, but not missed.
ORDER = (Status.PENDING, Status.HELD, Status.APPROVED, Status.REJECTED, Status.SPAM, Status.ERASED)


def export(
    site: SiteGiven,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Instead, the scores that clients suggested.")
    ] = False,
) -> None:
    """Write a site's comments to stdout.

    One JSON object a line, with all its decisions. E-mails and addresses stay here.
    """
    with open_store() as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        if feedback:
            _export_feedback(store, site_id)
            return
        count = 0
        for card in _cards(store, site_id):
            print(json.dumps(_out(card), ensure_ascii=False))
            count += 1
    print(f"{count:,} comments written.", file=sys.stderr)


def _export_feedback(store: "Store", site_id: str) -> None:
    """'value' is what the client says, 'score' what the model said then: both 0..1."""
    from moderation.compat.suggested_scores import each_suggestion

    count = 0
    for one in each_suggestion(store, site_id):
        facts = asdict(one) | {"created_at": _iso(one.created_at)}
        print(json.dumps(facts, ensure_ascii=False))
        count += 1
    print(f"{count:,} suggested scores written.", file=sys.stderr)


def _cards(store: "Store", site_id: str) -> Iterator["CommentCard"]:

    met: set[str] = set()
    for status in ORDER:
        after = ""
        while page := queues.list_queue(store, site_id, status, after, PAGE):
            after = page[-1].id
            yield from (card for card in page if card.id not in met)
            met |= {card.id for card in page}


def _out(card: "CommentCard") -> dict[str, Any]:
    return {
        "id": card.id,
        "site_id": card.site_id,
        "page": {"url": card.page_url, "title": card.page_title, "id": card.page_external_id},
        "parent_id": card.parent_id,
        "author": {"name": card.author_name, "url": card.author_url},
        "text": card.text,
        "status": card.status.value,
        "created_at": _iso(card.created_at),
        "revision": card.revision,
        "scores": card.scores,
        "decisions": [_decision(one) for one in card.decisions],
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
        "reasons": [
            {
                "code": one.code,
                "message": one.message,
                **({"label": one.label} if one.label else {}),
                **({"value": one.value} if one.value is not None else {}),
                **({"threshold": one.threshold} if one.threshold is not None else {}),
                **({"spans": [[s.start, s.end] for s in one.spans]} if one.spans else {}),
            }
            for one in decision.reasons
        ],
        "takes_back": decision.takes_back,
        "created_at": _iso(decision.created_at),
    }


def _iso(at: int) -> str:
    when = datetime.fromtimestamp(at / 1000, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
