"""The calls for pages of a site, as data: threads, counts, who may comment there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gatehouse_client import answers, page_answers
from gatehouse_client.answer import Json
from gatehouse_client.call import API, Call, Piece, given, pieces


def thread(
    page_url: str, site_id: str, size: int, page_id: str = "", sort: str = ""
) -> Call[Piece[page_answers.PublicComment]]:
    query = given(
        {"page_url": page_url, "page_id": page_id, "site_id": site_id, "limit": size, "sort": sort}
    )
    read = pieces(page_answers.PublicComment.read, "comments")
    return Call("GET", f"{API}/threads", read, query=query, repeatable=True, token="")


def counts(page_urls: Sequence[str], site_id: str) -> Call[dict[str, int | None]]:
    query = given({"page_url": list(page_urls), "site_id": site_id})

    def read(data: Json) -> dict[str, int | None]:
        return dict(data["counts"])

    return Call("GET", f"{API}/counts", read, query=query, repeatable=True, token="")


def page_state(page_url: str, page_id: str) -> Call[page_answers.PageState]:
    query = given({"page_url": page_url, "page_id": page_id})
    path = f"{API}/pages/state"
    return Call("GET", path, page_answers.PageState.read, query=query, repeatable=True)


def set_page_state(
    page_url: str,
    state: str | None,
    close_after_days: int | None,
    page_id: str,
    published_at: datetime | None,
) -> Call[page_answers.PageState]:
    page = given({"url": page_url, "id": page_id})
    body: dict[str, Any] = {"page": page, "state": state, "close_after_days": close_after_days}
    if published_at is not None:
        body["published_at"] = published_at.isoformat()
    return Call("PUT", f"{API}/pages/state", page_answers.PageState.read, body, repeatable=True)


def page_default() -> Call[page_answers.PageDefault]:
    return Call("GET", f"{API}/pages/default", page_answers.PageDefault.read, repeatable=True)


def set_page_default(state: str, close_after_days: int) -> Call[page_answers.PageDefault]:
    body = {"state": state, "close_after_days": close_after_days}
    return Call("PUT", f"{API}/pages/default", page_answers.PageDefault.read, body, repeatable=True)


def move_page(old: str, new: str) -> Call[answers.Page]:
    body = {"old": old, "new": new}
    return Call("POST", f"{API}/pages/move", lambda data: answers.Page.read(data["page"]), body)
