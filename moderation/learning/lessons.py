"""What moderators teach the scores of their site, spam and toxicity: learned in order, undone exactly, bounded.

Learning runs behind the moderators' backs: a decision writes a row of `feedback` in its own
transaction, and a task makes a lesson of what has waited long enough. A lesson is the next version of
the site's weights; the database keeps it, and nothing else does.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from moderation.domain.audit import COMMAND, Change
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.lesson import LESSON_DELAY_MS, RELEARNING, Feedback, Lesson, lesson_weight
from moderation.domain.normalise import normalise
from moderation.learning.relearning import (
    LESSON_SIZE,
    examples_of,
    learned_since,
    standing_lesson,
    with_signals,
)
from moderation.learning.toxicity_lessons import toxicity_lesson
from moderation.scorers.spam.spam_model import Prior, pack_weights, train, unpack_weights
from moderation.store import audit, feedback, lessons
from moderation.store.sql.engine import Connection, Store

_ATTEMPTS = 3
_AT_ONCE = (
    2 * LESSON_SIZE
)  # decisions that an undo learns again while somebody waits for it; 0.2 s of computing


def learn(
    store: Store,
    prior: Prior,
    now: int,
    goes_on: Callable[[], bool] = lambda: True,
    limit: int = LESSON_SIZE,
) -> int:
    """Makes lessons of what is due while goes_on(), of each site in turn; returns how many words were learned.

    Due is a site where something has waited for twice LESSON_DELAY_MS: the lesson takes what came in the minute
    between, too, so that busy moderators make a lesson a minute and not one a decision. A site whose lessons add to
    another prior learns these first (relearning.py).
    Safe to run twice, and by two at once: a lesson is the next version or none at all.
    """
    with store.read() as connection:
        sites = feedback.sites_waiting(connection, now - 2 * LESSON_DELAY_MS)
    learned = 0
    while sites:
        remaining = []
        for site_id in sites:
            if took := _next_lesson(store, prior, site_id, now, limit):
                learned += took
                remaining.append(site_id)
            if not goes_on():
                return learned
        sites = remaining
    return learned


def _next_lesson(store: Store, prior: Prior, site_id: str, now: int, limit: int) -> int:
    with store.read() as connection:
        last = lessons.newest(connection, site_id)
        words = feedback.waiting(connection, site_id, now - LESSON_DELAY_MS, limit)
        if not words or (last and last.model != prior.version):
            return 0
        words = _weighted(connection, store, site_id, with_signals(connection, words))
    number = last.version + 1 if last else 1
    words = [replace(word, version=number) for word in words]
    delta = unpack_weights(last.delta if last else b"")
    counted = [word for word in words if word.weight > 0]
    train(prior, delta, examples_of(counted))
    with store.read() as connection:
        toxicity = toxicity_lesson(connection, site_id, now - LESSON_DELAY_MS)
    lesson = Lesson(
        site_id,
        number,
        prior.version,
        (last.decisions if last else 0) + len(counted),
        (last.spam if last else 0) + sum(bool(word.is_spam) for word in counted),
        now,
        delta=pack_weights(delta),
        toxicity=toxicity,
    )
    with store.write() as connection:
        if not lessons.add(connection, lesson):
            return 0  # somebody else is at it
        feedback.mark_learned(connection, words)
    return len(words)


def _weighted(
    connection: Connection, store: Store, site_id: str, words: Sequence[Feedback]
) -> list[Feedback]:
    """Each with its kin and its weight. Of several words on one comment only the last counts."""
    # Copies of a text count less and less, and so do the members of a campaign.
    campaigns = feedback.campaigns_of(connection, {word.comment_id for word in words})
    words = [
        replace(word, kin=campaigns.get(word.comment_id) or _duplicate_group(store, word))
        for word in words
    ]
    ranks = feedback.ranks(connection, site_id, {word.kin for word in words})
    since = min(word.created_at for word in words) // DAY_MS * DAY_MS
    spent = feedback.weight_by_day(connection, site_id, {word.teacher for word in words}, since)
    final = {word.comment_id: word.id for word in words}
    weighted = []
    for word in words:
        weight = 0.0
        if word.is_spam is not None and word.text and final[word.comment_id] == word.id:
            kin, day = (word.kin, word.is_spam), (word.teacher, word.created_at // DAY_MS)
            weight = lesson_weight(ranks.get(kin, 0), spent.get(day, 0.0))
            ranks[kin] = ranks.get(kin, 0) + 1
            spent[day] = spent.get(day, 0.0) + weight
        weighted.append(replace(word, weight=weight))
    return weighted


def _duplicate_group(store: Store, word: Feedback) -> str:
    return store.crypto.text_key(normalise(word.text or "").text)


def undo(
    store: Store,
    prior: Prior,
    site_id: str,
    *,
    version: int = 0,
    teacher: str = "",
    since: int = 0,
    by: str = COMMAND,
    now: int,
) -> Lesson:
    """Takes one lesson back, or what one moderator has taught; what was learned besides stays.

    version: of the lesson; 0 with no teacher: the newest that still stands. since: of a teacher, only
    what was decided since then (ms). The newest taken back leaves the very weights that were before it.
    A lesson that took something back is taken back, too: what it took stands again, as if it had never
    been gone. Returns the lesson that now counts. Where much was learned since, that is without weights and its model
    RELEARNING: nobody waits while relearning.py learns the rest again, and the prior alone scores meanwhile.
    Raises NotFound where there is nothing to take back, Conflict where the site keeps learning.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _undo_once(store, prior, site_id, version, teacher, since, by, now)
        except _LostRace:
            continue
    raise Conflict("The site learned something new each time; try again in a moment.")


class _LostRace(Exception):
    """Somebody else has added the next lesson first."""


def _undo_once(
    store: Store,
    prior: Prior,
    site_id: str,
    version: int,
    teacher: str,
    since: int,
    by: str,
    now: int,
) -> Lesson:
    with store.read() as connection:
        last = lessons.newest(connection, site_id)
        if not version and not teacher:
            version = feedback.newest_standing(connection, site_id)
        wanted = teacher or version > 0
        taken_back = (
            [] if teacher or not wanted else feedback.taken_back_in(connection, site_id, version)
        )
        words = taken_back or (
            feedback.standing(connection, site_id, version=version, teacher=teacher, since=since)
            if wanted
            else []
        )
        if not words:
            raise NotFound("There is nothing here to take back.")
        first = min((number for _, number in words if number), default=0)
        base = _clean_lesson(connection, site_id, prior, first)
    ids = {id for id, _ in words}
    delta = learned_since(
        store,
        prior,
        site_id,
        base,
        () if taken_back else ids,
        also=version if taken_back else 0,
        at_most=_AT_ONCE,
    )
    model = RELEARNING if delta is None else prior.version
    number = (last.version if last else 0) + 1
    with store.write() as connection:
        if taken_back:
            feedback.bring_back(connection, site_id, version)
            if first:  # learned without what stands again: nothing to start from any more
                lessons.drop(connection, site_id, first, number - 1)
        else:
            feedback.take_back(connection, sorted(ids), number)
        undone = version if taken_back else first
        lesson = standing_lesson(connection, site_id, number, model, delta, undone=undone, now=now)
        if not lessons.add(connection, lesson):
            raise _LostRace
        facts = {"teacher": teacher, "since": since} if teacher else {"lesson": version}
        after = facts | {"decisions": len(ids), "version": number}
        audit.record(connection, by, Change.LESSON_UNDONE, site_id, f"lesson {number}", None, after)
    return lesson


def _clean_lesson(connection: Connection, site_id: str, prior: Prior, first: int) -> Lesson | None:
    """The newest lesson before `first` whose weights hold nothing that was taken back since.

    first: 0 where nothing of what goes had been learned. None: only the prior is clean.
    """
    stale = feedback.taken_back(connection, site_id)
    for version in lessons.kept(connection, site_id, prior.version):
        clean = not any(learned <= version < undone for learned, undone in stale)
        if clean and (version < first or not first):
            return lessons.load(connection, site_id, version)
    return None
