"""Answers that only the caller may keep, and the ETags that guard a change."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from moderation.domain.errors import Conflict, Invalid
from service.http.errors import problem


def private_json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON that no cache keeps."""
    return JSONResponse(
        body, status, headers={"Cache-Control": "private, no-store", **(headers or {})}
    )


def etag_header(kind: str, number: int) -> dict[str, str]:
    """ETag with a version or a sequence. kind: one letter that says what is counted."""
    return {"ETag": f'"{kind}{number}"'}


def if_match(request: Request, kind: str, noun: str) -> int | None:
    """The number in If-Match, None for '*' and where there is none. noun: what the ETag belongs to.

    Raises Invalid for any other ETag.
    """
    header = request.headers.get("if-match", "*")
    if header == "*":
        return None
    if not (matched := re.fullmatch(rf'"{kind}(\d{{1,9}})"', header)):
        raise Invalid(f"If-Match takes the {noun}'s ETag.")
    return int(matched[1])


def precondition_failed(error: Conflict) -> Response:
    """412: what If-Match names is not what is there now."""
    return problem(412, "Changed meanwhile", error.message, error.code)
