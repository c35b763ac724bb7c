"""Signs moderators in and out: with a password, with a one-time link, by their session."""

import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from moderation.domain.errors import Invalid, Unauthenticated
from moderation.domain.ids import Entropy
from moderation.store import moderators
from moderation.store.moderators import Membership
from moderation.store.sql.engine import Store

# OWASP's smallest argon2id (19 MiB, 2 passes, 1 lane), about 20 ms. Two at once at most, so that a
# burst of guesses cannot use up the memory that judging needs.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING_SLOTS = threading.BoundedSemaphore(2)

PASSWORD_SMALLEST, PASSWORD_LIMIT = 12, 1_000  # characters; NIST SP 800-63B asks for 8 and more

_WRONG_CREDENTIALS = "The e-mail or the password is wrong."
_LINK_USED = "This link was used before or is too old. Ask for a new one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in moderator and their sites. language: that they have chosen for the console, '' for none."""

    moderator_id: str
    email: str
    sites: tuple[Membership, ...]
    language: str = ""

    @property
    def site_ids(self) -> frozenset[str]:
        return frozenset(membership.site_id for membership in self.sites)


def hash_password(password: str) -> str:
    """The argon2id hash of a new password. Raises Invalid if it is too short or too long."""
    if not PASSWORD_SMALLEST <= len(password) <= PASSWORD_LIMIT:
        raise Invalid(
            f"A password has {PASSWORD_SMALLEST} to {PASSWORD_LIMIT} characters.", "/password"
        )
    with _HASHING_SLOTS:
        return _HASHER.hash(password)


@cache
def _decoy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def with_password(
    store: Store, email: str, password: str, *, now: int, entropy: Entropy, old: str = ""
) -> str:
    """Opens a session and returns its token. old: the token of the visitor's former session, which ends.

    Raises Unauthenticated, with the same message after the same work whether the account does not
    exist, has no password or has a different one.
    """
    with store.read() as connection:
        moderator = moderators.by_email(connection, email)
    decoy = _decoy_hash()  # made in any case, or the first unknown e-mail would take longer
    stored = moderator.password_hash if moderator else ""
    is_right = _matches(stored or decoy, password)
    if moderator is None or not stored or not is_right:
        raise Unauthenticated(_WRONG_CREDENTIALS)
    new_hash = _HASHER.check_needs_rehash(stored) and hash_password(password)
    with store.write() as connection:
        if moderators.by_email(connection, email) != moderator:  # changed during the hashing
            raise Unauthenticated(_WRONG_CREDENTIALS)
        if new_hash:
            moderators.store_hash(connection, moderator.id, new_hash)
        moderators.close_session(connection, old)
        return moderators.open_session(connection, moderator.id, now, entropy)


def _matches(stored: str, password: str) -> bool:
    if len(password) > PASSWORD_LIMIT:
        password = ""  # hashed all the same, so that the answer takes as long
    with _HASHING_SLOTS:
        try:
            return _HASHER.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def with_link(store: Store, token: str, *, now: int, entropy: Entropy, old: str = "") -> str:
    """Opens a session for the moderator the link was made for; returns its token. Raises Unauthenticated."""
    with store.read() as connection:  # so that links that were made up do not wait for the writer
        if not moderators.has_login_link(connection, token):
            raise Unauthenticated(_LINK_USED)
    with store.write() as connection:
        moderator_id = moderators.use_login_link(connection, token, now)
        if moderator_id is not None:
            moderators.close_session(connection, old)
            return moderators.open_session(connection, moderator_id, now, entropy)
    raise Unauthenticated(_LINK_USED)  # after the commit, which deletes a link that is too old


def session_of(store: Store, token: str, now: int) -> SignedIn | None:
    """The moderator whose session this token opens; None if it is unknown or expired."""
    if not token:
        return None
    with store.read() as connection:
        session = moderators.session(connection, token, now)
        if session is None:
            return None
        sites = moderators.memberships_of(connection, session.moderator_id)
    if now - session.seen_at >= moderators.SEEN_EVERY:
        with store.write() as connection:
            moderators.note_seen(connection, token, now)
    return SignedIn(session.moderator_id, session.email, sites, session.language)


def sign_out(store: Store, token: str) -> None:
    """Ends a session on the server, so that its token is no longer valid."""
    with store.write() as connection:
        moderators.close_session(connection, token)


def emails_of(store: Store, moderator_ids: Collection[str]) -> dict[str, str]:
    """The e-mail addresses of these moderators by id, to show their colleagues."""
    with store.read() as connection:
        return moderators.emails(connection, moderator_ids)


def emails_of_site(store: Store, site_id: str) -> dict[str, str]:
    """The e-mail addresses of a site's moderators by id."""
    with store.read() as connection:
        return moderators.emails_of_site(connection, site_id)
