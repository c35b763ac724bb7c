"""What the store knows of a comment beyond its text; scorers turn it into signals."""

from dataclasses import dataclass

from moderation.domain.campaign import NO_RULING, CampaignStats, Ruling
from moderation.domain.reputation import NO_REPUTATION, ReputationScore


@dataclass(frozen=True, slots=True)
class LinkedDomain:
    """A domain that a comment links to. first_seen_at: ms, by any site of this installation. repute: what
    this site's people said of comments that link there.
    """

    name: str
    first_seen_at: int
    repute: ReputationScore = NO_REPUTATION


@dataclass(frozen=True, slots=True)
class History:
    """Of one candidate. crowd: those it is like, None unless they are a campaign. ruling: what people
    said of it. repeats: earlier comments of the last 30 days that are like it; own_repeats: those of
    them from the same address. author, network: what this site's people said of comments of
    the same author, where it is proved who that is, and from the same network. now: when this was read, ms.
    """

    now: int = 0
    campaign_id: str = ""
    crowd: CampaignStats | None = None
    ruling: Ruling = NO_RULING
    repeats: int = 0
    own_repeats: int = 0
    domains: tuple[LinkedDomain, ...] = ()
    author: ReputationScore = NO_REPUTATION
    network: ReputationScore = NO_REPUTATION


NO_HISTORY = History()
