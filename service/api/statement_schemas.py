"""Statements of reasons as the API gives them out."""

from typing import cast

from typing_extensions import TypedDict

from moderation.domain.appeal import AppealState
from moderation.domain.decision import Outcome
from moderation.domain.statement import Ground, Statement, statement_data
from service.api import answers
from service.api.described import page_type


class FactOut(TypedDict):
    """A reason. words: what its code means. automated: whether a machine found it."""

    code: answers.ReasonCodeName
    words: answers.Words
    automated: bool


class StatementOut(TypedDict):
    """Why something was decided against a comment, without who decided. decision: what was. automated_detection,
    automated_decision: whether machines found what speaks against it, and decided. appeal: what became of one, null where
    there was none; then appeal_from says from when on there can be one, and appeal_path where. sentence: a moderator's to the writer, null for none. sentences: all of it.
    """

    comment_id: answers.CommentId
    sequence: answers.SequenceNumber
    revision: answers.RevisionNumber
    decision: Outcome
    decided_at: answers.Moment
    effect: answers.Sentence
    facts: list[FactOut]
    ground: Ground
    automated_detection: bool
    automated_decision: bool
    appeal: AppealState | None
    appeal_from: answers.Moment | None
    appeal_path: answers.Path | None
    sentence: answers.Sentence | None
    sentences: list[answers.Sentence]


StatementPage = page_type("StatementPage", StatementOut, "statements")


def statement_out(statement: Statement) -> StatementOut:
    return cast(StatementOut, statement_data(statement))
