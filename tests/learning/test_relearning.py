"""After another prior has come: learned again in slices, the same in the end, without what is gone meanwhile."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from harness.servers import SECRET
from moderation.domain.durations import HOUR_MS
from moderation.domain.lesson import RELEARNING, Lesson
from moderation.learning import lessons
from moderation.learning.lesson_cache import LessonCache
from moderation.learning.relearning import LESSON_SIZE, learned_since, relearn
from moderation.learning.status import learning_status
from moderation.scorers.spam.features import FEATURE_COUNT
from moderation.scorers.spam.spam_model import Prior, SpamModel, load_prior, pack_weights
from moderation.store import lessons as stored_lessons
from moderation.store.sites import Site
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import feedback, revisions
from moderation.upkeep.erase import erase
from tests.factories import NOON, newspaper
from tests.learning.test_lessons import SALES, SPAM, TALK, lesson_of, say
from tests.scorers.candidates import candidate

PRIOR = load_prior()
OLD = replace(PRIOR, version="older-1")
MINUTE = 60_000


def batches(count: int) -> Callable[[], bool]:
    """Time for so many batches, the last one included."""
    left = [count]

    def goes_on() -> bool:
        left[0] -= 1
        return left[0] > 0

    return goes_on


def taught(store: Store, site: Site, count: int, version: int = 1) -> None:
    """Lessons of another prior from `version` on that know `count` decisions, LESSON_SIZE in each; without the comments."""
    ids = [f"cmt_{site.id}_{number}" for number in range(count)]
    words = ["garden gnomes at our shop", "the mayor spoke of the bridge"]
    with store.write() as connection:
        insert_rows(
            connection,
            revisions,
            [
                {
                    "comment_id": id,
                    "number": 1,
                    "text": f"{words[number % 2]}, said {number * 7919 % 1_000} people",
                    "created_at": NOON,
                    "form_json": "",
                }
                for number, id in enumerate(ids)
            ],
        )
        insert_rows(
            connection,
            feedback,
            [
                {
                    "id": f"{id}.1",
                    "site_id": site.id,
                    "comment_id": id,
                    "revision": 1,
                    "is_spam": number % 2 == 0,
                    "is_toxic": None,
                    "teacher": f"mod_{number % 3}",
                    "created_at": NOON - (count - number),
                    "version": version + number // LESSON_SIZE,
                    "kin": id,
                    "weight": 1.0 - number % 3 / 4,
                    "undone_in": 0,
                }
                for number, id in enumerate(ids)
            ],
        )
        last = version + (count - 1) // LESSON_SIZE
        nothing = pack_weights(np.zeros(FEATURE_COUNT, np.float32))
        counts = (count, count // 2, NOON)
        for number in range(version, last + 1):
            lesson = Lesson(site.id, number, OLD.version, *counts, delta=nothing)
            assert stored_lessons.add(connection, lesson)


def at_once(store: Store, site: Site) -> bytes:
    return pack_weights(learned_since(store, PRIOR, site.id, None, ()))


def reached(store: Store, site: Site) -> int:
    """How many decisions a site has learned again so far."""
    with store.read() as connection:
        unfinished = stored_lessons.load(connection, site.id, 0)
    return unfinished.decisions if unfinished else 0


def newest(store: Store, site: Site) -> Lesson:
    lesson = lesson_of(store, site)
    assert lesson
    return lesson


LATER = NOON + 2 * HOUR_MS


def test_20_000_decisions_take_as_many_sweeps_as_they_need_and_teach_the_same(
    sqlite_url: str,
) -> None:
    store = Store(sqlite_url, SECRET)
    site = newspaper(store)
    taught(store, site, 20_000)
    before = newest(store, site)
    for sweep in range(1, 11):
        assert relearn(store, PRIOR, LATER, batches(10)) == 0
        assert reached(store, site) == sweep * 10 * LESSON_SIZE
        assert newest(store, site) == before
    assert relearn(store, PRIOR, LATER, batches(10)) == 1
    lesson = newest(store, site)
    assert (lesson.version, lesson.model, lesson.decisions) == (101, PRIOR.version, 20_000)
    assert lesson.delta == at_once(store, site) != before.delta
    assert (reached(store, site), relearn(store, PRIOR, LATER)) == (0, 0)
    store.close()


def test_the_prior_alone_scores_until_the_end_and_what_is_said_meanwhile_is_learned_after_it(
    store: Store,
) -> None:
    site, fresh = newspaper(store), newspaper(store, "Fresh")
    taught(store, site, 3 * LESSON_SIZE)
    sales = replace(candidate("garden gnomes at our shop"), site_id=site.id)

    def score(of: Site) -> float:
        model = SpamModel(LessonCache(store))
        return model.measure([replace(sales, site_id=of.id)])[0][0].value

    say(store, site, SALES[0], SPAM)
    assert relearn(store, PRIOR, LATER, batches(2)) == 0
    assert score(site) == score(fresh)
    assert lessons.learn(store, PRIOR, LATER) == 0
    status = learning_status(store, site.id)
    assert (status.version, status.waiting) == (3, 1)
    assert [lesson.version for lesson in status.history] == [3, 2, 1]
    assert relearn(store, PRIOR, LATER) == 1
    assert newest(store, site).delta == at_once(store, site)
    assert score(site) > score(fresh) + 0.3
    assert lessons.learn(store, PRIOR, LATER) == 1
    assert (newest(store, site).version, newest(store, site).decisions) == (5, 3 * LESSON_SIZE + 1)
    assert newest(store, site).delta == at_once(store, site)


@pytest.mark.parametrize("prior", [OLD, PRIOR])
def test_what_is_taken_back_meanwhile_is_not_learned(store: Store, prior: Prior) -> None:
    """By a process of the version before, or by one of this."""
    site = newspaper(store)
    taught(store, site, 3 * LESSON_SIZE)
    assert relearn(store, PRIOR, LATER, batches(2)) == 0
    whole = at_once(store, site)
    lessons.undo(store, prior, site.id, version=1, now=LATER)
    assert relearn(store, PRIOR, LATER + HOUR_MS + 1) == (prior is OLD)
    assert newest(store, site).decisions == 2 * LESSON_SIZE
    assert newest(store, site).delta == at_once(store, site) != whole


def test_an_undo_of_long_ago_leaves_the_rest_to_the_sweeps(store: Store) -> None:
    site, fresh = newspaper(store), newspaper(store, "Fresh")
    taught(store, site, 4 * LESSON_SIZE)
    assert relearn(store, PRIOR, LATER) == 1
    whole = newest(store, site)
    sales = candidate("garden gnomes at our shop")

    def score(of: Site) -> float:
        model = SpamModel(LessonCache(store))
        return model.measure([replace(sales, site_id=of.id)])[0][0].value

    assert score(site) != score(fresh)
    undone = lessons.undo(store, PRIOR, site.id, version=1, now=LATER)
    assert (undone.model, undone.version, undone.undone) == (RELEARNING, 6, 1)
    assert undone.decisions == 3 * LESSON_SIZE and newest(store, site) == undone
    assert learning_status(store, site.id).is_relearning and score(site) == score(fresh)
    # What is said meanwhile waits for it, and nobody waits an hour.
    say(store, site, SALES[0], SPAM, at=LATER)
    soon = LATER + 3 * MINUTE
    assert lessons.learn(store, PRIOR, soon) == 0
    assert relearn(store, PRIOR, LATER + 1, batches(2)) == 0
    assert reached(store, site) == 2 * LESSON_SIZE
    assert relearn(store, PRIOR, LATER + 1) == 1
    lesson = newest(store, site)
    assert (lesson.version, lesson.model, lesson.decisions) == (7, PRIOR.version, 3 * LESSON_SIZE)
    assert lesson.delta == at_once(store, site) != whole.delta
    assert not learning_status(store, site.id).is_relearning
    # And the undo of the undo: as it was before, to the last weight.
    again = lessons.undo(store, PRIOR, site.id, version=6, now=LATER)
    assert (again.model, again.undone, again.decisions) == (RELEARNING, 6, 4 * LESSON_SIZE)
    assert relearn(store, PRIOR, LATER + 1) == 1
    assert newest(store, site).delta == whole.delta
    assert lessons.learn(store, PRIOR, soon) == 1


def test_a_second_undo_before_the_end_of_the_first_counts_as_well(store: Store) -> None:
    site = newspaper(store)
    taught(store, site, 5 * LESSON_SIZE)
    assert relearn(store, PRIOR, LATER) == 1
    for version in (1, 2):
        undone = lessons.undo(store, PRIOR, site.id, version=version, now=LATER)
        assert undone.model == RELEARNING
        assert relearn(store, PRIOR, LATER, batches(1)) == 0
    assert relearn(store, PRIOR, LATER) == 1
    lesson = newest(store, site)
    assert (lesson.model, lesson.decisions) == (PRIOR.version, 3 * LESSON_SIZE)
    assert lesson.delta == at_once(store, site)


def test_as_much_taken_back_as_brought_back_is_seen_as_well(store: Store) -> None:
    site = newspaper(store)
    taught(store, site, 3 * LESSON_SIZE)
    undone = lessons.undo(store, OLD, site.id, version=2, now=LATER)
    assert relearn(store, PRIOR, LATER + HOUR_MS + 1, batches(2)) == 0
    lessons.undo(store, OLD, site.id, version=undone.version, now=LATER)
    lessons.undo(store, OLD, site.id, version=3, now=LATER)
    assert relearn(store, PRIOR, LATER + HOUR_MS + 1) == 1
    assert newest(store, site).delta == at_once(store, site)


def test_what_is_erased_meanwhile_is_not_learned(store: Store) -> None:
    site = newspaper(store)
    ids = [say(store, site, text, SPAM) for text in (*SALES, *TALK)]
    lessons.learn(store, OLD, NOON + 3 * MINUTE)
    taught(store, site, LESSON_SIZE, version=2)
    assert relearn(store, PRIOR, LATER, batches(1)) == 0
    whole = at_once(store, site)
    erase(store, {site.id}, ids[0], now=LATER, entropy=os.urandom)
    without = at_once(store, site)
    assert relearn(store, PRIOR, LATER, batches(1)) == 0
    assert relearn(store, PRIOR, LATER) == 1
    assert newest(store, site).delta == without != whole
    assert newest(store, site).decisions == 15 + LESSON_SIZE


def test_where_something_is_erased_all_the_time_it_comes_to_an_end(store: Store) -> None:
    site = newspaper(store)
    ids = [say(store, site, text, SPAM) for text in SALES]
    lessons.learn(store, OLD, NOON + 3 * MINUTE)
    taught(store, site, 2 * LESSON_SIZE, version=2)
    began = LATER
    for number in range(3):
        assert relearn(store, PRIOR, began + number, batches(1)) == 0
        assert reached(store, site) == LESSON_SIZE  # from the beginning
        erase(store, {site.id}, ids[number], now=LATER, entropy=os.urandom)
    assert relearn(store, PRIOR, began + HOUR_MS + 1, batches(1)) == 0
    assert reached(store, site) == 2 * LESSON_SIZE
    assert relearn(store, PRIOR, began + HOUR_MS + 2, batches(2)) == 1


def test_sites_that_taught_less_come_first_and_one_that_fits_is_not_kept_waiting(
    store: Store,
) -> None:
    large, small, fits = (newspaper(store, name) for name in ("Large", "Small", "Fits"))
    taught(store, large, 3 * LESSON_SIZE)
    taught(store, small, 10)
    say(store, fits, SALES[0], SPAM)
    assert relearn(store, PRIOR, LATER, batches(2)) == 1
    assert (newest(store, small).model, newest(store, large).model) == (PRIOR.version, OLD.version)
    assert lessons.learn(store, PRIOR, LATER, batches(1)) == 1
    assert newest(store, fits).decisions == 1


def test_much_to_learn_on_one_site_does_not_hold_up_another(store: Store) -> None:
    busy, other = newspaper(store), newspaper(store, "Other")
    for number, text in enumerate(SALES):
        say(store, busy, text, SPAM, at=NOON + number)
    say(store, other, TALK[0], SPAM, at=NOON + 100)
    assert lessons.learn(store, PRIOR, LATER, batches(2), limit=3) == 4
    assert [newest(store, site).decisions for site in (busy, other)] == [3, 1]
    assert lessons.learn(store, PRIOR, LATER, batches(1), limit=3) == 3
    assert lessons.learn(store, PRIOR, LATER, limit=3) == 2


def test_two_versions_side_by_side_do_not_take_turns_all_the_time(store: Store) -> None:
    site = newspaper(store)
    taught(store, site, 10)
    assert relearn(store, PRIOR, NOON + HOUR_MS) == 0
    assert relearn(store, PRIOR, NOON + HOUR_MS + 1) == 1
    assert relearn(store, OLD, NOON + HOUR_MS + 2) == 0
    say(store, site, SALES[0], SPAM)  # now one of them needs lessons of its own
    assert relearn(store, OLD, NOON + HOUR_MS + 2) == 1
