"""What the store knows about a comment beyond its text; scorers turn it into signals."""

from dataclasses import dataclass

from moderation.domain.campaign import NO_RULING, CampaignStats, Ruling
from moderation.domain.reputation import NO_REPUTATION, ReputationScore


@dataclass(frozen=True, slots=True)
class LinkedDomain:
    """A domain that a comment links to. first_seen_at: ms, on any site of this installation. repute: its
    reputation, by this site's moderators.
    """

    name: str
    first_seen_at: int
    repute: ReputationScore = NO_REPUTATION


@dataclass(frozen=True, slots=True)
class History:
    """Of one candidate. campaign_stats: counts of its campaign, None where it is in none. ruling: what moderators
    decided about the campaign. repeats: similar comments of the last 30 days; own_repeats: those
    from the same address. author, network: reputations, by this site's moderators, of the author, where
    their identity is proved, and of the network. now: when this was read, ms.
    """

    now: int = 0
    campaign_id: str = ""
    campaign_stats: CampaignStats | None = None
    ruling: Ruling = NO_RULING
    repeats: int = 0
    own_repeats: int = 0
    domains: tuple[LinkedDomain, ...] = ()
    author: ReputationScore = NO_REPUTATION
    network: ReputationScore = NO_REPUTATION


NO_HISTORY = History()
