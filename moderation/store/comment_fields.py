"""The fields of a submission in the tables: the column that each is written to, read from and cleared in.

A reader of comments declares a dataclass that inherits from one of these, selects its columns, and makes
it of the rows by name: in the store, a new field is added here alone (and in the schema).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_origin, get_type_hints

import sqlalchemy as sa

from moderation.domain.comment import Status, Submission
from moderation.domain.durations import DAY_MS
from moderation.domain.policy_scopes import path_of
from moderation.store.sql.crypto import Crypto, network_of
from moderation.store.sql.schema import comments, pages, personal, revisions

# What `form_json` holds of a comment whose form's trap was filled in, or that came without the proof asked for; '' of others.
TRAP_FILLED, UNPROVEN = '{"trap": true}', '{"unproven": true}'


def page_row(submission: Submission, page_id: str) -> dict[str, object]:
    """The page that a submission names, new."""
    page = submission.page
    return {
        "id": page_id,
        "site_id": submission.site_id,
        "external_id": page.id,
        "url": page.url,
        "path": path_of(page.url),
        "title": page.title,
        "title_verified": page.by_server and page.title != "",
        "state": "",
        "created_at": submission.created_at,
    }


def comment_row(submission: Submission, page_id: str) -> dict[str, object]:
    """A new comment, not judged yet."""
    return {
        "id": submission.id,
        "site_id": submission.site_id,
        "page_id": page_id,
        "parent_id": submission.parent_id,
        "author_name": submission.author.name,
        "author_url": submission.author.url,
        "author_badge": submission.author.badge.value,
        "created_at": submission.created_at,
        "revision": 1,
        "status": Status.PENDING.value,
        "sequence": 0,
        "decided_by": "",
    }


def revision_row(submission: Submission) -> dict[str, object]:
    """The first revision of a comment."""
    return {
        "comment_id": submission.id,
        "number": 1,
        "text": submission.text,
        "created_at": submission.created_at,
        "form_json": TRAP_FILLED
        if submission.trap_filled
        else UNPROVEN
        if submission.unproven
        else "",
    }


def personal_row(submission: Submission, crypto: Crypto, days: int) -> dict[str, object] | None:
    """What is known of the sender, sealed and hashed, for so many days; None where nothing is."""
    author, context = submission.author, submission.context
    if not any((author.email, author.identity, context.ip, context.user_agent, context.referrer)):
        return None
    network = network_of(context.ip)
    return {
        "comment_id": submission.id,
        "email_sealed": crypto.encrypt(author.email, submission.id) if author.email else None,
        "email_key": crypto.email_key(author.email),
        "network": network,
        "address_key": crypto.address_key(context.ip),
        "user_agent": context.user_agent,
        "referrer": context.referrer,
        "author_key": crypto.author_key(submission.site_id, author.identity),
        "network_key": crypto.network_key(submission.site_id, network),
        "expires_at": submission.created_at + days * DAY_MS,
    }


# What is left of a row once its comment is erased; the row in `personal` is deleted.
ERASED_COMMENT = {"author_name": "", "author_url": "", "author_badge": ""}
ERASED_REVISION = {"text": "", "form_json": ""}
# What is left of a row in `personal` after `expires_at`: the e-mail, which the site's people may need.
EXPIRED_PERSONAL = {
    "network": "",
    "address_key": "",
    "user_agent": "",
    "referrer": "",
    "author_key": "",
    "network_key": "",
}


NEWEST_REVISION = sa.and_(
    revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision
)


def or_empty(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """A text column, '' where the row that it belongs to is missing."""
    return sa.func.coalesce(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFields:
    """A comment in its newest revision, with its page. created_at: ms."""

    id: Annotated[str, comments.c.id]
    site_id: Annotated[str, comments.c.site_id]
    page_id: Annotated[str, comments.c.page_id]
    page_url: Annotated[str, pages.c.url]
    page_title: Annotated[str, pages.c.title]
    author_name: Annotated[str, comments.c.author_name]
    author_url: Annotated[str, comments.c.author_url]
    author_badge: Annotated[str, comments.c.author_badge]
    text: Annotated[str, revisions.c.text]
    created_at: Annotated[int, comments.c.created_at]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentComment(CommentFields):
    """A comment with what is still known of its sender, as in domain.score.SenderTraces.

    email_sealed: opens with the comment's id (sql/crypto.py); None where there is none.
    """

    email_sealed: Annotated[bytes | None, personal.c.email_sealed]
    email_key: Annotated[str, or_empty(personal.c.email_key)]
    address_key: Annotated[str, or_empty(personal.c.address_key)]
    network: Annotated[str, or_empty(personal.c.network)]
    user_agent: Annotated[str, or_empty(personal.c.user_agent)]
    referrer: Annotated[str, or_empty(personal.c.referrer)]
    author_key: Annotated[str, or_empty(personal.c.author_key)]
    network_key: Annotated[str, or_empty(personal.c.network_key)]


def columns_of(comment_class: type[CommentFields]) -> dict[str, sa.ColumnElement[Any]]:
    """The column in the annotation of each field of the class, by the field's name."""
    hints = get_type_hints(comment_class, include_extras=True)
    return {
        name: hint.__metadata__[0] for name, hint in hints.items() if get_origin(hint) is Annotated
    }


def labelled(comment_class: type[CommentFields]) -> Sequence[sa.ColumnElement[Any]]:
    """The columns of the class for sa.select, each under the name of its field."""
    return [column.label(name) for name, column in columns_of(comment_class).items()]


def select_list(comment_class: type[CommentFields]) -> str:
    """The same columns as SQL text, in the order of columns_of."""
    return ", ".join(
        str(column.compile(compile_kwargs={"literal_binds": True}))
        for column in columns_of(comment_class).values()
    )
