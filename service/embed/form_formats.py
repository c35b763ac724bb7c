"""Translates the fields of WordPress's and Staticman's forms into ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from moderation.domain.errors import Forbidden, GatehouseError, Invalid
from moderation.domain.page_url import origin_of
from service.embed.reply import FormProblem, problems, within

# Each theme for Staticman chooses its names; these are in use, the commonest first.
_STATICMAN = {
    "author": ("fields[name]", "fields[author]"),
    "email": ("fields[email]",),
    "url": ("fields[url]", "fields[website]"),
    "comment": (
        "fields[message]",
        "fields[comment]",
        "fields[body]",
        "fields[content]",
        "fields[text]",
    ),
    "comment_parent": (
        "fields[reply_to]",
        "fields[replying_to]",
        "fields[parent_id]",
        "fields[parent]",
        "options[parent]",  # in many themes the article's name: then it is ignored
    ),
    "page_url": ("page_url", "options[origin]", "options[slug]", "options[redirect]"),
    "page_title": ("options[title]",),
    "topic": ("topic", "fields[topic]"),
}
REDIRECT, REDIRECT_ERROR = "options[redirect]", "options[redirectError]"
STATICMAN_NAMES = frozenset(
    (*(name for names in _STATICMAN.values() for name in names), REDIRECT, REDIRECT_ERROR)
)


def wordpress(fields: Mapping[str, str], origins: Iterable[str], referer: str) -> dict[str, str]:
    """The fields of WordPress's form as ours. The page is `page_url`, or `redirect_to`, or the page that the
    browser comes from. WordPress's number of another comment is dropped: it is not an id of ours.
    """
    reply = dict(fields)
    if "page_url" not in fields:
        reply["page_url"] = _page_url((fields.get("redirect_to", ""),), referer, origins)
    if fields.get("comment_parent", "").strip().isdecimal():
        reply["comment_parent"] = ""
    return reply


def staticman(fields: Mapping[str, str], origins: Iterable[str], referer: str) -> dict[str, str]:
    """The fields of a form made for Staticman as ours: `fields[message]` and so on."""
    reply: dict[str, str] = {}
    for name, staticman_names in _STATICMAN.items():
        values = [fields[field] for field in staticman_names if fields.get(field)]
        if name == "page_url":
            reply[name] = _page_url(values, referer, origins)
        elif name == "comment_parent":
            reply[name] = next((value for value in values if value.startswith("cmt_")), "")
        elif values:
            reply[name] = values[0]
    return reply


def _page_url(urls: Iterable[str], referer: str, origins: Iterable[str]) -> str:
    """The first of the URLs, then the referer, that lies on the site; '' where none does.

    A referer that is a bare origin does not count: browsers send no more to another host, and every
    article's comments would end up on the front page.
    """
    site_origins = list(origins)
    if referer.rstrip("/") == origin_of(referer):
        referer = ""
    return next((url for url in (*urls, referer) if url and within(url, site_origins)), "")


def flattened(body: Any) -> dict[str, str]:
    """Staticman's JSON ({"fields": {...}, "options": {...}}) as the fields of a form."""
    if not isinstance(body, dict):
        raise Invalid("Send an object with 'fields' and 'options'.")
    flat: dict[str, str] = {}
    for group in ("fields", "options"):
        values = body.get(group, {})
        if not isinstance(values, dict):
            raise Invalid(f"'{group}' is an object.", f"/{group}")
        for name, value in values.items():
            if isinstance(value, str):
                flat[f"{group}[{name}]"] = value
    return flat


def staticman_error(error: GatehouseError) -> dict[str, object]:
    """The JSON answer for a theme's script, with Staticman's error codes; never repeats what was typed."""
    broken = problems(error) if isinstance(error, Invalid) else []
    body: dict[str, object] = {
        "success": False,
        "message": " ".join(map(_staticman_message, broken)) or error.message,
        "errorCode": "INVALID_ORIGIN" if isinstance(error, Forbidden) else error.code.upper(),
    }
    if names := [_staticman_name(problem.field) for problem in broken if problem.field]:
        body["data"] = names
    if any(problem.message.endswith("must not be empty.") for problem in broken):
        body["errorCode"] = "MISSING_REQUIRED_FIELDS"
    return body


def _staticman_message(broken: FormProblem) -> str:
    if broken.field != "page_url":
        return broken.message
    return (
        "The page's address is missing or not on this site: send it as options[origin], on one of the "
        "site's origins. options[slug] alone does not say it."
    )


def _staticman_name(field: str) -> str:
    """The name that most themes have for a field of ours."""
    if field == "page_url":
        return "options[origin]"
    return _STATICMAN.get(field, (field,))[0].partition("[")[2].rstrip("]")
