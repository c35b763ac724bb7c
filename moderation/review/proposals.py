"""What a trainee would decide: another person agrees by deciding so, or decides otherwise."""

from collections.abc import Collection
from dataclasses import replace

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.note import new_note
from moderation.domain.proposal import Proposal, ProposalState, Tally
from moderation.domain.site_reasons import sentence_text
from moderation.review.claims import refuse_others
from moderation.review.decisions import locked_standing
from moderation.review.queues import CommentCard, cards_of
from moderation.review.site_reasons import choose
from moderation.store import notes, proposals, queues
from moderation.store.sql.engine import Store


def propose(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    outcome: Outcome,
    reason_code: str = "",
    expected_sequence: int | None = None,
    *,
    sentence: str = "",
    note: str = "",
    now: int,
    entropy: Entropy,
) -> Proposal:
    """Records what a trainee would decide; the comment stays as it is, and nobody outside hears of it.

    Another proposal of the same person ends. Arguments and errors as decisions.decide(); Conflict also while the comment is
    judged, and where somebody else has proposed something.
    """
    with store.write() as connection:
        standing = locked_standing(connection, site_ids, comment_id, expected_sequence)
        if standing.status is Status.PENDING:
            raise Conflict("This comment is being judged: wait a moment.")
        choose(connection, standing.site_id, outcome, reason_code, sentence)
        refuse_others(connection, moderator_id, [comment_id])
        before = proposals.open_of(connection, [comment_id]).get(comment_id)
        if before and before.moderator_id != moderator_id:
            raise Conflict("Somebody else has proposed something about this comment.")
        if before:
            proposals.save(connection, _withdrawn(before, now))
        if note.strip():
            site_id = standing.site_id
            left = new_note(site_id, comment_id, moderator_id, note, now, entropy, "note")
            notes.add(connection, left)
        proposal = Proposal(
            timed_id("prp", now, entropy(10)),
            comment_id,
            standing.site_id,
            moderator_id,
            standing.revision,
            outcome,
            reason_code,
            sentence_text(sentence),
            now,
        )
        proposals.add(connection, proposal)
    return proposal


def withdraw(
    store: Store, moderator_id: str, site_ids: Collection[str], comment_id: str, *, now: int
) -> Proposal:
    """Takes one's own open proposal back. Raises NotFound, and Conflict where there is none of this person."""
    with store.write() as connection:
        locked_standing(connection, site_ids, comment_id, None)
        proposal = proposals.open_of(connection, [comment_id]).get(comment_id)
        if proposal is None or proposal.moderator_id != moderator_id:
            raise Conflict("There is no proposal of yours that is open.")
        proposal = _withdrawn(proposal, now)
        proposals.save(connection, proposal)
    return proposal


def list_open(
    store: Store, site_id: str, after: str = "", limit: int = 25
) -> list[tuple[Proposal, CommentCard]]:
    """A site's open proposals past the one `after`, the oldest first, with their comments."""
    with store.read() as connection:
        found = proposals.of_site(connection, site_id, after, limit)
        ids = [each.comment_id for each in found]
        cards = {card.id: card for card in cards_of(connection, queues.by_ids(connection, ids))}
    return [(each, cards[each.comment_id]) for each in found if each.comment_id in cards]


def count_open(store: Store, site_id: str) -> int:
    """How many wait."""
    with store.read() as connection:
        return proposals.count_open(connection, site_id)


def of_moderator(
    store: Store, site_id: str, moderator_id: str, after: str = "", limit: int = 25
) -> tuple[list[tuple[Proposal, CommentCard]], Tally]:
    """Somebody's own proposals, whatever became of them, the newest first; and how many others agreed with."""
    with store.read() as connection:
        found = proposals.of_moderator(connection, site_id, moderator_id, after, limit)
        ids = [each.comment_id for each in found]
        cards = {card.id: card for card in cards_of(connection, queues.by_ids(connection, ids))}
        counted = proposals.tally(connection, site_id, moderator_id)
    return [(each, cards[each.comment_id]) for each in found if each.comment_id in cards], counted


def _withdrawn(proposal: Proposal, now: int) -> Proposal:
    return replace(proposal, state=ProposalState.WITHDRAWN, answered_at=now)
