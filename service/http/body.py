"""Reads a request's body up to a limit, and JSON by strict rules."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from moderation.domain.errors import ERRORS_LIMIT, Invalid
from service.http.broken_rules import WHOLE, is_presentable, pointer_to
from service.http.errors import BadRequest

MEMBERS_LIMIT = 200  # of one object; a submission has about a dozen in all
DEPTH_LIMIT = 32
_TOO_DEEP = f"The JSON is nested deeper than {DEPTH_LIMIT}."
_SURROGATE = "Has a lone surrogate (\\ud800 to \\udfff)."


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in a parsed value for what cannot be taken. rule: that it breaks. name: of the member of an
    object that does, '' for the whole.
    """

    rule: str
    name: str = ""


Mark = Callable[..., _Flaw]


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes. Raises BadRequest (413, 415) before reading more."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequest("Compressed bodies are not taken.", 415)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise BadRequest(f"The body is larger than {limit} bytes.", 413)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise BadRequest(f"The body is larger than {limit} bytes.", 413)
            parts.append(part)
    except ClientDisconnect:  # nobody reads this answer, but it is not counted as our error
        raise BadRequest("The body ended too early.") from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def strict_json(body: bytes, *, surrogates: bool = False) -> Any:
    """The value of an RFC 8259 text, or BadRequest with the rule that was broken.

    Refused besides bad syntax: not UTF-8, NaN and Infinity, a name twice in one object, more than
    MEMBERS_LIMIT members, nesting deeper than DEPTH_LIMIT, and lone surrogates (\\ud800), which
    cannot be stored or sent on. surrogates: accepts those, for a caller that mends them.
    """
    flaws: list[_Flaw] = []  # found while parsing, where nobody knows yet where in the whole it is

    def mark(rule: str, name: str = "") -> _Flaw:
        flaws.append(_Flaw(rule, name))
        return flaws[-1]

    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=partial(_members, mark),
            parse_constant=lambda _: mark("NaN and Infinity are not JSON."),
            parse_int=partial(_integer, mark),
            parse_float=partial(_decimal, mark),
        )
    except UnicodeDecodeError as error:
        raise _unreadable(f"The body is not UTF-8, at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        rule, place = error.msg.removesuffix(" at"), f"line {error.lineno}, column {error.colno}"
        raise _unreadable(
            f"The body is not JSON: {rule} at {place} (character {error.pos})."
        ) from None
    except RecursionError:
        raise _unreadable(_TOO_DEEP) from None
    if body.count(b"[") + body.count(b"{") > DEPTH_LIMIT:
        _check_depth(value)
    if flaws or (not surrogates and (b"\\ud" in body or b"\\uD" in body)):  # as in \ud800
        found = list(islice(_flaws_in(value, surrogates), ERRORS_LIMIT))
        if found:
            raise BadRequest(found[0].message, others=found)
    return value


def mend_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, as JavaScript leaves them when it cuts an emoji. Its
    length in UTF-16 stays the same.
    """
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return
    raise _unreadable(_TOO_DEEP)


def _unreadable(message: str) -> BadRequest:
    return BadRequest(message, others=[Invalid(message)])


def _members(mark: Mark, pairs: list[tuple[str, Any]]) -> Any:
    if len(pairs) > MEMBERS_LIMIT:
        return mark(f"Has more than {MEMBERS_LIMIT} members.")
    members = dict(pairs)
    if len(members) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        return mark("Is there twice.", name) if is_presentable(name) else mark("Has a name twice.")
    return members


def _integer(mark: Mark, digits: str) -> Any:
    return mark("The number is too large.") if len(digits) > 20 else int(digits)


def _decimal(mark: Mark, digits: str) -> Any:
    value = float(digits)
    return mark("The number is too large.") if math.isinf(value) else value


def _flaws_in(value: Any, surrogates: bool) -> Iterator[Invalid]:
    """What is wrong with a value, each with its place. surrogates: whether lone ones are accepted."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        pointer, item = stack.pop()
        rule = ""
        if isinstance(item, _Flaw):
            pointer, rule = pointer + pointer_to([item.name] if item.name else []), item.rule
        elif isinstance(item, str):
            rule = "" if surrogates or not _has_surrogate(item) else _SURROGATE
        elif isinstance(item, list):
            stack.extend(
                (f"{pointer}/{number}", each) for number, each in reversed([*enumerate(item)])
            )
        elif isinstance(item, dict):
            if not surrogates and any(map(_has_surrogate, item)):
                rule = _SURROGATE
            stack.extend(
                (pointer + pointer_to([name]) if is_presentable(name) else pointer, each)
                for name, each in reversed(item.items())
            )
        if rule:
            yield Invalid(f"{pointer or WHOLE}: {rule}", pointer)


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)
