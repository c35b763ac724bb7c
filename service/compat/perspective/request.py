"""The requests of Perspective's clients: protocol buffers in JSON, and the rules of a comment."""

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from moderation.domain.errors import Invalid
from moderation.domain.normalised_text import NormalisedText
from service.compat.perspective.attributes import ATTRIBUTES
from service.compat.perspective.google_errors import AnalyzerError
from service.compat.perspective.text_offsets import html_text, plain_text
from service.http.body import mend_surrogates, strict_json
from service.http.broken_rules import first_broken_rule, pointer_to

TEXT_LIMIT = 20_480  # bytes of UTF-8, as Perspective's
_TOKEN_LIMIT = 1_000  # characters of clientToken, communityId and sessionId
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_LANGUAGES_LIMIT = 20


class _Model(BaseModel):
    """A message of the JSON form of protocol buffers: camelCase or snake_case, null is not set."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", strict=True, frozen=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, message: Any) -> Any:
        if isinstance(message, dict):
            return {name: value for name, value in message.items() if value is not None}
        return message


class _Text(_Model):
    text: str = ""
    type: str = "PLAIN_TEXT"


class _ArticleAndParent(_Model):
    article: _Text | None = None
    parent_comment: _Text | None = None


class _Context(_Model):
    entries: list[_Text] | None = None
    article_and_parent_comment: _ArticleAndParent | None = None


class RequestedAttribute(_Model):
    """One requested attribute. score_threshold: below it, the attribute is left out of the answer."""

    score_type: str = "PROBABILITY"
    score_threshold: float | None = None


class CommentRequest(_Model):
    """What both calls carry. context is accepted and not used: our models read one comment."""

    comment: _Text = _Text()
    context: _Context = _Context()
    languages: list[str] = []
    client_token: str = ""
    session_id: str = ""
    community_id: str = ""


class AnalyzeRequest(CommentRequest):
    """comments:analyze."""

    requested_attributes: dict[str, RequestedAttribute | None] = {}
    do_not_store: bool = False
    span_annotations: bool = False


class _SummaryScore(_Model):
    value: float
    type: str = "PROBABILITY"


class _SuggestedScore(_Model):
    summary_score: _SummaryScore | None = None


class SuggestScoreRequest(CommentRequest):
    """comments:suggestscore."""

    attribute_scores: dict[str, _SuggestedScore | None] = {}


RequestT = TypeVar("RequestT", bound=CommentRequest)
# Names that an error may repeat: the protocol's own.
_FIELDS = {
    to_camel(name)
    for model in (
        _Text,
        _ArticleAndParent,
        _Context,
        RequestedAttribute,
        AnalyzeRequest,
        _SummaryScore,
        _SuggestedScore,
        SuggestScoreRequest,
    )
    for name in model.model_fields
} | set(ATTRIBUTES)


def read_request(model: type[RequestT], body: bytes) -> RequestT:
    """The request in a body.

    Raises BadRequest where it is not JSON; Invalid with the field and the rule, never repeating what was
    sent; and AnalyzerError, in the analyzer's own words, where the comment breaks a rule.
    """
    try:
        request = model.model_validate(_mended(strict_json(body, surrogates=True)))
    except ValidationError as error:
        location, rule = first_broken_rule(error)
        names = [
            str(part) if isinstance(part, int) or part in _FIELDS else "*" for part in location
        ]
        rule = rule[0].lower() + rule[1:]
        field = ".".join(names) or "the body"
        pointer = pointer_to(names) or "/"
        raise Invalid(f"Invalid value at '{field}': {rule}.", pointer) from None
    _check(request)
    return request


def text_of(request: CommentRequest) -> NormalisedText:
    """The comment as its readers see it, with the offsets in what was sent."""
    if request.comment.type == "HTML":
        return html_text(request.comment.text)
    return plain_text(request.comment.text)


def _check(request: CommentRequest) -> None:
    if len(request.comment.text.encode()) > TEXT_LIMIT:
        raise AnalyzerError("COMMENT_TOO_LONG", "Comment text too long.")
    if request.comment.type not in ("PLAIN_TEXT", "HTML", "TEXT_TYPE_UNSPECIFIED"):
        raise AnalyzerError("INVALID_REQUEST", "Unsupported comment type.")
    if not text_of(request).text.strip():
        raise AnalyzerError("COMMENT_EMPTY", "Comment must be non-empty.")
    if request.context.entries and request.context.article_and_parent_comment:
        raise AnalyzerError(
            "INVALID_REQUEST", "Context takes entries or article_and_parent_comment."
        )
    if (
        max(len(request.client_token), len(request.community_id), len(request.session_id))
        > _TOKEN_LIMIT
    ):
        raise AnalyzerError("INVALID_REQUEST", f"Tokens have at most {_TOKEN_LIMIT} characters.")
    if len(request.languages) > _LANGUAGES_LIMIT or not all(
        map(_LANGUAGE.fullmatch, request.languages)
    ):
        raise AnalyzerError("INVALID_REQUEST", "Languages are codes such as en or pt-BR.")


def _mended(value: Any) -> Any:
    """The value with mend_surrogates() applied to every string in it."""
    if isinstance(value, str):
        return mend_surrogates(value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(name): _mended(item) for name, item in value.items()}
    return value
