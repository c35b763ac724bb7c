"""Draws each site's sample of the week that is over, and the decisions that get a second look."""

import heapq
from collections.abc import Iterator

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.ids import derived_id, timed_id
from moderation.domain.samples import begin_of, lot, week_of
from moderation.domain.second_looks import SIDES, LookKind, is_drawn
from moderation.store import samples, second_looks
from moderation.store.samples import PART, SampleCandidate, Sampled
from moderation.store.second_looks import Look
from moderation.store.sql.engine import Store

_DECIDED = {
    "approve": (Status.APPROVED.value,),
    "remove": (Status.REJECTED.value, Status.SPAM.value),
}
QUIET_MS = 60_000  # a decision may be taken back at once


def draw_samples(store: Store, now: int, part: int = PART) -> Iterator[bool]:
    """Draws the samples of last week that are missing, of what a machine alone has approved and removed, reading `part` comments in each
    step; a step gives whether it has drawn a site's.

    Which comments these are depends on their ids and the week alone, so that it does not matter who draws, and when. What
    was begun and not ended is begun again by the next process.
    """
    week = week_of(now) - 1
    with store.read() as connection:
        undrawn = samples.undrawn(connection, week)
    for site_id, size in undrawn:
        drawn = []
        counts = dict.fromkeys(_DECIDED, 0)
        for machine, statuses in _DECIDED.items():
            chosen: list[SampleCandidate] = []
            for status in statuses:
                after = timed_id("cmt", begin_of(week), bytes(10))
                while True:
                    with store.read() as connection:
                        found = samples.candidates(
                            connection, site_id, status, after, begin_of(week + 1), part
                        )
                    counts[machine] += len(found)
                    chosen = heapq.nsmallest(
                        size, [*chosen, *found], key=lambda comment: lot(comment.comment_id, week)
                    )
                    if len(found) < part:
                        break
                    after = found[-1].comment_id
                    yield False
            drawn += [
                Sampled(
                    comment.comment_id, site_id, week, machine, comment.revision, comment.sequence
                )
                for comment in chosen
            ]
        with store.write() as connection:
            is_ours = samples.put(
                connection, site_id, week, drawn, counts["approve"], counts["remove"], now
            )
        yield is_ours


def draw_reviews(store: Store, now: int, part: int = PART) -> Iterator[int]:
    """Draws the share of people's decisions that each site wants looked at again, `part` decisions in a step, which gives how many
    were drawn. Which ones depends on the comment and the decision alone.
    """
    until = now - QUIET_MS
    with store.read() as connection:
        wanting = second_looks.wanting(connection)
    for site_id, share, since in wanting:
        after = ""
        while since < until:
            with store.read() as connection:
                found = second_looks.decisions_between(
                    connection, site_id, since, after, until, part
                )
            since, after = (
                (found[-1].at, found[-1].comment_id) if len(found) == part else (until, "")
            )
            looks = [
                Look(
                    derived_id("look", each.comment_id, str(each.sequence)),
                    LookKind.REVIEW,
                    site_id,
                    each.comment_id,
                    each.revision,
                    each.sequence,
                    SIDES[Outcome(each.outcome)],
                    each.actor_id,
                    "",
                    now,
                )
                for each in found
                if is_drawn(each.comment_id, each.sequence, share)
            ]
            with store.write() as connection:
                drawn = second_looks.put(connection, looks) if looks else 0
                second_looks.set_until(connection, site_id, since)
            yield drawn
