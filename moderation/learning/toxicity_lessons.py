"""What a site's moderators teach about toxicity: made anew from the decisions that stand, each time.

So a decision that is taken back, and a comment that is erased, leave nothing behind in the next lesson.
"""

from collections import Counter

from moderation.domain.durations import DAY_MS
from moderation.domain.lesson import lesson_weight
from moderation.domain.score import Findings
from moderation.scorers.site.taught_toxicity import (
    MODEL_SIGNAL,
    OF_ONE_NAME,
    Example,
    ModelCorrection,
    fit_correction,
    pack_correction,
)
from moderation.store import decisions, feedback
from moderation.store.feedback import ToxicWord
from moderation.store.sql.engine import Connection

# Decisions that a lesson knows, the newest: what offends changes, and a lesson takes 0.3 s at most.
DECISIONS = 2_000


def toxicity_lesson(connection: Connection, site_id: str, before: int) -> bytes:
    """What the newest decisions from before `before` (ms) teach, as a lesson stores it; b'' for nothing.

    Only moderators' decisions are among them (domain/lesson.py: says_toxic).
    """
    words = feedback.toxic_words(connection, site_id, before, DECISIONS)
    last = {word.comment_id: word for word in words}  # of several about one comment
    words = [word for word in last.values() if word.is_toxic is not None]
    if not words:
        return b""
    findings = decisions.newest_findings(connection, [word.comment_id for word in words])
    return pack_correction(_fitted(words, findings))


def _fitted(words: list[ToxicWord], findings: dict[str, Findings]) -> ModelCorrection | None:
    measured = [
        (word, signal)
        for word in words
        if (found := findings.get(word.comment_id))
        and (signal := found.get(MODEL_SIGNAL))
        and signal.vector
    ]
    if not measured:
        return None
    # A model that was changed sees otherwise: only what the newest comment's has seen can be compared.
    sha256 = measured[-1][1].sha256
    by_kin: Counter[tuple[str, bool]] = Counter()
    by_name: Counter[tuple[str, bool]] = Counter()
    by_day: dict[tuple[str, int], float] = {}
    examples = []
    for word, signal in measured:
        if signal.sha256 != sha256:
            continue
        is_toxic = bool(word.is_toxic)
        kin, name = (word.kin or word.comment_id, is_toxic), (word.author.casefold(), is_toxic)
        day = (word.teacher, word.created_at // DAY_MS)
        weight = lesson_weight(by_kin[kin], by_day.get(day, 0.0))
        by_kin[kin] += 1
        by_name[name] += 1
        if word.author and by_name[name] > OF_ONE_NAME:
            continue
        by_day[day] = by_day.get(day, 0.0) + weight
        examples.append(Example(signal.vector, signal.value, is_toxic, weight))
    return fit_correction(sha256, examples)
