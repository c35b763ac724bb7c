"""What the API takes in and gives out about all that is kept of one person."""

from dataclasses import asdict
from typing import Annotated, cast

from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.comment import EMAIL_LIMIT, Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.domain.person import PersonComment, PersonErased, PersonRef, SentNotice, SentReport
from service.api import answers
from service.api.fields import Line, StrictModel

Token = Annotated[str, Line(100)]


class PersonIn(StrictModel):
    """One of the four. email: as it was typed in, or as your server vouched for it. browser_token: ghb_... author_id: your
    own id of the user, as in `author.id`. comment_id: of a comment, for the person who wrote it: by what it proves of them, else by
    its e-mail, else that comment alone.
    """

    email: Annotated[str, Line(EMAIL_LIMIT), Field(examples=["ada@mail.example"])] = ""
    browser_token: Token = ""
    author_id: Annotated[str, Line(255)] = ""
    comment_id: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""

    @property
    def ref(self) -> PersonRef:
        return PersonRef(self.email, self.browser_token, self.author_id, self.comment_id)


class PersonExportIn(PersonIn):
    """after: `next` of the answer before. limit: of comments."""

    after: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class PersonEraseIn(PersonIn):
    """confirm: without it nothing is erased, and the answer says what would be."""

    confirm: Annotated[bool, Field(examples=[False])] = False


OrEmpty = Annotated[str, Field(description="Empty where there is none, or it is not kept any more")]


class KeptTextOut(TypedDict):
    """A revision."""

    revision: answers.Count
    text: answers.Text
    created_at: answers.Moment


class KeptSignalOut(TypedDict):
    """What was measured."""

    name: answers.Name
    value: answers.Probability
    model: OrEmpty
    note: OrEmpty


class KeptReasonOut(TypedDict):
    """Why it was decided so."""

    code: answers.ReasonCodeName
    message: answers.Sentence


class KeptDecisionOut(TypedDict):
    """What was decided. sentence: to the writer."""

    sequence: answers.SequenceNumber
    outcome: Outcome
    actor: ActorKind
    reasons: list[KeptReasonOut]
    sentence: OrEmpty
    created_at: answers.Moment


class KeptEventOut(TypedDict):
    """What endpoints were told, and how many of them."""

    type: answers.EventName
    deliveries: answers.Count
    created_at: answers.Moment


class SuggestedScoreOut(TypedDict):
    """A score that a client suggested for the same text."""

    attribute: answers.Name
    value: answers.Probability
    created_at: answers.Moment


class KeptNoteOut(TypedDict):
    """What a moderator noted about the comment or its author."""

    text: answers.Text
    created_at: answers.Moment


class KeptReportOut(TypedDict):
    """That a reader reported the comment."""

    reason: answers.Name
    created_at: answers.Moment


class KeptAppealOut(TypedDict):
    """An appeal of the writer. note: what was answered."""

    text: OrEmpty
    state: answers.Name
    note: OrEmpty
    created_at: answers.Moment


class KeptOpinionOut(TypedDict):
    """What a chat model said of the comment."""

    revision: answers.RevisionNumber
    model: answers.Name
    label: answers.Name
    probability: answers.Probability
    reason: answers.Sentence
    created_at: answers.Moment


class SentReportOut(TypedDict):
    """A report that the person sent."""

    comment_id: answers.CommentId
    reason: answers.Name
    note: OrEmpty
    created_at: answers.Moment


class PersonCommentOut(TypedDict):
    """All that is kept of one comment. forgotten_at: when network, user agent and referrer are, empty where they are not kept.
    sketch: whether hashes of its pieces are kept, to find copies. akismet_check: whether an Akismet client asked about it.
    corrections: the scores that moderators called wrong.
    """

    id: answers.CommentId
    site_id: answers.SiteId
    page_url: answers.Url
    page_title: OrEmpty
    parent_id: OrEmpty
    status: Status
    created_at: answers.Moment
    author_name: answers.PersonName
    author_url: OrEmpty
    email: OrEmpty
    address: OrEmpty
    network: OrEmpty
    user_agent: OrEmpty
    referrer: OrEmpty
    forgotten_at: OrEmpty
    texts: list[KeptTextOut]
    signals: list[KeptSignalOut]
    decisions: list[KeptDecisionOut]
    events: list[KeptEventOut]
    campaign_id: OrEmpty
    sketch: bool
    akismet_check: bool
    idempotency_keys: list[str]
    suggested_scores: list[SuggestedScoreOut]
    notes: list[KeptNoteOut]
    reports: list[KeptReportOut]
    appeals: list[KeptAppealOut]
    corrections: list[answers.Name]
    second_opinion: KeptOpinionOut | None


class SentNoticeOut(TypedDict):
    """A notice of illegal content that the person sent. appeals: what they said against the decision about it."""

    comment_id: answers.CommentId
    name: answers.PersonName
    email: OrEmpty
    why: answers.Text
    state: answers.Name
    created_at: answers.Moment
    appeals: list[answers.Text]


class PersonExportOut(TypedDict):
    """Some of a person's comments, oldest first. next: to be sent as `after`, null after the last. reports_sent: found by the
    browser's token or the author's id; notices_sent: by the e-mail; both with the first comments.
    """

    items: list[PersonCommentOut]
    reports_sent: list[SentReportOut]
    notices_sent: list[SentNoticeOut]
    next: answers.CommentId | None


class PersonErasedOut(TypedDict):
    """found: how many rows of which kind. erased: comments. complete: whether nothing is left. rewritten: whether SQLite's file holds no
    deleted byte any more; null for PostgreSQL and where nothing was erased.
    """

    found: Annotated[dict[str, int], Field(examples=[{"comments": 3, "decisions": 4}])]
    erased: answers.Count
    complete: bool
    rewritten: bool | None


def person_comment_out(comment: PersonComment) -> PersonCommentOut:
    return cast(PersonCommentOut, asdict(comment))


def sent_report_out(report: SentReport) -> SentReportOut:
    return cast(SentReportOut, asdict(report))


def sent_notice_out(notice: SentNotice) -> SentNoticeOut:
    return cast(SentNoticeOut, asdict(notice))


def person_erased_out(result: PersonErased) -> PersonErasedOut:
    return {
        "found": dict(result.found),
        "erased": result.erased,
        "complete": result.complete,
        "rewritten": result.rewritten,
    }
