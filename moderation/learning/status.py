"""What a site has taught, as its people are shown it."""

from dataclasses import dataclass

from moderation.domain.lesson import RELEARNING, Lesson
from moderation.store import feedback, lessons
from moderation.store.feedback import TeachingModerator
from moderation.store.sql.engine import Store

_SHOWN_LESSONS = 20


@dataclass(frozen=True, slots=True)
class LearningStatus:
    """How far a site has come. decisions, spam: in the weights now, and how many of them said spam.

    waiting: words not yet learned. history: the newest lessons, newest first. standing: the versions
    that can be taken back, because something stands of them or because they took something. corrects_toxicity:
    whether the newest says something about toxicity; before that, decisions were too few or did not follow the texts.
    """

    version: int
    decisions: int
    spam: int
    waiting: int
    teachers: tuple[TeachingModerator, ...]
    history: tuple[Lesson, ...]
    standing: frozenset[int]
    corrects_toxicity: bool

    @property
    def is_relearning(self) -> bool:
        """Whether the bundled model scores alone, until what stands has been learned again."""
        return bool(self.history) and self.history[0].model == RELEARNING


def learning_status(store: Store, site_id: str) -> LearningStatus:
    """What a site has taught its spam score and about toxicity."""
    with store.read() as connection:
        history = lessons.history(connection, site_id, _SHOWN_LESSONS)
        return LearningStatus(
            history[0].version if history else 0,
            history[0].decisions if history else 0,
            history[0].spam if history else 0,
            feedback.count_waiting(connection, site_id),
            tuple(feedback.teaching_moderators(connection, site_id)),
            tuple(history),
            feedback.standing_versions(connection, site_id, [lesson.version for lesson in history]),
            lessons.corrects_toxicity(connection, site_id),
        )
