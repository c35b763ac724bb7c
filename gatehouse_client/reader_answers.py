"""What the API says to and about writers and readers: their own comments, appeals, statements of reasons, reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatehouse_client.answer import AT, Answer, Json


@dataclass(frozen=True, slots=True)
class Report(Answer):
    """One reader's report. revision: of the text that was read. state: open | upheld | dismissed | settled."""

    id: str
    reason: str
    note: str | None
    revision: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeTaken(Answer):
    """The receipt of a notice of illegal content. token, status_url: for whoever sent it, to see what was decided."""

    id: str
    token: str
    status_url: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeStatus(Answer):
    """What became of a notice. state: open | removed | kept | gone. appeal: the last one, None for none."""

    id: str
    comment_id: str
    state: str
    created_at: datetime
    decided_at: datetime | None
    appeal: "OwnAppeal | None" = None


@dataclass(frozen=True, slots=True)
class LegalNotice(Answer):
    """A notice, for those who decide. name, email, why: None where they are not kept. age_seconds: since it arrived.
    decided_in: the sequence of the decision that answered it.
    """

    id: str
    comment_id: str
    state: str
    created_at: datetime
    decided_at: datetime | None
    age_seconds: int
    revision: int
    why: str | None
    name: str | None
    email: str | None
    decided_in: int | None


@dataclass(frozen=True, slots=True)
class OwnAppeal(Answer):
    """An appeal as its writer sees it. state: open | upheld | overturned | closed. note: the answer in words."""

    state: str
    text: str | None
    created_at: datetime
    answered_at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Appeal(Answer):
    """An appeal. sequence, outcome: of the decision that it is about. decided_by: the id of whoever made that, and cannot
    answer; None for a machine. answered_by: None while nobody did. note: to whoever appealed. notice_id: of the notice whose
    sender appeals, None where the comment's writer does.
    """

    id: str
    comment_id: str
    state: str
    text: str | None
    revision: int
    sequence: int
    outcome: str
    decided_by: str | None = field(metadata={AT: ("decided_by", "id")})
    created_at: datetime
    answered_at: datetime | None
    answered_by: str | None = field(metadata={AT: ("answered_by", "id")})
    note: str | None
    notice_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fact(Answer):
    """A reason of a statement. words: what its code means. automated: whether a machine found it."""

    code: str
    words: str
    automated: bool


@dataclass(frozen=True, slots=True)
class Statement(Answer):
    """Why something was decided against a comment. decision: hold | reject | spam. ground: site_rules | law. appeal: what
    became of one, None where there was none; then appeal_from says from when on there can be one. sentence: a
    moderator's to the writer, None for none. sentences: all of it.
    """

    comment_id: str
    sequence: int
    revision: int
    decision: str
    decided_at: datetime
    effect: str
    facts: tuple[Fact, ...]
    ground: str
    automated_detection: bool
    automated_decision: bool
    appeal: str | None
    appeal_from: datetime | None
    appeal_path: str | None
    sentence: str | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnComment(Answer):
    """A comment as its writer may see it. editable_until: None where it cannot be changed. appeal: the last one, None for
    none. statement: why readers do not see it, None where nothing was decided against it.
    """

    id: str
    status: str
    revision: int
    created_at: datetime
    editable_until: datetime | None
    appeal: OwnAppeal | None = None
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class ReaderRules(Answer):
    """What a site lets writers and readers do; 0 for never. edit_minutes: so long a comment may be changed.
    hold_after_reports: as many readers' reports hold what no person has decided about. markdown: whether marks are shown as
    what they mean. forewarn: whether the embed says beforehand that a comment may be held. proof_of_work: hashes that a
    browser tries at most before it posts. website: whether writers are asked for theirs, and their names lead there.
    """

    edit_minutes: int
    hold_after_reports: int
    markdown: bool = False
    forewarn: bool = False
    proof_of_work: int = 0
    website: bool = False


@dataclass(frozen=True, slots=True)
class SiteReason(Answer):
    """A reason that decisions may have. labels: its name by language, 'any' for every other. sentences: likewise, what the
    writer is told where the moderator writes nothing.
    """

    code: str
    labels: Mapping[str, str]
    sentences: Mapping[str, str] = field(default_factory=dict)


def site_reasons_of(data: Json) -> list[SiteReason]:
    """The list, in its order."""
    return [SiteReason.read(reason) for reason in data["reasons"]]
