"""/api/v1/sample: comments that are looked at blind, and what is said of them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.samples import LARGEST, Verdict
from moderation.review import samples, second_looks
from moderation.store.queues import QueueEntry
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1/sample", tags=["sample"], dependencies=KEYED)


class VerdictIn(StrictModel):
    """What should become of a comment, by who does not know what did."""

    verdict: Literal["publish", "remove", "unsure"]


class SizeIn(StrictModel):
    """size: of what a machine approved, and as many of what it removed, each week; 0 for none."""

    size: Annotated[int, Field(ge=0, le=LARGEST, examples=[10])]


class BlindCommentOut(TypedDict):
    """A comment without its state, its scores and its age, which would tell what was decided."""

    comment_id: answers.CommentId
    text: answers.Text
    author_name: answers.PersonName
    author_url: answers.Url | None
    page_url: answers.Url
    page_title: answers.Title | None


class WaitingSampleOut(TypedDict):
    """The next comments that wait for this key, and how many do. size: of a week's sample."""

    items: list[BlindCommentOut]
    waiting: answers.Count
    size: answers.Count


class AnsweredOut(TypedDict):
    """kind: weekly, of what a machine decided; review, of what a person did; golden, with a known answer. known: what had been decided.
    agrees: null for who was not sure.
    """

    comment_id: answers.CommentId
    kind: str
    verdict: Verdict
    known: Verdict
    agrees: bool | None


@router.get("", summary="Comments to be looked at blind", **described(WaitingSampleOut))
def read(
    request: Request,
    key: SecretKey,
    limit: Annotated[int, Query(ge=1, le=50, description="How many at most")] = 1,
) -> Response:
    """The weekly sample, and decisions of colleagues that get a second look, mixed. A key is asked about no decision of its own."""
    store = request.app.state.store
    found = second_looks.next_blind(store, key.site_id, key.id, limit, now=now_ms())
    body: WaitingSampleOut = {
        "items": [_blind_out(card) for card in found],
        "waiting": second_looks.count_waiting(store, key.site_id, key.id),
        "size": samples.size_of(store, key.site_id),
    }
    return private_json(body)


@router.put(
    "", summary="Set the size of the weekly sample", **described(WaitingSampleOut, body=SizeIn)
)
def set_size(
    request: Request, key: SecretKey, body: Annotated[SizeIn, json_body(SizeIn)]
) -> Response:
    """From next week on."""
    samples.set_size(request.app.state.store, key.site_id, body.size, key.id)
    return read(request, key)


@router.post(
    "/{comment_id}",
    summary="Say what should become of a comment",
    **described(AnsweredOut, 409, body=VerdictIn, status=201),
)
def judge(
    request: Request,
    comment_id: str,
    key: SecretKey,
    body: Annotated[VerdictIn, json_body(VerdictIn)],
) -> Response:
    """Nothing changes for writers and readers; the answer tells what had been decided. 409 where somebody was faster, or the comment has
    changed.
    """
    said = second_looks.answer(
        request.app.state.store,
        key.site_id,
        comment_id,
        Verdict(body.verdict),
        key.id,
        now=now_ms(),
    )
    answer: AnsweredOut = {
        "comment_id": said.comment_id,
        "kind": said.kind,
        "verdict": said.verdict,
        "known": said.known,
        "agrees": said.agrees,
    }
    return private_json(answer, 201)


def _blind_out(entry: QueueEntry) -> BlindCommentOut:
    return {
        "comment_id": entry.id,
        "text": entry.text,
        "author_name": entry.author_name,
        "author_url": entry.author_url or None,
        "page_url": entry.page_url,
        "page_title": entry.page_title or None,
    }
