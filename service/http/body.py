"""Reads a request's body up to a limit, and JSON by strict rules."""

import json
import math
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.http.errors import BadRequest

MEMBERS_LIMIT = 200  # of one object; a submission has about a dozen in all
DEPTH_LIMIT = 32


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
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=_not_json,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise BadRequest(f"The JSON is nested deeper than {DEPTH_LIMIT}.") from None
    if body.count(b"[") + body.count(b"{") > DEPTH_LIMIT:
        _check_depth(value)
    if not surrogates and b"\\u" in body:
        _check_surrogates(value)
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
    raise BadRequest(f"The JSON is nested deeper than {DEPTH_LIMIT}.")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MEMBERS_LIMIT:
        raise BadRequest(f"A JSON object has more than {MEMBERS_LIMIT} members.")
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BadRequest("A JSON object has the same name twice.")
    return members


def _not_json(_: str) -> NoReturn:
    raise BadRequest("NaN and Infinity are not JSON.")


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise BadRequest("A number is too large.")
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise BadRequest("A number is too large.")
    return value


def _check_surrogates(value: Any) -> None:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if not item.isascii() and any("\ud800" <= char <= "\udfff" for char in item):
                raise BadRequest("The text has a lone surrogate (\\ud800 to \\udfff).")
        elif isinstance(item, dict):
            stack.extend(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
