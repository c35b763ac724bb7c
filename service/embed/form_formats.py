"""The forms of WordPress and Staticman in the field names of ours: which page, which comment, and where
to go afterwards.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moderation.domain.errors import Forbidden, GatehouseError, Invalid
from service.access.keys import origin_of
from service.embed.reply import problem, within

# Staticman leaves the names to each theme; these are what themes use, the common one first.
_STATICMAN = {
    "author": ("fields[name]", "fields[author]"),
    "email": ("fields[email]",),
    "url": ("fields[url]", "fields[website]"),
    "comment": (
        *("fields[message]", "fields[comment]", "fields[body]", "fields[content]"),
        "fields[text]",
    ),
    "comment_parent": (
        *("fields[reply_to]", "fields[replying_to]", "fields[parent_id]", "fields[parent]"),
        "options[parent]",  # in many themes the article's name: then it is none of ours
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
    """WordPress's own form as ours. Its page is `page_url`, or where it asks to go back to, or the
    page that the browser comes from; a number of another comment of WordPress's is no id of ours.
    """
    read = dict(fields)
    if "page_url" not in fields:
        read["page_url"] = _page((fields.get("redirect_to", ""),), referer, origins)
    if fields.get("comment_parent", "").strip().isdecimal():
        read["comment_parent"] = ""
    return read


def staticman(fields: Mapping[str, str], origins: Iterable[str], referer: str) -> dict[str, str]:
    """A form made for Staticman as ours: `fields[message]`, `options[redirect]` and their kin."""
    read: dict[str, str] = {}
    for ours, theirs in _STATICMAN.items():
        given = [fields[name] for name in theirs if fields.get(name)]
        if ours == "page_url":
            read[ours] = _page(given, referer, origins)
        elif ours == "comment_parent":
            read[ours] = next((one for one in given if one.startswith("cmt_")), "")
        elif given:
            read[ours] = given[0]
    return read


def _page(offered: Iterable[str], referer: str, origins: Iterable[str]) -> str:
    """The first address that lies on the site; '' where none does.

    A referer that is a bare origin says nothing: to another host browsers send no more than that, and
    every article's comments would end up on the front page.
    """
    known = list(origins)
    if referer.rstrip("/") == origin_of(referer):
        referer = ""
    return next((one for one in (*offered, referer) if one and within(one, known)), "")


def flattened(given: Any) -> dict[str, str]:
    """Staticman's JSON ({"fields": {...}, "options": {...}}) as the form it stands for."""
    if not isinstance(given, dict):
        raise Invalid("Send an object with 'fields' and 'options'.")
    flat: dict[str, str] = {}
    for group in ("fields", "options"):
        values = given.get(group, {})
        if not isinstance(values, dict):
            raise Invalid(f"'{group}' is an object.", f"/{group}")
        for name, value in values.items():
            if isinstance(value, str):
                flat[f"{group}[{name}]"] = value
    return flat


def staticman_error(error: GatehouseError) -> dict[str, object]:
    """What a theme's script is told: Staticman's words where it has one, and never what was typed."""
    found = problem(error) if isinstance(error, Invalid) else None
    said: dict[str, object] = {
        "success": False,
        "message": found.message if found else error.message,
        "errorCode": "INVALID_ORIGIN" if isinstance(error, Forbidden) else error.code.upper(),
    }
    if found and found.field:
        said["data"] = [
            _STATICMAN.get(found.field, (found.field,))[0].partition("[")[2].rstrip("]")
        ]
        if found.message.endswith("must not be empty."):
            said["errorCode"] = "MISSING_REQUIRED_FIELDS"
    return said
