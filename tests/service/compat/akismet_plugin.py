"""Akismet's plugin for WordPress as far as it decides where a comment goes, modelled on class.akismet.php
of 5.0.2 and 5.7.2: auto_check_comment, last_comment_status, comments_match and cron_recheck.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PUBLISHED, PENDING, SPAM, DELETED = "published", "pending", "spam", "deleted unseen"
BEFORE_55, FROM_55 = "5.0.2", "5.7.2"


@dataclass(frozen=True)
class Placed:
    """Where a comment is. asks_again: the plugin's cron job asks again after 20 minutes.

    publishes_after: seconds after which the plugin publishes it by itself; None for never.
    """

    where: str
    asks_again: bool = False
    publishes_after: int | None = None


def agent(version: str) -> str:
    return f"WordPress/6.8 | Akismet/{version}"


def knows_guid(version: str) -> bool:
    major, minor, *_ = (int(part) for part in version.split("."))
    return (major, minor) >= (5, 5)


def check(version: str, body: str, headers: Mapping[str, str], *, discards: bool = False) -> Placed:
    """After the first check, on a blog that publishes whatever no plugin holds.

    headers: their names in lower case. discards: the blog's owner chose to delete the worst spam unseen.
    """
    where, publishes_after = None, None
    guid = headers.get("x-akismet-guid", "")
    # From 5.5 on, recheck-after is read only beside a guid; before, not at all.
    if knows_guid(version) and guid and body == "false" and "x-akismet-recheck-after" in headers:
        where, publishes_after = PENDING, 2 * int(headers["x-akismet-recheck-after"])
    if "x-akismet-error" in headers:
        where = PENDING
    elif body == "true":
        if discards and headers.get("x-akismet-pro-tip") == "discard":
            return Placed(DELETED)
        where = SPAM
    asks_again = body not in ("true", "false")
    if asks_again:
        where = PENDING
    # From 5.5 on, the result is applied to the comment that has the same guid, and '' matches none.
    if where is None or (knows_guid(version) and not guid):
        return Placed(PUBLISHED, asks_again)
    return Placed(where, asks_again, publishes_after)


def recheck(body: str) -> Placed:
    """After the cron job has asked again about a pending comment: it reads the body alone."""
    if body == "true":
        return Placed(SPAM)
    return Placed(PUBLISHED) if body == "false" else Placed(PENDING, asks_again=True)
