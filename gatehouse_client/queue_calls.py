"""The calls for those who moderate many comments, as data: queues, the search, bulk decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from gatehouse_client import answers, queue_answers
from gatehouse_client.call import API, Call, Piece, given, items_of, pieces, segment


def preview_bulk(filter: Mapping[str, Any]) -> Call[queue_answers.BulkPreview]:
    conditions = _plain(filter)

    def read(data: Any) -> queue_answers.BulkPreview:
        return replace(queue_answers.BulkPreview.read(data), filter=conditions)

    return Call("POST", f"{API}/bulk/preview", read, {"filter": conditions}, repeatable=True)


def bulk(
    action: str,
    ids: Sequence[str],
    preview: queue_answers.BulkPreview | None,
    reason: str,
    sentence: str,
    take_over: bool,
) -> Call[queue_answers.Bulk]:
    body: dict[str, Any] = {"action": action, "reason": reason, "take_over": take_over}
    if sentence:
        body["sentence"] = sentence
    if preview is None:
        body["ids"] = list(ids)
    else:
        body |= {"filter": preview.filter, "expected_count": preview.count}
        body["snapshot"] = preview.snapshot
    return Call("POST", f"{API}/bulk", queue_answers.Bulk.read, body)


def bulk_progress(bulk_id: str) -> Call[queue_answers.Bulk]:
    return Call("GET", f"{API}/bulk/{segment(bulk_id)}", queue_answers.Bulk.read, repeatable=True)


def undo_bulk(bulk_id: str) -> Call[queue_answers.Bulk]:
    return Call("POST", f"{API}/bulk/{segment(bulk_id)}/undo", queue_answers.Bulk.read)


def bulk_decisions(size: int) -> Call[Piece[queue_answers.Bulk]]:
    read = pieces(queue_answers.Bulk.read)
    return Call("GET", f"{API}/bulk", read, query={"limit": size}, repeatable=True)


def bulk_comments(bulk_id: str, state: str, size: int) -> Call[Piece[queue_answers.BulkMember]]:
    path = f"{API}/bulk/{segment(bulk_id)}/comments"
    read = pieces(queue_answers.BulkMember.read)
    return Call("GET", path, read, query=given({"limit": size, "state": state}), repeatable=True)


def _plain(filter: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions as JSON has them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in filter.items()
    }


def queues() -> Call[list[queue_answers.Queue]]:
    return Call("GET", f"{API}/queues", items_of(queue_answers.Queue.read), repeatable=True)


def queue(
    name: str,
    reason: str,
    size: int,
    unclaimed: bool = False,
    order: str = "",
    conditions: Mapping[str, Any] = MappingProxyType({}),
) -> Call[Piece[answers.Comment]]:
    query = given(
        {
            **{name: str(value) for name, value in _plain(conditions).items() if value is not None},
            "limit": size,
            "reason": reason,
            "unclaimed": "true" if unclaimed else "",
            "order": order,
        }
    )
    return Call(
        "GET",
        f"{API}/queues/{segment(name)}",
        pieces(answers.Comment.read),
        query=query,
        repeatable=True,
    )


def search(
    query: str,
    *,
    status: str,
    reason: str,
    page_url: str,
    author: str,
    domain: str,
    language: str,
    decided_by: str,
    moderator: str,
    since: datetime | None,
    until: datetime | None,
    age: str,
    score: str,
    score_from: float | None,
    score_to: float | None,
    queue: str = "",
    same_text: str = "",
    same_network: str = "",
    order: str,
    size: int,
) -> Call[Piece[answers.Comment]]:
    chosen = given(
        {
            "query": query,
            "status": status,
            "reason": reason,
            "page_url": page_url,
            "author": author,
            "domain": domain,
            "language": language,
            "decided_by": decided_by,
            "moderator": moderator,
            "since": since.isoformat() if since else "",
            "until": until.isoformat() if until else "",
            "age": age,
            "score": score,
            "score_from": "" if score_from is None else str(score_from),
            "score_to": "" if score_to is None else str(score_to),
            "queue": queue,
            "same_text": same_text,
            "same_network": same_network,
            "order": order,
            "limit": size,
        }
    )
    read = pieces(answers.Comment.read)
    return Call("GET", f"{API}/comments", read, query=chosen, repeatable=True)


def queue_reasons(name: str) -> Call[dict[str, int]]:
    path = f"{API}/queues/{segment(name)}/reasons"
    return Call("GET", path, _counts_by_code, repeatable=True)


def _counts_by_code(data: Any) -> dict[str, int]:
    return {str(item["code"]): int(item["count"]) for item in data["items"]}
