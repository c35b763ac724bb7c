"""Signs moderators in and out: with a password or a one-time link, a code where they have a second factor, by their session."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from moderation.accounts import second_factor
from moderation.accounts.passwords import decoy_hash, hash_password, matches, needs_rehash
from moderation.domain.durations import MINUTE_MS
from moderation.domain.errors import NotFound, Unauthenticated
from moderation.domain.ids import Entropy
from moderation.domain.roles import Role
from moderation.store import memberships, moderators, second_factors, sessions
from moderation.store.memberships import Membership, PartMembership
from moderation.store.sql.engine import Connection, Store

_WRONG_CREDENTIALS = "The e-mail or the password is wrong."
_WRONG_CODE = "The code is wrong, or was used before: wait for the next one."
CODE_WITHIN = 10 * MINUTE_MS  # after the password: long enough to find the phone
_LINK_USED = "This link was used before or is too old. Ask for a new one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in moderator and their sites. language: that they have chosen for the console, '' for none. is_owner: whether they may make sites.
    parts: of sites, where they are limited to sections; those are not among the sites, so that nothing shows them which does not ask for parts.
    """

    moderator_id: str
    email: str
    sites: tuple[Membership | PartMembership, ...]
    has_second_factor: bool = False
    language: str = ""
    is_owner: bool = False
    parts: tuple[PartMembership, ...] = ()

    @property
    def site_ids(self) -> frozenset[str]:
        return frozenset(id for membership in self.sites for id in membership.site_ids)

    @property
    def with_parts(self) -> "SignedIn":
        """The same with the parts among the sites: for what is limited to sections where it is told so (store/reach.py)."""
        return replace(self, sites=(*self.sites, *self.parts), parts=())

    @property
    def all_sites(self) -> tuple[Membership | PartMembership, ...]:
        return (*self.sites, *self.parts)


def with_password(
    store: Store, email: str, password: str, *, now: int, entropy: Entropy, old: str = ""
) -> str:
    """Opens a session and returns its token; one that awaits a code where there is a second factor (with_code()).

    old: the token of the visitor's former session, which ends.

    Raises Unauthenticated, with the same message after the same work whether the account does not
    exist, has no password or has a different one.
    """
    with store.read() as connection:
        moderator = moderators.by_email(connection, email)
    decoy = decoy_hash()  # made in any case, or the first unknown e-mail would take longer
    stored = moderator.password_hash if moderator else ""
    is_right = matches(stored or decoy, password)
    if moderator is None or not stored or not is_right:
        raise Unauthenticated(_WRONG_CREDENTIALS)
    new_hash = needs_rehash(stored) and hash_password(password)
    with store.write() as connection:
        if moderators.by_email(connection, email) != moderator:  # changed during the hashing
            raise Unauthenticated(_WRONG_CREDENTIALS)
        if new_hash:
            moderators.store_hash(connection, moderator.id, new_hash)
        return enter(connection, moderator.id, old, now, entropy)


def with_link(store: Store, token: str, *, now: int, entropy: Entropy, old: str = "") -> str:
    """Opens a session for the moderator the link was made for, as with_password(); returns its token. Raises Unauthenticated."""
    with store.read() as connection:  # so that links that were made up do not wait for the writer
        if not sessions.has_login_link(connection, token):
            raise Unauthenticated(_LINK_USED)
    with store.write() as connection:
        moderator_id = sessions.use_login_link(connection, token, now)
        if moderator_id is not None:
            return enter(connection, moderator_id, old, now, entropy)
    raise Unauthenticated(_LINK_USED)  # after the commit, which deletes a link that is too old


def enter(connection: Connection, moderator_id: str, old: str, now: int, entropy: Entropy) -> str:
    """Opens a session for whoever has proved who they are; one that awaits a code where there is a second factor."""
    sessions.close_session(connection, old)
    lifetime = CODE_WITHIN if second_factors.has(connection, moderator_id) else None
    return sessions.open_session(connection, moderator_id, now, entropy, awaits_code=lifetime)


def who_awaits(store: Store, token: str, now: int) -> str:
    """The e-mail of whoever is asked for a code in this session, '' for nobody."""
    with store.read() as connection:
        waiting = sessions.session(connection, token, now, awaits_code=True) if token else None
    return waiting.email if waiting else ""


def with_code(store: Store, token: str, code: str, *, now: int, entropy: Entropy) -> str:
    """Ends a session that awaits a code, and opens the real one; returns its token.

    code: of the second factor, or a recovery code. Raises Unauthenticated where it is wrong or was used; NotFound where
    nothing awaits one any more.
    """
    with store.write() as connection:
        waiting = sessions.session(connection, token, now, awaits_code=True)
        if waiting is None:
            raise NotFound("That took too long. Please log in again.")
        if second_factor.use(connection, store.crypto, waiting.moderator_id, code, now):
            sessions.close_session(connection, token)
            return sessions.open_session(connection, waiting.moderator_id, now, entropy)
    raise Unauthenticated(_WRONG_CODE)


def session_of(store: Store, token: str, now: int, *, in_passing: bool = False) -> SignedIn | None:
    """The moderator whose session this token opens; None if it is unknown or expired.

    in_passing: the page asks by itself; the session is not used by that, and ends when nobody uses it.
    """
    if not token:
        return None
    with store.read() as connection:
        session = sessions.session(connection, token, now)
        if session is None:
            return None
        sites = memberships.memberships_of(connection, session.moderator_id)
    if not in_passing and now - session.seen_at >= sessions.SEEN_EVERY:
        with store.write() as connection:
            sessions.note_seen(connection, token, now)
    return SignedIn(
        session.moderator_id,
        session.email,
        tuple(site for site in sites if not site.sections),
        session.has_second_factor,
        session.language,
        session.owner,
        tuple(
            PartMembership(site.site_id, site.site_name, site.role, site.sections)
            for site in sites
            if site.sections
        ),
    )


def roles_of(store: Store, tokens: Collection[str], now: int) -> dict[tuple[str, str], Role]:
    """By session token and site the role that it gives there now; nothing of those that have ended."""
    with store.read() as connection:
        return sessions.roles_of_sessions(connection, tokens, now)


def sign_out(store: Store, token: str) -> None:
    """Ends a session on the server, so that its token is no longer valid."""
    with store.write() as connection:
        sessions.close_session(connection, token)


def emails_of(store: Store, moderator_ids: Collection[str]) -> dict[str, str]:
    """The e-mail addresses of these moderators by id, to show their colleagues."""
    with store.read() as connection:
        return moderators.emails(connection, moderator_ids)


def emails_of_sites(store: Store, site_ids: Collection[str]) -> dict[str, str]:
    """The e-mail addresses of these sites' moderators by id."""
    with store.read() as connection:
        return memberships.emails_of_sites(connection, site_ids)
