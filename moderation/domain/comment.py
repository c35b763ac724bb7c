"""A comment as it is handed in, and what its sender gets back."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

# The limits of WordPress (wp_get_comment_fields_max_lengths): its forms are the ones we replace.
NAME_LIMIT = 245  # characters
EMAIL_LIMIT = 100  # characters
URL_LIMIT = 200  # characters, the author's website
TEXT_LIMIT = 65_525  # bytes of UTF-8
PAGE_URL_LIMIT = 2_000  # characters: what browsers and proxies agree on
TITLE_LIMIT = 500  # characters


class Status(StrEnum):
    """Where a comment stands; read off its latest decision."""

    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    REJECTED = "rejected"
    SPAM = "spam"
    ERASED = "erased"


class PageState(StrEnum):
    """What a page does with new comments."""

    OPEN = "open"
    PREMODERATED = "premoderated"  # everything is held for a person
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PageRef:
    """One article of a site. id: the site's own, where it has one; else the URL is the identity."""

    url: str
    title: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class AuthorRef:
    """Who wrote, as typed in. An e-mail typed in proves nothing.

    identity: who it is as far as that is proved: 'browser:...' by a token of ours, 'id:...' or
    'email:...' by the site's own server; '' where nothing is.
    """

    name: str
    email: str = ""
    url: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Where the submission came from: for flood control and spam, kept apart and not for long."""

    ip: str = ""
    user_agent: str = ""
    referrer: str = ""


@dataclass(frozen=True, slots=True)
class FormFacts:
    """How a reply was handed in; what only a form of ours can know.

    door: 'form' where a browser sent a plain form, '' where a program of the site handed it in.
    trap: a field that people do not see was filled in. stamp: 'good', 'forged', 'stale' or '' for
    none. seconds: from the form's rendering to its return; None where no good stamp came with it.
    """

    door: str = ""
    trap: bool = False
    stamp: str = ""
    seconds: float | None = None


NO_FORM = FormFacts()


@dataclass(frozen=True, slots=True)
class Submission:
    """A validated reply on its way in.

    id: chosen at the door. created_at: milliseconds since 1970 UTC.
    idempotency_key: '' where the caller gave none. fingerprint: SHA-256 hex of what was handed in.
    """

    id: str
    site_id: str
    page: PageRef
    author: AuthorRef
    text: str
    created_at: int
    parent_id: str = ""
    context: Context = Context()
    form: FormFacts = NO_FORM
    idempotency_key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a 202 promises: the comment is on disk. replayed: it already was."""

    comment_id: str
    created_at: int
    replayed: bool = False


def fingerprint(*parts: str) -> str:
    """SHA-256 hex of the parts: equal for equal content, tells nothing of it."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
