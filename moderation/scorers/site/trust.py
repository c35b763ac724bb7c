"""Whom and what a site's own filters trust, read once a version: a filter may have thousands of entries."""

from typing import NamedTuple

from cachetools import LRUCache

from moderation.domain.filter import FilterAction, FilterKind, FilterSet, without_comment
from moderation.domain.score import Candidate
from moderation.scorers.site.filter_entries import read_domain, without_remark
from moderation.scorers.site.filters import known_as

_SITES_KEPT = 1024  # sites whose trusted authors and domains stay in memory


class Trusted(NamedTuple):
    """domains: as links.under() compares them. authors: as known_as() names them."""

    domains: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()

    def has_author_of(self, candidate: Candidate) -> bool:
        """Whether who wrote the comment is trusted."""
        return bool(self.authors and self.authors & known_as(candidate))


class TrustOfSites:
    """What the filters of each site trust."""

    def __init__(self) -> None:
        self._by_site: LRUCache[str, tuple[int, Trusted]] = LRUCache(_SITES_KEPT)

    def of(self, filters: FilterSet) -> Trusted:
        if not filters.version:
            return Trusted()
        cached = self._by_site.get(filters.site_id)
        if cached is None or cached[0] != filters.version:
            cached = (filters.version, _read(filters))
            self._by_site[filters.site_id] = cached
        return cached[1]


def _read(filters: FilterSet) -> Trusted:
    entries: dict[FilterKind, list[tuple[int, str]]] = {}
    for filter in filters.filters:
        if filter.action is FilterAction.TRUST:
            lines = enumerate(filter.entries, 1)
            entries.setdefault(filter.kind, []).extend(
                (number, entry) for number, line in lines if (entry := without_remark(line))
            )
    return Trusted(
        frozenset(map(read_domain, entries.get(FilterKind.DOMAINS, ()))),
        frozenset(without_comment(entry) for _, entry in entries.get(FilterKind.AUTHORS, ())),
    )
