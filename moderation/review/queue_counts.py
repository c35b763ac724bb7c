"""The queues that are no status: the reasons in them, and how many comments meet a search."""

from collections.abc import Collection

from moderation.review.queues import SEARCHED
from moderation.review.search import Criteria
from moderation.store import counts, queue_search
from moderation.store.search_conditions import Wanted
from moderation.store.search_index import Sought
from moderation.store.sql.engine import Store

COUNTED = queue_search.COUNTED


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


def known_matches(store: Store, site_ids: Collection[str], criteria: Criteria) -> int | None:
    """How many comments meet a search, where the counters of statuses say so; None where they would have to be looked at."""
    if criteria != Criteria(status=criteria.status, order=criteria.order):
        return None
    with store.read() as connection:
        by_status = counts.of_sites(connection, site_ids).values()
    statuses = [criteria.status] if criteria.status else SEARCHED
    return sum(each[status] for each in by_status for status in statuses)
