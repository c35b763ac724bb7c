"""What moderators teach: in order, once, bounded, and taken back to the bit."""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.servers import SECRET
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import NotFound
from moderation.domain.lesson import DAILY_WEIGHT, LESSON_DELAY_MS, Lesson, lesson_weight
from moderation.domain.score import Candidate, Signal
from moderation.learning import lessons
from moderation.learning.lesson_cache import LessonCache
from moderation.learning.relearning import relearn
from moderation.learning.status import learning_status
from moderation.review import decisions
from moderation.scorers.spam.features import WEIGHT_COUNT, extract_features
from moderation.scorers.spam.spam_model import (
    REACH,
    STEP,
    SpamModel,
    load_prior,
    log_odds,
    pack_weights,
    train,
)
from moderation.store import lessons as stored_lessons
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import NOON, hand_in, newspaper, reply
from tests.scorers.candidates import candidate

PRIOR = load_prior()
SPAM, HAM = Outcome.SPAM, Outcome.APPROVE
SALES = [f"Buy the finest garden gnomes of type {number} from our shop" for number in range(8)]
TALK = [f"The mayor said {number} things about the bridge last week" for number in range(8)]


def say(
    store: Store, site: Site, text: str, outcome: Outcome, who: str = "mod_alice", at: int = NOON
) -> str:
    """A comment comes in and a moderator decides about it."""
    (comment_id,) = hand_in(store, reply(site, text))
    return say_again(store, site, comment_id, outcome, who, at)


def say_again(
    store: Store, site: Site, comment_id: str, outcome: Outcome, who: str, now: int
) -> str:
    decisions.decide(
        store, who, {site.id}, comment_id, outcome, now=now, entropy=os.urandom
    )  # fmt: skip
    return comment_id


def lesson_of(store: Store, site: Site) -> Lesson | None:
    with store.read() as connection:
        return stored_lessons.newest(connection, site.id)


def score(store: Store, site: Site, text: str) -> float:
    scorer = SpamModel(LessonCache(store))
    return scorer.measure([replace(candidate(text), site_id=site.id)])[0][0].value


def later(minutes: float) -> int:
    return NOON + int(minutes * 60_000)


def test_a_site_learns_what_its_moderators_say_and_another_does_not(store: Store) -> None:
    herald, blog = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    before = (
        score(store, herald, "Finest garden gnomes, shop with us"),
        score(store, herald, TALK[3]),
    )
    for sales, talk in zip(SALES, TALK, strict=True):
        say(store, herald, sales, SPAM)
        say(store, herald, talk, HAM)
    assert lessons.learn(store, PRIOR, later(3)) == 16
    assert score(store, herald, "Finest garden gnomes, shop with us") > max(0.5, before[0] + 0.3)
    assert score(store, herald, TALK[3]) <= before[1] + 0.01
    assert score(store, blog, "Finest garden gnomes, shop with us") == before[0]
    taught = learning_status(store, herald.id)
    assert (taught.version, taught.decisions, taught.spam, taught.waiting) == (1, 16, 8, 0)
    assert [(teacher.id, teacher.decisions) for teacher in taught.teachers] == [("mod_alice", 16)]


def test_a_word_waits_a_minute_and_a_slip_taken_back_is_never_learned(store: Store) -> None:
    site = newspaper(store)
    slip = say(store, site, SALES[0], SPAM)
    say_again(store, site, slip, HAM, "mod_alice", NOON + 20_000)
    held = say(store, site, SALES[1], SPAM)
    say_again(store, site, held, Outcome.HOLD, "mod_alice", NOON + 20_000)
    assert lessons.learn(store, PRIOR, NOON + 2 * LESSON_DELAY_MS - 1) == 0
    assert lessons.learn(store, PRIOR, later(5)) == 4
    lesson = lesson_of(store, site)
    assert lesson and (lesson.decisions, lesson.spam) == (1, 0)  # the approval alone


def test_a_rejection_says_nothing_of_spam(store: Store) -> None:
    site = newspaper(store)
    say(store, site, SALES[0], Outcome.REJECT)
    assert lessons.learn(store, PRIOR, later(5)) == 1
    lesson = lesson_of(store, site)
    assert lesson and lesson.decisions == 0
    assert score(store, site, SALES[0]) == score(store, newspaper(store, "Other"), SALES[0])


def test_the_lessons_are_the_same_however_the_words_are_cut_into_lessons(store: Store) -> None:
    whole, parts = newspaper(store), newspaper(store, "Parts")
    words = [(text, SPAM) for text in SALES] + [(text, HAM) for text in TALK]
    for number, (text, outcome) in enumerate(words):
        for site in (whole, parts):
            say(store, site, text, outcome, at=NOON + number)
    lessons.learn(store, PRIOR, later(3), limit=3)
    first, second = lesson_of(store, whole), lesson_of(store, parts)
    assert first and second and first.version == second.version == 6
    once = newspaper(store, "Once")
    for number, (text, outcome) in enumerate(words):
        say(store, once, text, outcome, at=NOON + number)
    lessons.learn(store, PRIOR, later(3))
    third = lesson_of(store, once)
    assert third and third.version == 1
    assert first.delta == second.delta == third.delta


def test_learning_twice_learns_once(store: Store) -> None:
    site = newspaper(store)
    for text in SALES:
        say(store, site, text, SPAM)
    assert lessons.learn(store, PRIOR, later(3)) == 8
    lesson = lesson_of(store, site)
    assert lessons.learn(store, PRIOR, later(4)) == 0
    assert lesson_of(store, site) == lesson


def test_of_two_at_once_one_learns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other is beaten between its reading and its writing, and leaves everything as it is."""
    site = newspaper(store)
    say(store, site, SALES[0], SPAM)
    real, calls = pack_weights, []

    def overtaken(delta: np.ndarray) -> bytes:
        calls.append(1)
        if len(calls) == 1:
            assert lessons.learn(store, PRIOR, later(3)) == 1
        return real(delta)

    monkeypatch.setattr(lessons, "pack_weights", overtaken)
    assert lessons.learn(store, PRIOR, later(3)) == 0
    lesson = lesson_of(store, site)
    assert lesson and (lesson.version, lesson.decisions) == (1, 1)


def test_undoing_the_newest_lesson_leaves_the_very_weights_before_it(store: Store) -> None:
    site = newspaper(store)
    for text in SALES[:4]:
        say(store, site, text, SPAM)
    lessons.learn(store, PRIOR, later(3))
    good = lesson_of(store, site)
    for text in TALK:
        say(store, site, text, SPAM, "mod_mallory", later(10))
    lessons.learn(store, PRIOR, later(13))
    bad = lesson_of(store, site)
    assert good and bad and bad.delta != good.delta
    now = lessons.undo(store, PRIOR, site.id, now=later(14))
    assert (now.version, now.undone, now.decisions) == (3, 2, 4)
    assert now.delta == good.delta
    assert lessons.learn(store, PRIOR, later(20)) == 0  # what was taken back stays away
    again = lessons.undo(store, PRIOR, site.id, now=later(21))
    assert (again.version, again.undone, again.decisions) == (4, 1, 0)
    with pytest.raises(NotFound):
        lessons.undo(store, PRIOR, site.id, now=later(22))


def test_undoing_one_moderator_leaves_what_the_others_taught(store: Store) -> None:
    with_mallory, without = newspaper(store), newspaper(store, "Without")
    for number in range(4):
        time = later(10 * number)
        for site in (with_mallory, without):
            say(store, site, SALES[number], SPAM, at=time)
        say(store, with_mallory, TALK[number], SPAM, "mod_mallory", time)
        lessons.learn(store, PRIOR, time + 3 * LESSON_DELAY_MS)
    # What Mallory has said and nobody has learned yet goes, too.
    say(store, with_mallory, TALK[5], SPAM, "mod_mallory", later(50))
    lesson = lessons.undo(store, PRIOR, with_mallory.id, teacher="mod_mallory", now=later(51))
    never = lesson_of(store, without)
    assert never and lesson.delta == never.delta
    assert lesson.decisions == never.decisions == 4
    assert lessons.learn(store, PRIOR, later(60)) == 0
    # A lesson older than what was undone is no longer a clean place to start from.
    undone = lessons.undo(store, PRIOR, with_mallory.id, version=4, now=later(61))
    same = lessons.undo(store, PRIOR, without.id, version=4, now=later(61))
    assert undone.delta == same.delta


def test_old_weights_are_dropped_and_made_again_when_needed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_lessons, "KEPT", 2)
    site = newspaper(store)
    deltas = []
    for number in range(5):
        say(store, site, SALES[number], SPAM, at=later(10 * number))
        lessons.learn(store, PRIOR, later(10 * number + 3))
        lesson = lesson_of(store, site)
        assert lesson
        deltas.append(lesson.delta)
    with store.read() as connection:
        assert stored_lessons.kept(connection, site.id, PRIOR.version) == [5, 4]
    lessons.undo(store, PRIOR, site.id, now=later(60))
    lessons.undo(store, PRIOR, site.id, now=later(61))
    third = lessons.undo(store, PRIOR, site.id, now=later(62))
    assert third.delta == deltas[1]


def test_another_prior_learns_everything_again(store: Store) -> None:
    site = newspaper(store)
    say(store, site, SALES[0], SPAM)
    lessons.learn(store, replace(PRIOR, version="older-1"), later(3))
    assert score(store, site, SALES[0]) == score(store, newspaper(store, "Other"), SALES[0])
    say(store, site, SALES[1], SPAM, at=later(10))
    assert relearn(store, PRIOR, later(13)) == 1
    assert lessons.learn(store, PRIOR, later(13)) == 1
    both = lesson_of(store, site)
    fresh = newspaper(store, "Fresh")
    for time, text in ((NOON, SALES[0]), (later(10), SALES[1])):
        say(store, fresh, text, SPAM, at=time)
    lessons.learn(store, PRIOR, later(13))
    anew = lesson_of(store, fresh)
    assert both and anew and (both.version, both.decisions) == (3, 2)
    assert both.delta == anew.delta


def test_copies_of_one_text_weigh_less_than_two(store: Store) -> None:
    site = newspaper(store)
    for number in range(40):
        say(store, site, f"{SALES[0]}{'!' * number}", SPAM, f"mod_{number}")
    lessons.learn(store, PRIOR, later(3))
    taught = learning_status(store, site.id)
    assert sum(teacher.weight for teacher in taught.teachers) < 2
    assert taught.decisions == 32  # those further down weigh nothing


def test_one_moderator_teaches_so_much_a_day_and_no_more(store: Store) -> None:
    site = newspaper(store)
    comments = hand_in(store, *(reply(site, f"gnome number {n} of {n * 7}") for n in range(300)))
    for number, comment_id in enumerate(comments):
        say_again(store, site, comment_id, SPAM, "mod_mallory", NOON + number)
    say(store, site, TALK[0], SPAM, "mod_alice")
    lessons.learn(store, PRIOR, later(3))
    weights = {teacher.id: teacher.weight for teacher in learning_status(store, site.id).teachers}
    assert weights == {"mod_mallory": DAILY_WEIGHT, "mod_alice": 1.0}
    say(store, site, TALK[1], SPAM, "mod_mallory", NOON + DAY_MS)
    lessons.learn(store, PRIOR, NOON + DAY_MS + 3 * LESSON_DELAY_MS)
    weights = {teacher.id: teacher.weight for teacher in learning_status(store, site.id).teachers}
    assert weights["mod_mallory"] == DAILY_WEIGHT + 1


def test_a_newer_lesson_is_seen_within_a_second(store: Store) -> None:
    site = newspaper(store)
    clock = [0.0]
    library = LessonCache(store, lambda: clock[0])
    assert library([site.id]) == {}
    say(store, site, SALES[0], SPAM)
    lessons.learn(store, PRIOR, later(3))
    assert library([site.id]) == {}
    clock[0] = 1.0
    assert library([site.id])[site.id].version == 1


def test_more_sites_than_are_remembered_all_have_their_lessons(store: Store) -> None:
    sites = [newspaper(store, name) for name in ("North", "South", "West")]
    for site in sites:
        say(store, site, SALES[0], SPAM)
    lessons.learn(store, PRIOR, later(3))
    library = LessonCache(store, lambda: 0.0, size=2)
    for _ in range(2):
        assert set(library([site.id for site in sites])) == {site.id for site in sites}


def test_without_the_database_a_site_keeps_what_it_had_learned(sqlite_url: str) -> None:
    store = Store(sqlite_url, SECRET)
    site = newspaper(store)
    say(store, site, SALES[0], SPAM)
    lessons.learn(store, PRIOR, later(3))
    clock = [0.0]
    library = LessonCache(store, lambda: clock[0])
    assert library([site.id])[site.id].version == 1
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE lessons RENAME TO elsewhere")
    clock[0] = 1.0
    assert library([site.id])[site.id].version == 1
    store.close()


_VECTOR = st.binary(min_size=64, max_size=64)


def seen(text: str, vector: bytes) -> Candidate:
    """A text as the spam model gets it, with the toxicity model's vector."""
    return candidate(text, signals=(Signal("toxicity", 0.1, "bundled", "model-1", vector=vector),))


_WORD = st.tuples(
    st.text(alphabet="abc d.!", max_size=30), st.booleans(), st.integers(0, 2), _VECTOR
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    words=st.lists(_WORD, max_size=60),
    asked_text=st.text(alphabet="abc d.!", max_size=30),
    asked_vector=_VECTOR,
)
def test_nobody_moves_any_comment_further_than_their_weight(
    words: list, asked_text: str, asked_vector: bytes
) -> None:
    """Whatever is said, the log-odds of no comment move by more than STEP x REACH x weight."""
    delta = np.zeros(WEIGHT_COUNT, np.float32)
    (features,) = extract_features([seen(asked_text, asked_vector)])
    ranks: dict[tuple[str, bool], int] = {}
    spent: dict[int, float] = {}
    bound = 0.0
    for text, is_spam, teacher, vector in words:
        kin = (text, is_spam)
        weight = lesson_weight(ranks.get(kin, 0), spent.get(teacher, 0.0))
        ranks[kin] = ranks.get(kin, 0) + 1
        spent[teacher] = spent.get(teacher, 0.0) + weight
        train(PRIOR, delta, [(extract_features([seen(text, vector)])[0], is_spam, weight)])
        bound += STEP * REACH * weight
    moved = log_odds(PRIOR, PRIOR.weights + delta, features) - log_odds(
        PRIOR, PRIOR.weights, features
    )
    assert abs(moved) <= bound + 1e-3
    assert all(total <= DAILY_WEIGHT for total in spent.values())
    for kin in ranks:
        assert sum(lesson_weight(rank, 0.0) for rank in range(ranks[kin])) < 2


def test_what_a_moderator_taught_since_then_is_taken_back_and_no_more(store: Store) -> None:
    site, fresh = newspaper(store), newspaper(store, "Fresh")
    for time, text in ((NOON, SALES[0]), (later(10), SALES[1])):
        say(store, site, text, SPAM, "mod_mallory", time)
        say(store, site, text.replace("gnomes", "gates"), SPAM, "mod_alice", time)
    lessons.learn(store, PRIOR, later(20))
    lesson = lessons.undo(
        store, PRIOR, site.id, teacher="mod_mallory", since=later(5), now=later(21)
    )
    say(store, fresh, SALES[0], SPAM, "mod_mallory", NOON)
    for time, text in ((NOON, SALES[0]), (later(10), SALES[1])):
        say(store, fresh, text.replace("gnomes", "gates"), SPAM, "mod_alice", time)
    lessons.learn(store, PRIOR, later(20))
    same = lesson_of(store, fresh)
    assert same and (lesson.decisions, lesson.delta) == (3, same.delta)
    assert learning_status(store, site.id).standing == {1, 2}
    with pytest.raises(NotFound):
        lessons.undo(store, PRIOR, site.id, teacher="mod_mallory", since=later(5), now=later(22))


def test_what_was_taken_back_is_brought_back_to_the_bit(store: Store) -> None:
    """Whatever was learned meanwhile: as if it had never been gone. Steps off the path are not started from."""
    site, never = newspaper(store), newspaper(store, "Never")
    for number in range(3):
        time = later(10 * number)
        for learning_site in (site, never):
            say(store, learning_site, SALES[number], SPAM, at=time)
            say(store, learning_site, TALK[number], SPAM, "mod_mallory", time)
        for _ in (site, never):
            lessons.learn(store, PRIOR, time + 3 * LESSON_DELAY_MS)
    for learning_site in (site, never):  # waits to be learned
        say(store, learning_site, TALK[4], SPAM, "mod_mallory", later(30))
    before = lesson_of(store, site)
    undone = lessons.undo(store, PRIOR, site.id, teacher="mod_mallory", now=later(30.5))
    assert before and undone.delta != before.delta
    back = lessons.undo(store, PRIOR, site.id, version=undone.version, now=later(30.6))
    assert (back.delta, back.decisions, back.undone) == (before.delta, 6, undone.version)
    assert learning_status(store, site.id).waiting == 1
    lessons.learn(store, PRIOR, later(35))
    undone = lessons.undo(store, PRIOR, site.id, version=2, now=later(36))
    for learning_site in (site, never):
        say(store, learning_site, SALES[5], SPAM, at=later(40))
    lessons.learn(store, PRIOR, later(45))
    lessons.undo(store, PRIOR, site.id, version=undone.version, now=later(46))
    whole, same = lesson_of(store, site), lesson_of(store, never)
    assert whole and same and (whole.delta, whole.decisions) == (same.delta, same.decisions)
    with pytest.raises(NotFound):
        lessons.undo(store, PRIOR, site.id, version=undone.version, now=later(47))
    lesson = lessons.undo(store, PRIOR, site.id, version=3, now=later(48))
    other_lesson = lessons.undo(store, PRIOR, never.id, version=3, now=later(48))
    assert lesson.delta == other_lesson.delta
