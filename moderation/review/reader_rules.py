"""What a site lets the writers and readers of published comments do."""

from dataclasses import asdict

from moderation.domain.audit import COMMAND, Change
from moderation.domain.reader_rules import ReaderRules, check_rules
from moderation.store import audit, sites
from moderation.store.sql.engine import Store


def get_rules(store: Store, site_id: str) -> ReaderRules:
    """The rules of a site."""
    with store.read() as connection:
        return sites.reader_rules(connection, site_id)


def set_rules(store: Store, site_id: str, rules: ReaderRules, by: str = COMMAND) -> ReaderRules:
    """Sets the rules of a site, from now on. Raises Invalid for a number out of range."""
    with store.write() as connection:
        before = asdict(sites.reader_rules(connection, site_id))
        sites.set_reader_rules(connection, site_id, check_rules(rules))
        audit.record(
            connection, by, Change.SITE_READERS_CHANGED, site_id, site_id, before, asdict(rules)
        )
    return rules
