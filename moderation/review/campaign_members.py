"""Which members of a campaign a ruling leaves as they are: what was published before, authors of standing,
and what shares neither a link, a contact nor a sender with the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.campaign_targets import MemberTraits, reached_members
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Decision, Outcome
from moderation.domain.reputation import Subject, SubjectKind, reputation_score
from moderation.store import campaign_traits, reputations
from moderation.store.campaign_traits import MemberSource
from moderation.store.campaigns import RulingEntry
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection

# Of an author: four comments that people approved of late, and nothing against them; as in the policy.
STANDING = 0.5


@dataclass(frozen=True, slots=True)
class LeftMembers:
    """What a ruling of spam or rejection leaves. ids: of members that it does not reach.

    approved_since: from then on (ms) an earlier ruling approved new members; None where none did. rulings:
    the sequences of the earlier ones about all members.
    """

    campaign_id: str
    ids: frozenset[str]
    approved_since: int | None
    rulings: frozenset[int]

    def is_left(self, standing: Standing, current: Decision | None) -> bool:
        """Whether a member stays as it is. current: its decision in effect."""
        return standing.comment_id in self.ids or self.is_published(standing, current)

    def is_published(self, standing: Standing, current: Decision | None) -> bool:
        """Whether it was published before, and not by a ruling on this whole campaign."""
        return _is_published(
            standing.status,
            standing.decided_by,
            current.created_at if current else 0,
            bool(
                current
                and current.campaign_id == self.campaign_id
                and current.ruling in self.rulings
            ),
            self.approved_since,
        )


def left_members(
    connection: Connection,
    campaign_id: str,
    site_id: str,
    ruling: RulingEntry,
    earlier: Sequence[RulingEntry],
) -> LeftMembers | None:
    """What the ruling leaves; None where it reaches all. earlier: the rulings before it, first to last.

    One about the held members alone reaches them all: that is what the person looked at.
    """
    if ruling.outcome not in (Outcome.SPAM, Outcome.REJECT) or ruling.held_only:
        return None
    approving = bool(earlier) and earlier[-1].in_force == Outcome.APPROVE
    approved_since = earlier[-1].created_at if approving else None
    whole = frozenset(entry.sequence for entry in earlier if not entry.held_only)
    sources = campaign_traits.members_of(connection, campaign_id, site_id)
    respected = _respected(connection, site_id, sources, ruling.created_at)
    traits = [
        MemberTraits(
            source.comment_id,
            source.targets,
            source.address,
            source.network,
            source.author_key in respected
            or _is_published(
                source.status,
                source.decided_by,
                source.decided_at,
                source.decided_with == campaign_id and source.ruling in whole,
                approved_since,
            ),
        )
        for source in sources
    ]
    ids = {source.comment_id for source in sources} - reached_members(traits)
    return LeftMembers(campaign_id, frozenset(ids), approved_since, whole)


def _respected(
    connection: Connection, site_id: str, sources: Sequence[MemberSource], now: int
) -> set[str]:
    """The keys of the authors of standing."""
    keys = {source.author_key for source in sources} - {""}
    weeks_by_subject = reputations.counts_of(
        connection, [Subject(SubjectKind.AUTHOR, site_id, key) for key in keys]
    )
    return {
        subject.name
        for subject, weeks in weeks_by_subject.items()
        if reputation_score(subject.kind, weeks, now).trust >= STANDING
    }


def _is_published(
    status: Status, decided_by: str, decided_at: int, by_ruling: bool, approved_since: int | None
) -> bool:
    if status is not Status.APPROVED or by_ruling:
        return False
    # What the policy published because the campaign was approved goes with that ruling.
    by_policy = decided_by == ActorKind.POLICY
    return not (by_policy and approved_since is not None and decided_at >= approved_since)
