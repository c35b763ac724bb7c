"""Every call as data: what to send where, and how to read the answer. Both clients send the same."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from gatehouse_client import answers

API = "/api/v1"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request. repeatable: sent again, it does nothing twice. token: instead of the site's key."""

    method: str
    path: str
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str | int | list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """A page of a list. next: path and query of the following one, '' where this is the last."""

    items: tuple[T, ...]
    next: str


def submit(
    text: str,
    *,
    page_url: str,
    name: str,
    page_title: str,
    page_id: str,
    email: str,
    url: str,
    parent_id: str,
    ip: str,
    user_agent: str,
    referrer: str,
    idempotency_key: str,
    author_id: str,
    email_confirmed: bool,
    staff: bool,
    article_author: bool,
    browser_token: str,
) -> Call[answers.Receipt]:
    page = {"url": page_url, "title": page_title, "id": page_id}
    author = {"name": name, "email": email, "url": url, "id": author_id, "token": browser_token}
    context = {"ip": ip, "user_agent": user_agent, "referrer": referrer}
    body: dict[str, Any] = {"page": given(page), "author": given(author), "text": text}
    if parent_id:
        body["parent_id"] = parent_id
    claims = {"email_confirmed": email_confirmed, "staff": staff, "article_author": article_author}
    body["author"] |= {name: True for name, holds in claims.items() if holds}
    if any(context.values()):
        body["context"] = given(context)
    key = idempotency_key or uuid.uuid4().hex
    return Call(
        "POST",
        f"{API}/comments",
        answers.Receipt.read,
        body,
        headers={"Idempotency-Key": key},
        repeatable=True,
    )


def comment(comment_id: str) -> Call[answers.Comment]:
    return Call(
        "GET", f"{API}/comments/{segment(comment_id)}", answers.Comment.read, repeatable=True
    )


def status(comment_id: str, author_token: str) -> Call[str]:
    path = f"{API}/comments/{segment(comment_id)}"
    return Call("GET", path, lambda data: str(data["status"]), repeatable=True, token=author_token)


def decide(
    comment_id: str,
    outcome: str,
    reason: str,
    sentence: str,
    note: str,
    sequence: int | None,
    replies: str,
    take_over: bool = False,
) -> Call[answers.Decision]:
    body: dict[str, Any] = {"outcome": outcome, "replies": replies, "take_over": take_over}
    texts = {"reason": reason, "sentence": sentence, "note": note}
    body |= {name: text for name, text in texts.items() if text}
    if sequence is not None:
        body["sequence"] = sequence
    return Call(
        "POST", f"{API}/comments/{segment(comment_id)}/decisions", answers.Decision.read, body
    )


def undo_decision(
    comment_id: str, sequence: int | None, take_over: bool = False
) -> Call[answers.Decision]:
    body: dict[str, Any] = {"take_over": take_over}
    if sequence is not None:
        body["sequence"] = sequence
    return Call("POST", f"{API}/comments/{segment(comment_id)}/undo", answers.Decision.read, body)


def claim(comment_id: str, take_over: bool) -> Call[answers.Claim]:
    path = f"{API}/comments/{segment(comment_id)}/claim"
    return Call("POST", path, answers.Claim.read, {"take_over": take_over}, repeatable=True)


def release(comment_id: str, take_over: bool) -> Call[None]:
    path = f"{API}/comments/{segment(comment_id)}/claim"
    query = {"take_over": str(take_over).lower()}
    return Call("DELETE", path, lambda _: None, query=query, repeatable=True)


def keep_open(
    comments: Sequence[str], deciding: Sequence[str], shown: Sequence[str], ahead: int
) -> Call[answers.OpenComments]:
    body = {"comments": [*comments], "deciding": [*deciding], "shown": [*shown], "ahead": ahead}
    return Call("PUT", f"{API}/claims", answers.OpenComments.read, body, repeatable=True)


def pick(comment_id: str) -> Call[None]:
    path = f"{API}/comments/{segment(comment_id)}/pick"
    return Call("PUT", path, lambda _: None, repeatable=True)


def unpick(comment_id: str) -> Call[None]:
    path = f"{API}/comments/{segment(comment_id)}/pick"
    return Call("DELETE", path, lambda _: None, repeatable=True)


def notes(comment_id: str, size: int) -> Call[Piece[answers.Note]]:
    return _notes(f"{API}/comments/{segment(comment_id)}", size)


def author_notes(author: str, size: int) -> Call[Piece[answers.Note]]:
    return _notes(f"{API}/authors/{segment(author)}", size)


def _notes(path: str, size: int) -> Call[Piece[answers.Note]]:
    read = pieces(answers.Note.read)
    return Call("GET", f"{path}/notes", read, query={"limit": size}, repeatable=True)


def add_note(comment_id: str, text: str) -> Call[answers.Note]:
    path = f"{API}/comments/{segment(comment_id)}/notes"
    return Call("POST", path, answers.Note.read, {"text": text})


def add_author_note(author: str, text: str) -> Call[answers.Note]:
    return Call("POST", f"{API}/authors/{segment(author)}/notes", answers.Note.read, {"text": text})


def corrections(comment_id: str) -> Call[list[answers.Correction]]:
    def read(data: Any) -> list[answers.Correction]:
        return [answers.Correction.read(item) for item in data["items"]]

    return Call("GET", f"{API}/comments/{segment(comment_id)}/corrections", read, repeatable=True)


def correct(comment_id: str, label: str) -> Call[answers.Correction]:
    path, body = f"{API}/comments/{segment(comment_id)}/corrections", {"label": label}
    return Call("POST", path, answers.Correction.read, body, repeatable=True)


def retract_correction(comment_id: str, label: str) -> Call[None]:
    path = f"{API}/comments/{segment(comment_id)}/corrections/{segment(label)}"
    return Call("DELETE", path, lambda _: None)


def preview_bulk(filter: Mapping[str, Any]) -> Call[answers.BulkPreview]:
    conditions = _plain(filter)

    def read(data: Any) -> answers.BulkPreview:
        return replace(answers.BulkPreview.read(data), filter=conditions)

    return Call("POST", f"{API}/bulk/preview", read, {"filter": conditions}, repeatable=True)


def bulk(
    action: str,
    ids: Sequence[str],
    preview: answers.BulkPreview | None,
    reason: str,
    sentence: str,
    take_over: bool,
) -> Call[answers.Bulk]:
    body: dict[str, Any] = {"action": action, "reason": reason, "take_over": take_over}
    if sentence:
        body["sentence"] = sentence
    if preview is None:
        body["ids"] = list(ids)
    else:
        body |= {"filter": preview.filter, "expected_count": preview.count}
        body["snapshot"] = preview.snapshot
    return Call("POST", f"{API}/bulk", answers.Bulk.read, body)


def bulk_progress(bulk_id: str) -> Call[answers.Bulk]:
    return Call("GET", f"{API}/bulk/{segment(bulk_id)}", answers.Bulk.read, repeatable=True)


def undo_bulk(bulk_id: str) -> Call[answers.Bulk]:
    return Call("POST", f"{API}/bulk/{segment(bulk_id)}/undo", answers.Bulk.read)


def bulk_decisions(size: int) -> Call[Piece[answers.Bulk]]:
    read = pieces(answers.Bulk.read)
    return Call("GET", f"{API}/bulk", read, query={"limit": size}, repeatable=True)


def bulk_comments(bulk_id: str, state: str, size: int) -> Call[Piece[answers.BulkMember]]:
    path = f"{API}/bulk/{segment(bulk_id)}/comments"
    read = pieces(answers.BulkMember.read)
    return Call("GET", path, read, query=given({"limit": size, "state": state}), repeatable=True)


def _plain(filter: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions as JSON has them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in filter.items()
    }


def queues() -> Call[list[answers.Queue]]:
    return Call("GET", f"{API}/queues", items_of(answers.Queue.read), repeatable=True)


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


def thread(
    page_url: str, site_id: str, size: int, page_id: str = "", sort: str = ""
) -> Call[Piece[answers.PublicComment]]:
    query = given(
        {
            "page_url": page_url,
            "page_id": page_id,
            "site_id": site_id,
            "limit": size,
            "sort": sort,
        }
    )
    read = pieces(answers.PublicComment.read, "comments")
    return Call("GET", f"{API}/threads", read, query=query, repeatable=True, token="")


def counts(page_urls: Sequence[str], site_id: str) -> Call[dict[str, int | None]]:
    query = given({"page_url": list(page_urls), "site_id": site_id})

    def read(data: answers.Json) -> dict[str, int | None]:
        return dict(data["counts"])

    return Call("GET", f"{API}/counts", read, query=query, repeatable=True, token="")


def page_state(page_url: str, page_id: str) -> Call[answers.PageState]:
    query = given({"page_url": page_url, "page_id": page_id})
    path = f"{API}/pages/state"
    return Call("GET", path, answers.PageState.read, query=query, repeatable=True)


def set_page_state(
    page_url: str,
    state: str | None,
    close_after_days: int | None,
    page_id: str,
    published_at: datetime | None,
) -> Call[answers.PageState]:
    page = given({"url": page_url, "id": page_id})
    body: dict[str, Any] = {"page": page, "state": state, "close_after_days": close_after_days}
    if published_at is not None:
        body["published_at"] = published_at.isoformat()
    return Call("PUT", f"{API}/pages/state", answers.PageState.read, body, repeatable=True)


def page_default() -> Call[answers.PageDefault]:
    return Call("GET", f"{API}/pages/default", answers.PageDefault.read, repeatable=True)


def set_page_default(state: str, close_after_days: int) -> Call[answers.PageDefault]:
    body = {"state": state, "close_after_days": close_after_days}
    return Call("PUT", f"{API}/pages/default", answers.PageDefault.read, body, repeatable=True)


def move_page(old: str, new: str) -> Call[answers.Page]:
    body = {"old": old, "new": new}
    return Call("POST", f"{API}/pages/move", lambda data: answers.Page.read(data["page"]), body)


def erase(comment_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/comments/{segment(comment_id)}", lambda _: None, repeatable=True)


def export_person(
    email: str, browser_token: str, author_id: str, after: str, size: int
) -> Call[Piece[Mapping[str, Any]]]:
    body = given({"email": email, "browser_token": browser_token, "author_id": author_id})
    body |= given({"after": after, "limit": size})
    read: Callable[[Any], Piece[Mapping[str, Any]]] = pieces(dict)
    return Call("POST", f"{API}/people/export", read, body, repeatable=True)


def erase_person(
    email: str, browser_token: str, author_id: str, confirm: bool
) -> Call[answers.PersonErased]:
    body = given({"email": email, "browser_token": browser_token, "author_id": author_id})
    read = answers.PersonErased.read
    return Call("POST", f"{API}/people/erase", read, {**body, "confirm": confirm}, repeatable=True)


def following(call: Call[Piece[T]], piece: Piece[T]) -> Call[Piece[T]] | None:
    """The call for the page after this one; None after the last."""
    if not piece.next.startswith(f"{API}/"):
        return None
    return Call(call.method, piece.next, call.read, repeatable=True, token=call.token)


def segment(identifier: str) -> str:
    """An id in a path: whatever it holds, it stays one segment."""
    return quote(identifier, safe="") or "-"


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: there the service has a default."""
    return {name: value for name, value in values.items() if value not in ("", None)}


def items_of(read: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    return lambda data: [read(item) for item in data["items"]]


def pieces(read: Callable[[Any], T], member: str = "items") -> Callable[[Any], Piece[T]]:
    return lambda data: Piece(tuple(read(item) for item in data[member]), data["next"] or "")
