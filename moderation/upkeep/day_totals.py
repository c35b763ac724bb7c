"""Counts each day's comments and decisions by site, so that the statistics need not."""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import pairwise

from moderation.domain.day_totals import (
    BACK_DAYS,
    KEPT_DAYS,
    Totals,
    day_of,
    day_to_count,
    score_step,
    wait_step,
)
from moderation.domain.second_looks import SITTING_MS
from moderation.store import day_totals
from moderation.store.day_totals import PART, CountedComment, PersonDecision
from moderation.store.sql.engine import Store


def count_days(
    store: Store, now: Callable[[], int], part: int = PART
) -> Generator[int | None, None, None]:
    """Counts the days that are due, `part` comments between two steps; each step gives the day that is done with it, or None.

    A day that was begun and not ended is begun again by the next process: nothing is kept before all of it is counted. Two
    processes that count the same day write the same.
    """
    while (day := _due(store, now())) is not None:
        started_at, totals = now(), defaultdict[str, Totals](Counter)
        formed = defaultdict[str, set[str]](set)
        last = ""
        while True:
            with store.read() as connection:
                comments = day_totals.comments_of_day(connection, day, last, part)
                campaign_ids = {comment.campaign_id for comment in comments} - {""}
                new_ids = day_totals.campaigns_formed(connection, day, campaign_ids)
            for comment in comments:
                if not comment.is_imported:
                    totals[comment.site_id].update(_counted(comment))
                    formed[comment.site_id] |= {comment.campaign_id} & new_ids
            if len(comments) < part:
                break
            last = comments[-1].id
            yield None
        with store.read() as connection:
            people = day_totals.decisions_of_people(connection, day)
            appeals = day_totals.appeals_of_day(connection, day)
            reversals = day_totals.reversals_of_day(connection, day)
        for decision in people:
            names = [f"person.{decision.outcome}", f"by.{decision.person_id}"]
            if decision.held_at is not None:
                names.append(f"wait.{wait_step(decision.at - decision.held_at)}")
            totals[decision.site_id].update(names)
        for site_id, name in _paces(people):
            totals[site_id][name] += 1
        for site_id, person_id, count in reversals:
            totals[site_id][f"reversed.{person_id}"] += count
        for site_id, what, count in appeals:
            totals[site_id][f"appeal.{what}"] += count
        for site_id, ids in formed.items():
            totals[site_id].update({"campaign.formed": len(ids)} if ids else {})
        with store.write() as connection:
            day_totals.put(connection, day, totals, started_at)
            day_totals.forget_before(connection, day_of(started_at) - KEPT_DAYS)
        yield day


def _due(store: Store, now: int) -> int | None:
    with store.read() as connection:
        first = day_totals.first_day(connection)
        counted = day_totals.counted(connection, day_of(now) - BACK_DAYS)
    return None if first is None else day_to_count(counted, now, first)


def _paces(people: Sequence[PersonDecision]) -> Iterator[tuple[str, str]]:
    """Site and name for each decision that followed another one of the same person in one sitting: how long it took. What came within
    a second was decided as a whole.
    """
    in_order = sorted(
        people, key=lambda decision: (decision.site_id, decision.person_id, decision.at)
    )
    for before, each in pairwise(in_order):
        ms = each.at - before.at
        same = (before.site_id, before.person_id) == (each.site_id, each.person_id)
        if same and 1_000 < ms <= SITTING_MS:
            yield each.site_id, f"pace.{each.person_id}.{wait_step(ms)}"


def _counted(comment: CountedComment) -> Iterator[str]:
    """The names under which a comment is counted."""
    yield "comments"
    for outcome, codes in comment.decided:
        yield f"machine.{outcome}"
        yield from (f"reason.{code}" for code in codes)
    yield from (f"score.{label}.{score_step(value)}" for label, value in comment.scores)
    if comment.scores or comment.language:
        yield f"language.{comment.language or 'unknown'}"
    if comment.campaign_id:
        yield "campaign.comments"
