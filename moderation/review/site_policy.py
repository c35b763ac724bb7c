"""A site's policies, its own and those for parts of it: which are in force, how one is set, and those before it."""

import os
from dataclasses import dataclass

from moderation.domain.audit import Change
from moderation.domain.comment import PageRef
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.page_url import within
from moderation.domain.policy import Policy
from moderation.domain.policy_scopes import (
    SCOPES_LIMIT,
    WHOLE_SITE,
    ScopedPolicy,
    ScopeKind,
    is_language,
    parse_scope,
    specificity,
)
from moderation.policies import policy_in_force, read_policy
from moderation.review.page_states import find_page, page_at
from moderation.review.policy_bounds import measured_bounds
from moderation.store import audit, page_states, policy_scopes, site_policies, sites
from moderation.store.site_policies import PolicyVersion
from moderation.store.sql.engine import Connection, Store

POLICY_LIMIT = 200_000  # characters of TOML; the largest profile has 14,000
VERSIONS_LISTED = 50
OVERRIDE_LIMIT = 500  # characters
# Versions where a policy was taken away: then the installation's is in force for the site, or the site's for a scope.
_INSTALLATIONS = "default"
_SITES = "site"
_NO_SITE = "There is no such site."


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """A policy as it is set. toml: '' where the installation's is in force or, for a scope, the site's. number: of the last change of any
    policy of the site, 0 for none. scope: in its one spelling, '' the whole site.
    """

    toml: str
    number: int
    scope: str = WHOLE_SITE


class BoundsMissed(Invalid):
    """A policy is wrong more often than it says it may be, or too few decisions show that it is not. message: what was measured."""


def site_policy(store: Store, site_id: str, scope: str = WHOLE_SITE) -> SitePolicy:
    """scope: as people write it. Raises NotFound where there is no such site, Invalid for what is no scope of it."""
    with store.read() as connection:
        site = sites.get_site(connection, site_id)
        if site is None:
            raise NotFound(_NO_SITE)
        number = site_policies.last_number(connection, site_id)
        if scope == WHOLE_SITE:
            return SitePolicy(site.policy, number)
        found = named_scope(connection, site_id, scope)
        return SitePolicy(_toml_of(connection, site_id, found.scope), number, found.scope)


def scoped_policies(store: Store, site_id: str) -> list[SitePolicy]:
    """The policies for parts of a site, the most specific first."""
    with store.read() as connection:
        scopes = policy_scopes.of_site(connection, site_id)
        found = [
            SitePolicy(_toml_of(connection, site_id, scope.scope), scope.number, scope.scope)
            for scope in scopes
        ]
    return sorted(found, key=lambda scoped: specificity(scoped.scope))


def named_scope(connection: Connection, site_id: str, text: str) -> ScopedPolicy:
    """The scope of a site that is named so, with its page where that is known. number: 0 where it has no policy.

    Raises Invalid, also for a page that is not on one of the site's origins.
    """
    scope = ScopedPolicy(parse_scope(text), 0)
    own = policy_scopes.of_site(connection, site_id)
    for scoped in own:
        if scoped.scope == scope.scope:
            return scoped
    kind, _, url = scope.scope.partition(":")
    if kind != ScopeKind.PAGE:
        return scope
    origins = sites.page_rules(connection, [site_id])[site_id].origins
    if origins and not within(url, origins):
        raise Invalid("This page is not on the site.", "/scope")
    page_id = find_page(connection, site_id, PageRef(url))
    page = page_states.get(connection, page_id) if page_id else None
    if page is None:
        return scope
    named = ScopedPolicy(f"{ScopeKind.PAGE}:{page.page.url}", 0, page_id)
    return next((scoped for scoped in own if scoped.page_id == page_id), named)


def scope_of(store: Store, site_id: str, text: str) -> ScopedPolicy | None:
    """As named_scope(); None for the whole site."""
    if text == WHOLE_SITE:
        return None
    with store.read() as connection:
        return named_scope(connection, site_id, text)


def _toml_of(connection: Connection, site_id: str, scope: str) -> str:
    last = site_policies.versions_of(connection, site_id, 1, scope)
    return last[0].toml if last else ""


def policy_of_site(store: Store, site_id: str, default: Policy, scope: str = WHOLE_SITE) -> Policy:
    """The policy in force for a site, or for a scope of it that has one. default: the installation's. Raises NotFound, Invalid."""
    toml = site_policy(store, site_id, scope).toml if scope else ""
    return policy_in_force(toml or site_policy(store, site_id).toml, default)


def list_versions(
    store: Store, site_id: str, limit: int = VERSIONS_LISTED, scope: str = WHOLE_SITE
) -> list[PolicyVersion]:
    """The policies that a site has had of its own, or for a scope, the newest first. Raises Invalid for what is no scope of it."""
    found = scope_of(store, site_id, scope)
    with store.read() as connection:
        name = found.scope if found else WHOLE_SITE
        return site_policies.versions_of(connection, site_id, limit, name)


def set_policy(
    store: Store,
    site_id: str,
    toml: str,
    who: str,
    seen: int | None = None,
    *,
    scope: str = WHOLE_SITE,
    override: str = "",
    now: int,
    entropy: Entropy = os.urandom,
) -> PolicyVersion:
    """Puts a policy in force for a site or a scope of it, for comments that are judged from now on.

    toml: '' for the installation's or, for a scope, the site's. who: the id of a moderator or key, or 'command'. seen: the number of the
    site's last change that was seen. scope: as people write it. The policy that is in force already adds no version. override: why
    it is put in force although it misses its own bounds; only those who may OVERRIDE_BOUNDS give one, and the audit keeps it.
    Raises Invalid, with the line and the reason; BoundsMissed; Conflict where another was set since.
    """
    policy = read_policy(check_length(toml)) if toml else None
    check_hours(policy, scope)
    version = policy.version if policy else _SITES if scope else _INSTALLATIONS
    found = scope_of(store, site_id, scope)
    missed = " ".join(
        bound.in_words()
        for bound in (measured_bounds(store, site_id, policy, found, now=now) if policy else ())
        if not bound.is_met
    )
    override = override.strip()[:OVERRIDE_LIMIT]
    if missed and not override:
        raise BoundsMissed(missed)
    with store.write() as connection:
        if toml and scope.startswith(f"{ScopeKind.PAGE}:"):
            # Before the site's row is locked: a transaction that joins pages takes these locks in this order.
            url = parse_scope(scope).partition(":")[2]
            page_at(connection, site_id, PageRef(url), now, entropy)
        before = site_policies.locked_policy(connection, site_id)
        if scope:
            found = named_scope(connection, site_id, scope)
            before = _toml_of(connection, site_id, found.scope)
            others = policy_scopes.of_site(connection, site_id)
            if toml and not found.number and len(others) >= SCOPES_LIMIT:
                message = f"A site has {SCOPES_LIMIT} policies for parts of it at most."
                raise Invalid(message, "/scope")
        name, page_id = (found.scope, found.page_id) if found else (WHOLE_SITE, "")
        last = next(iter(site_policies.versions_of(connection, site_id, 1, name)), None)
        number = site_policies.last_number(connection, site_id)
        if seen is not None and seen != number:
            raise Conflict("Somebody else has set another policy meanwhile.")
        if last is None and before:  # set before versions were kept
            number += 1
            last = PolicyVersion(site_id, number, "", before, "command", now)
            site_policies.put_in_force(connection, last, None)
        if toml == before:
            return last or PolicyVersion(site_id, 0, version, toml, who, now, name)
        new = PolicyVersion(site_id, number + 1, version, toml, who, now, name)
        hours = policy.closed_hours if policy else None
        site_policies.put_in_force(connection, new, hours, page_id)
        was: dict[str, object] = {
            "number": last.number if last else 0,
            "version": last.version if last else _SITES if name else _INSTALLATIONS,
        }
        now_is: dict[str, object] = {"number": new.number, "version": version}
        if missed:
            now_is |= {"bounds": missed, "override": override}
        audit.record(connection, who, Change.POLICY_SET, site_id, name, was, now_is)
    return new


def check_hours(policy: Policy | None, scope: str) -> None:
    """Raises Invalid for closed hours of a language: which one a comment is in is known only after it came in."""
    if policy and policy.closed_hours and is_language(scope):
        raise Invalid(
            "A policy for a language has no [closed_hours]: set them for the site, a section or a page."
        )


def check_length(toml: str) -> str:
    """The same TOML. Raises Invalid where it is too long."""
    if len(toml) > POLICY_LIMIT:
        raise Invalid(f"A policy has {POLICY_LIMIT:,} characters at most.", "/policy")
    return toml


def earlier_version(store: Store, site_id: str, number: int) -> PolicyVersion:
    """A policy that the site has had. Raises NotFound."""
    with store.read() as connection:
        found = site_policies.version_of(connection, site_id, number)
    if found is None:
        raise NotFound("There is no such version of this site's policy.")
    return found
