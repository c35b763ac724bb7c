"""Learns what a site's moderators have said again, in order: at once, or in slices where that takes long.

It does so after another prior has come, and after somebody has taken back what was learned long ago.

Lessons correct the mistakes of one prior. Until a site has learned them again, its comments are scored by the new prior
alone, which is what a new site has and what was measured before it came. The old weights on the new prior would count
twice what both have learned, and one of its features may mean something else by now.
"""

import json
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moderation.domain.durations import HOUR_MS
from moderation.domain.lesson import LESSON_DELAY_MS, RELEARNING, Feedback, Lesson
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate
from moderation.learning.toxicity_lessons import toxicity_lesson
from moderation.scorers.spam.features import Features, extract_features
from moderation.scorers.spam.spam_model import Prior, pack_weights, train, unpack_weights
from moderation.store import decisions, feedback, lessons
from moderation.store.sql.engine import Connection, Store

LESSON_SIZE = 200  # decisions in one lesson; 0.1 s of computing
# A site where nothing new is said learns again when its newest lesson is as old as this: a worker of another version
# that still runs beside this one would take turns with it otherwise.
_QUIET_MS = HOUR_MS
# For so long an erased comment makes a site begin anew, so that where comments are erased all the time it ends, too.
_ANEW_MS = HOUR_MS

_Weights = NDArray[np.float32]
_Position = tuple[int, int, str]  # of a word: lesson, time (ms), id


def with_signals(connection: Connection, words: Sequence[Feedback]) -> list[Feedback]:
    """The words with what the scorers had measured of their comments."""
    findings = decisions.newest_findings(connection, sorted({word.comment_id for word in words}))
    return [
        replace(word, signals=findings[word.comment_id].signals)
        if word.comment_id in findings
        else word
        for word in words
    ]


def examples_of(words: Sequence[Feedback]) -> Iterable[tuple[Features, bool, float]]:
    """What train() learns from the words."""
    batch = [
        Candidate(word.text or "", normalise(word.text or ""), signals=word.signals)
        for word in words
    ]
    for word, features in zip(words, extract_features(batch), strict=True):
        yield features, bool(word.is_spam), word.weight


def learned_since(
    store: Store,
    prior: Prior,
    site_id: str,
    base: Lesson | None,
    without: Collection[str],
    also: int = 0,
    at_most: float = math.inf,
) -> _Weights | None:
    """The weights after `base` (None: from the prior on) had all been learned but `without`, with what
    was taken back in the lesson `also`; None where that would be more than `at_most` decisions.
    """
    delta = unpack_weights(base.delta if base else b"")
    after: _Position = (base.version + 1 if base else 1, 0, "")
    while True:
        with store.read() as connection:
            words = feedback.learned_after(connection, site_id, after, LESSON_SIZE, also)
            if not words:
                return delta
            after = _position(words[-1])
            words = [word for word in words if word.id not in without]
            at_most -= len(words)
            if at_most < 0:
                return None
            words = with_signals(connection, words)
        train(prior, delta, examples_of(words))


def relearn(
    store: Store, prior: Prior, now: int, goes_on: Callable[[], bool] = lambda: True
) -> int:
    """Learns the lessons of other priors, or of none yet, again while goes_on(), the sites with the fewest decisions first; returns how
    many sites have come to the end.

    What was reached is stored, and any process goes on from there. The next lesson of a site is what it would be, had
    all that stands been learned at once: what is taken back or erased meanwhile is not in it.
    """
    with store.read() as connection:
        outdated = lessons.of_other_priors(connection, prior.version)
        if not outdated:
            return 0
        waiting = set(feedback.sites_waiting(connection, now - 2 * LESSON_DELAY_MS))
    done = 0
    for site_id, model, created_at in outdated:
        if model == RELEARNING or site_id in waiting or created_at < now - _QUIET_MS:
            done += _relearn_site(store, prior, site_id, now, goes_on)
            if not goes_on():
                break
    return done


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far a site has learned again. newest: its newest lesson. after: the last word that was learned, the
    `count`-th. begun_at: ms.
    """

    newest: int
    begun_at: int
    delta: _Weights
    after: _Position = (1, 0, "")
    count: int = 0


def _relearn_site(
    store: Store, prior: Prior, site_id: str, now: int, goes_on: Callable[[], bool]
) -> bool:
    """Goes on where the site was; whether that was the end."""
    with store.read() as connection:
        last = lessons.newest(connection, site_id)
        if last is None or last.model == prior.version:
            return False
        progress = _load(connection, prior, last, now)
    while True:
        with store.read() as connection:
            words = feedback.learned_after(connection, site_id, progress.after, LESSON_SIZE)
            if not words and _still_stands(connection, site_id, progress, now):
                break
            words = with_signals(connection, words)
        if not words:
            progress = _begun(last, progress.begun_at)
            continue
        train(prior, progress.delta, examples_of(words))
        progress = replace(progress, after=_position(words[-1]), count=progress.count + len(words))
        if not goes_on():
            with store.write() as connection:
                lessons.put_unfinished(connection, _packed(site_id, prior, progress))
            return False
    with store.read() as connection:
        lesson = standing_lesson(
            connection, site_id, last.version + 1, prior.version, progress.delta, now=now
        )
    with store.write() as connection:
        return lessons.add(connection, lesson)  # False: somebody else has made one meanwhile


def standing_lesson(
    connection: Connection,
    site_id: str,
    version: int,
    model: str,
    delta: _Weights | None,
    *,
    undone: int = 0,
    now: int,
) -> Lesson:
    """The lesson of all that stands. model: see Lesson. delta: the weights that it has taught; None where they are not known yet."""
    moderators = feedback.teaching_moderators(connection, site_id)
    return Lesson(
        site_id,
        version,
        model,
        sum(moderator.decisions for moderator in moderators),
        sum(moderator.spam for moderator in moderators),
        now,
        undone=undone,
        delta=b"" if delta is None else pack_weights(delta),
        toxicity=toxicity_lesson(connection, site_id, now - LESSON_DELAY_MS),
    )


def _begun(last: Lesson, at: int) -> _Progress:
    return _Progress(last.version, at, unpack_weights(b""))


def _still_stands(connection: Connection, site_id: str, progress: _Progress, now: int) -> bool:
    """Whether nothing of what was learned is erased by now; that was long enough a reason to begin anew after _ANEW_MS."""
    if now - progress.begun_at > _ANEW_MS:
        return True
    return feedback.count_learned(connection, site_id, progress.after) == progress.count


def _packed(site_id: str, prior: Prior, progress: _Progress) -> Lesson:
    facts = {"newest": progress.newest, "after": progress.after}
    delta = json.dumps(facts).encode() + b"\n" + pack_weights(progress.delta)
    return Lesson(site_id, 0, prior.version, progress.count, 0, progress.begun_at, delta=delta)


def _load(connection: Connection, prior: Prior, last: Lesson, now: int) -> _Progress:
    """How far the site was; at the beginning where that was for another prior, where something is erased by now, or where
    there are lessons that it did not know: they take something back.
    """
    stored = lessons.load(connection, last.site_id, 0)
    if stored and stored.model == prior.version:
        header, _, delta = stored.delta.partition(b"\n")
        facts = json.loads(header)
        if facts["newest"] == last.version:
            version, created_at, id = facts["after"]
            progress = _Progress(
                last.version,
                stored.created_at,
                unpack_weights(delta),
                (version, created_at, id),
                stored.decisions,
            )
            if _still_stands(connection, last.site_id, progress, now):
                return progress
            return _begun(last, progress.begun_at)
    return _begun(last, now)


def _position(word: Feedback) -> _Position:
    return word.version, word.created_at, word.id
