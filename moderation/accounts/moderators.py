"""The moderators of a site: who they are, in which role, who comes and goes."""

from collections.abc import Sequence

from moderation.domain.audit import COMMAND, Change
from moderation.domain.errors import Conflict, Forbidden, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.roles import Role, parse_role
from moderation.domain.sections import parse_sections
from moderation.store import audit, colleagues, memberships, moderators, sessions
from moderation.store.colleagues import Colleague, OpenSession
from moderation.store.memberships import Membership
from moderation.store.sql.engine import Connection, Store

_NOBODY = "There is no such moderator on this site."


def add_moderator(
    store: Store,
    email: str,
    password_hash: str,
    site_id: str,
    role: str,
    by: str = COMMAND,
    sections: Sequence[str] = (),
    *,
    now: int,
    entropy: Entropy,
) -> str:
    """Gives a person a role on a site or some of its sections, with an account if they have none; returns its id.

    password_hash: '' leaves the one they have. sections: as people write them, () all of the site. Raises Invalid for a role or a
    section that there is not, and Conflict where a site would be left without an admin.
    """
    with store.write() as connection:
        account = moderators.by_email(connection, email)
        if account is None:
            moderator_id = moderators.add(connection, email, password_hash, now, entropy)
        else:
            moderator_id = account.id
            if password_hash:
                moderators.set_password(connection, moderator_id, password_hash)
        grant(connection, moderator_id, site_id, role, by, sections)
        if account is not None and password_hash:
            audit.record_of_account(connection, by, Change.MODERATOR_PASSWORD_SET, moderator_id)
    return moderator_id


def grant(
    connection: Connection,
    moderator_id: str,
    site_id: str,
    role: str,
    by: str = COMMAND,
    sections: Sequence[str] = (),
) -> None:
    """Gives a moderator a role on a site or some of its sections, instead of what they had there. Raises as add_moderator()."""
    new = parse_role(role)
    limited_to = parse_sections(sections, new)
    old = _locked(connection, moderator_id, site_id)
    if old and old.role is Role.ADMIN and new is not Role.ADMIN:
        _require_other_admin(connection, moderator_id, site_id)
    memberships.grant(connection, moderator_id, site_id, new, limited_to)
    before = role_facts(old.role, old.sections) if old else None
    after = role_facts(new, limited_to)
    audit.record(connection, by, Change.ROLE_GRANTED, site_id, moderator_id, before, after)


def role_facts(role: Role, sections: Sequence[str]) -> dict[str, object]:
    """A role as the audit has it, with the sections that it is limited to."""
    return {"role": role, "sections": " ".join(sections)} if sections else {"role": role}


def change_role(
    store: Store,
    moderator_id: str,
    site_id: str,
    role: str,
    by: str = COMMAND,
    sections: Sequence[str] | None = None,
    *,
    now: int,
) -> Colleague:
    """Makes somebody who looks after a site something else there, from their next request on. sections: that they are limited to, None as
    they were.

    Raises Invalid, NotFound, Forbidden for one's own role, and Conflict where the site would be left without an admin.
    """
    if by == moderator_id:
        raise Forbidden("Nobody changes their own role: ask another admin.")
    with store.write() as connection:
        before = _locked(connection, moderator_id, site_id)
        if before is None:
            raise NotFound(_NOBODY)
        kept = before.sections if sections is None else sections
        grant(connection, moderator_id, site_id, role, by, kept)
        return colleagues.of_site(connection, site_id, now, moderator_id)[0]


def list_moderators(store: Store, site_id: str, now: int) -> list[Colleague]:
    """Everybody who looks after a site, by e-mail."""
    with store.read() as connection:
        return colleagues.of_site(connection, site_id, now)


def get_moderator(
    store: Store, moderator_id: str, site_id: str, now: int
) -> tuple[Colleague, list[OpenSession]]:
    """One of them, and their open sessions, the newest first: of their account, whatever site they are at.

    Raises NotFound.
    """
    with store.read() as connection:
        found = colleagues.of_site(connection, site_id, now, moderator_id) if moderator_id else []
        if not found:
            raise NotFound(_NOBODY)
        return found[0], colleagues.sessions_of(connection, moderator_id, now)


def end_sessions(
    store: Store, moderator_id: str, site_id: str, session_id: str = "", by: str = COMMAND
) -> None:
    """Ends one session of somebody who looks after the site, or all of theirs with the log-in links that wait for them.

    Raises NotFound.
    """
    with store.write() as connection:
        if _locked(connection, moderator_id, site_id) is None:
            raise NotFound(_NOBODY)
        if not session_id:
            sessions.sign_out(connection, moderator_id)
        elif not colleagues.close_one(connection, moderator_id, session_id):
            raise NotFound("There is no such session.")
        facts = {"sessions": "one" if session_id else "all"}
        audit.record(
            connection, by, Change.MODERATOR_SESSIONS_ENDED, site_id, moderator_id, None, facts
        )


def own_sessions(store: Store, moderator_id: str, now: int) -> list[OpenSession]:
    """Where somebody is logged in, the newest first."""
    with store.read() as connection:
        return colleagues.sessions_of(connection, moderator_id, now)


def end_own_session(store: Store, moderator_id: str, session_id: str) -> None:
    """Logs somebody out in one place, as logging out there would. Raises NotFound."""
    with store.write() as connection:
        if not colleagues.close_one(connection, moderator_id, session_id):
            raise NotFound("There is no such session.")
        audit.record_of_account(
            connection,
            moderator_id,
            Change.MODERATOR_SESSIONS_ENDED,
            moderator_id,
            {"sessions": "one"},
        )


def remove(store: Store, moderator_id: str, site_id: str, by: str = COMMAND) -> None:
    """Takes a site from a moderator, and ends their sessions and log-in links at once.

    Raises NotFound where they do not look after it, and Conflict where it would be left without an admin.
    """
    with store.write() as connection:
        # Removed from their last two sites at once, they would be somebody with another site to each.
        moderators.lock_account(connection, moderator_id)
        theirs = _locked(connection, moderator_id, site_id)
        if theirs is None:
            raise NotFound(_NOBODY)
        if theirs.role is Role.ADMIN:
            _require_other_admin(connection, moderator_id, site_id)
        if len(memberships.memberships_of(connection, moderator_id)) == 1:
            _set_owner(connection, moderator_id, False, by)  # who looks after none makes none
        memberships.revoke(connection, moderator_id, site_id)
        sessions.sign_out(connection, moderator_id)
        audit.record(
            connection,
            by,
            Change.MODERATOR_REMOVED,
            site_id,
            moderator_id,
            role_facts(theirs.role, theirs.sections),
        )


def set_mails(store: Store, email: str, wanted: bool, by: str = COMMAND) -> None:
    """Whether a moderator gets the mails of their sites. Raises NotFound."""
    with store.write() as connection:
        moderator_id = _account(connection, email)
        moderators.set_digest(connection, moderator_id, wanted)
        audit.record_of_account(
            connection, by, Change.MODERATOR_MAILS_SET, moderator_id, {"wanted": wanted}
        )


def set_owner(store: Store, email: str, is_owner: bool, by: str = COMMAND) -> None:
    """Whether somebody may make sites; of those that are there it gives them none. Raises NotFound."""
    with store.write() as connection:
        _set_owner(connection, _account(connection, email), is_owner, by)


def set_language(store: Store, moderator_id: str, language: str) -> None:
    """The language of the console that a moderator has chosen; '' for that of their browser."""
    with store.write() as connection:
        moderators.set_language(connection, moderator_id, language)
        audit.record_of_account(
            connection,
            moderator_id,
            Change.MODERATOR_LANGUAGE_SET,
            moderator_id,
            {"language": language or "of the browser"},
        )


def make_link(store: Store, email: str, by: str = COMMAND, *, now: int, entropy: Entropy) -> str:
    """The token of a link that logs a moderator in, once, within LINK_LIFETIME. Raises NotFound."""
    with store.write() as connection:
        moderator_id = _account(connection, email)
        audit.record_of_account(connection, by, Change.MODERATOR_LINK_MADE, moderator_id)
        return sessions.add_login_link(connection, moderator_id, now, entropy)


def _set_owner(connection: Connection, moderator_id: str, is_owner: bool, by: str) -> None:
    if moderators.is_owner(connection, moderator_id) != is_owner:
        moderators.set_owner(connection, moderator_id, is_owner)
        audit.record_of_account(
            connection, by, Change.MODERATOR_OWNER_SET, moderator_id, {"owner": is_owner}
        )


def _account(connection: Connection, email: str) -> str:
    account = moderators.by_email(connection, email)
    if account is None:
        raise NotFound(f"There is no moderator {email}: see `gatehouse moderator add`.")
    return account.id


def _locked(connection: Connection, moderator_id: str, site_id: str) -> Membership | None:
    """Their role, with all that concerns the site's roles locked: two admins may remove each other at once."""
    memberships.lock_roles(connection, site_id)
    theirs = memberships.memberships_of(connection, moderator_id)
    return next((membership for membership in theirs if membership.site_id == site_id), None)


def _require_other_admin(connection: Connection, moderator_id: str, site_id: str) -> None:
    if not memberships.has_other_admin(connection, site_id, moderator_id):
        raise Conflict("A site keeps its last admin: make somebody else admin before.")
