"""Draws each site's sample of the week that is over."""

import heapq

from moderation.domain.comment import Status
from moderation.domain.samples import begin_of, lot, week_of
from moderation.store import samples
from moderation.store.samples import Sampled
from moderation.store.sql.engine import Store

_DECIDED = {
    "approve": (Status.APPROVED.value,),
    "remove": (Status.REJECTED.value, Status.SPAM.value),
}


def draw_samples(store: Store, now: int) -> int:
    """Draws the samples of last week that are missing, of what a machine alone has approved and removed; returns of how many sites.

    Which comments these are depends on their ids and the week alone, so that it does not matter who draws, and when.
    """
    week = week_of(now) - 1
    with store.read() as connection:
        undrawn = samples.undrawn(connection, week)
    drawn_sites = 0
    for site_id, size in undrawn:
        drawn = []
        for machine, statuses in _DECIDED.items():
            with store.read() as connection:
                begin, end = begin_of(week), begin_of(week + 1)
                chosen = heapq.nsmallest(
                    size,
                    samples.candidates(connection, site_id, statuses, begin, end),
                    key=lambda each: lot(each.comment_id, week),
                )
            drawn += [
                Sampled(each.comment_id, site_id, week, machine, each.revision, each.sequence)
                for each in chosen
            ]
        with store.write() as connection:
            drawn_sites += samples.put(connection, site_id, week, drawn)
    return drawn_sites
