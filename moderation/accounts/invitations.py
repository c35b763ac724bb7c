"""Invitations: somebody is asked to moderate a site, and comes by a link that works once.

Whoever holds the link gets the role. Where the e-mail has an account, its owner must be signed in, too: or a site could
take over the accounts of another's moderators by inviting them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.accounts.moderators import grant, role_facts
from moderation.domain.audit import Change
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, Forbidden, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.roles import parse_role
from moderation.domain.sections import parse_sections
from moderation.store import audit, invitations, memberships, moderators, sessions, sites
from moderation.store.invitations import Invitation
from moderation.store.sql.engine import Connection, Store

LIFETIME = 7 * DAY_MS
OPEN_LIMIT = 100  # of a site
EMAIL_LIMIT = 254  # characters (RFC 5321)
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,189}")
_GONE = "This invitation was used or withdrawn, or is too old. Ask for a new one."


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation says to whoever opens it. has_account: whether the e-mail has one already."""

    invitation: Invitation
    site_name: str
    has_account: bool


def invite(
    store: Store,
    site_id: str,
    email: str,
    role: str,
    by: str,
    sections: Sequence[str] = (),
    *,
    now: int,
    entropy: Entropy,
) -> tuple[Invitation, str]:
    """Asks somebody to look after a site, or some of its sections as people write them; the invitation, and the token of its link, which is never shown again.

    An earlier invitation of the same person ends. Whether they have an account here is not told. Raises Invalid, and
    Conflict where they look after the site already or OPEN_LIMIT wait.
    """
    checked_role = parse_role(role)
    limited_to = parse_sections(sections, checked_role)
    if len(email) > EMAIL_LIMIT or not _EMAIL.fullmatch(email.strip()) or not email.isprintable():
        raise Invalid("That is no e-mail address.", "/email")
    with store.write() as connection:
        memberships.lock_roles(connection, site_id)
        account = moderators.by_email(connection, email)
        if account and site_id in _site_ids(connection, account.id):
            raise Conflict("They look after this site already.")
        if len(invitations.of_site(connection, site_id, now)) >= OPEN_LIMIT:
            raise Conflict(f"A site has at most {OPEN_LIMIT} open invitations: withdraw some.")
        made, token = invitations.add(
            connection,
            site_id,
            email,
            checked_role,
            by,
            limited_to,
            lifetime=LIFETIME,
            now=now,
            entropy=entropy,
        )
        facts = {"email": made.email} | role_facts(made.role, made.sections)
        audit.record(connection, by, Change.MODERATOR_INVITED, site_id, made.id, None, facts)
    return made, token


def change_role(
    store: Store,
    site_id: str,
    invitation_id: str,
    role: str,
    by: str,
    sections: Sequence[str] | None = None,
    *,
    now: int,
) -> Invitation:
    """Invites into another role, by the same link. sections: None as they were. Raises Invalid and NotFound."""
    new = parse_role(role)
    with store.write() as connection:
        old = _existing(connection, site_id, invitation_id, now)
        limited_to = parse_sections(old.sections if sections is None else sections, new)
        invitations.change_role(connection, invitation_id, new, limited_to)
        before, after = role_facts(old.role, old.sections), role_facts(new, limited_to)
        audit.record(
            connection,
            by,
            Change.MODERATOR_INVITATION_CHANGED,
            site_id,
            invitation_id,
            before,
            after,
        )
        return _existing(connection, site_id, invitation_id, now)


def withdraw(store: Store, site_id: str, invitation_id: str, by: str, *, now: int) -> None:
    """Ends an invitation. Raises NotFound."""
    with store.write() as connection:
        old = _existing(connection, site_id, invitation_id, now)
        invitations.remove(connection, invitation_id)
        facts = {"email": old.email} | role_facts(old.role, old.sections)
        audit.record(
            connection, by, Change.MODERATOR_INVITATION_WITHDRAWN, site_id, invitation_id, facts
        )


def open_invitations(store: Store, site_id: str, now: int) -> list[Invitation]:
    """Who was asked and has not come yet, by e-mail."""
    with store.read() as connection:
        return invitations.of_site(connection, site_id, now)


def look_at(store: Store, token: str, now: int) -> Invited:
    """What an invitation says; it is not used up. Raises NotFound."""
    with store.read() as connection:
        found = invitations.find(connection, token, now)
        if found is None:
            raise NotFound(_GONE)
        site = sites.get_site(connection, found.site_id)
        account = moderators.by_email(connection, found.email)
    return Invited(found, site.name if site else "", account is not None)


def accept(
    store: Store,
    token: str,
    password_hash: str,
    moderator_id: str,
    *,
    now: int,
    entropy: Entropy,
) -> tuple[str, str]:
    """Uses an invitation up; the id of the site, and of a new session where an account was made, else ''.

    moderator_id: who is signed in, '' nobody. password_hash: of a new account, '' for log-in links only.
    Raises NotFound, and Forbidden where the e-mail has an account that is not signed in.
    """
    with store.write() as connection:
        found = invitations.find(connection, token, now)
        if found is None or not invitations.remove(connection, found.id):
            raise NotFound(_GONE)
        account = moderators.by_email(connection, found.email)
        if account is not None and account.id != moderator_id:
            raise Forbidden("This e-mail has an account: log in to it, and open the link again.")
        session = ""
        if account is None:
            moderator_id = moderators.add(connection, found.email, password_hash, now, entropy)
            session = sessions.open_session(connection, moderator_id, now, entropy)
        if found.site_id not in _site_ids(connection, moderator_id):
            grant(connection, moderator_id, found.site_id, found.role, moderator_id, found.sections)
    return found.site_id, session


def _existing(connection: Connection, site_id: str, invitation_id: str, now: int) -> Invitation:
    for invitation in invitations.of_site(connection, site_id, now):
        if invitation.id == invitation_id:
            return invitation
    raise NotFound("There is no such invitation.")


def _site_ids(connection: Connection, moderator_id: str) -> set[str]:
    return {
        membership.site_id for membership in memberships.memberships_of(connection, moderator_id)
    }
