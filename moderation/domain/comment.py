"""A comment as it is submitted, and what its sender gets back."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.durations import MINUTE_MS

# The limits of WordPress (wp_get_comment_fields_max_lengths), whose forms ours replace.
NAME_LIMIT = 245  # characters
EMAIL_LIMIT = 100  # characters
URL_LIMIT = 200  # characters, the author's website
TEXT_LIMIT = 65_525  # bytes of UTF-8
PAGE_URL_LIMIT = 2_000  # characters: what browsers and proxies agree on
TITLE_LIMIT = 500  # characters

# So long an address and user agent stand for one sender: a double click or a retry, no later reader. ms
SAME_SENDER_LIMIT = 10 * MINUTE_MS

REVISIONS_LIMIT = 20  # of one comment: so often its writer may change it, and have it judged


class Status(StrEnum):
    """The status of a comment, which follows from its latest decision."""

    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    REJECTED = "rejected"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"  # by its writer; people who moderate still see it
    ERASED = "erased"


# What is gone for readers, whoever decided so, and can be answered no more.
REMOVED = frozenset({Status.REJECTED, Status.SPAM, Status.WITHDRAWN, Status.ERASED})
# Of these nobody decides any more.
GONE = frozenset({Status.WITHDRAWN, Status.ERASED})


class PageState(StrEnum):
    """What a page does with new comments."""

    OPEN = "open"
    PREMODERATED = "premoderated"  # everything is held for a person
    CLOSED = "closed"


class Badge(StrEnum):
    """What readers see beside an author's name, by the word of the site's server alone."""

    NONE = ""
    STAFF = "staff"  # of the site
    AUTHOR = "author"  # of the article


@dataclass(frozen=True, slots=True)
class PageRef:
    """One article of a site. id: the site's own; where it is '' the URL identifies the page.

    by_server: whether the site's server names it; then its title is verified.
    """

    url: str
    title: str = ""
    id: str = ""
    by_server: bool = False


@dataclass(frozen=True, slots=True)
class AuthorRef:
    """The author, as typed in; an e-mail that was typed in proves nothing.

    identity: what is proved: 'browser:...' by a token of ours, 'id:...' or 'email:...' by the site's
    server; '' for nothing. badge: by the site's server.
    """

    name: str
    email: str = ""
    url: str = ""
    identity: str = ""
    badge: Badge = Badge.NONE


@dataclass(frozen=True, slots=True)
class Context:
    """Where the submission came from: for flood control and spam, stored apart and only for a while."""

    ip: str = ""
    user_agent: str = ""
    referrer: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A validated comment that is not stored yet.

    id: chosen by the entry point. created_at: milliseconds since 1970 UTC. trap_filled: whether a form's field
    that people do not see was filled in. unproven: whether it comes without the proof of work that its site asks for.
    idempotency_key: '' where the caller gave none. fingerprint: SHA-256 hex of the submitted content.
    joins_since: a repetition joins a first that is this new (ms) and not erased; otherwise it is stored as a
    comment of its own and takes the key. None: every first, as HTTP's Idempotency-Key promises.
    later_key: another key for later repetitions, '' for none; nothing holds it yet.
    """

    id: str
    site_id: str
    page: PageRef
    author: AuthorRef
    text: str
    created_at: int
    parent_id: str = ""
    context: Context = Context()
    trap_filled: bool = False
    unproven: bool = False
    idempotency_key: str = ""
    fingerprint: str = ""
    joins_since: int | None = None
    later_key: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a 202 promises: the comment is stored. replayed: it already was before.

    same_sender: of a replay, whether its sender is proved to be the first's.
    """

    comment_id: str
    created_at: int
    replayed: bool = False
    same_sender: bool = False


def fingerprint(*parts: str) -> str:
    """SHA-256 hex of the parts: equal for equal content, and does not reveal it."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
