"""One decision about a whole campaign: taken, undone, and carried out on each member on the site.

A moderator's decision is stored as a ruling first; then the members get decisions of their own, a few
at a time. A process that dies in between leaves a ruling that is not done, and the sweep resumes it.
"""

from dataclasses import dataclass

from moderation.domain.comment import GONE, Status
from moderation.domain.decision import (
    STATUS_AFTER,
    Actor,
    ActorKind,
    Decision,
    Outcome,
    Reason,
    in_effect,
    in_effect_before,
)
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.reason_codes import ReasonCode
from moderation.review.campaign_members import LeftMembers, left_members
from moderation.review.campaigns import NOT_FOUND, UNDONE
from moderation.review.filings import undo_ruling_filings
from moderation.review.record import record
from moderation.store import campaigns, decisions
from moderation.store.campaigns import RulingEntry
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

# Members decided in one transaction: SQLite's one writer is not held for longer than some 50 ms.
MEMBERS_AT_ONCE = 200
# A ruling not done by then was left by a process that died. Milliseconds.
ABANDONED_AFTER = 30_000


@dataclass(frozen=True, slots=True)
class CampaignDecision:
    """What one decision did. sequence: the ruling's. changed: members whose outcome it changed; left:
    members that it left as they are (campaign_members.py); published: those of them that are public.
    """

    sequence: int
    changed: int
    left: int
    published: int = 0


@dataclass(frozen=True, slots=True)
class _SiteCampaign:
    """A campaign's members on one site, which are decided together."""

    campaign_id: str
    site_id: str


def decide(
    store: Store,
    moderator_id: str,
    site_id: str,
    campaign_id: str,
    outcome: Outcome,
    *,
    expected_sequence: int | None = None,
    held_only: bool = False,
    now: int,
    entropy: Entropy,
) -> CampaignDecision:
    """Decides every member on the site, and sets the outcome of members that come later.

    Members that a person has decided singly stay as they are. expected_sequence: of the last ruling the
    person saw; None decides whatever came before. held_only: decides exactly the members that are held, which
    wait with the ruling that is in force, and leaves that in force. Raises NotFound, and Conflict if somebody
    else has decided meanwhile, or if nothing is in force that members could wait with.
    """
    campaign = _SiteCampaign(campaign_id, site_id)
    in_force = "" if outcome is Outcome.HOLD else outcome.value
    with store.write() as connection:
        rulings = _locked_rulings(connection, campaign, expected_sequence)
        if held_only:
            in_force = rulings[-1].in_force if rulings else ""
            if not in_force:
                raise Conflict("This campaign has no ruling that its held comments wait with.")
        sequence = rulings[-1].sequence + 1 if rulings else 1
        ruling = RulingEntry(
            sequence, outcome.value, in_force, moderator_id, now, False, held_only=held_only
        )
        campaigns.add_ruling(connection, campaign_id, site_id, ruling)
    return _decide_members(store, campaign, ruling, now, entropy)


def undo(
    store: Store,
    moderator_id: str,
    site_id: str,
    campaign_id: str,
    *,
    expected_sequence: int | None = None,
    now: int,
    entropy: Entropy,
) -> CampaignDecision:
    """Takes the last ruling back: each member it changed gets the outcome it had before.

    expected_sequence: as for decide(). Raises NotFound, and Conflict if there is nothing to take back
    or somebody else has decided meanwhile.
    """
    campaign = _SiteCampaign(campaign_id, site_id)
    with store.write() as connection:
        rulings = _locked_rulings(connection, campaign, expected_sequence)
        if not rulings or rulings[-1].outcome == UNDONE:
            raise Conflict("There is no ruling to take back.")
        in_force = rulings[-2].in_force if len(rulings) > 1 else ""
        sequence = rulings[-1].sequence + 1
        ruling = RulingEntry(sequence, UNDONE, in_force, moderator_id, now, False)
        campaigns.add_ruling(connection, campaign_id, site_id, ruling)
    return _decide_members(store, campaign, ruling, now, entropy)


def _locked_rulings(
    connection: Connection, campaign: _SiteCampaign, expected_sequence: int | None
) -> list[RulingEntry]:
    """The campaign's rulings on the site, first to last, with the campaign locked. Raises as decide()."""
    if not campaigns.lock(connection, campaign.campaign_id) or not campaigns.get(
        connection, campaign.campaign_id, campaign.site_id
    ):
        raise NotFound(NOT_FOUND)
    rulings = campaigns.rulings_on_site(connection, campaign.campaign_id, campaign.site_id)
    last_sequence = rulings[-1].sequence if rulings else 0
    if expected_sequence is not None and expected_sequence != last_sequence:
        raise Conflict("Somebody has decided about this campaign meanwhile.")
    return rulings


def resume_unfinished(store: Store, now: int, entropy: Entropy) -> int:
    """Carries out rulings that a process left half done when it died; returns for how many campaigns."""
    with store.read() as connection:
        unfinished = campaigns.unfinished_rulings(connection, now - ABANDONED_AFTER)
    for campaign_id, site_id in unfinished:
        with store.read() as connection:
            rulings = campaigns.rulings_on_site(connection, campaign_id, site_id)
        campaign = _SiteCampaign(campaign_id, site_id)
        for ruling in rulings:
            if not ruling.done:
                _decide_members(store, campaign, ruling, now, entropy)
    return len(unfinished)


def _decide_members(
    store: Store, campaign: _SiteCampaign, ruling: RulingEntry, now: int, entropy: Entropy
) -> CampaignDecision:
    """Decides the members, MEMBERS_AT_ONCE at a time. A repetition changes nothing more."""
    campaign_id, site_id = campaign.campaign_id, campaign.site_id
    changed = left = published = 0
    after = ""
    with store.read() as connection:
        rulings = campaigns.rulings_on_site(connection, campaign_id, site_id)
        earlier = [entry for entry in rulings if entry.sequence < ruling.sequence]
        left_out = left_members(connection, campaign_id, site_id, ruling, earlier)
    while True:
        with store.write() as connection:
            ids = campaigns.member_ids(connection, campaign_id, site_id, after, MEMBERS_AT_ONCE)
            new_decisions, public = _member_decisions(
                connection, campaign_id, ids, ruling, left_out, now
            )
            record(connection, new_decisions, entropy)
            if len(ids) < MEMBERS_AT_ONCE:
                if ruling.outcome == UNDONE:
                    undo_ruling_filings(
                        connection, site_id, campaign_id, earlier[-1], ruling.in_force, now, entropy
                    )
                campaigns.finish_ruling(connection, campaign_id, site_id, ruling.sequence)
        changed += len(new_decisions)
        left += len(ids) - len(new_decisions)
        published += public
        if len(ids) < MEMBERS_AT_ONCE:
            return CampaignDecision(ruling.sequence, changed, left, published)
        after = ids[-1]


def _member_decisions(
    connection: Connection,
    campaign_id: str,
    ids: list[str],
    ruling: RulingEntry,
    left_out: LeftMembers | None,
    now: int,
) -> tuple[list[tuple[Decision, Standing]], int]:
    """A decision for each member that the ruling changes, with how the member stood before; and how many
    published ones it leaves.
    """
    published = 0
    standings = decisions.standings(connection, ids)
    histories = decisions.histories(connection, ids)
    member_decisions = []
    for comment_id, standing in sorted(standings.items()):
        current = in_effect(histories[comment_id])
        if ruling.held_only and standing.status is not Status.HELD:
            continue
        if left_out is not None and left_out.is_left(standing, current):
            published += standing.status is Status.APPROVED
            continue
        outcome = _member_outcome(standing, campaign_id, histories[comment_id], current, ruling)
        if outcome is None or standing.status in (*GONE, STATUS_AFTER[outcome]):
            continue
        sentence = "Decided with all others that say the same."
        reasons = [Reason(ReasonCode.CAMPAIGN_DECIDED, sentence, campaign_id)]
        takes_back = current.sequence if current and ruling.outcome == UNDONE else None
        if takes_back is not None:
            reasons.append(Reason(ReasonCode.TAKEN_BACK, "Taken back with the whole campaign."))
        decision = standing.next_decision(
            outcome,
            Actor(ActorKind.MODERATOR, ruling.moderator_id),
            tuple(reasons),
            now,
            takes_back=takes_back,
            campaign_id=campaign_id,
            ruling=ruling.sequence,
        )
        member_decisions.append((decision, standing))
    return member_decisions, published


def _member_outcome(
    standing: Standing,
    campaign_id: str,
    history: list[Decision],
    current: Decision | None,
    ruling: RulingEntry,
) -> Outcome | None:
    """The outcome a ruling gives a member; None if the member stays as it is.

    current: the decision of its history that is in effect.
    """
    current_ruling = _ruling_of(campaign_id, current)
    if ruling.outcome == UNDONE:
        if current is None or current_ruling != ruling.sequence - 1:
            return None
        before = in_effect_before(history, current.sequence, standing.revision)
        return before.outcome if before else Outcome.HOLD
    if current and current.actor.kind is ActorKind.MODERATOR and not current_ruling:
        return None
    return Outcome(ruling.outcome)


def _ruling_of(campaign_id: str, decision: Decision | None) -> int:
    """The sequence of this campaign's ruling that made the decision, 0 for none."""
    if decision is None or decision.campaign_id != campaign_id:
        return 0
    return decision.ruling or 0
