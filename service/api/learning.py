"""/api/v1/learning: what the spam score has learned from a site's moderators, and undoing it."""

from typing import Annotated, Self

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field, model_validator
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.lesson import Lesson
from moderation.learning.status import LearningStatus, learning_status
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel, epoch_ms
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["learning"], dependencies=KEYED)


class LessonIn(StrictModel):
    """Which lesson to take back: a version, or what a moderator taught, all of it or since then (RFC 3339
    with a time zone); without any: the newest that stands.
    """

    version: Annotated[int, Field(ge=0, le=2**31 - 1, examples=[3])] = 0
    moderator_id: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""
    since: Annotated[AwareDatetime | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _version_or_moderator(self) -> Self:
        if self.version and self.moderator_id:
            raise ValueError("name a version or a moderator, not both")
        if self.since and not self.moderator_id:
            raise ValueError("since goes with a moderator")
        return self


class LessonOut(TypedDict):
    """One version. undone: the version it takes back (of a moderator's: the first of them), null for none."""

    version: answers.SequenceNumber
    decisions: answers.Count
    spam: answers.Count
    undone: answers.SequenceNumber | None
    model: answers.Name
    created_at: answers.Moment


class TeacherOut(TypedDict):
    """How much of what is known was learned from one moderator."""

    id: answers.ModeratorId
    decisions: answers.Count
    spam: answers.Count
    weight: answers.Probability


class LearningOut(TypedDict):
    """What a site's spam score has learned; the newest 20 lessons, newest first."""

    version: answers.SequenceNumber
    decisions: answers.Count
    spam: answers.Count
    waiting: answers.Count
    corrects_toxicity: bool
    moderators: list[TeacherOut]
    lessons: list[LessonOut]


@router.get(
    "/learning", summary="What the site has taught its spam score", **described(LearningOut)
)
def read(request: Request, key: SecretKey) -> Response:
    """decisions: those the score knows now; waiting: those of the last minute or two. corrects_toxicity: whether what
    moderators removed raises the toxicity of comments like it; that takes twenty decisions of each kind, and a check.
    """
    status = learning_status(request.app.state.store, key.site_id)
    return private_json(learning_status_out(status))


@router.post(
    "/learning/undo",
    summary="Take a lesson back, or what one moderator taught",
    **described(LessonOut, 404, 409, body=LessonIn, body_required=False, status=201),
)
def undo(
    request: Request, key: SecretKey, body: Annotated[LessonIn, json_body(LessonIn, required=False)]
) -> Response:
    """Without anything: the newest lesson that still stands. What was learned besides stays. A lesson that
    took something back can be taken back, too. 201 with the lesson that counts now. Where much was learned since, its
    `model` is `relearning`: the rest is learned again in the background, as the next lesson, and the bundled model scores
    alone until then.
    """
    # numpy, which only these calls need
    from moderation.learning import lessons
    from moderation.scorers.spam.spam_model import load_prior

    lesson = lessons.undo(
        request.app.state.store,
        load_prior(),
        key.site_id,
        version=body.version,
        teacher=body.moderator_id,
        since=epoch_ms(body.since) or 0,
        by=key.id,
        now=now_ms(),
    )
    return private_json(lesson_out(lesson), 201)


def learning_status_out(status: LearningStatus) -> LearningOut:
    return {
        "version": status.version,
        "decisions": status.decisions,
        "spam": status.spam,
        "waiting": status.waiting,
        "corrects_toxicity": status.corrects_toxicity,
        "moderators": [
            {
                "id": teacher.id,
                "decisions": teacher.decisions,
                "spam": teacher.spam,
                "weight": round(teacher.weight, 4),
            }
            for teacher in status.teachers
        ],
        "lessons": [lesson_out(lesson) for lesson in status.history],
    }


def lesson_out(lesson: Lesson) -> LessonOut:
    return {
        "version": lesson.version,
        "decisions": lesson.decisions,
        "spam": lesson.spam,
        "undone": lesson.undone or None,
        "model": lesson.model,
        "created_at": iso(lesson.created_at),
    }
