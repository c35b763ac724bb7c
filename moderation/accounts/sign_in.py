"""Signing moderators in and out: by password, by a link that works once, by the session they hold."""

import secrets
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from moderation.domain.errors import Invalid, Unauthenticated
from moderation.store import moderators
from moderation.store.moderators import Membership
from moderation.store.sql.engine import Store

Entropy = Callable[[int], bytes]

# OWASP's smallest argon2id (19 MiB, 2 passes, 1 lane), about 20 ms. Two at once at most: a burst of
# guesses may cost time, but never the memory that comments are judged in.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING_SLOTS = threading.BoundedSemaphore(2)

PASSWORD_SMALLEST, PASSWORD_LIMIT = 12, 1_000  # characters; NIST SP 800-63B asks for 8 and more

_WRONG_CREDENTIALS = "The e-mail or the password is wrong."
_LINK_USED = "This link was used before or is too old. Ask for a new one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in, and the sites they look after."""

    moderator_id: str
    email: str
    sites: tuple[Membership, ...]

    @property
    def site_ids(self) -> frozenset[str]:
        return frozenset(one.site_id for one in self.sites)


def hash_password(password: str) -> str:
    """argon2id of a new password. Raises Invalid for one that is too short or absurdly long."""
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
    """Opens a session and returns its token. old: the token held before, which ends.

    Raises Unauthenticated with one and the same answer, after one and the same work, whether the
    account is not there, has no password or has another one.
    """
    with store.read() as connection:
        found = moderators.by_email(connection, email)
    nobodys = _decoy_hash()  # made now in any case, lest the first unknown name take longer
    stored = found.password_hash if found else ""
    right = _matches(stored or nobodys, password)
    if found is None or not stored or not right:
        raise Unauthenticated(_WRONG_CREDENTIALS)
    renewed = _HASHER.check_needs_rehash(stored) and hash_password(password)
    with store.write() as connection:
        if moderators.by_email(connection, email) != found:  # changed while we were hashing
            raise Unauthenticated(_WRONG_CREDENTIALS)
        if renewed:
            moderators.renew_hash(connection, found.id, renewed)
        moderators.close_session(connection, old)
        return moderators.open_session(connection, found.id, now, entropy)


def _matches(stored: str, password: str) -> bool:
    if len(password) > PASSWORD_LIMIT:
        password = ""  # hashed all the same, so that the answer takes as long
    with _HASHING_SLOTS:
        try:
            return _HASHER.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def with_link(store: Store, token: str, *, now: int, entropy: Entropy, old: str = "") -> str:
    """Opens a session for the moderator a link was made for. Raises Unauthenticated."""
    with store.write() as connection:
        moderator_id = moderators.use_login_link(connection, token, now)
        if moderator_id is not None:
            moderators.close_session(connection, old)
            return moderators.open_session(connection, moderator_id, now, entropy)
    raise Unauthenticated(_LINK_USED)  # after the commit: a link that is too old is gone as well


def session_of(store: Store, token: str, now: int) -> SignedIn | None:
    """Who holds this session token; None for one that does not count (any more)."""
    if not token:
        return None
    with store.read() as connection:
        session = moderators.session(connection, token, now)
        if session is None:
            return None
        sites = moderators.memberships_of(connection, session.moderator_id)
    if now - session.seen_at >= moderators.SEEN_EVERY:
        with store.write() as connection:
            moderators.seen(connection, token, now)
    return SignedIn(session.moderator_id, session.email, sites)


def sign_out(store: Store, token: str) -> None:
    """Ends a session, on the server: the token is worth nothing from now on."""
    with store.write() as connection:
        moderators.close_session(connection, token)


def emails_of(store: Store, moderator_ids: Collection[str]) -> dict[str, str]:
    """The e-mails behind the ids in a comment's history, for those who moderate with them."""
    with store.read() as connection:
        return moderators.emails(connection, moderator_ids)
