"""The types of the fields that requests carry, each with its rules, and the base of every request model."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from moderation.domain import comment as rules
from moderation.domain.event import on_calendar
from moderation.domain.page_url import origin_of
from moderation.domain.sender_address import canonical_address

# NUL cannot be stored by PostgreSQL; the other control characters have no place in a name or URL.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?")
# What RFC 3986 leaves out and URL parsers disagree about. Without them a URL does less harm in an
# attribute that somebody forgot to escape.
_NOT_IN_URLS = re.compile(r'[\s"<>\\`]')


def _no_control(value: str) -> str:
    if _CONTROL.search(value.replace("\r", "").replace("\n", "")):
        raise ValueError("must not contain control characters")
    return value.strip()


def _one_line(value: str) -> str:
    if _CONTROL.search(value) or "\n" in value:
        raise ValueError("must not contain control characters")
    return value.strip()


def _not_blank(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _is_text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL")
    if not value.strip():
        raise ValueError("must not be empty")
    if len(value.encode("utf-8", "surrogatepass")) > rules.TEXT_LIMIT:
        raise ValueError(f"must not be longer than {rules.TEXT_LIMIT} bytes")
    return value


def _no_surrogates(value: str) -> str:
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("must not contain lone surrogates")
    return value


def _web_address(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        host = None
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must begin with http:// or https:// and name a host")
    if _NOT_IN_URLS.search(value):
        raise ValueError("must not contain spaces, quotes, angle brackets or backslashes")
    return value


def _plain_address(value: str) -> str:
    if not origin_of(value):
        raise ValueError("must name its host plainly: no user, no escapes, no look-alike letters")
    return value


def _fits_limit(value: str) -> str:
    if len(value.encode("utf-8", "surrogatepass")) > rules.PAGE_URL_LIMIT:
        raise ValueError(f"must not be longer than {rules.PAGE_URL_LIMIT} bytes")
    return value


def _email(value: str) -> str:
    # Roughly what a browser's type=email accepts; only sending would show whether it works.
    if value and not re.fullmatch(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>/\\]{1,255}", value):
        raise ValueError("is not an e-mail address")
    return value


def is_web_address(value: str) -> bool:
    """Whether a value may be stored as the address of a page or a website."""
    try:
        return bool(_web_address(_fits_limit(value)))
    except ValueError:
        return False


def is_bare_host(value: str) -> bool:
    """Whether a value is an address without its scheme, 'example.org/me', as people type it."""
    return _BARE_HOST.fullmatch(value) is not None


def is_email(value: str) -> bool:
    """Whether a value may be stored as an e-mail address."""
    try:
        return bool(_email(value))
    except ValueError:
        return False


def _ip_address(value: str) -> str:
    if not value:
        return value
    if not (address := canonical_address(value)):
        raise ValueError("is not an IP address")
    return address


@dataclass(frozen=True, slots=True)
class Line:
    """The rules of a string of one line. limit, smallest: its length in characters."""

    limit: int
    smallest: int = 0

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = core_schema.str_schema(max_length=self.limit, min_length=self.smallest)
        for check in (_no_surrogates, _one_line, *([_not_blank] if self.smallest else [])):
            schema = core_schema.no_info_after_validator_function(check, schema)
        return schema


@dataclass(frozen=True, slots=True)
class Lines:
    """The rules of a short text of several lines. limit: its length in characters."""

    limit: int

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = core_schema.str_schema(max_length=self.limit)
        for check in (_no_surrogates, _no_control):
            schema = core_schema.no_info_after_validator_function(check, schema)
        return schema


class OneOf:
    """A string that is one of several known at run time only, as Literal is for constants."""

    def __init__(self, *choices: str) -> None:
        self._choices = choices

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self._choices))


PageUrl = Annotated[
    str,
    Line(rules.PAGE_URL_LIMIT, 1),
    AfterValidator(_web_address),
    AfterValidator(_fits_limit),
    AfterValidator(_plain_address),
    Field(examples=["https://news.example/2026/harbour"]),
]
WebsiteUrl = Annotated[str, Line(rules.URL_LIMIT), AfterValidator(_web_address)]
Email = Annotated[
    str, Line(rules.EMAIL_LIMIT), AfterValidator(_email), Field(examples=["ada@mail.example"])
]
IpAddress = Annotated[str, Line(60), AfterValidator(_ip_address), Field(examples=["203.0.113.7"])]
UnbrokenText = Annotated[str, AfterValidator(_no_surrogates), AfterValidator(_is_text)]
CommentText = Annotated[
    str,
    AfterValidator(_no_surrogates),
    AfterValidator(_is_text),
    Field(examples=["A fine article."]),
]
FilterEntry = Annotated[
    str,
    Field(max_length=1_000, examples=["casino*"]),
    AfterValidator(_no_surrogates),
    AfterValidator(_one_line),
]
Sequence = Annotated[int | None, Field(ge=0, le=2**31 - 1, examples=[1])]


class StrictModel(BaseModel):
    """The base of every request model: no unknown fields, no conversions."""

    # strict: a string is a string, and true is not 1
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SequenceIn(StrictModel):
    """sequence: of the decision that was seen; another one meanwhile is a conflict."""

    sequence: Sequence = None


def epoch_ms(time: datetime | None) -> int | None:
    """A point in time as milliseconds since 1970; None for none. One that has no date in UTC is the nearest that has."""
    return None if time is None else on_calendar(round(time.timestamp() * 1000))
