"""Answers that only the caller may keep, and the ETags that guard a change."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse

from moderation.domain.errors import Conflict
from service.http.errors import problem
from service.queues.kept_answers import PublicAnswer


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
    body = text.encode()
    answer = PublicAnswer(
        body,
        {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Cache-Control": cache,
            "Access-Control-Allow-Origin": "*",
            "Content-Type": f"{media_type}; charset=utf-8" if "text/" in media_type else media_type,
            **(headers or {}),
        },
    )
    request.state.public_answer = answer
    return answer.to(request)


def etag_header(kind: str, number: int) -> dict[str, str]:
    """ETag with a version or a sequence. kind: one letter that says what is counted."""
    return {"ETag": f'"{kind}{number}"'}


def if_match(header: str) -> int | None:
    """The number in an If-Match of IfSequence, IfVersion, IfPolicy or IfReasons; None for '*' and where there is none."""
    return int(header[2:-1]) if header not in ("", "*") else None


def precondition_failed(error: Conflict) -> Response:
    """412: what If-Match names is not what is there now."""
    return problem(412, "Changed meanwhile", error.message, error.code)
