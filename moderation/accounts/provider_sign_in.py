"""Signs people in whom a provider knows (OpenID Connect): into the account that is theirs there, or that has their verified e-mail, or
that they were invited to.
"""

from collections.abc import Collection

from moderation.accounts.moderators import grant
from moderation.accounts.sign_in import enter
from moderation.domain.audit import COMMAND, SERVICE, Change
from moderation.domain.errors import Forbidden, GatehouseError, NotFound, Unauthenticated
from moderation.domain.ids import Entropy
from moderation.domain.provider import GroupRole, Known, roles_by_site
from moderation.store import (
    audit,
    invitations,
    memberships,
    moderators,
    provider_sign_ins,
    sessions,
    sites,
)
from moderation.store.sql.engine import Connection, Store

_USED = "This log-in was used before. Please try again."
_UNVERIFIED = "Your provider does not say that your e-mail is yours: have it confirmed there."
_ELSEWHERE = "People with an e-mail of this domain do not log in here."
_UNKNOWN = "Nobody has invited your e-mail to this service: ask an admin of your site."
_OTHER_PERSON = (
    "The account with your e-mail belongs to somebody else at your provider: ask the operator."
)


def with_provider(
    store: Store,
    known: Known,
    state: str,
    state_expires_at: int,
    domains: Collection[str] = (),
    gives: Collection[GroupRole] = (),
    *,
    now: int,
    entropy: Entropy,
    old: str = "",
) -> str:
    """Opens a session and returns its token; one that awaits a code where there is a second factor, as with_password().

    state: of the attempt, good once. domains: of e-mails that may log in, empty for all. gives: roles that groups give where
    somebody has none. An account is found by the provider's own id of the person, and only the first time by e-mail, which must be
    verified. Raises Unauthenticated where the attempt was used before, and Forbidden.
    """
    with store.write() as connection:
        is_new = provider_sign_ins.use_state(connection, state, state_expires_at)
        refusal = _refusal(known, domains) if is_new else Unauthenticated(_USED)
        if refusal is None:
            moderator_id = provider_sign_ins.account_of(connection, known.issuer, known.subject)
            roles = roles_by_site(known.groups, gives)
            if not moderator_id:
                moderator_id, refusal = _first_time(connection, known, bool(roles), now, entropy)
            if refusal is None:
                theirs = {
                    membership.site_id
                    for membership in memberships.memberships_of(connection, moderator_id)
                }
                for site_id, role in roles.items():
                    if site_id not in theirs and sites.get_site(connection, site_id):
                        grant(connection, moderator_id, site_id, role, SERVICE)
                return enter(connection, moderator_id, old, now, entropy)
    # After the commit, which keeps that the attempt was used.
    raise refusal


def unlink(store: Store, email: str, by: str = COMMAND) -> None:
    """Lets the account be found by e-mail once more, for somebody who has another account at the provider now; logs them out. Raises NotFound."""
    with store.write() as connection:
        account = moderators.by_email(connection, email)
        if account is None or not provider_sign_ins.unlink(connection, account.id):
            raise NotFound(f"Nobody has logged in as {email} with a provider.")
        sessions.sign_out(connection, account.id)
        audit.record_of_account(connection, by, Change.MODERATOR_PROVIDER_UNLINKED, account.id)


def _refusal(known: Known, domains: Collection[str]) -> GatehouseError | None:
    """Why whoever has an account may not log in; None where they may."""
    if not domains:
        return None
    if not known.is_verified:
        return Forbidden(_UNVERIFIED)
    is_inside = known.email.rpartition("@")[2].lower() in domains
    return None if is_inside else Forbidden(_ELSEWHERE)


def _first_time(
    connection: Connection, known: Known, has_role: bool, now: int, entropy: Entropy
) -> tuple[str, GatehouseError | None]:
    """The account of somebody whom the provider has not brought before, which is theirs from now on; or '' and why there is none."""
    if not known.email or not known.is_verified:
        return "", Forbidden(_UNVERIFIED)
    account = moderators.by_email(connection, known.email)
    invited = [] if account else invitations.of_email(connection, known.email, now)
    if account:
        # One account is one person's: an e-mail may pass on to somebody else.
        if provider_sign_ins.is_linked(connection, known.issuer, account.id):
            return "", Forbidden(_OTHER_PERSON)
        moderator_id = account.id
    elif invited or has_role:
        moderator_id = moderators.add(connection, known.email, "", now, entropy)
    else:
        return "", Forbidden(_UNKNOWN)
    provider_sign_ins.link(connection, known.issuer, known.subject, moderator_id, now)
    for invitation in invited:
        invitations.remove(connection, invitation.id)
        grant(
            connection,
            moderator_id,
            invitation.site_id,
            invitation.role,
            moderator_id,
            invitation.sections,
        )
    audit.record_of_account(
        connection, moderator_id, Change.MODERATOR_PROVIDER_LINKED, moderator_id
    )
    return moderator_id, None
