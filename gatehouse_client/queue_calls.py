"""The calls for those who moderate many comments, as data: queues, the search, bulk decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict

from gatehouse_client import answers, queue_answers
from gatehouse_client.call import API, Call, Piece, given, items_of, pieces, segment


class Conditions(TypedDict, total=False):
    """What comments are searched by, as search() of the client explains it; "" and None are none."""

    status: str
    reason: str
    page_url: str
    author: str
    domain: str
    language: str
    decided_by: str
    moderator: str
    since: datetime | None
    until: datetime | None
    age: str
    score: str
    score_from: float | None
    score_to: float | None
    queue: str
    same_text: str
    same_network: str
    order: str


class Search(Conditions, total=False):
    """The same with the words."""

    query: str


def preview_bulk(filter: Search) -> Call[queue_answers.BulkPreview]:
    conditions = given(_plain(filter))

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
    name: str, conditions: Conditions, size: int, unclaimed: bool = False
) -> Call[Piece[answers.Comment]]:
    claims = {"unclaimed": "true" if unclaimed else ""}
    query = given({**_texts(conditions), **claims, "limit": size})
    return Call(
        "GET",
        f"{API}/queues/{segment(name)}",
        pieces(answers.Comment.read),
        query=query,
        repeatable=True,
    )


def search(query: str, conditions: Conditions, size: int) -> Call[Piece[answers.Comment]]:
    read = pieces(answers.Comment.read)
    wanted = given({"query": query, "order": "newest", **_texts(conditions), "limit": size})
    return Call("GET", f"{API}/comments", read, query=wanted, repeatable=True)


def queue_reasons(name: str) -> Call[dict[str, int]]:
    path = f"{API}/queues/{segment(name)}/reasons"
    return Call("GET", path, _counts_by_code, repeatable=True)


def _counts_by_code(data: Any) -> dict[str, int]:
    return {str(item["code"]): int(item["count"]) for item in data["items"]}
