"""The queues that are no status: the reasons in them, and how many comments meet a search."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from moderation.domain.order import NEWEST
from moderation.review.queues import SEARCHED
from moderation.review.search import Criteria, wanted_of
from moderation.store import counts, queue_search
from moderation.store.search import Wanted, find
from moderation.store.search_index import Sought
from moderation.store.sql.engine import Store

COUNTED = queue_search.COUNTED
_AT_MOST = 600  # comments, as many as find() looks at


def reason_counts(
    store: Store, site_ids: Collection[str], queue: str, person_id: str = ""
) -> dict[str, int]:
    """How many comments of a queue of domain/queue_names.py have which reason, the most frequent first; of its newest COUNTED comments. What is
    reported has the reasons of its readers, too. person_id: whose own.
    """
    sought = Sought(site_ids, (), (), [])
    wanted = Wanted(
        site_ids=site_ids, statuses=SEARCHED, sought=sought, queue=queue, person=person_id
    )
    with store.read() as connection:
        counts_by_code = queue_search.count_reasons(connection, wanted)
    return dict(sorted(counts_by_code.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class Matches:
    """How many comments meet a search. is_all: else there are more."""

    count: int
    is_all: bool


def count_matches(
    store: Store, site_ids: Collection[str], criteria: Criteria, *, now: int
) -> Matches:
    """As far as one look tells, which costs about what a page of results does. now: ms. Raises Invalid, as search()."""
    if criteria == Criteria(status=criteria.status, order=criteria.order):
        with store.read() as connection:
            by_status = counts.of_sites(connection, site_ids).values()
        statuses = [criteria.status] if criteria.status else SEARCHED
        return Matches(sum(each[status] for each in by_status for status in statuses), True)
    with store.read() as connection:
        wanted = wanted_of(connection, store.crypto, site_ids, criteria, now)
        if wanted is None:
            return Matches(0, True)
        found = find(connection, replace(wanted, order=NEWEST), "", _AT_MOST)
    return Matches(len(found.ids), not found.after)
