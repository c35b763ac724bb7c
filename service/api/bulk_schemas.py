"""What the API takes in and gives out about decisions on many comments at once."""

from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from moderation.domain.age import AGE_PATTERN
from moderation.domain.bulk import IDS_LIMIT, MEMBERS_LIMIT, BulkState, MemberState
from moderation.domain.comment import PAGE_URL_LIMIT, Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.domain.queue_names import OWN
from moderation.domain.search_words import QUERY_LIMIT
from moderation.domain.site_reasons import SENTENCE_LIMIT
from moderation.review.bulk import BulkProgress
from moderation.review.search import Criteria
from moderation.store.bulk import BulkMember
from service.api import answers
from service.api.conditions import QueueName
from service.api.described import page_type
from service.api.fields import Lines, StrictModel, epoch_ms
from service.api.serializers import CommentOut, ModeratorOut, iso, moderator_out

_Words = Annotated[str, Field(max_length=QUERY_LIMIT, pattern=r"^[^\x00]*$")]
_Id = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")]
_Code = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


class SearchIn(StrictModel):
    """Conditions as those of GET /api/v1/comments, at least one of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "held", "reason": "links"}]}
    )

    query: _Words = ""
    status: Annotated[Status | None, Field(strict=False)] = None
    reason: _Code = ""
    page_url: Annotated[str, Field(max_length=PAGE_URL_LIMIT, pattern=r"^[^\x00]*$")] = ""
    author: _Words = ""
    domain: Annotated[str, Field(max_length=253, pattern=r"^[^\x00]*$")] = ""
    language: Annotated[str, Field(max_length=16, pattern=r"^[^\x00]*$")] = ""
    decided_by: Annotated[ActorKind | None, Field(strict=False)] = None
    moderator: _Code = ""
    since: Annotated[AwareDatetime | None, Field(strict=False)] = None
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None
    age: Annotated[str, Field(pattern=AGE_PATTERN)] = ""
    score: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,63})?$")] = ""
    score_from: Annotated[float | None, Field(ge=0, le=1, strict=False)] = None
    score_to: Annotated[float | None, Field(ge=0, le=1, strict=False)] = None
    queue: QueueName | None = None
    same_text: _Id = ""
    same_network: _Id = ""

    @model_validator(mode="after")
    def _has_conditions(self) -> Self:
        if self.criteria() == Criteria():
            raise ValueError("must have a condition")
        return self

    def criteria(self, person_id: str = "") -> Criteria:
        """person_id: whose own comments are in the queue `mine`."""
        return Criteria(
            query=self.query,
            status=self.status,
            reason=self.reason,
            page_url=self.page_url,
            author=self.author,
            domain=self.domain,
            language=self.language,
            decided_by=self.decided_by or "",
            moderator=self.moderator,
            since=epoch_ms(self.since),
            until=epoch_ms(self.until),
            age=self.age,
            score=self.score,
            score_from=self.score_from,
            score_to=self.score_to,
            queue=self.queue or "",
            person=person_id if self.queue == OWN else "",
            same_text=self.same_text,
            same_network=self.same_network,
        )


class BulkPreviewIn(StrictModel):
    """Which comments."""

    filter: SearchIn


class BulkIn(StrictModel):
    """One decision about many comments: about `ids`, or about all that the filter finds, which must be as many as
    `expected_count` says. snapshot: of the preview; then they must be the very same, as they stood. take_over: also
    those that others have claimed. reason, sentence: as of a single decision.
    """

    action: Annotated[Outcome, Field(strict=False, examples=["reject"])]  # by its name
    reason: _Code = ""
    sentence: Annotated[str, Lines(SENTENCE_LIMIT)] = ""
    ids: Annotated[
        list[Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]+$")]] | None,
        Field(min_length=1, max_length=IDS_LIMIT, examples=[["cmt_01kaxw6d00e5j8n2q4s6v8x0z2"]]),
    ] = None
    filter: SearchIn | None = None
    expected_count: Annotated[int | None, Field(ge=0, le=MEMBERS_LIMIT)] = None
    snapshot: Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9_.]*$")] = ""
    take_over: bool = False

    @model_validator(mode="after")
    def _names_its_comments(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("must have either ids or a filter")
        if self.filter is not None and self.expected_count is None:
            raise ValueError("must have the expected_count of a preview with a filter")
        if self.ids is not None and (self.expected_count is not None or self.snapshot):
            raise ValueError("expected_count and snapshot go with a filter")
        return self


class BulkPreviewOut(TypedDict):
    """How many comments there are, the newest of them, and a name for exactly these as they stand."""

    count: answers.Count
    sample: list[CommentOut]
    snapshot: Annotated[
        str, Field(examples=["cmt_01kaxw6d00e5j8n2q4s6v8x0z2.1764061200000.0f1e2d3c4b5a6978"])
    ]


class BulkUndoneOut(TypedDict):
    """Who took it back."""

    actor: ModeratorOut
    created_at: answers.Moment


class BulkOut(TypedDict):
    """A decision about `count` comments. waiting: those whose turn has not come; decided: those it was made about, of
    which `undone` have the outcome of before again and `kept` do not, for somebody has decided about them since, or they had
    left the sections that it was taken back from; left: those it was not made about. finished_at: null while the work goes on.
    """

    id: answers.BulkId
    action: Outcome
    reason: answers.ReasonCodeName | None
    actor: ModeratorOut
    state: BulkState
    count: answers.Count
    waiting: answers.Count
    decided: answers.Count
    left: answers.Count
    undone: answers.Count
    kept: answers.Count
    created_at: answers.Moment
    finished_at: answers.Moment | None
    undo: BulkUndoneOut | None


BulkPage = page_type("BulkPage", BulkOut, "decisions about many comments")


class BulkMemberOut(TypedDict):
    """What became of a comment. sequence: of the decision that was made about it, null for none."""

    comment_id: answers.CommentId
    state: MemberState
    sequence: answers.SequenceNumber | None


BulkMemberPage = page_type("BulkMemberPage", BulkMemberOut, "its comments")


def bulk_out(progress: BulkProgress) -> BulkOut:
    act = progress.act
    undo: BulkUndoneOut | None = None
    if act.undone_at is not None:
        undo = {"actor": moderator_out(act.undone_by), "created_at": iso(act.undone_at)}
    return {
        "id": act.id,
        "action": act.outcome,
        "reason": act.note_code or None,
        "actor": moderator_out(act.moderator_id),
        "state": act.state,
        "count": act.members,
        "waiting": progress.waiting,
        "decided": progress.decided,
        "left": progress.left,
        "undone": progress.undone,
        "kept": progress.kept,
        "created_at": iso(act.created_at),
        "finished_at": iso(act.finished_at) if act.finished_at else None,
        "undo": undo,
    }


def bulk_member_out(member: BulkMember) -> BulkMemberOut:
    return {"comment_id": member.comment_id, "state": member.state, "sequence": member.sequence}
