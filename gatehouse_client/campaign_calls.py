"""The calls about what comments have in common, as data: campaigns, reputation, what was learned."""

from collections.abc import Sequence

from gatehouse_client.answer import Json
from gatehouse_client.call import (
    API,
    Call,
    Piece,
    given,
    json_object,
    json_objects,
    pieces,
    query_of,
    segment,
)


def campaigns(waiting: bool, ruled: bool, size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/campaigns",
        pieces(json_object),
        query=query_of({"waiting": waiting, "ruled": ruled, "limit": size}),
        repeatable=True,
    )


def campaign(campaign_id: str) -> Call[Json]:
    return Call("GET", f"{API}/campaigns/{segment(campaign_id)}", json_object, repeatable=True)


def campaign_comments(campaign_id: str, size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/campaigns/{segment(campaign_id)}/comments",
        pieces(json_object),
        query=query_of({"limit": size}),
        repeatable=True,
    )


def rule_campaign(campaign_id: str, outcome: str, sequence: int | None, held: bool) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/decisions",
        json_object,
        given({"outcome": outcome, "sequence": sequence, "held": held}),
    )


def undo_campaign(campaign_id: str, sequence: int | None) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/undo",
        json_object,
        given({"sequence": sequence}),
    )


def exclude_from_campaign(campaign_id: str, comment_ids: Sequence[str]) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/exclusions",
        json_object,
        given({"comment_ids": list(comment_ids)}),
    )


def split_campaign(campaign_id: str, comment_ids: Sequence[str]) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/splits",
        json_object,
        given({"comment_ids": list(comment_ids)}),
    )


def reputations(kind: str, size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/reputation",
        pieces(json_object),
        query=query_of({"kind": kind, "limit": size}),
        repeatable=True,
    )


def reputations_of(comment_id: str) -> Call[list[Json]]:
    return Call(
        "GET", f"{API}/comments/{segment(comment_id)}/reputation", json_objects, repeatable=True
    )


def reputation(kind: str, name: str) -> Call[Json]:
    return Call(
        "GET", f"{API}/reputation/{segment(kind)}/{segment(name)}", json_object, repeatable=True
    )


def reset_reputation(kind: str, name: str, sequence: int | None) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/reputation/{segment(kind)}/{segment(name)}/reset",
        json_object,
        given({"sequence": sequence}),
    )


def undo_reset(kind: str, name: str, sequence: int | None) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/reputation/{segment(kind)}/{segment(name)}/undo",
        json_object,
        given({"sequence": sequence}),
    )


def learning() -> Call[Json]:
    return Call("GET", f"{API}/learning", json_object, repeatable=True)


def undo_learning(version: int | None, moderator_id: str) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/learning/undo",
        json_object,
        given({"version": version, "moderator_id": moderator_id}),
    )
