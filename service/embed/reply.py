"""Reads a "Leave a Reply" form, with WordPress's field names, into a submission."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from moderation.domain import page_url
from moderation.domain.comment import (
    PAGE_URL_LIMIT,
    SAME_SENDER_LIMIT,
    TITLE_LIMIT,
    Submission,
    fingerprint,
)
from moderation.domain.errors import Invalid, together
from moderation.domain.page_url import plain_url
from service.api.bodies import parse
from service.api.comment_schemas import CommentIn, to_submission
from service.api.fields import is_bare_host
from service.queues.hand_in import NewComment

# Fields that people do not see and that must stay empty: ours, and that of Akismet's forms.
HONEYPOTS = ("topic", "ak_hp_textarea")
NAMES = (
    "author",
    "email",
    "url",
    "comment",
    "comment_post_ID",
    "comment_parent",
    "page_url",
    "page_title",
    "redirect_to",
    *HONEYPOTS,
)
LABELS = {
    "author": "Name",
    "email": "Email",
    "url": "Website",
    "comment": "Comment",
    "page_url": "The page's address (page_url)",
    "page_title": "The page's title (page_title)",
    "comment_parent": "The comment you reply to",
}
_FIELD_BY_POINTER = {
    "/author/name": "author",
    "/author/email": "email",
    "/author/url": "url",
    "/text": "comment",
    "/page/url": "page_url",
    "/page/title": "page_title",
    "/parent_id": "comment_parent",
}
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
# Query parameters that we and WordPress's reply links add: not part of a page's identity.
_ADDED_PARAMETERS = ("gatehouse=", "replytocom=")


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A field that breaks a rule. field: its name in the form, '' for the form as a whole."""

    field: str
    message: str


def problem(error: Invalid) -> FormProblem:
    """An Invalid of the shared rules, with the field and the label of the form."""
    field = _FIELD_BY_POINTER.get(error.pointer, "")
    rule = error.message.removeprefix(f"{error.pointer}: ").removeprefix("String ")
    if not field or rule == error.message:
        return FormProblem(field, error.message)
    return FormProblem(field, f"{LABELS[field]} {rule[0].lower()}{rule[1:]}")


def problems(error: Invalid) -> list[FormProblem]:
    """Everything that an Invalid tells."""
    return [problem(rule) for rule in (error, *error.others)]


def within(url: str, origins: Iterable[str]) -> bool:
    """Whether a URL lies on one of the origins, and is no longer than a page's may be."""
    return len(url) <= PAGE_URL_LIMIT and page_url.within(url, origins)


def page_of(url: str) -> str:
    """The URL of the page itself: without fragment and without what we or WordPress add."""
    path, question_mark, query = url.partition("#")[0].partition("?")
    parameters = "&".join(
        parameter for parameter in query.split("&") if not parameter.startswith(_ADDED_PARAMETERS)
    )
    return f"{path}{question_mark}{parameters}" if parameters else path


def landing(url: str) -> str:
    """Where the reader goes after handing in: the page, which says that the reply was received."""
    page = safe_url(page_of(url))
    return f"{page}{'&' if '?' in page else '?'}gatehouse=received#respond"


def safe_url(url: str) -> str:
    """The URL in letters that every header and attribute takes."""
    return quote(plain_url(url), safe=":/?#[]@!$&'()*+,;=%-._~")


def read_submission(
    fields: Mapping[str, str],
    origins: Iterable[str],
    user_agent: str,
    new: NewComment,
    *,
    asks_proof: bool = False,
) -> Submission:
    """The form as a submission. Raises Invalid with the pointer of each field that breaks a rule.

    The page is known by its URL alone. comment_post_ID is not its identity: the form is public, and the
    first caller could bind an article's number to another URL, and take its comments there.
    asks_proof: whether the site asks scripts for a proof of work, which no plain form has.
    A double click is one comment; the same words of another reader are another.
    """
    if any(fields.get(name) for name in HONEYPOTS):
        raise Invalid("A field that must stay empty was filled in. Please send it once more.")
    text = fields.get("comment", "").replace("\r\n", "\n")
    page = fields.get("page_url", "")
    broken = [
        Invalid(f"{pointer}: must not be empty.", pointer)
        for typed, pointer in ((text, "/text"), (fields.get("author", ""), "/author/name"))
        if not typed.strip()
    ]
    if not within(page, origins):
        broken.append(Invalid("/page/url: is not on this site.", "/page/url"))
    parent = fields.get("comment_parent", "").strip()
    try:
        comment = parse(
            CommentIn,
            {
                "page": {"url": page_of(page), "title": fields.get("page_title", "")[:TITLE_LIMIT]},
                "author": {
                    "name": fields.get("author", ""),
                    "email": fields.get("email", "").strip(),
                    "url": _website(fields.get("url", "").strip()),
                },
                "text": text,
                "parent_id": "" if parent == "0" else parent,  # WordPress's value for none
                "context": {"user_agent": _UNPRINTABLE.sub(" ", user_agent)[:1000]},
            },
        )
    except Invalid as error:
        told = {field_problem.pointer for field_problem in broken}
        broken += [rule for rule in (error, *error.others) if rule.pointer not in told]
        error.others = ()  # they stand beside it now
        raise together(broken) from None
    if broken:
        raise together(broken)
    submission = replace(to_submission(comment, new), unproven=asks_proof)
    return _with_keys(submission, new)


def _with_keys(submission: Submission, new: NewComment) -> Submission:
    """The submission with keys made of its content and its sender: the browser that sent its token, else the
    address and user agent. The receipt of the latter brings a token, with which the form may come again.
    """
    since = submission.created_at - SAME_SENDER_LIMIT
    by_browser = _form_key(submission, new.identity) if new.identity else ""
    if new.is_known or not new.address_key:
        return replace(submission, idempotency_key=by_browser, joins_since=since)
    by_address = _form_key(submission, new.address_key, submission.context.user_agent)
    return replace(submission, idempotency_key=by_address, joins_since=since, later_key=by_browser)


def _form_key(submission: Submission, *sender: str) -> str:
    return f"form:{fingerprint(submission.fingerprint, *sender)}"


def _website(typed: str) -> str:
    """'example.org' is what people type."""
    return f"https://{typed}" if is_bare_host(typed) else typed
