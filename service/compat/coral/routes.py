"""Coral's external moderation phase: a signed comment in, a verdict out; nothing is kept.

Contract: coralproject/talk, "external moderation phases". A phase that answers badly, or late, has no opinion there.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from moderation.domain.decision import Outcome
from moderation.domain.errors import (
    GatehouseError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from moderation.domain.policy import Verdict
from moderation.domain.reason_codes import ReasonCode
from moderation.store import compat_apis
from moderation.store.compat_apis import CORAL
from service.compat.compat_api import CompatApi
from service.compat.policy_verdict import policy_verdict
from service.http.body import read_body, strict_json
from service.http.errors import answer

TEXT_LIMIT = 65_525  # bytes of UTF-8; Coral's own default is far less
BODY_LIMIT = 2 * 1024 * 1024  # bytes
_SIGNATURES_LIMIT = 4  # Coral sends two while a secret is rotated
# Coral's own people are not judged.
STAFF = {"STAFF", "MODERATOR", "ADMIN"}
_TOXIC, _SPAM = "COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"
_TOXICITY = {
    *("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"),
    *("sexual_explicit", "wordlist"),
}
# Signals that say nothing of the comment: it waits for a person without a flag against it.
_NEUTRAL = {ReasonCode.LANGUAGE_UNSUPPORTED, ReasonCode.SCORER_UNAVAILABLE}
# Coral's rejection codes (GraphQL REJECTION_REASON_CODE), by our label; else OTHER.
_CODES = {
    "identity_attack": "HATE_SPEECH",
    "threat": "HARASSMENT_BULLYING",
    "insult": "ABUSIVE",
    "toxicity": "ABUSIVE",
    "severe_toxicity": "ABUSIVE",
    "obscene": "OFFENSIVE",
    "wordlist": "BANNED_WORD",
}


def _refuse(error: GatehouseError) -> Response:
    return answer(error)


face = CompatApi(CORAL, _refuse)


@face.call("/integrations/coral/{site_id}", "POST")
async def phase(request: Request) -> Response:
    """204 for no opinion, else status and flags."""
    site_id = request.path_params["site_id"]
    found = await run_in_threadpool(_find, request, site_id)
    body = await read_body(request, BODY_LIMIT)
    if not is_signed(body, request.headers.get("x-coral-signature", ""), found.secrets):
        raise Unauthenticated("The signature is not one of this site's.")
    text = _text_to_judge(strict_json(body, surrogates=True))
    if text is None:
        return Response(status_code=204)
    # Coral publishes where a phase fails: what cannot be measured now must wait for a person.
    if len(text.encode()) > TEXT_LIMIT:
        return JSONResponse({"status": "PREMOD"})
    try:
        await request.app.state.limits.admit_call(site_id, CORAL, found.limit)
        verdict = await policy_verdict(request, site_id, text)
    except (TooMany, Unavailable):
        return JSONResponse({"status": "PREMOD"})
    said = opinion_of(verdict)
    return JSONResponse(said) if said else Response(status_code=204)


class _Site:
    """What a site's phase needs. secrets: those Coral may sign with, in plain."""

    def __init__(self, limit: str, secrets: Sequence[str]) -> None:
        self.limit, self.secrets = limit, secrets


def _find(request: Request, site_id: str) -> _Site:
    store = request.app.state.store
    with store.read() as connection:
        on = {one.face: one for one in compat_apis.of_site(connection, site_id)}
    if CORAL not in on:
        raise NotFound("There is no such integration.")
    return _Site(on[CORAL].limit, compat_apis.signing_secrets(store.seal, on[CORAL]))


def is_signed(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures is the HMAC-SHA256 of the body by one of the secrets."""
    given = [one.strip() for one in header.split(",")[:_SIGNATURES_LIMIT]]
    right = [
        "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return any(
        hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
        for one in given
        for other in right
    )


def _text_to_judge(sent: Any) -> str | None:
    """The comment as Coral has it; None where there is nothing to say. Raises Invalid."""
    if not isinstance(sent, Mapping):
        raise Invalid("The body is a JSON object.")
    comment, author = sent.get("comment"), sent.get("author")
    if not isinstance(comment, Mapping) or not isinstance(comment.get("body", ""), str | None):
        raise Invalid("A comment has a body.", "/comment/body")
    if isinstance(author, Mapping) and author.get("role") in STAFF:
        return None
    body = comment.get("body") or ""
    body = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in body)
    # HTML or plain is a setting of the phase that no request tells. What a scorer strips as markup is
    # decided there, more carefully than for HTML alone: "<you idiot>" is text to readers of plain.
    return body if body.strip() else None


def opinion_of(verdict: Verdict) -> dict[str, Any]:
    """The verdict in Coral's words; nothing where the comment may pass.

    Held: withheld with a flag that says why, or premoderated where nothing speaks against it but
    that it could not be judged. Rejected: with the reason for the author.
    """
    if verdict.outcome is Outcome.APPROVE:
        return {}
    reasons = [one for one in verdict.reasons if not {one.code, one.label} & _NEUTRAL]
    flags = dict.fromkeys(_TOXIC if one.label in _TOXICITY else _SPAM for one in reasons)
    if verdict.outcome is Outcome.SPAM:
        flags = {_SPAM: None}
    actions = [{"actionType": "FLAG", "reason": reason} for reason in flags]
    if verdict.outcome is Outcome.REJECT:
        label = reasons[0].label if reasons else ""
        code = _CODES.get(label, "SPAM" if _SPAM in flags else "OTHER")
        why = {"code": code, "detailedExplanation": reasons[0].message if reasons else ""}
        return {
            "status": "REJECTED",
            "actions": actions,
            "moderationAction": {"status": "REJECTED", "rejectionReason": why},
        }
    if not actions:
        return {"status": "PREMOD"}
    return {"status": "SYSTEM_WITHHELD", "actions": actions}
