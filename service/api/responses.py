"""Answers that only the caller may keep, and the ETags that guard a change."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse

from moderation.domain.errors import Conflict
from service.http.errors import problem


def _if_match(kind: str, noun: str) -> Any:
    return Header(
        alias="If-Match",
        pattern=rf'^(\*|"{kind}\d{{1,9}}")$',
        description=f"The ETag of the {noun} that was seen: another one meanwhile is a 412",
        examples=[f'"{kind}1"'],
    )


IfSequence = Annotated[str, _if_match("s", "comment")]
IfVersion = Annotated[str, _if_match("v", "filter")]
IfPolicy = Annotated[str, _if_match("p", "list of policies")]
IfReasons = Annotated[str, _if_match("r", "list of reasons")]


def private_json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON that no cache keeps."""
    return JSONResponse(
        body, status, headers={"Cache-Control": "private, no-store", **(headers or {})}
    )


def public_json(
    request: Request, body: Mapping[str, Any], cache: str, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON that everybody may have and scripts of every page may read; 304 where the caller has it already.

    cache: how long others may keep it, as Cache-Control says it.
    """
    return public(request, json.dumps(body), "application/json", cache, headers)


def public(
    request: Request,
    text: str,
    media_type: str,
    cache: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The same for a text of another type."""
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    all_headers = {
        "ETag": etag,
        "Cache-Control": cache,
        "Access-Control-Allow-Origin": "*",
        **(headers or {}),
    }
    # A proxy that compresses makes an ETag weak.
    seen = request.headers.get("if-none-match", "").replace("W/", "")
    if etag in (each.strip() for each in seen.split(",")):
        return Response(status_code=304, headers=all_headers)
    return Response(text, media_type=media_type, headers=all_headers)


def etag_header(kind: str, number: int) -> dict[str, str]:
    """ETag with a version or a sequence. kind: one letter that says what is counted."""
    return {"ETag": f'"{kind}{number}"'}


def if_match(header: str) -> int | None:
    """The number in an If-Match of IfSequence, IfVersion, IfPolicy or IfReasons; None for '*' and where there is none."""
    return int(header[2:-1]) if header not in ("", "*") else None


def precondition_failed(error: Conflict) -> Response:
    """412: what If-Match names is not what is there now."""
    return problem(412, "Changed meanwhile", error.message, error.code)
