"""A comment as the API takes it in, and a decision about one; the receipt, and what was decided."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain import comment as rules
from moderation.domain.appeal import NOTE_LIMIT, TEXT_LIMIT, Answer
from moderation.domain.comment import AuthorRef, Context, PageRef, Status, Submission, fingerprint
from moderation.domain.decision import Outcome
from moderation.domain.note import NOTE_LIMIT as COLLEAGUES_LIMIT
from moderation.domain.proof_of_work import ANSWER_LIMIT
from moderation.domain.report import NOTE_LIMIT as REPORT_NOTE_LIMIT
from moderation.domain.report import ReportReason, ReportState
from moderation.domain.site_reasons import SENTENCE_LIMIT
from moderation.review.branches import Replies
from moderation.review.explanation import Explanation
from service.api import answers, fields
from service.api.described import page_type
from service.api.serializers import DecisionOut
from service.queues.hand_in import NewComment


class PageIn(fields.StrictModel):
    """One article, on one of the site's origins. Its URL is known in every spelling. id: the site's own; with
    it the server may name the page by another URL later, and both lead to it. Only titles from the server
    are verified.
    """

    url: fields.PageUrl
    title: Annotated[str, fields.Line(rules.TITLE_LIMIT), Field(examples=["The harbour"])] = ""
    id: Annotated[str, fields.Line(200)] = ""


class AuthorIn(fields.StrictModel):
    """Who wrote, as typed in. token: the `browser_token` of an earlier receipt, by which the same browser
    is known again. With the secret key alone: id, the site's own for the person who is logged in;
    email_confirmed, that the e-mail is theirs; staff, that they belong to the site; article_author, that they wrote the
    article. Of the last two readers see a badge.
    """

    name: Annotated[str, fields.Line(rules.NAME_LIMIT, 1), Field(examples=["Ada"])]
    email: fields.Email = ""
    url: fields.WebsiteUrl = ""
    token: Annotated[str, fields.Line(100)] = ""
    id: Annotated[str, fields.Line(200)] = ""
    email_confirmed: bool = False
    staff: bool = False
    article_author: bool = False

    @property
    def badge(self) -> rules.Badge:
        """Whoever wrote the article is of its staff, too; readers are told the former."""
        if self.article_author:
            return rules.Badge.AUTHOR
        return rules.Badge.STAFF if self.staff else rules.Badge.NONE


class ContextIn(fields.StrictModel):
    """Where the reader's submission came from; kept apart from the comment and not for long."""

    ip: fields.IpAddress = ""
    user_agent: Annotated[str, fields.Line(1_000)] = ""
    referrer: Annotated[str, fields.Line(2_000)] = ""


class CommentIn(fields.StrictModel):
    """A reply handed in. text: at most 65,525 bytes of UTF-8, as in WordPress. proof: the answer to a challenge, where the site
    asks scripts of its pages for a proof of work.
    """

    page: PageIn
    author: AuthorIn
    text: fields.CommentText
    parent_id: Annotated[str, fields.Line(64)] = ""
    context: ContextIn = ContextIn()
    proof: Annotated[str, fields.Line(ANSWER_LIMIT)] = ""


class EditIn(fields.StrictModel):
    """The whole new text of a comment."""

    text: fields.CommentText


class ReaderIn(fields.StrictModel):
    """Who reports. token: the `browser_token` of the reader's own comments. With the secret key alone: id, the site's own
    for the person who is logged in; ip, the reader's address.
    """

    token: Annotated[str, fields.Line(100)] = ""
    id: Annotated[str, fields.Line(200)] = ""
    ip: fields.IpAddress = ""


class ReportIn(fields.StrictModel):
    """What a reader says against a comment."""

    reason: Annotated[ReportReason, Field(strict=False, examples=["spam"])]  # by its name
    note: Annotated[
        str, fields.Lines(REPORT_NOTE_LIMIT), Field(examples=["The same under every article."])
    ] = ""
    reader: ReaderIn = ReaderIn()


class AppealIn(fields.StrictModel):
    """Why the decision was wrong, as the writer of a comment or the sender of a notice thinks."""

    text: Annotated[
        str, fields.Lines(TEXT_LIMIT), Field(examples=["It was a quotation from the article."])
    ] = ""


class AppealAnswerIn(fields.StrictModel):
    """uphold: the decision stands; overturn: the comment is approved, or after a notice rejected. note: to the person who appealed."""

    outcome: Annotated[Answer, Field(strict=False, examples=["overturn"])]  # by its name
    note: Annotated[str, fields.Lines(NOTE_LIMIT), Field(examples=["You are right."])] = ""


class OutcomeIn(fields.StrictModel):
    """An outcome with its reason. take_over: also where somebody else has claimed the comment. reason: of GET /api/v1/reasons. sentence: to
    the comment's writer; where it is empty, the reason's own. note: to colleagues, as a question is.
    """

    outcome: Annotated[Outcome, Field(strict=False, examples=["reject"])]  # by its name
    reason: Annotated[
        str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$", examples=["off_topic"])
    ] = ""
    sentence: Annotated[
        str, fields.Lines(SENTENCE_LIMIT), Field(examples=["Please write about the article."])
    ] = ""
    note: Annotated[str, fields.Lines(COLLEAGUES_LIMIT)] = ""
    take_over: bool = False

    @property
    def explanation(self) -> Explanation:
        return Explanation(self.reason, self.sentence, self.note)


class DecisionIn(OutcomeIn):
    """A person's word. sequence: of the decision that was seen; another one meanwhile is a conflict.
    replies: what becomes of those below a comment that is rejected or spam: left there, or rejected as well.
    take_over: also where somebody else has claimed the comment. reason: of GET /api/v1/reasons. sentence: to the comment's
    writer; where it is empty, the reason's own. note: to colleagues, as a question is.
    """

    sequence: fields.Sequence = None
    replies: Annotated[Replies, Field(strict=False)] = Replies.LEAVE


class UndoIn(fields.SequenceIn):
    """sequence: of the decision that was seen; another one meanwhile is a conflict. take_over: also where somebody else
    has claimed the comment.
    """

    take_over: bool = False


class ReceiptOut(TypedDict):
    """The comment is on disk. author_token: lets its author ask for its status. status_page: a link to give to the
    author, to a page that shows it; the token is in it. browser_token: to be sent as `author.token` with the
    next comment from the same browser. Null where they are not the caller's.
    """

    id: answers.CommentId
    status: Annotated[Status, Field(examples=["pending"])]
    status_url: answers.Url
    author_token: Annotated[str, Field(examples=["gha_0f1e2d3c4b5a69788796a5b4c3d2e1f0"])] | None
    status_page: answers.Url | None
    browser_token: Annotated[str, Field(examples=["ghb_9fa2"])] | None
    created_at: answers.Moment


class ReportTaken(TypedDict):
    """The report was taken."""

    comment_id: answers.CommentId


class ReportOut(TypedDict):
    """One report, without who sent it. revision: of the text that was read. state: upheld or dismissed by the decision
    that followed, or settled without either.
    """

    id: answers.ReportId
    reason: ReportReason
    note: answers.Sentence | None
    revision: answers.RevisionNumber
    state: ReportState
    created_at: answers.Moment


ReportPage = page_type("ReportPage", ReportOut, "the reports of a comment")


class CommentDecided(DecisionOut):
    """The decision that was made, and the status of the comment after it. replies: how many of those below it
    were decided along with it.
    """

    comment_id: answers.CommentId
    status: Status
    replies: answers.Count


def to_submission(
    comment: CommentIn,
    new: NewComment,
    *,
    vouched_for: str = "",
    by_server: bool = False,
    idempotency_key: str = "",
    joins_since: int | None = None,
) -> Submission:
    """The submission that a comment makes. vouched_for: its author's identity by the word of the site's own
    server, which goes before that of the browser. by_server: whether it came with the secret key.
    """
    page, author, context = comment.page, comment.author, comment.context
    identity = vouched_for or new.identity
    return Submission(
        id=new.id,
        site_id=new.site_id,
        page=PageRef(page.url.partition("#")[0], page.title, page.id, by_server),
        author=AuthorRef(author.name, author.email, author.url, identity, author.badge),
        text=comment.text,
        created_at=new.created_at,
        parent_id=comment.parent_id,
        context=Context(new.address, context.user_agent, context.referrer),
        idempotency_key=idempotency_key,
        joins_since=joins_since,
        fingerprint=fingerprint(
            page.id or page.url,
            author.name,
            author.email,
            author.url,
            comment.parent_id,
            comment.text,
        ),
    )
