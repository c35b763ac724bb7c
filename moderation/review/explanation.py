"""What a moderator says with a decision, or with a proposal of one: to the comment's writer, and to colleagues."""

from dataclasses import dataclass

from moderation.domain.decision import Outcome, Reason
from moderation.domain.errors import Invalid
from moderation.domain.ids import Entropy
from moderation.domain.note import new_note
from moderation.domain.site_reasons import sentence_text
from moderation.review.mentions import store_note
from moderation.store import sites
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection


@dataclass(frozen=True, slots=True)
class Explanation:
    """reason: a code of the site's list (domain/site_reasons.py). sentence: to the writer, '' for the reason's own. note: to
    colleagues. '' is none.
    """

    reason: str = ""
    sentence: str = ""
    note: str = ""

    def words(
        self, connection: Connection, site_id: str, outcome: Outcome
    ) -> tuple[tuple[Reason, ...], str]:
        """What a decision says why: its reason, () for none, with the name it has now, and the sentence to the writer.

        Raises Invalid for a code that is not in the site's list, and for a sentence that nobody would be told or that is
        too long.
        """
        sentence = sentence_text(self.sentence)
        if sentence and outcome is Outcome.APPROVE:
            raise Invalid(
                "/sentence: The writer of an approved comment is told nothing.", "/sentence"
            )
        if not self.reason:
            return (), sentence
        known = sites.reasons(connection, site_id)
        chosen = known.choose(self.reason)
        if outcome is not Outcome.APPROVE:
            sentence = sentence or chosen.sentence(known.language)
        return (Reason(self.reason, chosen.label(known.language)),), sentence

    def leave_note(
        self,
        connection: Connection,
        standing: Standing,
        moderator_id: str,
        now: int,
        entropy: Entropy,
    ) -> None:
        """Stores the note, if there is one. Raises Invalid for one that cannot be."""
        if self.note.strip():
            about = (standing.site_id, standing.comment_id, moderator_id)
            note = new_note(*about, self.note, now, entropy, "note")
            store_note(connection, note, standing.comment_id, entropy)


UNEXPLAINED = Explanation()
