"""Moderators say that a score is wrong about a comment. It is kept for evaluation; nothing is decided by it."""

from collections.abc import Collection, Iterator

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import GONE
from moderation.domain.correction import Correction
from moderation.domain.errors import Invalid, NotFound
from moderation.review.queues import CommentCard, cards_of, existing_comment
from moderation.store import audit, corrections
from moderation.store.corrections import CorrectedText
from moderation.store.sql.engine import Connection, Store

_AT_ONCE = 500  # comments read at once


def correct(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    label: str,
    *,
    now: int,
) -> Correction:
    """Says that a score of the comment's present text is wrong. Again: it stands in this person's name.

    Raises NotFound, also for a comment of another site; Invalid where nothing of this name was measured.
    """
    with store.write() as connection:
        card = _card(connection, site_ids, comment_id)
        signal = next(
            (score for score in card.signals if score.is_score and score.name == label), None
        )
        if signal is None or card.status in GONE:
            names = ", ".join(sorted(card.scores)) if card.status not in GONE else ""
            raise Invalid(f"/label: Not one of its scores: {names or 'it has none'}.", "/label")
        made = Correction(
            comment_id,
            card.revision,
            label,
            card.site_id,
            moderator_id,
            signal.value,
            signal.model,
            signal.sha256,
            now,
        )
        corrections.put(connection, made)
    return made


def retract(
    store: Store, site_ids: Collection[str], comment_id: str, label: str, by: str = COMMAND
) -> None:
    """Takes that back. Raises NotFound where nobody has said so about the present text."""
    with store.write() as connection:
        card = _card(connection, site_ids, comment_id)
        corrector_id = corrections.remove(connection, comment_id, card.revision, label)
        if corrector_id is None:
            raise NotFound("There is no such correction.")
        what, before = Change.COMMENT_CORRECTION_REMOVED, {"label": label, "by": corrector_id}
        audit.record(connection, by, what, card.site_id, comment_id, before)


def of_comment(store: Store, site_ids: Collection[str], comment_id: str) -> list[Correction]:
    """What was said about the comment's scores, first to last, about all of its texts. Raises NotFound."""
    with store.read() as connection:
        _card(connection, site_ids, comment_id)
        return corrections.of_comments(connection, [comment_id]).get(comment_id, [])


def of_comments(store: Store, comment_ids: Collection[str]) -> dict[str, list[Correction]]:
    """The same of each of these comments that has some; whose they are, the caller has checked."""
    with store.read() as connection:
        return corrections.of_comments(connection, comment_ids)


def each_correction(store: Store, site_id: str) -> Iterator[CorrectedText]:
    """All of a site, with the texts, by comment; read piece by piece."""
    after = ""
    while True:
        with store.read() as connection:
            page = corrections.of_site(connection, site_id, after, _AT_ONCE)
        if not page:
            return
        yield from page
        after = page[-1].correction.comment_id


def _card(connection: Connection, site_ids: Collection[str], comment_id: str) -> CommentCard:
    return cards_of(connection, [existing_comment(connection, site_ids, comment_id)])[0]
