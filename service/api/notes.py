"""Notes that moderators leave for each other: /api/v1/comments/{id}/notes and /api/v1/authors/{author}/notes."""

import os
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.note import NOTE_LIMIT, Note
from moderation.review import notes
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described, page_type
from service.api.fields import StrictModel, UnbrokenText
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import ModeratorOut, iso, moderator_out

router = APIRouter(prefix="/api/v1", tags=["comments"], dependencies=KEYED)

Author = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{64}$",
        description="The `name` of the author in the reputations of one of their comments",
    ),
]


class NoteIn(StrictModel):
    """What colleagues should know; readers never see it."""

    text: Annotated[
        UnbrokenText, Field(max_length=NOTE_LIMIT, examples=["Says the same every week."])
    ]


class NoteOut(TypedDict):
    """A note, and who left it."""

    id: answers.NoteId
    text: answers.Text
    actor: ModeratorOut
    created_at: answers.Moment


NotePage = page_type("NotePage", NoteOut, "notes")


Body = Annotated[NoteIn, json_body(NoteIn)]


@router.get(
    "/comments/{comment_id}/notes",
    summary="The notes about a comment, the newest first",
    **described(NotePage, headers=["Link"]),
)
def of_comment(
    request: Request, comment_id: str, key: SecretKey, after: After, limit: Limit = 25
) -> Response:
    store = request.app.state.store
    found = notes.of_comment(store, {key.site_id}, comment_id, after, limit + 1)
    return page_response(request, found, limit, _note_out, lambda note: note.id)


@router.post(
    "/comments/{comment_id}/notes",
    summary="Note something about a comment",
    **described(NoteOut, body=NoteIn, status=201),
)
def add_to_comment(request: Request, comment_id: str, key: SecretKey, body: Body) -> Response:
    """It is erased with the comment."""
    note = notes.add_to_comment(
        request.app.state.store,
        key.id,
        {key.site_id},
        comment_id,
        body.text,
        now=now_ms(),
        entropy=os.urandom,
    )
    return private_json(_note_out(note), 201)


@router.get(
    "/authors/{author}/notes",
    summary="The notes about an author, the newest first",
    **described(NotePage, headers=["Link"]),
)
def of_author(
    request: Request, author: Author, key: SecretKey, after: After, limit: Limit = 25
) -> Response:
    """404 where no comment on the site is known to be theirs, or no longer."""
    found = notes.of_author(request.app.state.store, key.site_id, author, after, limit + 1)
    return page_response(request, found, limit, _note_out, lambda note: note.id)


@router.post(
    "/authors/{author}/notes",
    summary="Note something about an author",
    **described(NoteOut, body=NoteIn, status=201),
)
def add_to_author(request: Request, author: Author, key: SecretKey, body: Body) -> Response:
    """It is forgotten once no comment is known to be theirs any more."""
    note = notes.add_to_author(
        request.app.state.store,
        key.id,
        key.site_id,
        author,
        body.text,
        now=now_ms(),
        entropy=os.urandom,
    )
    return private_json(_note_out(note), 201)


def _note_out(note: Note) -> NoteOut:
    return {
        "id": note.id,
        "text": note.text,
        "actor": moderator_out(note.moderator_id),
        "created_at": iso(note.created_at),
    }
