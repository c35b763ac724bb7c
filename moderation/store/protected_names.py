"""Names that only a site's staff should use, as judging needs them."""

from collections import defaultdict
from collections.abc import Collection

from moderation.domain.names import SiteNames, staff_names
from moderation.store.sql.dialect import fetch
from moderation.store.sql.engine import Store

_STAFF = """
    SELECT s.id, s.name, coalesce(m.email, '') FROM sites s
    LEFT JOIN memberships b ON b.site_id = s.id LEFT JOIN moderators m ON m.id = b.moderator_id
    WHERE s.id AMONG :ids
"""


def names_of(store: Store, site_ids: Collection[str]) -> dict[str, SiteNames]:
    """The names of each of these sites and its moderators."""
    if not site_ids:
        return {}
    site_names: dict[str, str] = {}
    emails_by_site: dict[str, set[str]] = defaultdict(set)
    with store.read() as connection:
        for site_id, name, email in fetch(connection, _STAFF, ids=sorted(site_ids)):
            site_names[site_id] = name
            emails_by_site[site_id].update({email} - {""})
    return {
        site_id: SiteNames(
            name,
            staff_names(sorted(emails_by_site[site_id])),
            frozenset(
                store.crypto.author_key(site_id, f"email:{email}")
                for email in emails_by_site[site_id]
            ),
        )
        for site_id, name in site_names.items()
    }
