"""Reads the request of an Akismet client, a form of any charset or JSON, into a comment to be judged.

No field is refused: a site must not lose a comment because its address is odd. What breaks a rule is
shortened or left out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from moderation.domain import comment as rules
from moderation.domain.comment import (
    AuthorRef,
    Context,
    PageRef,
    Submission,
    fingerprint,
)
from moderation.domain.sender_address import canonical_address
from service.api.fields import is_bare_host, is_email, is_web_address
from service.compat.akismet.protocol import ASYNCHRONOUS, plugin_version
from service.http.body import read_body
from service.http.charsets import decoded
from service.http.errors import BadRequest
from service.http.forms import urlencoded
from service.queues.hand_in import NewComment

BODY_LIMIT = 1024 * 1024  # WordPress also sends all that its server knows of the request
FIELDS_LIMIT = 1_000
NAMELESS = "Anonymous"  # as WordPress shows an author without a name
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
# What WordPress may change between the first check, storing and the next check: slashes, tags, white space.
_CHANGING = re.compile(r"<[^>]{0,1000}>|[\\\s]+")
# Where WordPress's plugin accepts later decisions, whether it names that URL or not.
_WEBHOOK = "/wp-json/akismet/v1/webhook"
_NUMBER = re.compile(r"\d{1,20}")
_TRUE = frozenset({"1", "true", "True", "yes"})
GUARANTEED_SPAM = ("akismet-guaranteed-spam", "viagra-test-123")
GUARANTEED_SPAM_EMAIL = "akismet-guaranteed-spam@example.com"


async def read_fields(request: Request) -> dict[str, str]:
    """The fields of a request by name; of a repeated name, the last.

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
    charset = raw.get("blog_charset", b"").decode("latin-1") or options.partition("charset=")[2]
    return {name: decoded(value, charset) for name, value in raw.items()}


def _json(body: bytes) -> dict[str, str]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadRequest("Send a JSON object.")
    return {
        name: field if isinstance(field, str) else str(field)
        for name, field in value.items()
        if isinstance(field, str | int | float)
    }


@dataclass(frozen=True, slots=True)
class AkismetRequest:
    """A comment that a client asks about. is_test: it is neither stored, counted nor learned from.

    blog: the client's host. post_id, parent_id: the client's own numbers. callback: the URL for later
    decisions. guid: our id of the comment, where the client remembers it. plugin: the version of WordPress's
    plugin, None for other clients. test_discard: a client tries out what it does with blatant spam.
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
    trap_filled: bool
    roles: frozenset[str]
    plugin: tuple[int, int] | None = None
    test_discard: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for one comment, whether the client asks before or after it has stored it."""
        author = self.author
        text = _CHANGING.sub("", self.text)
        return fingerprint(self.page_url, author.name, author.email, author.url, text)

    @property
    def certain(self) -> bool | None:
        """The answer to the test values of Akismet's documentation, whether spam; None for real comments."""
        if "administrator" in self.roles:
            return False
        spam = self.author.name in GUARANTEED_SPAM or self.author.email == GUARANTEED_SPAM_EMAIL
        return True if spam else None

    @property
    def waits_for_neither_word(self) -> bool:
        """Whether the client holds the comment only if the answer is neither 'true' nor 'false'.

        So do the plugins before ASYNCHRONOUS, and all when they ask again: they then publish on 'false'.
        """
        return self.plugin is not None and (self.is_recheck or self.plugin < ASYNCHRONOUS)

    @property
    def is_notified(self) -> bool:
        """Whether the client gets later decisions from us, and must not ask, or approve, meanwhile."""
        return bool(self.callback) or self.plugin is not None

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
            trap_filled=self.trap_filled,
            idempotency_key=f"akismet:{self.fingerprint}",
            fingerprint=self.fingerprint,
            joins_since=0,
        )


def read_request(fields: Mapping[str, str], fallback_url: str, agent: str = "") -> AkismetRequest:
    """The comment in a request's fields. fallback_url: of the page, where the client names none.

    agent: the client's User-Agent.
    """
    get = fields.get
    name = _line(get("comment_author", ""), rules.NAME_LIMIT)
    blog = _line(get("blog", ""), rules.PAGE_URL_LIMIT)
    urls = (_line(get("permalink", ""), rules.PAGE_URL_LIMIT), blog)
    page_url = next((url for url in urls if url and is_web_address(url)), fallback_url)
    honeypot = get("honeypot_field_name", "")
    plugin = plugin_version(agent)
    return AkismetRequest(
        page_url=page_url.partition("#")[0],
        text=_text(get("comment_content", "")) or name or NAMELESS,
        author=AuthorRef(name or NAMELESS, _email(get("comment_author_email", "")), _url(fields)),
        context=Context(
            canonical_address(get("user_ip", "")),
            _line(get("user_agent", ""), 1_000),
            _line(get("referrer", "") or get("referer", ""), 2_000),
        ),
        blog=_host(blog),
        post_id=_number(get("comment_post_ID", "")),
        parent_id=_number(get("comment_parent", "")),
        callback=_line(get("callback", ""), rules.PAGE_URL_LIMIT) or _webhook(blog, plugin),
        guid=_line(get("guid", ""), 64),
        is_test=get("is_test", "") in _TRUE,
        is_recheck=bool(get("recheck_reason", "")),
        trap_filled=bool(honeypot and get(honeypot, "")),
        roles=frozenset(role.strip() for role in get("user_role", "").split(",")),
        plugin=plugin,
        test_discard=get("test_discard", "") in _TRUE,
    )


def _webhook(blog: str, plugin: tuple[int, int] | None) -> str:
    has_webhook = plugin is not None and plugin >= ASYNCHRONOUS
    return blog.rstrip("/") + _WEBHOOK if has_webhook and is_web_address(blog) else ""


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


def _number(value: str) -> str:
    return value if _NUMBER.fullmatch(value) else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:253]
    except ValueError:
        return ""
