"""What a page's script asks before it posts: /api/v1/challenges for a proof of work, /api/v1/forewarnings whether a comment may be
held. Both only where the site has them on.
"""

import os
import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid, NotFound, TooMany
from moderation.domain.proof_of_work import POINTER, check_answer, new_challenge
from moderation.domain.reader_rules import ReaderRules
from moderation.review import reader_rules
from moderation.store.sites import PUBLISHABLE, Key
from moderation.store.sql.engine import Store
from service.access.keys import caller
from service.api import answers, fields
from service.api.bodies import json_body
from service.api.comment_schemas import PageIn
from service.api.described import described
from service.api.parameters import check_parameters
from service.api.responses import private_json
from service.http.client_address import client_address, flood_unit
from service.queues.policy_verdict import policy_verdict

router = APIRouter(
    prefix="/api/v1", tags=["before posting"], dependencies=[Depends(check_parameters)]
)

DEADLINE = 1.2  # seconds; the embed waits 1.5
# Rules on these hold whatever is written, such as `first_comment`: nothing is known of the author here.
_NOT_OF_THE_TEXT = ("", "language")


class ChallengeOut(TypedDict):
    """A challenge of ALTCHA's protocol: find the number up to maxnumber that makes the SHA-256 in hex of salt and number the
    challenge. The answer, base64 of JSON with algorithm, challenge, number, salt and signature, is the comment's `proof`.
    """

    algorithm: Annotated[str, Field(examples=["SHA-256"])]
    challenge: answers.Hash
    maxnumber: answers.Count
    salt: Annotated[str, Field(examples=["9fa2?expires=1&site=site_1&"])]
    signature: answers.Hash


class DraftIn(fields.StrictModel):
    """A comment before it is posted. page: where it would stand; its policy decides, or that of its section. Without it that of the
    language, else the site's.
    """

    text: fields.CommentText
    page: PageIn | None = None


class ForewarningOut(TypedDict):
    """why: what about it, in a word; null where nothing is."""

    may_be_held: bool
    why: answers.Name | None


@router.get(
    "/challenges", summary="A challenge for a proof of work", **described(ChallengeOut, 404)
)
def challenge(request: Request, site_id: Annotated[str, Query(max_length=64)]) -> Response:
    """Good once, for ten minutes, with this site. 404 where the site does not ask for any."""
    store = request.app.state.store
    most = _rules(store, site_id).proof_of_work
    if not most:
        raise NotFound("This site asks for no proof of work.")
    made = new_challenge(
        site_id, most, secrets.randbelow(most + 1), os.urandom(12).hex(), now_ms(), store.crypto.proof_mac
    )  # fmt: skip
    # Any page may read it: ALTCHA's own widget asks without a key.
    return private_json(asdict(made), headers={"Access-Control-Allow-Origin": "*"})


@router.post(
    "/forewarnings",
    summary="Whether a comment may be held",
    **described(ForewarningOut, 401, 403, 404, 429, body=DraftIn),
)
async def forewarn(
    request: Request,
    key: Annotated[Key, Depends(caller)],
    body: Annotated[DraftIn, json_body(DraftIn)],
) -> Response:
    """By the text alone and the policy of its page, for a writer who may still change it; it binds nobody and nothing is kept. It counts as a submission
    in the flood limits, and says one word, no number. 404 where the site has it off.
    """
    state = request.app.state
    rules = await run_in_threadpool(_rules, state.store, key.site_id)
    if not rules.forewarn:
        raise NotFound("This site does not forewarn.")
    unit = flood_unit(client_address(request, state.trusted))
    await state.limits.admit(key.site_id, state.store.crypto.address_key(unit) if unit else "")
    page = PageRef(body.page.url, id=body.page.id) if body.page else PageRef("")
    verdict = await policy_verdict(request, key.site_id, body.text, DEADLINE, page)
    labels = [reason.label for reason in verdict.reasons if reason.label not in _NOT_OF_THE_TEXT]
    is_held = verdict.outcome is not Outcome.APPROVE and bool(labels)
    answer: ForewarningOut = {"may_be_held": is_held, "why": labels[0] if is_held else None}
    return private_json(answer)


async def require_proof(request: Request, key: Key, answer: str) -> None:
    """Takes the proof of work of a comment, once. Raises Invalid where the site asks for one and this is none."""
    if key.kind != PUBLISHABLE or not key.proof_of_work:
        return
    state = request.app.state
    answered = check_answer(answer, key.site_id, now_ms(), state.store.crypto.proof_mac)
    try:
        await state.limits.allow("proof", answered)
    except TooMany:
        raise Invalid(f"{POINTER}: The challenge was answered before; ask for another.", POINTER) from None  # fmt: skip


def _rules(store: Store, site_id: str) -> ReaderRules:
    return reader_rules.get_rules(store, site_id)
