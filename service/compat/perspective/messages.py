"""What Perspective's clients send: messages of protocol buffers in JSON, and the rules of a comment."""

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from moderation.domain.errors import Invalid
from moderation.domain.normalised_text import NormalisedText
from service.compat.perspective.attributes import ATTRIBUTES
from service.compat.perspective.google_errors import Refused
from service.compat.perspective.passages import as_written, plain
from service.http.body import strict_json
from service.http.errors import first_broken_rule, pointer_to

TEXT_LIMIT = 20_480  # bytes of UTF-8, as Perspective's
_TOKEN_LIMIT = 1_000  # characters of clientToken, communityId and sessionId
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_LANGUAGES_LIMIT = 20


class _Message(BaseModel):
    """A message of the JSON form of protocol buffers: camelCase or snake_case, null is not set."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", strict=True, frozen=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if value is not None}
        return given


class _Text(_Message):
    text: str = ""
    type: str = "PLAIN_TEXT"


class _Pair(_Message):
    article: _Text | None = None
    parent_comment: _Text | None = None


class _Context(_Message):
    entries: list[_Text] | None = None
    article_and_parent_comment: _Pair | None = None


class Wanted(_Message):
    """One requested attribute. score_threshold: below it, the attribute is left out of the answer."""

    score_type: str = "PROBABILITY"
    score_threshold: float | None = None


class Commented(_Message):
    """What both calls carry. context is taken and not used: our models read one comment."""

    comment: _Text = _Text()
    context: _Context = _Context()
    languages: list[str] = []
    client_token: str = ""
    session_id: str = ""
    community_id: str = ""


class Analyze(Commented):
    """comments:analyze."""

    requested_attributes: dict[str, Wanted | None] = {}
    do_not_store: bool = False
    span_annotations: bool = False


class _Summary(_Message):
    value: float
    type: str = "PROBABILITY"


class _Suggested(_Message):
    summary_score: _Summary | None = None


class Suggest(Commented):
    """comments:suggestscore."""

    attribute_scores: dict[str, _Suggested | None] = {}


_Model = TypeVar("_Model", bound=Commented)
# Names that an error may repeat: the protocol's own.
_FIELDS = {
    to_camel(name)
    for model in (_Text, _Pair, _Context, Wanted, Analyze, _Summary, _Suggested, Suggest)
    for name in model.model_fields
} | set(ATTRIBUTES)


def read(model: type[_Model], body: bytes) -> _Model:
    """The message of a body.

    Raises BadRequest for what is no JSON, Invalid with the field and the rule, without a word of what
    was sent, and Refused by the rules of a comment, in the analyzer's own words.
    """
    try:
        message = model.model_validate(_mended(strict_json(body, surrogates=True)))
    except ValidationError as error:
        where, rule = first_broken_rule(error)
        known = [str(part) if isinstance(part, int) or part in _FIELDS else "*" for part in where]
        rule = rule[0].lower() + rule[1:]
        field = ".".join(known) or "the body"
        pointer = pointer_to(known) or "/"
        raise Invalid(f"Invalid value at '{field}': {rule}.", pointer) from None
    _check(message)
    return message


def text_of(given: Commented) -> NormalisedText:
    """The comment as its readers see it, with the places in what was sent."""
    if given.comment.type == "HTML":
        return plain(given.comment.text)
    return as_written(given.comment.text)


def _check(given: Commented) -> None:
    if len(given.comment.text.encode()) > TEXT_LIMIT:
        raise Refused("COMMENT_TOO_LONG", "Comment text too long.")
    if given.comment.type not in ("PLAIN_TEXT", "HTML", "TEXT_TYPE_UNSPECIFIED"):
        raise Refused("INVALID_REQUEST", "Unsupported comment type.")
    if not text_of(given).text.strip():
        raise Refused("COMMENT_EMPTY", "Comment must be non-empty.")
    if given.context.entries and given.context.article_and_parent_comment:
        raise Refused("INVALID_REQUEST", "Context takes entries or article_and_parent_comment.")
    if max(len(given.client_token), len(given.community_id), len(given.session_id)) > _TOKEN_LIMIT:
        raise Refused("INVALID_REQUEST", f"Tokens have at most {_TOKEN_LIMIT} characters.")
    if len(given.languages) > _LANGUAGES_LIMIT or not all(
        map(_LANGUAGE.fullmatch, given.languages)
    ):
        raise Refused("INVALID_REQUEST", "Languages are codes such as en or pt-BR.")


def _mended(value: Any) -> Any:
    """Lone surrogates, as JavaScript leaves them when it cuts an emoji, become U+FFFD: as long in UTF-16."""
    if isinstance(value, str):
        if value.isascii():
            return value
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(name): _mended(one) for name, one in value.items()}
    return value
