"""The policies that a site has for its pages, sections and languages: which are in force, as the site's row lists them."""

import json
from collections.abc import Collection, Mapping
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.closed_hours import ClosedHours, parse_closed_hours
from moderation.domain.errors import Invalid
from moderation.domain.policy import Policy
from moderation.domain.policy_scopes import ScopedPolicy, SiteHours
from moderation.policies.scoped import SitePolicies
from moderation.store.sql.dialect import execute, fetch
from moderation.store.sql.schema import sites

NONE = "[]"


@lru_cache(maxsize=1_024)
def scopes_of(stored: str) -> tuple[ScopedPolicy, ...]:
    """What a site's row lists. stored: sites.policy_scopes_json."""
    return tuple(
        ScopedPolicy(each["scope"], each["number"], each.get("page_id", ""), _hours(each))
        for each in json.loads(stored)
    )


@lru_cache(maxsize=1_024)
def hours_of(own: str, stored: str) -> SiteHours:
    """The closed hours of a site. own, stored: sites.closed_hours_json and sites.policy_scopes_json."""
    return SiteHours(_hours({"hours": json.loads(own)}) if own else None, scopes_of(stored))


def _hours(entry: Mapping[str, object]) -> ClosedHours | None:
    """None also where this machine lacks their zone: then comments are taken in, and judging holds what it should."""
    if "hours" not in entry:
        return None
    try:
        return parse_closed_hours(entry["hours"])
    except Invalid:
        return None


def stored_hours(hours: ClosedHours | None) -> str:
    """As sites.closed_hours_json has them."""
    return json.dumps(hours.as_table()) if hours else ""


def of_site(connection: Connection, site_id: str) -> tuple[ScopedPolicy, ...]:
    """The scopes of a site with policies of their own."""
    query = sa.select(sites.c.policy_scopes_json).where(sites.c.id == site_id)
    stored = connection.execute(query).scalar_one_or_none()
    return scopes_of(stored) if stored else ()


def set_scopes(connection: Connection, site_id: str, scopes: Collection[ScopedPolicy]) -> None:
    """Replaces the list. The caller holds the site's row (site_policies.locked_policy)."""
    entries = []
    for scope in scopes:
        entry: dict[str, object] = {"scope": scope.scope, "number": scope.number}
        if scope.page_id:
            entry["page_id"] = scope.page_id
        if scope.hours:
            entry["hours"] = scope.hours.as_table()
        entries.append(entry)
    stored = json.dumps(entries) if entries else NONE
    connection.execute(
        sa.update(sites).where(sites.c.id == site_id).values(policy_scopes_json=stored)
    )


_MOVE_PAGE = """
    UPDATE sites SET policy_scopes_json = replace(policy_scopes_json, :gone, :kept)
    WHERE id = :site AND policy_scopes_json <> '[]'
"""


def move_page(connection: Connection, site_id: str, page_id: str, into: str) -> None:
    """After one page was joined into another: its policy is the other's."""
    execute(connection, _MOVE_PAGE, site=site_id, gone=f'"{page_id}"', kept=f'"{into}"')


def policies_of(
    connection: Connection, wanted: Mapping[str, tuple[str, str]], default: Policy
) -> dict[str, SitePolicies]:
    """The policies in force of sites. wanted: sites.policy and sites.policy_scopes_json, by site.

    Nothing is read of sites that have one policy.
    """
    scoped = {site_id: scopes_of(stored) for site_id, (_, stored) in wanted.items()}
    tomls = _tomls(connection, scoped)
    return {
        site_id: SitePolicies.read(
            own,
            default,
            [(scope, tomls.get((site_id, scope.number), "")) for scope in scoped[site_id]],
        )
        for site_id, (own, _) in wanted.items()
    }


_STORED = "SELECT id, policy, policy_scopes_json FROM sites {where}"


def policies_of_sites(
    connection: Connection, site_ids: Collection[str], default: Policy
) -> dict[str, SitePolicies]:
    """The policies in force of these sites, () for all."""
    where = "WHERE id AMONG :ids" if site_ids else ""
    bound: dict[str, object] = {"ids": sorted(site_ids)} if site_ids else {}
    rows = fetch(connection, _STORED.format(where=where), **bound)
    return policies_of(connection, {id: (own, stored) for id, own, stored in rows}, default)


_TOMLS = "SELECT number, toml FROM policy_versions WHERE site_id = :site AND number AMONG :numbers"


def _tomls(
    connection: Connection, scoped: Mapping[str, Collection[ScopedPolicy]]
) -> dict[tuple[str, int], str]:
    """The TOML of versions, by site and number: one query for each site that has some."""
    return {
        (site_id, number): toml
        for site_id, scopes in scoped.items()
        if scopes
        for number, toml in fetch(
            connection, _TOMLS, site=site_id, numbers=[scope.number for scope in scopes]
        )
    }
