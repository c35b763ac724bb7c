"""A site's campaigns: how moderators see them, who is a member, and members taken out or split off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from moderation.domain.audit import COMMAND, Change
from moderation.domain.campaign import CampaignStats, describe_campaign
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.store import audit, campaigns, counts, queues, sketches
from moderation.store.campaigns import CampaignRecord, RulingEntry
from moderation.store.queues import QueueEntry
from moderation.store.sql.engine import Connection, Store

SAMPLE_SIZE = 3  # members of each campaign that are read with it; they say the same
UNDONE = "undo"  # the outcome of a ruling that takes the one before it back
NOT_FOUND = "There is no such campaign."


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """Everything a site's moderators see of a campaign.

    sentence, campaign_stats: of its members on this site; nothing is told of others. counts: of them by status.
    sample: the oldest of them. rulings: first to last. in_force: the outcome for new members, '' for none yet.
    sequence: of the last ruling, 0 for none.
    """

    id: str
    site_id: str
    sentence: str
    campaign_stats: CampaignStats
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
    def held_with_ruling(self) -> int:
        """How many members wait with the ruling in force: held, and no reason to ask for another one."""
        is_settled = self.in_force in (Outcome.SPAM, Outcome.REJECT)
        is_asked = bool(self.rulings) and self.rulings[-1].reopened_at is not None
        return self.counts.get(Status.HELD, 0) if is_settled and not is_asked else 0

    @property
    def left_sentence(self) -> str:
        """'2 published earlier were left as they are.'; '' where a ruling of spam left none."""
        published = self.counts.get(Status.APPROVED, 0)
        if self.in_force not in (Outcome.SPAM, Outcome.REJECT) or not published:
            return ""
        were = "was left as it is" if published == 1 else "were left as they are"
        return f"{published:,} published earlier {were}: decide singly, if need be."

    @property
    def comments(self) -> int:
        """How many members are on this site."""
        return sum(self.counts.values())

    @property
    def is_lone(self) -> bool:
        """Whether a single comment of it is on this site: there it is a comment like any other."""
        return self.comments == 1


def waiting_campaigns(
    store: Store,
    site_id: str,
    now: int,
    limit: int = 10,
    *,
    ruled: bool = False,
    sample: int = SAMPLE_SIZE,
) -> list[CampaignCard]:
    """Campaigns that wait for a ruling, the one that has waited longest first.

    ruled: instead those that were ruled spam or rejected, and have members that are held with that ruling.
    sample: members with each.
    """
    with store.read() as connection:
        records = campaigns.with_held_comments(connection, site_id, limit, settled=ruled)
        return _cards(connection, records, site_id, now, sample)


def count_held_with_rulings(store: Store, site_id: str) -> int:
    """How many comments are held with campaigns that were ruled spam or rejected."""
    with store.read() as connection:
        return campaigns.count_settled_comments(connection, site_id)


def count_held_comments(store: Store, site_ids: Collection[str]) -> dict[str, int]:
    """How many comments are held as part of a campaign, by site, without sites that have none."""
    with store.read() as connection:
        return counts.held_in_campaigns(connection, site_ids)


def count_waiting(store: Store, site_id: str) -> int | None:
    """How many campaigns wait for a ruling, but for those of one comment on the site; None if the site never
    had a campaign.
    """
    with store.read() as connection:
        waiting = campaigns.count_with_held_comments(connection, site_id)
        if waiting or campaigns.newest(connection, site_id, "", 1):
            return waiting
    return None


def list_campaigns(
    store: Store,
    site_id: str,
    now: int,
    after: str = "",
    limit: int = 25,
    sample: int = SAMPLE_SIZE,
) -> list[CampaignCard]:
    """Every campaign of a site, newest first, past the campaign `after`. sample: members with each."""
    with store.read() as connection:
        records = campaigns.newest(connection, site_id, after, limit)
        return _cards(connection, records, site_id, now, sample)


def get_campaign(store: Store, site_id: str, campaign_id: str, now: int) -> CampaignCard:
    """One campaign. Raises NotFound for one without members on this site."""
    with store.read() as connection:
        record = campaigns.get(connection, campaign_id, site_id)
        if record is None:
            raise NotFound(NOT_FOUND)
        return _cards(connection, [record], site_id, now)[0]


def list_members(
    store: Store,
    site_id: str,
    campaign_id: str,
    after: str = "",
    limit: int = 25,
    *,
    only: str = "",
) -> list[QueueEntry]:
    """A campaign's members on a site past the comment `after`, oldest first. Raises NotFound.

    only: 'held', or 'filed' for those that the policy filed for what people decided; '' for all.
    """
    with store.read() as connection:
        if campaigns.get(connection, campaign_id, site_id) is None:
            raise NotFound(NOT_FOUND)
        ids = campaigns.member_ids(connection, campaign_id, site_id, after, limit, only)
        return queues.by_ids(connection, ids)


def count_filed(store: Store, site_id: str, campaign_id: str) -> int:
    """How many of a campaign's members on a site the policy filed, and no person."""
    with store.read() as connection:
        return campaigns.count_filed(connection, campaign_id, site_id)


def _cards(
    connection: Connection,
    records: Sequence[CampaignRecord],
    site_id: str,
    now: int,
    sample: int = SAMPLE_SIZE,
) -> list[CampaignCard]:
    ids = [record.id for record in records]
    counts_by_campaign = counts.of_campaigns(connection, site_id, ids)
    rulings_by_campaign = campaigns.rulings_by_campaign(connection, ids, site_id)
    sample_ids = {id: campaigns.member_ids(connection, id, site_id, "", sample) for id in ids}
    entries = queues.by_ids(connection, list(chain.from_iterable(sample_ids.values())))
    entries_by_id = {entry.id: entry for entry in entries}
    cards = []
    for record in records:
        stats, counts_here = record.campaign_stats, counts_by_campaign[record.id]
        if stats.sites > 1:
            stats = campaigns.stats_on_site(connection, record, site_id)
            stats = replace(stats, comments=sum(counts_here.values()))
        card = CampaignCard(
            id=record.id,
            site_id=site_id,
            sentence=describe_campaign(stats, record.first_seen_at, now),
            campaign_stats=stats,
            created_at=record.created_at,
            counts=counts_here,
            sample=tuple(entries_by_id[id] for id in sample_ids[record.id] if id in entries_by_id),
            rulings=tuple(rulings_by_campaign[record.id]),
        )
        cards.append(card)
    return cards


def exclude(
    store: Store, site_id: str, campaign_id: str, comment_ids: Collection[str], by: str = COMMAND
) -> int:
    """Takes members out; returns how many. They no longer resemble any other comment.

    Decisions about them stay. Raises NotFound unless all are members on this site.
    """
    with store.write() as connection:
        ids = _members_of(connection, site_id, campaign_id, comment_ids)
        sketches.forget(connection, ids)
        campaigns.recount(connection, campaign_id)
        facts = {"comments": len(ids)}
        audit.record(connection, by, Change.CAMPAIGN_EXCLUDED, site_id, campaign_id, None, facts)
    return len(ids)


def split(
    store: Store,
    site_id: str,
    campaign_id: str,
    comment_ids: Collection[str],
    by: str = COMMAND,
    *,
    now: int,
    entropy: Entropy,
) -> str:
    """Moves members to a new campaign; returns its id. The two never merge again.

    Raises NotFound unless all are members on this site.
    """
    new_id = timed_id("cmp", now, entropy(10))
    with store.write() as connection:
        ids = _members_of(connection, site_id, campaign_id, comment_ids)
        campaigns.split_off(connection, campaign_id, new_id, ids, now)
        facts = {"comments": len(ids), "into": new_id}
        audit.record(connection, by, Change.CAMPAIGN_SPLIT, site_id, campaign_id, None, facts)
    return new_id


def _members_of(
    connection: Connection, site_id: str, campaign_id: str, comment_ids: Collection[str]
) -> list[str]:
    """The comments' ids in order, each once, with the campaign locked. Raises NotFound."""
    if not campaigns.lock(connection, campaign_id):
        raise NotFound(NOT_FOUND)
    entries = queues.by_ids(connection, sorted(set(comment_ids)))
    ids = [
        entry.id
        for entry in entries
        if (entry.site_id, entry.campaign_id) == (site_id, campaign_id)
    ]
    if not ids or len(ids) != len(set(comment_ids)):
        raise NotFound("There is no such comment in this campaign.")
    return ids
