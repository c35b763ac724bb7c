"""The calls for those who run a site, as data: its settings and compatible APIs, the audit, proposals, numbers. Answers are JSON objects, as
the OpenAPI document describes them; the others are read into dataclasses.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypedDict

from gatehouse_client.answer import Json
from gatehouse_client.call import (
    API,
    Call,
    Piece,
    given,
    json_object,
    json_objects,
    nothing,
    pieces,
    query_of,
    segment,
)


def sites() -> Call[list[Json]]:
    return Call("GET", f"{API}/sites", json_objects, repeatable=True)


def site(site_id: str) -> Call[Json]:
    return Call("GET", f"{API}/sites/{segment(site_id)}", json_object, repeatable=True)


def make_site(name: str, origins: Sequence[str], language: str) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/sites",
        json_object,
        given({"name": name, "origins": list(origins), "language": language}),
    )


class SiteChanges(TypedDict, total=False):
    """What change_site() changes; None stays as it is."""

    name: str | None
    origins: Sequence[str] | None
    language: str | None
    state: str | None
    ignored: Sequence[str] | None
    kept: Sequence[str] | None
    apart: Sequence[str] | None
    join_pages: bool


def change_site(site_id: str, changes: SiteChanges) -> Call[Json]:
    named = {
        name: list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
        for name, value in changes.items()
        if value is not None
    }
    return Call("PATCH", f"{API}/sites/{segment(site_id)}", json_object, named)


def compatible_apis(site_id: str) -> Call[list[Json]]:
    return Call("GET", _apis(site_id), json_objects, repeatable=True)


def switch_api_on(site_id: str, name: str, limit: str) -> Call[Json]:
    return Call("PUT", _apis(site_id, name), json_object, {"limit": limit})


def switch_api_off(site_id: str, name: str) -> Call[None]:
    return Call("DELETE", _apis(site_id, name), nothing, repeatable=True)


def make_api_key(site_id: str, name: str) -> Call[Json]:
    return Call("POST", f"{_apis(site_id, name)}/keys", json_object)


def add_signing_secret(site_id: str, name: str, secret: str) -> Call[None]:
    return Call("POST", f"{_apis(site_id, name)}/secrets", nothing, {"secret": secret})


def _apis(site_id: str, name: str = "") -> str:
    path = f"{API}/sites/{segment(site_id)}/compatible-apis"
    return f"{path}/{segment(name)}" if name else path


def audit(
    since: datetime | None, until: datetime | None, who: str, action: str, about: str, size: int
) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/audit",
        pieces(json_object),
        query=query_of(
            {
                "since": since,
                "until": until,
                "who": who,
                "action": action,
                "about": about,
                "limit": size,
            }
        ),
        repeatable=True,
    )


def proposals(size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/proposals",
        pieces(json_object),
        query=query_of({"limit": size}),
        repeatable=True,
    )


def proposal(proposal_id: str) -> Call[Json]:
    return Call("GET", f"{API}/proposals/{segment(proposal_id)}", json_object, repeatable=True)


def agree(proposal_id: str, take_over: bool) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/proposals/{segment(proposal_id)}/agree",
        json_object,
        given({"take_over": take_over}),
    )


def refuse(
    proposal_id: str, outcome: str, reason: str, sentence: str, note: str, take_over: bool
) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/proposals/{segment(proposal_id)}/refuse",
        json_object,
        given(
            {
                "outcome": outcome,
                "reason": reason,
                "sentence": sentence,
                "note": note,
                "take_over": take_over,
            }
        ),
    )


def statistics(days: int) -> Call[Json]:
    return Call(
        "GET", f"{API}/statistics", json_object, query=query_of({"days": days}), repeatable=True
    )


def sample(size: int) -> Call[Json]:
    return Call("GET", f"{API}/sample", json_object, query={"limit": size}, repeatable=True)


def set_sample_size(size: int) -> Call[Json]:
    return Call("PUT", f"{API}/sample", json_object, {"size": size}, repeatable=True)


def judge_sample(comment_id: str, verdict: str) -> Call[Json]:
    return Call("POST", f"{API}/sample/{segment(comment_id)}", json_object, {"verdict": verdict})


def agreement() -> Call[Json]:
    return Call("GET", f"{API}/agreement", json_object, repeatable=True)


def set_review_share(share: int) -> Call[Json]:
    return Call("PUT", f"{API}/agreement", json_object, {"share": share}, repeatable=True)


def settle_disagreement(look_id: str, verdict: str) -> Call[None]:
    path = f"{API}/agreement/disagreements/{segment(look_id)}"
    return Call("POST", path, nothing, {"verdict": verdict})


def ask_golden(moderator_id: str, count: int) -> Call[Json]:
    body = {"moderator_id": moderator_id, "count": count}
    return Call("POST", f"{API}/agreement/golden", json_object, body)


def views() -> Call[list[Json]]:
    return Call("GET", f"{API}/views", json_objects, repeatable=True)


def add_view(name: str, filter: Json, shared: bool) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/views",
        json_object,
        given({"name": name, "filter": dict(filter), "shared": shared}),
    )


def remove_view(view_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/views/{segment(view_id)}", nothing, repeatable=True)


def context(comment_id: str) -> Call[Json]:
    return Call(
        "GET", f"{API}/comments/{segment(comment_id)}/context", json_object, repeatable=True
    )


def forewarn(text: str, page_url: str) -> Call[Json]:
    page = {"url": page_url} if page_url else None
    return Call("POST", f"{API}/forewarnings", json_object, given({"text": text, "page": page}))
