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


def _texts(conditions: Mapping[str, Any]) -> dict[str, str]:
    """The conditions that are given, as a query has them."""
    return {name: str(value) for name, value in _plain(conditions).items() if value is not None}


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
            **_texts(conditions),
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


def search(conditions: Mapping[str, Any], size: int) -> Call[Piece[answers.Comment]]:
    read = pieces(answers.Comment.read)
    query = given({**_texts(conditions), "limit": size})
    return Call("GET", f"{API}/comments", read, query=query, repeatable=True)


def queue_reasons(name: str) -> Call[dict[str, int]]:
    path = f"{API}/queues/{segment(name)}/reasons"
    return Call("GET", path, _counts_by_code, repeatable=True)


def _counts_by_code(data: Any) -> dict[str, int]:
    return {str(item["code"]): int(item["count"]) for item in data["items"]}
