"""The calls about one comment or one person, as data. Both clients send the same."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Required, TypedDict

from gatehouse_client import answers
from gatehouse_client.call import API, Call, Piece, given, pieces, segment


class SubmissionFields(TypedDict, total=False):
    """What goes with the text of a submission, as submit() of the client explains it."""

    page_url: Required[str]
    name: Required[str]
    page_title: str
    page_id: str
    email: str
    url: str
    parent_id: str
    ip: str
    user_agent: str
    referrer: str
    idempotency_key: str
    author_id: str
    email_confirmed: bool
    staff: bool
    article_author: bool
    browser_token: str


def submit(
    text: str,
    *,
    page_url: str,
    name: str,
    page_title: str = "",
    page_id: str = "",
    email: str = "",
    url: str = "",
    parent_id: str = "",
    ip: str = "",
    user_agent: str = "",
    referrer: str = "",
    idempotency_key: str = "",
    author_id: str = "",
    email_confirmed: bool = False,
    staff: bool = False,
    article_author: bool = False,
    browser_token: str = "",
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


def erase(comment_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/comments/{segment(comment_id)}", lambda _: None, repeatable=True)


def _person(email: str, browser_token: str, author_id: str, comment_id: str) -> dict[str, Any]:
    named = {"email": email, "browser_token": browser_token}
    return given({**named, "author_id": author_id, "comment_id": comment_id})


def export_person(
    email: str, browser_token: str, author_id: str, comment_id: str, after: str, size: int
) -> Call[Piece[Mapping[str, Any]]]:
    body = _person(email, browser_token, author_id, comment_id)
    body |= given({"after": after, "limit": size})
    read: Callable[[Any], Piece[Mapping[str, Any]]] = pieces(dict)
    return Call("POST", f"{API}/people/export", read, body, repeatable=True)


def erase_person(
    email: str, browser_token: str, author_id: str, comment_id: str, confirm: bool
) -> Call[answers.PersonErased]:
    body = _person(email, browser_token, author_id, comment_id)
    read = answers.PersonErased.read
    return Call("POST", f"{API}/people/erase", read, {**body, "confirm": confirm}, repeatable=True)
