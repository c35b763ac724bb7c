"""Coral's external moderation phase: a signed comment in, a verdict out; nothing is kept.

Contract: coralproject/talk, "external moderation phases". Coral ignores a phase whose answer is wrong or late.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from moderation.domain import errors
from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.domain.policy import PolicyVerdict
from moderation.domain.reason_codes import ReasonCode
from moderation.store import compat_apis, site_settings
from moderation.store.compat_apis import CORAL
from service.api.fields import is_web_address
from service.compat.compat_api import CompatApi
from service.http.body import mend_surrogates, read_body, strict_json
from service.http.errors import answer
from service.queues.policy_verdict import policy_verdict

TEXT_LIMIT = 65_525  # bytes of UTF-8; Coral's own default is far less
BODY_LIMIT = 2 * 1024 * 1024  # bytes
_SIGNATURES_LIMIT = 4  # Coral sends two while a secret is rotated
# Coral's own staff are not judged.
STAFF = {"STAFF", "MODERATOR", "ADMIN"}
_TOXIC, _SPAM = "COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"
_TOXICITY = {
    "toxicity",
    "severe_toxicity",
    "obscene",
    "threat",
    "insult",
    "identity_attack",
    "sexual_explicit",
    "wordlist",
}
# Reasons that say nothing about the comment: it waits for a person, without a flag.
_NEUTRAL = {
    ReasonCode.LANGUAGE_UNSUPPORTED,
    ReasonCode.SCORER_UNAVAILABLE,
    ReasonCode.TOO_LONG_TO_JUDGE,
}
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


api = CompatApi(CORAL, answer)


@api.call("/integrations/coral/{site_id}", "POST")
async def phase(request: Request) -> Response:
    """204 where the comment may pass, else status and flags."""
    site_id = request.path_params["site_id"]
    integration = await run_in_threadpool(_find, request, site_id)
    body = await read_body(request, BODY_LIMIT)
    if not is_signed(body, request.headers.get("x-coral-signature", ""), integration.secrets):
        raise errors.Unauthenticated("The signature is not one of this site's.")
    payload = strict_json(body, surrogates=True)
    text = _text_to_judge(payload)
    if text is None:
        return Response(status_code=204)
    # Coral publishes where a phase fails: what is not measured, now or on a closed site, must wait for a person.
    if integration.is_site_closed or len(text.encode()) > TEXT_LIMIT:
        return JSONResponse({"status": "PREMOD"})
    try:
        await request.app.state.limits.admit_call(site_id, CORAL, integration.limit)
        verdict = await policy_verdict(request, site_id, text, page=_story(payload))
    except (errors.TooMany, errors.Unavailable):
        return JSONResponse({"status": "PREMOD"})
    response = phase_response(verdict)
    return JSONResponse(response) if response else Response(status_code=204)


class _Integration:
    """A site's integration with Coral. secrets: those Coral may sign with, in plain text."""

    def __init__(self, limit: str, secrets: Sequence[str], is_site_closed: bool) -> None:
        self.limit, self.secrets, self.is_site_closed = limit, secrets, is_site_closed


def _find(request: Request, site_id: str) -> _Integration:
    store = request.app.state.store
    with store.read() as connection:
        apis = {api.face: api for api in compat_apis.of_site(connection, site_id)}
        site = site_settings.get(connection, site_id)
    if CORAL not in apis or site is None:
        raise errors.NotFound("There is no such integration.")
    secrets = compat_apis.signing_secrets(store.crypto, apis[CORAL])
    return _Integration(apis[CORAL].limit, secrets, site.settings.closed_at is not None)


def is_signed(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures is the HMAC-SHA256 of the body by one of the secrets."""
    signatures = [part.strip() for part in header.split(",")[:_SIGNATURES_LIMIT]]
    expected = [
        "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return any(
        hmac.compare_digest(signature.encode("utf-8", "replace"), digest.encode())
        for signature in signatures
        for digest in expected
    )


def _text_to_judge(payload: Any) -> str | None:
    """The text of Coral's comment; None where it is not judged. Raises Invalid."""
    if not isinstance(payload, Mapping):
        raise errors.Invalid("The body is a JSON object.")
    comment, author = payload.get("comment"), payload.get("author")
    if not isinstance(comment, Mapping) or not isinstance(comment.get("body", ""), str | None):
        raise errors.Invalid("A comment has a body.", "/comment/body")
    role = author.get("role") if isinstance(author, Mapping) else None
    if isinstance(role, str) and role in STAFF:
        return None
    text = mend_surrogates(comment.get("body") or "")
    # No request says whether the phase is set to HTML or plain text. The scorers decide what is markup,
    # with more care than for HTML alone: in plain text, "<you idiot>" is what readers see.
    return text if text.strip() else None


def _story(payload: Mapping[str, Any]) -> PageRef:
    """The page that Coral names; one that it does not, or not by an address, is unknown."""
    story = payload.get("story")
    url = story.get("url") if isinstance(story, Mapping) else None
    return PageRef(url if isinstance(url, str) and is_web_address(url) else "")


def phase_response(verdict: PolicyVerdict) -> dict[str, Any]:
    """The verdict as a phase answers it; empty where the comment may pass.

    Held: withheld with a flag that says why, or premoderated where the only reason is that it could
    not be judged. Rejected: with the reason for the author.
    """
    if verdict.outcome is Outcome.APPROVE:
        return {}
    reasons = [reason for reason in verdict.reasons if not {reason.code, reason.label} & _NEUTRAL]
    flags = dict.fromkeys(_TOXIC if reason.label in _TOXICITY else _SPAM for reason in reasons)
    if verdict.outcome is Outcome.SPAM:
        flags = {_SPAM: None}
    actions = [{"actionType": "FLAG", "reason": flag} for flag in flags]
    if verdict.outcome is Outcome.REJECT:
        label = reasons[0].label if reasons else ""
        code = _CODES.get(label, "SPAM" if _SPAM in flags else "OTHER")
        rejection = {"code": code, "detailedExplanation": reasons[0].message if reasons else ""}
        return {
            "status": "REJECTED",
            "actions": actions,
            "moderationAction": {"status": "REJECTED", "rejectionReason": rejection},
        }
    if not actions:
        return {"status": "PREMOD"}
    return {"status": "SYSTEM_WITHHELD", "actions": actions}
