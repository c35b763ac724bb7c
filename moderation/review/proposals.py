"""What a trainee would decide: another person agrees by deciding so, or decides otherwise."""

import heapq
from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from moderation.domain.comment import Status
from moderation.domain.decision import Decision, Outcome
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.proposal import Proposal, ProposalState, Tally
from moderation.domain.site_reasons import sentence_text
from moderation.review.claims import refuse_others
from moderation.review.decisions import decide, locked_standing
from moderation.review.explanation import UNEXPLAINED, Explanation
from moderation.review.queues import CommentCard, cards_of
from moderation.store import proposals, queues, reach
from moderation.store.decisions import standings
from moderation.store.sql.engine import Store

_LOOKED_AT = 100  # of somebody's last proposals, for the one to take back


def propose(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    outcome: Outcome,
    explanation: Explanation = UNEXPLAINED,
    expected_sequence: int | None = None,
    *,
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
        explanation.words(connection, standing.site_id, outcome)  # as it could be decided
        refuse_others(connection, moderator_id, [comment_id])
        before = proposals.open_of(connection, [comment_id]).get(comment_id)
        if before and before.moderator_id != moderator_id:
            raise Conflict("Somebody else has proposed something about this comment.")
        if before:
            proposals.save(connection, _withdrawn(before, now))
        explanation.leave_note(connection, standing, moderator_id, now, entropy)
        proposal = Proposal(
            timed_id("prp", now, entropy(10)),
            comment_id,
            standing.site_id,
            moderator_id,
            standing.revision,
            outcome,
            explanation.reason,
            sentence_text(explanation.sentence),
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


def withdraw_last(
    store: Store, moderator_id: str, site_ids: Collection[str], *, now: int
) -> Proposal | None:
    """Takes the last one back that is open on this site, or part of it, of all of somebody's; None where there is none. Raises as withdraw()."""
    sites = reach.site_ids_of(site_ids)
    if len(sites) != 1:
        return None
    [site_id] = sites
    with store.read() as connection:
        made = proposals.of_moderator(connection, site_id, moderator_id, "", _LOOKED_AT)
        open_ids = [
            proposal.comment_id for proposal in made if proposal.state is ProposalState.OPEN
        ]
        there = reach.reached_ids(connection, open_ids, site_ids)
    last = next((id for id in open_ids if id in there), "")
    return withdraw(store, moderator_id, site_ids, last, now=now) if last else None


def agree(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    proposal_id: str,
    *,
    take_over: bool = False,
    now: int,
    entropy: Entropy,
) -> Decision:
    """Decides as was proposed, with its reason and sentence. Raises NotFound; Conflict where it is no longer open, or its comment has
    changed; else as decisions.decide().
    """
    proposal, sequence = _still_open(store, site_ids, proposal_id)
    return decide(
        store,
        moderator_id,
        site_ids,
        proposal.comment_id,
        proposal.outcome,
        Explanation(proposal.reason_code, proposal.sentence),
        sequence,
        take_over=take_over,
        now=now,
        entropy=entropy,
    )


def refuse(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    proposal_id: str,
    outcome: Outcome,
    explanation: Explanation = UNEXPLAINED,
    *,
    take_over: bool = False,
    now: int,
    entropy: Entropy,
) -> Decision:
    """Decides otherwise than was proposed. Raises Invalid for the outcome that was proposed; else as agree()."""
    proposal, sequence = _still_open(store, site_ids, proposal_id)
    if outcome is proposal.outcome:
        raise Invalid("That is what was proposed: agree instead.", "/outcome")
    return decide(
        store,
        moderator_id,
        site_ids,
        proposal.comment_id,
        outcome,
        explanation,
        sequence,
        take_over=take_over,
        now=now,
        entropy=entropy,
    )


def _still_open(store: Store, site_ids: Collection[str], proposal_id: str) -> tuple[Proposal, int]:
    """An open proposal, and the sequence of its comment, by which a decision meanwhile is found."""
    with store.read() as connection:
        proposal = proposals.get(connection, site_ids, proposal_id)
        if proposal is None:
            raise NotFound("There is no such proposal.")
        if proposal.state is not ProposalState.OPEN:
            raise Conflict("This proposal is no longer open.")
        return proposal, standings(connection, [proposal.comment_id])[proposal.comment_id].sequence


def get_proposal(store: Store, site_ids: Collection[str], proposal_id: str) -> Proposal:
    """A proposal, whatever became of it. Raises NotFound."""
    with store.read() as connection:
        if proposal := proposals.get(connection, site_ids, proposal_id):
            return proposal
    raise NotFound("There is no such proposal.")


def list_open(
    store: Store, site_ids: Collection[str], after: str = "", limit: int = 25
) -> list[tuple[Proposal, CommentCard]]:
    """The open proposals of these sites past the one `after`, the oldest first, with their comments."""
    with store.read() as connection:
        lists = (
            proposals.of_site(connection, site_id, after, limit)
            for site_id in proposals.sites_with_some(connection, site_ids)
        )
        found = list(islice(heapq.merge(*lists, key=lambda proposal: proposal.id), limit))
        ids = [proposal.comment_id for proposal in found]
        cards = {card.id: card for card in cards_of(connection, queues.by_ids(connection, ids))}
    return [
        (proposal, cards[proposal.comment_id]) for proposal in found if proposal.comment_id in cards
    ]


def of_moderator(
    store: Store, site_id: str, moderator_id: str, after: str = "", limit: int = 25
) -> tuple[list[tuple[Proposal, CommentCard]], Tally]:
    """Somebody's own proposals, whatever became of them, the newest first; and how many others agreed with."""
    with store.read() as connection:
        found = proposals.of_moderator(connection, site_id, moderator_id, after, limit)
        ids = [proposal.comment_id for proposal in found]
        cards = {card.id: card for card in cards_of(connection, queues.by_ids(connection, ids))}
        counted = proposals.tally(connection, site_id, moderator_id)
    return [
        (proposal, cards[proposal.comment_id]) for proposal in found if proposal.comment_id in cards
    ], counted


def _withdrawn(proposal: Proposal, now: int) -> Proposal:
    return replace(proposal, state=ProposalState.WITHDRAWN, answered_at=now)
