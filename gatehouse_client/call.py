"""What a call is: where it goes, what it sends, and how its answer is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from gatehouse_client.answer import Json

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


def json_object(data: Any) -> Json:
    return dict(data)


def json_objects(data: Any) -> list[Json]:
    return [dict(item) for item in data["items"]]


def nothing(data: Any) -> None:
    return None


def query_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as a query has it."""
    words = {True: "true", False: "false"}
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else words[value]
        if isinstance(value, bool)
        else value
        for name, value in given(values).items()
    }
