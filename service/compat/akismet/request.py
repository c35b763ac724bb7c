"""What an Akismet client asks: a form of any charset, or JSON, read into a comment that can be judged.

Nothing here refuses: a site must not lose a comment because its address is odd. What breaks a rule is
cut or left out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

from moderation.domain import comment as rules
from moderation.domain.comment import (
    AuthorRef,
    Context,
    FormFacts,
    PageRef,
    Submission,
    fingerprint,
)
from service.api.fields import is_bare_host, is_email, is_web_address
from service.http.body import read_body
from service.http.errors import BadRequest
from service.http.forms import urlencoded
from service.queues.hand_in import NewComment

BODY_LIMIT = 1024 * 1024  # WordPress sends all that its server knows of the request besides
FIELDS_LIMIT = 1_000
NAMELESS = "Anonymous"  # as WordPress shows whoever left no name
_CHARSET = re.compile(
    r"(iso-8859-|windows-|cp)\d{1,5}|koi8-[ru]|shift_jis|euc-(jp|kr)|big5|gb(k|2312|18030)"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
# What WordPress may change between asking, storing and asking again: slashes, tags, white space.
_CHANGING = re.compile(r"<[^>]{0,1000}>|[\\\s]+")
# The plugin that takes later answers, but not yet says where.
_WORDPRESS = re.compile(r"WordPress/[\d.]+\S* \| Akismet/(\d+)\.(\d+)")
_WEBHOOK = "/wp-json/akismet/v1/webhook"
_NUMBER = re.compile(r"\d{1,20}")
_TRUE = frozenset({"1", "true", "True", "yes"})
GUARANTEED_SPAM = ("akismet-guaranteed-spam", "viagra-test-123")
GUARANTEED_SPAM_EMAIL = "akismet-guaranteed-spam@example.com"


async def read_fields(request: Request) -> dict[str, str]:
    """The fields of a request, the last one of a name; of unknown ones nothing is wanted later.

    Raises BadRequest: too large, too many fields, compressed, or neither a form nor JSON.
    """
    body = await read_body(request, BODY_LIMIT)
    kind, _, options = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() == "application/json":
        return _json(body)
    if kind.strip().lower() not in ("application/x-www-form-urlencoded", ""):
        raise BadRequest("Send a form (application/x-www-form-urlencoded).", 415)
    pairs = urlencoded(body, FIELDS_LIMIT, f"A request has at most {FIELDS_LIMIT} fields.")
    raw = {name.decode("latin-1"): value for name, value in pairs}
    said = raw.get("blog_charset", b"").decode("latin-1") or options.partition("charset=")[2]
    return {name: _decoded(value, said) for name, value in raw.items()}


def _json(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(given, dict):
        raise BadRequest("Send a JSON object.")
    return {
        name: value if isinstance(value, str) else str(value)
        for name, value in given.items()
        if isinstance(value, str | int | float)
    }


def _decoded(value: bytes, charset: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        named = charset.strip().strip('"').lower()
        known = named if _CHARSET.fullmatch(named) else "windows-1252"
        try:
            return value.decode(known, "replace")
        except LookupError:
            return value.decode("windows-1252", "replace")


@dataclass(frozen=True, slots=True)
class AkismetRequest:
    """One comment that is asked about. is_test: nothing is to be learned or counted.

    blog: the host that asks. post_id, parent_id: its own numbers. callback: where it wants to hear of
    later decisions. guid: what we called the comment, where the client remembers.
    """

    page_url: str
    text: str
    author: AuthorRef
    context: Context
    blog: str
    post_id: str
    parent_id: str
    callback: str
    guid: str
    is_test: bool
    is_recheck: bool
    trap: bool
    roles: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """Equal for the same comment, whether it is asked about before or after it was stored."""
        author = self.author
        text = _CHANGING.sub("", self.text)
        return fingerprint(self.page_url, author.name, author.email, author.url, text)

    @property
    def certain(self) -> bool | None:
        """Whether it is spam by agreement: the test values of Akismet's documentation; None if not."""
        if "administrator" in self.roles:
            return False
        spam = self.author.name in GUARANTEED_SPAM or self.author.email == GUARANTEED_SPAM_EMAIL
        return True if spam else None

    def submission(self, new: NewComment) -> Submission:
        """The comment as a submission; asked about again within days, it is the same comment."""
        return Submission(
            id=new.id,
            site_id=new.site_id,
            page=PageRef(self.page_url),
            author=self.author,
            text=self.text,
            created_at=new.created_at,
            context=self.context,
            form=FormFacts(trap=self.trap),
            idempotency_key=f"akismet:{self.fingerprint}",
            fingerprint=self.fingerprint,
        )


def read_request(fields: Mapping[str, str], fallback_url: str, agent: str = "") -> AkismetRequest:
    """The question in a request's fields. fallback_url: of the page, where the client names none.

    agent: the client's own User-Agent.
    """
    get = fields.get
    name = _line(get("comment_author", ""), rules.NAME_LIMIT)
    blog = _line(get("blog", ""), rules.PAGE_URL_LIMIT)
    urls = (_line(get("permalink", ""), rules.PAGE_URL_LIMIT), blog)
    page_url = next((one for one in urls if one and is_web_address(one)), fallback_url)
    honeypot = get("honeypot_field_name", "")
    return AkismetRequest(
        page_url=page_url.partition("#")[0],
        text=_text(get("comment_content", "")) or name or NAMELESS,
        author=AuthorRef(name or NAMELESS, _email(get("comment_author_email", "")), _url(fields)),
        context=Context(
            _address(get("user_ip", "")),
            _line(get("user_agent", ""), 1_000),
            _line(get("referrer", "") or get("referer", ""), 2_000),
        ),
        blog=_host(blog),
        post_id=_number(get("comment_post_ID", "")),
        parent_id=_number(get("comment_parent", "")),
        callback=_line(get("callback", ""), rules.PAGE_URL_LIMIT) or _webhook(blog, agent),
        guid=_line(get("guid", ""), 64),
        is_test=get("is_test", "") in _TRUE,
        is_recheck=bool(get("recheck_reason", "")),
        trap=bool(honeypot and get(honeypot, "")),
        roles=frozenset(one.strip() for one in get("user_role", "").split(",")),
    )


def _webhook(blog: str, agent: str) -> str:
    found = _WORDPRESS.match(agent)
    knows = found and (int(found[1]), int(found[2])) >= (5, 4)
    return blog.rstrip("/") + _WEBHOOK if knows and is_web_address(blog) else ""


def _line(value: str, limit: int) -> str:
    return _CONTROL.sub(" ", value[: limit * 2]).strip()[:limit]


def _text(value: str) -> str:
    kept = _NOT_TEXT.sub("�", value).replace("\r\n", "\n").strip()
    return kept.encode()[: rules.TEXT_LIMIT].decode("utf-8", "ignore")


def _email(value: str) -> str:
    email = _line(value, rules.EMAIL_LIMIT)
    return email if is_email(email) else ""


def _url(fields: Mapping[str, str]) -> str:
    url = _line(fields.get("comment_author_url", ""), rules.URL_LIMIT)
    if is_bare_host(url):
        url = f"http://{url}"[: rules.URL_LIMIT]
    return url if is_web_address(url) else ""


def _address(value: str) -> str:
    try:
        return str(ip_address(value.strip()))
    except ValueError:
        return ""


def _number(value: str) -> str:
    return value if _NUMBER.fullmatch(value) else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:253]
    except ValueError:
        return ""
