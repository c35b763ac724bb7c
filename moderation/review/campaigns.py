"""The moderators' word on a campaign: one decision for all its members on their site."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from moderation.domain.campaign import CampaignStats, describe_campaign
from moderation.domain.comment import Status
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
from moderation.domain.ids import timed_id
from moderation.domain.reason_codes import ReasonCode
from moderation.review.record import record
from moderation.store import campaigns, decisions, queues, sketches
from moderation.store.campaigns import CampaignRecord, RulingEntry
from moderation.store.decisions import Standing
from moderation.store.queues import QueueEntry
from moderation.store.sql.engine import Connection, Store

Entropy = Callable[[int], bytes]

SAMPLE_SIZE = 3  # members on a card; they say the same
# Members decided in one transaction: SQLite's one writer is not held for longer than some 50 ms.
MEMBERS_AT_ONCE = 200
# A ruling that has not reached everybody by then was left by a process that died. Milliseconds.
ABANDONED_AFTER = 30_000
UNDONE = "undo"
_NOT_FOUND = "There is no such campaign."


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """All that a site's moderators are shown of a campaign.

    sentence: what it is. crowd: counted over every site of this installation. counts: its members on
    this site, by status. sample: the oldest of them. rulings: first to last. in_force: what new members
    meet, '' nothing yet. sequence: of the last ruling, 0 for none.
    """

    id: str
    site_id: str
    sentence: str
    crowd: CampaignStats
    created_at: int
    counts: Mapping[Status, int]
    sample: tuple[QueueEntry, ...]
    rulings: tuple[RulingEntry, ...]

    @property
    def in_force(self) -> str:
        return self.rulings[-1].in_force if self.rulings else ""

    @property
    def sequence(self) -> int:
        return self.rulings[-1].sequence if self.rulings else 0

    @property
    def can_undo(self) -> bool:
        return bool(self.rulings) and self.rulings[-1].outcome != UNDONE

    @property
    def comments(self) -> int:
        """How many there are on this site."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class CampaignDecision:
    """What one word did. sequence: the ruling's. changed: members it changed; left: members that a
    person had decided about singly, or that stood so already.
    """

    sequence: int
    changed: int
    left: int


def waiting_campaigns(store: Store, site_id: str, now: int, limit: int = 10) -> list[CampaignCard]:
    """Campaigns of which something is held, what waits longest first."""
    with store.read() as connection:
        found = campaigns.waiting(connection, site_id, limit)
        return [_card(connection, known, site_id, now) for known in found]


def count_waiting(store: Store, site_id: str) -> int | None:
    """Campaigns of which something is held; None where there has been no campaign at all."""
    with store.read() as connection:
        waiting = campaigns.count_waiting(connection, site_id)
        if waiting or campaigns.newest(connection, site_id, "", 1):
            return waiting
    return None


def list_campaigns(
    store: Store, site_id: str, now: int, after: str = "", limit: int = 25
) -> list[CampaignCard]:
    """Every campaign of a site, the newest first, past the campaign `after`."""
    with store.read() as connection:
        found = campaigns.newest(connection, site_id, after, limit)
        return [_card(connection, known, site_id, now) for known in found]


def get_campaign(store: Store, site_id: str, campaign_id: str, now: int) -> CampaignCard:
    """One campaign. Raises NotFound for one without members on this site."""
    with store.read() as connection:
        known = campaigns.one(connection, campaign_id, site_id)
        if known is None:
            raise NotFound(_NOT_FOUND)
        return _card(connection, known, site_id, now)


def list_members(
    store: Store, site_id: str, campaign_id: str, after: str = "", limit: int = 25
) -> list[QueueEntry]:
    """Its members on a site past the comment `after`, oldest first. Raises NotFound."""
    with store.read() as connection:
        if campaigns.one(connection, campaign_id, site_id) is None:
            raise NotFound(_NOT_FOUND)
        ids = campaigns.member_ids(connection, campaign_id, site_id, after, limit)
        return queues.by_ids(connection, ids)


def _card(connection: Connection, known: CampaignRecord, site_id: str, now: int) -> CampaignCard:
    sample = campaigns.member_ids(connection, known.id, site_id, "", SAMPLE_SIZE)
    return CampaignCard(
        id=known.id,
        site_id=site_id,
        sentence=describe_campaign(known.crowd, known.first_seen_at, now),
        crowd=known.crowd,
        created_at=known.created_at,
        counts=campaigns.counts(connection, known.id, site_id),
        sample=tuple(queues.by_ids(connection, sample)),
        rulings=tuple(campaigns.rulings_here(connection, known.id, site_id)),
    )


def decide(
    store: Store,
    moderator_id: str,
    site_id: str,
    campaign_id: str,
    outcome: Outcome,
    expected_sequence: int | None = None,
    *,
    now: int,
    entropy: Entropy,
) -> CampaignDecision:
    """Decides about every member on the site, and how those that come later are met.

    What a person has decided about singly stays as it is. expected_sequence: of the ruling that the
    person saw; None rules whatever stands. Raises NotFound, and Conflict when somebody ruled meanwhile.
    """
    in_force = "" if outcome is Outcome.HOLD else outcome.value
    return _rule(
        store,
        moderator_id,
        site_id,
        campaign_id,
        outcome.value,
        lambda _: in_force,
        expected_sequence,
        now,
        entropy,
    )


def undo(
    store: Store,
    moderator_id: str,
    site_id: str,
    campaign_id: str,
    expected_sequence: int | None = None,
    *,
    now: int,
    entropy: Entropy,
) -> CampaignDecision:
    """Takes the last ruling back: each member it changed gets the outcome it had before.

    Raises NotFound, and Conflict when there is nothing to take back or somebody ruled meanwhile.
    """

    def before(given: list[RulingEntry]) -> str:
        if not given or given[-1].outcome == UNDONE:
            raise Conflict("There is no ruling to take back.")
        return given[-2].in_force if len(given) > 1 else ""

    return _rule(
        store,
        moderator_id,
        site_id,
        campaign_id,
        UNDONE,
        before,
        expected_sequence,
        now,
        entropy,
    )


def _rule(
    store: Store,
    moderator_id: str,
    site_id: str,
    campaign_id: str,
    outcome: str,
    in_force: Callable[[list[RulingEntry]], str],
    expected_sequence: int | None,
    now: int,
    entropy: Entropy,
) -> CampaignDecision:
    with store.write() as connection:
        if not campaigns.lock(connection, campaign_id) or not campaigns.one(
            connection, campaign_id, site_id
        ):
            raise NotFound(_NOT_FOUND)
        given = campaigns.rulings_here(connection, campaign_id, site_id)
        last = given[-1].sequence if given else 0
        if expected_sequence is not None and expected_sequence != last:
            raise Conflict("Somebody has decided about this campaign meanwhile.")
        ruling = RulingEntry(last + 1, outcome, in_force(given), moderator_id, now, False)
        campaigns.rule(connection, campaign_id, site_id, ruling)
    return _decide_members(store, site_id, campaign_id, ruling, now, entropy)


def resume_unfinished(store: Store, now: int, entropy: Entropy) -> int:
    """Carries out rulings that a process left half done when it died; returns how many."""
    with store.read() as connection:
        left = campaigns.unfinished(connection, now - ABANDONED_AFTER)
    for campaign_id, site_id in left:
        with store.read() as connection:
            given = campaigns.rulings_here(connection, campaign_id, site_id)
        for ruling in given:
            if not ruling.done:
                _decide_members(store, site_id, campaign_id, ruling, now, entropy)
    return len(left)


def _decide_members(
    store: Store, site_id: str, campaign_id: str, ruling: RulingEntry, now: int, entropy: Entropy
) -> CampaignDecision:
    """Decides about the members, STEP at a time. Doing it again does nothing more."""
    changed = left = 0
    after = ""
    while True:
        with store.write() as connection:
            ids = campaigns.member_ids(connection, campaign_id, site_id, after, MEMBERS_AT_ONCE)
            new = _decisions(connection, campaign_id, ids, ruling, now)
            record(connection, new, entropy)
            if len(ids) < MEMBERS_AT_ONCE:
                campaigns.ruled(connection, campaign_id, site_id, ruling.sequence)
        changed += len(new)
        left += len(ids) - len(new)
        if len(ids) < MEMBERS_AT_ONCE:
            return CampaignDecision(ruling.sequence, changed, left)
        after = ids[-1]


def _decisions(
    connection: Connection, campaign_id: str, ids: list[str], ruling: RulingEntry, now: int
) -> list[tuple[Decision, Standing]]:
    standings = decisions.standings(connection, ids)
    histories = decisions.histories(connection, ids)
    new = []
    for id, was in sorted(standings.items()):
        counts = in_effect(histories[id])
        outcome = _outcome(campaign_id, histories[id], counts, ruling)
        if outcome is None or was.status in (Status.ERASED, STATUS_AFTER[outcome]):
            continue
        said = "Decided with all others that say the same."
        reasons = [Reason(ReasonCode.CAMPAIGN_DECIDED, said, campaign_id)]
        takes_back = counts.sequence if counts and ruling.outcome == UNDONE else None
        if takes_back is not None:
            reasons.append(Reason(ReasonCode.TAKEN_BACK, "Taken back with the whole campaign."))
        decision = Decision(
            comment_id=id,
            sequence=was.sequence + 1,
            revision=was.revision,
            outcome=outcome,
            actor=Actor(ActorKind.MODERATOR, ruling.moderator_id),
            reasons=tuple(reasons),
            created_at=now,
            takes_back=takes_back,
            campaign_id=campaign_id,
            ruling=ruling.sequence,
        )
        new.append((decision, was))
    return new


def _outcome(
    campaign_id: str, history: list[Decision], counts: Decision | None, ruling: RulingEntry
) -> Outcome | None:
    """What a member gets; None where it stays as it is. counts: which of its history is in effect."""
    own = _ruling_of(campaign_id, counts)
    if ruling.outcome == UNDONE:
        if counts is None or own != ruling.sequence - 1:
            return None
        before = in_effect_before(history, counts.sequence)
        return before.outcome if before else Outcome.HOLD
    if counts and counts.actor.kind is ActorKind.MODERATOR and not own:
        return None
    return Outcome(ruling.outcome)


def _ruling_of(campaign_id: str, decision: Decision | None) -> int:
    """The sequence of the ruling that a decision was made by, 0 for none of this campaign's."""
    if decision is None or decision.campaign_id != campaign_id:
        return 0
    return decision.ruling or 0


def exclude(store: Store, site_id: str, campaign_id: str, comment_ids: Collection[str]) -> int:
    """Takes members out: they are like no other from now on, and draw nobody in. Returns how many.

    What was decided about them stays. Raises NotFound unless all are members on this site.
    """
    with store.write() as connection:
        ids = _members_of(connection, site_id, campaign_id, comment_ids)
        sketches.forget(connection, ids)
        campaigns.recount(connection, campaign_id)
    return len(ids)


def split(
    store: Store,
    site_id: str,
    campaign_id: str,
    comment_ids: Collection[str],
    *,
    now: int,
    entropy: Entropy,
) -> str:
    """Makes a campaign of its own of some members; returns its id. The two never merge again.

    Raises NotFound unless all are members on this site.
    """
    new_id = timed_id("cmp", now, entropy(10))
    with store.write() as connection:
        ids = _members_of(connection, site_id, campaign_id, comment_ids)
        campaigns.split_off(connection, campaign_id, new_id, ids, now)
    return new_id


def _members_of(
    connection: Connection, site_id: str, campaign_id: str, comment_ids: Collection[str]
) -> list[str]:
    if not campaigns.lock(connection, campaign_id):
        raise NotFound(_NOT_FOUND)
    entries = queues.by_ids(connection, sorted(set(comment_ids)))
    ids = [one.id for one in entries if (one.site_id, one.campaign_id) == (site_id, campaign_id)]
    if not ids or len(ids) != len(set(comment_ids)):
        raise NotFound("There is no such comment in this campaign.")
    return ids
