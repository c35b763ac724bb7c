"""Which version of a page's thread readers may see: the same as long as nothing in it changes."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from moderation.domain.comment import PageState
from moderation.domain.errors import NotFound
from moderation.domain.page_state import UNKNOWN_PAGE, PageDefault, PageSetting, current_state
from moderation.domain.page_url import PageRules, origin_of
from moderation.reading.counts import count_on
from moderation.store import pages, sites, thread_versions
from moderation.store.policy_scopes import hours_of
from moderation.store.sql.engine import Connection, Store
from moderation.store.sql.unchanged import unchanged
from moderation.store.thread_versions import PageFacts, SiteFacts


def address_of(store: Store, site_id: str, page_url: str, page_id: str = "") -> str:
    """The address at which the page is found, whether or not anything was written there yet.

    page_id: the site's own id, instead of the URL. Raises NotFound for a site that is not here.
    """
    with store.read() as connection:
        rules = sites.page_rules(connection, [site_id])
    if site_id not in rules:
        raise NotFound("No site here has this page.")
    return _address(site_id, page_url, page_id, rules[site_id])


def versions_of(store: Store, addresses: Collection[str], now: int) -> dict[str, str]:
    """The version of the thread at each address: 16 hexadecimal digits. now: ms."""
    with store.read() as connection:
        facts = thread_versions.of_addresses(connection, addresses)
        of_sites = thread_versions.of_sites(connection)
    return {
        address: _version(of_sites.get(page.site_id) if page else None, page, "", now)
        for address in addresses
        for page in (facts.get(address),)
    }


@dataclass(frozen=True, slots=True)
class NamedPage:
    """A page as readers name it: by one of its URLs, or by the site's own id of it. site_id: '' where the URL tells."""

    site_id: str
    url: str
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class NamedPages:
    """The pages of a list of articles. site_id: '' where the URLs tell."""

    site_id: str
    urls: tuple[str, ...]


def answer_versions(
    store: Store, named: Collection[NamedPage | NamedPages], now: int
) -> dict[NamedPage | NamedPages, str]:
    """The version of all that public answers about these pages are made of; '' where there is none. now: ms."""
    keys = {name: hashlib.sha256(repr(name).encode()).digest() for name in named}
    with store.read() as connection:
        known = unchanged(connection)
        if new := [name for name in named if keys[name] not in known]:
            if _SITES not in known:  # once: they are in the facts of each page
                known[_SITES] = thread_versions.of_sites(connection)
            facts_of = _facts_of(connection, new, known[_SITES])
            known.update((keys[name], facts) for name, facts in facts_of.items())
        found: dict[NamedPage | NamedPages, _Facts] = {name: known[keys[name]] for name in named}
    # A page closes by its age alone, and at closed hours: its version is another one then, though nothing was committed.
    return {
        name: facts if isinstance(facts, str) else _version(*facts, now)
        for name, facts in found.items()
    }


_SITES = "sites"
_Facts = (
    str | tuple[SiteFacts, PageFacts | None, str]
)  # as _version() takes them; str alone: the version itself


def _facts_of(
    connection: Connection,
    named: Collection[NamedPage | NamedPages],
    of_sites: dict[str, SiteFacts],
) -> dict[NamedPage | NamedPages, _Facts]:
    found: dict[NamedPage | NamedPages, _Facts] = {
        name: _digest(list(count_on(connection, name.urls, name.site_id).values()))
        for name in named
        if isinstance(name, NamedPages)
    }
    single = [name for name in named if isinstance(name, NamedPage)]
    if not single:
        return found
    rules = sites.page_rules(connection, of_sites)
    site_of = {name: _site_of(name, rules) for name in single}
    addresses = {
        name: _address(site, name.url, name.page_id, rules[site])
        for name, site in site_of.items()
        if site
    }
    facts = thread_versions.of_addresses(connection, set(addresses.values()))
    for name, site in site_of.items():
        page = facts.get(addresses.get(name, ""))
        found[name] = (of_sites[site], page, name.url) if site else ""
    return found


def _site_of(name: NamedPage, rules: dict[str, PageRules]) -> str:
    """'' for none, or more than one, as reading/threads.py site_of() finds them."""
    if name.site_id:
        return name.site_id if name.site_id in rules else ""
    origin = origin_of(name.url)
    owners = [site_id for site_id, rule in rules.items() if origin in rule.origins]
    return owners[0] if len(owners) == 1 else ""


def _address(site_id: str, page_url: str, page_id: str, rules: PageRules) -> str:
    if page_id:
        return pages.id_address(site_id, page_id)
    return pages.url_address(site_id, page_url, rules)


def _version(site: SiteFacts | None, page: PageFacts | None, url: str, now: int) -> str:
    """With the state that holds now, because a page closes by its age alone, and at closed hours. url: of a page that is not known."""
    current = None
    if site:
        default = PageDefault(
            PageState(site.page_state), site.close_after_days, site.closed_at is not None
        )
        hours = hours_of(site.closed_hours, site.policy_scopes)
        setting = UNKNOWN_PAGE
        if page:
            own = PageState(page.state) if page.state else None
            setting = PageSetting(own, page.close_after_days, page.since)
        closed = hours.at(page.id, page.url) if page else hours.at("", url)
        current = current_state(default, setting, now, closed)
    return _digest((site, page, current))


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
