"""OpenAI's moderation endpoint: /v1/moderations."""

import os
import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from moderation.domain import errors
from moderation.domain.score import Findings
from moderation.store.compat_apis import OPENAI
from service.access.keys import bearer_token
from service.compat.compat_api import CompatApi
from service.http.body import mend_surrogates, read_body, strict_json
from service.http.errors import BadRequest

DEFAULT_MODEL = "omni-moderation-latest"
INPUTS_LIMIT = 1_000  # texts of one request
TEXT_LIMIT = 65_525  # bytes of UTF-8 of one text; OpenAI's own limit is in tokens
# Clients of OpenAI wait for minutes, and a request may carry a thousand texts. Seconds.
DEADLINE = 20.0
_MODEL = re.compile(r"[\w.:/@-]{1,100}")

Probability = Callable[[str], float | None]

# A probability from which a category counts as true: where the newsroom policy holds a comment.
TRUE_FROM = {
    "toxicity": 0.5,
    "insult": 0.5,
    "identity_attack": 0.5,
    "threat": 0.3,
    "sexual_explicit": 0.5,
}
# Each category's parts: all of them must be present, and of the labels in a part the highest counts.
# A category without parts has no model: it is answered as 0.0, false and applied to nothing.
CATEGORIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "harassment": (("toxicity", "insult"),),
    "harassment/threatening": (("toxicity", "insult"), ("threat",)),
    "hate": (("identity_attack",),),
    "hate/threatening": (("identity_attack",), ("threat",)),
    "illicit": (),
    "illicit/violent": (),
    "self-harm": (),
    "self-harm/instructions": (),
    "self-harm/intent": (),
    "sexual": (("sexual_explicit",),),
    "sexual/minors": (),
    "violence": (("threat",),),
    "violence/graphic": (),
}


def _error_response(error: errors.GatehouseError) -> Response:
    """The answer to an error, in OpenAI's shape."""
    headers: dict[str, str] = {}
    code: str | None = None
    status, kind = 400, "invalid_request_error"
    param = getattr(error, "pointer", "").strip("/").replace("/", ".") or None
    match error:
        case BadRequest():
            status = error.status
        case errors.Unauthenticated():
            status, code = 401, "invalid_api_key"
        case errors.Forbidden():
            status, code = 403, error.code
        case errors.TooMany():
            status, kind, code = 429, "requests", "rate_limit_exceeded"
            headers["Retry-After"] = str(error.retry_after)
        case errors.Unavailable():
            status, kind = 503, "server_error"
            headers["Retry-After"] = str(error.retry_after)
        case errors.Invalid():
            pass
        case _:
            status, kind = 500, "server_error"
    body = {"error": {"message": error.message, "type": kind, "param": param, "code": code}}
    return JSONResponse(body, status, {"Cache-Control": "no-store", **headers})


api = CompatApi(OPENAI, _error_response)


@api.call("/v1/moderations", "POST")
async def moderations(request: Request) -> Response:
    """One result for each string; a single one for a list of parts."""
    if not (token := bearer_token(request)):
        raise errors.Unauthenticated("Send the key as 'Authorization: Bearer <key>'.")
    await api.admit(request, token)
    limit = request.app.state.settings.body_limit
    body = strict_json(await read_body(request, limit), surrogates=True)
    if not isinstance(body, dict):
        raise errors.Invalid("The body is a JSON object.")
    model = body.get("model")
    model = DEFAULT_MODEL if model is None else model
    if not isinstance(model, str) or not _MODEL.fullmatch(model):
        raise errors.Invalid("The model is a name.", "/model")
    texts = _texts(body.get("input"))
    findings = await request.app.state.scoring.score(texts, deadline=DEADLINE)
    results = [_result(*pair) for pair in zip(texts, findings, strict=True)]
    answer = {"id": f"modr-{os.urandom(12).hex()}", "model": model, "results": results}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _texts(sent: Any) -> list[str]:
    """The texts to score. Raises Invalid with what is wrong and where."""
    if isinstance(sent, str):
        return [_text(sent, "/input")]
    if not isinstance(sent, list) or not sent:
        raise errors.Invalid("'input' is a string, a list of strings or a list of parts.", "/input")
    if len(sent) > INPUTS_LIMIT:
        raise errors.Invalid(f"'input' has at most {INPUTS_LIMIT} elements.", "/input")
    if all(isinstance(element, str) for element in sent):
        return [_text(text, f"/input/{index}") for index, text in enumerate(sent)]
    parts = [_part(part, f"/input/{index}") for index, part in enumerate(sent)]
    return [_text("\n\n".join(parts), "/input")]


def _part(part: Any, pointer: str) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        text: str = part["text"]
        return text
    if kind == "image_url":
        # Without it the answer would say that the image is harmless.
        raise errors.Invalid("Images are not looked at here: send the text parts alone.", pointer)
    raise errors.Invalid("A part is {'type': 'text', 'text': '...'}.", pointer)


def _text(sent: str, pointer: str) -> str:
    text = mend_surrogates(sent)
    if len(text.encode()) > TEXT_LIMIT:
        raise errors.Invalid(f"A text has at most {TEXT_LIMIT} bytes.", pointer)
    return text


def _result(text: str, findings: Findings) -> dict[str, Any]:
    if findings.failed:  # what was not measured is not harmless
        raise errors.Unavailable("A text could not be scored.")
    scores = {name: _score(parts, findings.score) for name, parts in CATEGORIES.items()}
    categories = {name: _is_true(parts, findings.score) for name, parts in CATEGORIES.items()}
    if not text.strip():  # models score an empty text, too
        scores = {name: 0.0 if value is not None else None for name, value in scores.items()}
        categories = dict.fromkeys(categories, False)
    return {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": {name: round(value or 0.0, 8) for name, value in scores.items()},
        "category_applied_input_types": {
            name: [] if value is None else ["text"] for name, value in scores.items()
        },
    }


def _score(parts: Sequence[Sequence[str]], probability: Probability) -> float | None:
    """The lowest of its parts; None where the model lacks one."""
    values = [_highest(part, probability) for part in parts]
    present = [value for value in values if value is not None]
    return min(present) if present and len(present) == len(parts) else None


def _highest(part: Sequence[str], probability: Probability) -> float | None:
    return max((value for label in part if (value := probability(label)) is not None), default=None)


def _is_true(parts: Sequence[Sequence[str]], probability: Probability) -> bool:
    return bool(parts) and all(
        any((probability(label) or 0.0) >= TRUE_FROM[label] for label in part) for part in parts
    )
