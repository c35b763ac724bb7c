"""What the API takes in; the rules of a submission stand here, once."""

import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from moderation.domain import comment as rules
from moderation.domain import filter as filter_rules
from moderation.domain import notice
from moderation.domain.comment import AuthorRef, Context, PageRef, Submission, fingerprint
from moderation.domain.decision import Outcome
from moderation.domain.delivery import BATCH_LIMIT, Format, Payload
from moderation.domain.errors import Invalid
from moderation.domain.filter import FilterAction, FilterField, FilterKind
from moderation.notify.deliveries import Replay
from service.http.body import read_body, strict_json
from service.http.errors import BadRequest, first_broken_rule, pointer_to

# NUL cannot be stored by PostgreSQL; the other control characters have no place in a name or URL.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?")
# What RFC 3986 leaves out and readers of URLs disagree about; whoever puts one into an attribute
# without escaping it shall have less to regret.
_NOT_IN_URLS = re.compile(r'[\s"<>\\`]')


def _one_line(value: str) -> str:
    if _CONTROL.search(value) or "\n" in value:
        raise ValueError("must not contain control characters")
    return value.strip()


def _not_blank(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _text(value: str) -> str:
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


def _short(value: str) -> str:
    # In bytes: the address is indexed, and PostgreSQL's index rows end at 2,704 of them.
    if len(value.encode("utf-8", "surrogatepass")) > rules.PAGE_URL_LIMIT:
        raise ValueError(f"must not be longer than {rules.PAGE_URL_LIMIT} bytes")
    return value


def _email(value: str) -> str:
    # What a browser's type=email accepts, roughly: whether it works, only sending would tell.
    if value and not re.fullmatch(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>/\\]{1,255}", value):
        raise ValueError("is not an e-mail address")
    return value


def is_web_address(value: str) -> bool:
    """Whether a value may be stored as the address of a page or a website."""
    try:
        return bool(_web_address(_short(value)))
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


def _address(value: str) -> str:
    if not value:
        return value
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("is not an IP address") from None


@dataclass(frozen=True, slots=True)
class _Line:
    """The rules of a string of one line. limit, smallest: how many characters it has."""

    limit: int
    smallest: int = 0

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = core_schema.str_schema(max_length=self.limit, min_length=self.smallest)
        for check in (_no_surrogates, _one_line, *([_not_blank] if self.smallest else [])):
            schema = core_schema.no_info_after_validator_function(check, schema)
        return schema


class _OneOf:
    """The rule of a string that is one of some, as Literal has it, for those known at run time only."""

    def __init__(self, *choices: str) -> None:
        self._choices = choices

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self._choices))


Body = TypeVar("Body", bound="_Strict")


class _Strict(BaseModel):
    # strict: a string is a string, and true is not 1
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PageIn(_Strict):
    """One article. id: the site's own, where it has one; then it is the page's identity, not the URL."""

    url: Annotated[
        str, _Line(rules.PAGE_URL_LIMIT, 1), AfterValidator(_web_address), AfterValidator(_short)
    ]
    title: Annotated[str, _Line(rules.TITLE_LIMIT)] = ""
    id: Annotated[str, _Line(200)] = ""


class AuthorIn(_Strict):
    """Who wrote, as typed in. token: the `browser_token` of an earlier receipt, by which the same browser
    is known again. With the secret key alone: id, the site's own for whoever is logged in;
    email_confirmed, that the e-mail is theirs.
    """

    name: Annotated[str, _Line(rules.NAME_LIMIT, 1), Field(examples=["Ada"])]
    email: Annotated[str, _Line(rules.EMAIL_LIMIT), AfterValidator(_email)] = ""
    url: Annotated[str, _Line(rules.URL_LIMIT), AfterValidator(_web_address)] = ""
    token: Annotated[str, _Line(100)] = ""
    id: Annotated[str, _Line(200)] = ""
    email_confirmed: bool = False


class ContextIn(_Strict):
    """Where the reader's submission came from; kept apart from the comment and not for long."""

    ip: Annotated[str, _Line(60), AfterValidator(_address)] = ""
    user_agent: Annotated[str, _Line(1_000)] = ""
    referrer: Annotated[str, _Line(2_000)] = ""


class CommentIn(_Strict):
    """A reply handed in. text: at most 65,525 bytes of UTF-8, as in WordPress."""

    page: PageIn
    author: AuthorIn
    text: Annotated[str, AfterValidator(_no_surrogates), AfterValidator(_text)]
    parent_id: Annotated[str, _Line(64)] = ""
    context: ContextIn = ContextIn()


class DecisionIn(_Strict):
    """A person's word. sequence: of the decision that was seen; another one meanwhile is a conflict."""

    outcome: Annotated[Outcome, Field(strict=False)]  # by its name
    reason: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")] = ""
    sequence: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None


_Types = list[Annotated[str, _OneOf(*notice.TYPES)]]


Sequence = Annotated[int | None, Field(ge=0, le=2**31 - 1)]


class RulingIn(_Strict):
    """A person's word on a campaign. sequence: of the one that was seen, 0 for none."""

    outcome: Annotated[Outcome, Field(strict=False)]  # by its name
    sequence: Sequence = None


class SequenceIn(_Strict):
    """sequence: of the decision that was seen; another one meanwhile is a conflict."""

    sequence: Sequence = None


class LessonIn(_Strict):
    """Which lesson to take back: a version, or what a moderator taught, all of it or since then (RFC 3339
    with a time zone); without any: the newest that stands.
    """

    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    moderator_id: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""
    since: Annotated[AwareDatetime | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.version and self.moderator_id:
            raise ValueError("name a version or a moderator, not both")
        if self.since and not self.moderator_id:
            raise ValueError("since goes with a moderator")
        return self


class CampaignMembersIn(_Strict):
    """Members of a campaign, by their ids."""

    comment_ids: Annotated[
        list[Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]+$")]],
        Field(min_length=1, max_length=500),
    ]


class EndpointIn(_Strict):
    """types: [] for every type. payload: thin (ids), full, or text (full, with the comment's text).
    batch: events in one POST at most; 1 for a message each. format: notice for a channel that tells
    people; its url is an Apprise URL, and it may want queue.digest too.
    """

    url: Annotated[str, _Line(2_000, 1)]
    types: _Types = []
    payload: Annotated[Payload, Field(strict=False)] = Payload.FULL
    format: Annotated[Format, Field(strict=False)] = Format.STANDARD
    batch: Annotated[int, Field(ge=1, le=BATCH_LIMIT)] = 1


class EndpointChange(_Strict):
    """What is left out stays. enabled: false stops telling it; true tells it what happens from now on."""

    enabled: bool | None = None
    url: Annotated[str, _Line(2_000, 1)] | None = None
    types: _Types | None = None
    batch: Annotated[int | None, Field(ge=1, le=BATCH_LIMIT)] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("a field that is there is not null")
        if not self.model_fields_set:
            raise ValueError("must change something")
        return self


class RotationIn(_Strict):
    """overlap_hours: how long the old secret signs too."""

    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24


class ReplayIn(_Strict):
    """What to send again. what: dead (given up), all (accepted before, too), missed (never sent: it
    was disabled, or not yet there). since, until: RFC 3339 with a time zone.
    """

    what: Annotated[Replay, Field(strict=False)] = Replay.DEAD
    since: Annotated[AwareDatetime | None, Field(strict=False)] = None
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None


_Entry = Annotated[
    str, Field(max_length=1_000), AfterValidator(_no_surrogates), AfterValidator(_one_line)
]


class FilterIn(_Strict):
    """A site's own list. kind: words (whole, * for the rest of a word), patterns (RE2), domains, emails,
    networks. action: hold, spam, reject; trust for domains whose links do not count. fields: where
    words, patterns and domains are looked for. exceptions: words; what stands in one does not count.
    """

    name: Annotated[str, _Line(filter_rules.NAME_LIMIT, 1)]
    kind: Annotated[FilterKind, Field(strict=False)]
    action: Annotated[FilterAction, Field(strict=False)]
    entries: Annotated[list[_Entry], Field(max_length=filter_rules.ENTRY_LIMIT)]
    exceptions: Annotated[list[_Entry], Field(max_length=filter_rules.ENTRY_LIMIT)] = []
    languages: Annotated[list[Annotated[str, _Line(20)]], Field(max_length=50)] = []
    fields: Annotated[list[Annotated[FilterField, Field(strict=False)]], Field(max_length=3)] = [
        FilterField.TEXT
    ]
    enabled: bool = True


# What is taken in; the OpenAPI document describes them, see taking().
BODIES: tuple[type[_Strict], ...] = (
    *(CommentIn, DecisionIn),
    *(RulingIn, SequenceIn, CampaignMembersIn),
    *(EndpointIn, EndpointChange, RotationIn, ReplayIn),
    *(FilterIn, LessonIn),
)


def taking(model: type[_Strict], *, required: bool = True) -> dict[str, Any]:
    """The part of a route's OpenAPI description that says what body it takes."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


def strictly(model: type[Body], *, required: bool = True) -> Callable[[Request], Awaitable[Body]]:
    """A dependency that reads a body by the rules of strict_json and then by those of `model`.

    FastAPI's own reading takes NaN, lone surrogates and names given twice.
    required: else no body at all stands for all the defaults.
    """

    async def read(request: Request) -> Body:
        if not required and _has_no_body(request):
            return model()
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != (
            "application/json"
        ):
            raise BadRequest("Send JSON (Content-Type: application/json).", 415)
        limit = request.app.state.settings.body_limit
        return parse(model, strict_json(await read_body(request, limit)))

    return read


def _has_no_body(request: Request) -> bool:
    headers = request.headers
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


def parse(model: type[Body], value: Any) -> Body:
    """The model, or Invalid with the JSON Pointer and the rule of the first field that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """The first thing a validation found, without a word of what was sent."""
    where, rule = first_broken_rule(error)
    rule = rule.removeprefix("Value error, ")
    message, pointer = rule[0].upper() + rule[1:] + ".", pointer_to(where)
    return Invalid(f"{pointer or 'The body'}: {message}", pointer)


def to_submission(
    given: CommentIn,
    *,
    id: str,
    site_id: str,
    now: int,
    ip: str,
    idempotency_key: str = "",
    identity: str = "",
) -> Submission:
    """The submission as the verbs know it. ip: of the client, where the caller named none. identity: who it
    is as far as that is proved.
    """
    page, author, context = given.page, given.author, given.context
    return Submission(
        id=id,
        site_id=site_id,
        page=PageRef(page.url.partition("#")[0], page.title, page.id),
        author=AuthorRef(author.name, author.email, author.url, identity),
        text=given.text,
        created_at=now,
        parent_id=given.parent_id,
        context=Context(context.ip or ip, context.user_agent, context.referrer),
        idempotency_key=idempotency_key,
        fingerprint=fingerprint(
            page.id or page.url, author.name, author.email, author.url, given.parent_id, given.text
        ),
    )
