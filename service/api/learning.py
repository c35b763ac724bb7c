"""/api/v1/learning: what a site's moderators have taught its spam score, and taking it back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from moderation.clock import now_ms
from moderation.domain.lesson import Lesson
from moderation.learning import lessons
from moderation.learning.status import LearningStatus, learning_status
from moderation.store.sites import Key
from service.access.keys import secret_caller
from service.api.schemas import LessonIn, strictly, taking
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["learning"])
_HEADERS = {"Cache-Control": "private, no-store"}

Secret = Annotated[Key, Depends(secret_caller)]


@router.get("/learning", summary="What the site has taught its spam score")
def read(request: Request, key: Secret) -> Response:
    """decisions: those the score knows now; waiting: those of the last minute or two."""

    return JSONResponse(
        learning_status_out(learning_status(request.app.state.store, key.site_id)),
        200,
        _HEADERS,
    )


@router.post(
    "/learning/undo",
    status_code=201,
    summary="Take a lesson back, or what one moderator taught",
    openapi_extra=taking(LessonIn, required=False),
)
def undo(
    request: Request,
    key: Secret,
    given: Annotated[LessonIn, Depends(strictly(LessonIn, required=False))],
) -> Response:
    """Without anything: the newest lesson that still stands. What was learned besides stays. A lesson that
    took something back can be taken back, too. 201 with the lesson that counts now.
    """
    from moderation.scorers.spam.spam_model import load_prior

    lesson = lessons.undo(
        request.app.state.store,
        load_prior(),
        key.site_id,
        version=given.version,
        teacher=given.moderator_id,
        since=int(given.since.timestamp() * 1000) if given.since else 0,
        now=now_ms(),
    )
    return JSONResponse(lesson_out(lesson), 201, _HEADERS)


def learning_status_out(found: LearningStatus) -> dict[str, Any]:
    """How far a site has come; the newest 20 lessons, newest first."""
    return {
        "version": found.version,
        "decisions": found.decisions,
        "spam": found.spam,
        "waiting": found.waiting,
        "moderators": [
            {
                "id": one.id,
                "decisions": one.decisions,
                "spam": one.spam,
                "weight": round(one.weight, 4),
            }
            for one in found.teachers
        ],
        "lessons": [lesson_out(one) for one in found.history],
    }


def lesson_out(lesson: Lesson) -> dict[str, Any]:
    """One version. undone: the version it takes back (of a moderator's: the first of them)."""
    return {
        "version": lesson.version,
        "decisions": lesson.decisions,
        "spam": lesson.spam,
        "undone": lesson.undone or None,
        "model": lesson.model,
        "created_at": iso(lesson.created_at),
    }
