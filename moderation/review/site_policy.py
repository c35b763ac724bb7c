"""A site's own policy: which is in force, how it is set, and those before it."""

from dataclasses import dataclass

from moderation.domain.audit import Change
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.policy import Policy
from moderation.policies import policy_in_force, read_policy
from moderation.review.policy_bounds import measured_bounds
from moderation.store import audit, site_policies, sites
from moderation.store.site_policies import PolicyVersion
from moderation.store.sql.engine import Store

POLICY_LIMIT = 200_000  # characters of TOML; the largest profile has 14,000
VERSIONS_LISTED = 50
OVERRIDE_LIMIT = 500  # characters
_INSTALLATIONS = "default"  # the version of no policy of its own


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """toml: of a site's own policy, '' where the installation's is in force. number: of its last change, 0 for none."""

    toml: str
    number: int


class BoundsMissed(Invalid):
    """A policy is wrong more often than it says it may be, or too few decisions show that it is not. message: what was measured."""


def site_policy(store: Store, site_id: str) -> SitePolicy:
    """Raises NotFound where there is no such site."""
    with store.read() as connection:
        site = sites.get_site(connection, site_id)
        if site is None:
            raise NotFound("There is no such site.")
        last = site_policies.versions_of(connection, site_id, 1)
    return SitePolicy(site.policy, last[0].number if last else 0)


def policy_of_site(store: Store, site_id: str, default: Policy) -> Policy:
    """The policy in force for a site. default: the installation's. Raises NotFound."""
    return policy_in_force(site_policy(store, site_id).toml, default)


def list_versions(store: Store, site_id: str, limit: int = VERSIONS_LISTED) -> list[PolicyVersion]:
    """The policies that a site has had of its own, the newest first."""
    with store.read() as connection:
        return site_policies.versions_of(connection, site_id, limit)


def set_policy(
    store: Store,
    site_id: str,
    toml: str,
    who: str,
    seen: int | None = None,
    *,
    override: str = "",
    now: int,
) -> PolicyVersion:
    """Puts a policy in force for a site, for comments that are judged from now on.

    toml: '' for the installation's. who: the id of a moderator or key, or 'command'. seen: the number of the policy that was
    seen. The one that is in force already adds no version. override: why it is put in force although it misses its own bounds;
    only those who may OVERRIDE_BOUNDS give one, and the audit keeps it. Raises Invalid, with the line and the reason;
    BoundsMissed; Conflict where another was set since.
    """
    policy = read_policy(check_length(toml)) if toml else None
    version = policy.version if policy else _INSTALLATIONS
    missed = " ".join(
        each.in_words()
        for each in (measured_bounds(store, site_id, policy, now=now) if policy else ())
        if not each.is_met
    )
    override = override.strip()[:OVERRIDE_LIMIT]
    if missed and not override:
        raise BoundsMissed(missed)
    with store.write() as connection:
        before = site_policies.locked_policy(connection, site_id)
        last = next(iter(site_policies.versions_of(connection, site_id, 1)), None)
        if last is None and before:  # set before versions were kept
            last = PolicyVersion(site_id, 1, "", before, "command", now)
            site_policies.put_in_force(connection, last)
        number = last.number if last else 0
        if seen is not None and seen != number:
            raise Conflict("Somebody else has set another policy meanwhile.")
        if toml == before:
            return last or PolicyVersion(site_id, 0, version, toml, who, now)
        new = PolicyVersion(site_id, number + 1, version, toml, who, now)
        site_policies.put_in_force(connection, new)
        was: dict[str, object] = {
            "number": number,
            "version": last.version if last else _INSTALLATIONS,
        }
        now_is: dict[str, object] = {"number": new.number, "version": version}
        if missed:
            now_is |= {"bounds": missed, "override": override}
        audit.record(connection, who, Change.POLICY_SET, site_id, "", was, now_is)
    return new


def check_length(toml: str) -> str:
    """The same TOML. Raises Invalid where it is too long."""
    if len(toml) > POLICY_LIMIT:
        raise Invalid(f"A policy has {POLICY_LIMIT:,} characters at most.", "/policy")
    return toml


def toml_of_version(store: Store, site_id: str, number: int) -> str:
    """The TOML of an earlier version. Raises NotFound."""
    with store.read() as connection:
        found = site_policies.version_of(connection, site_id, number)
    if found is None:
        raise NotFound("There is no such version of this site's policy.")
    return found.toml
