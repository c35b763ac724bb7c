"""What the store knows of a comment beyond its text; scorers turn it into signals."""

from dataclasses import dataclass

from moderation.domain.campaign import NO_RULING, Crowd, Ruling


@dataclass(frozen=True, slots=True)
class LinkedDomain:
    """A domain that a comment links to. first_seen_at: ms, by any site of this installation."""

    name: str
    first_seen_at: int


@dataclass(frozen=True, slots=True)
class History:
    """Of one candidate. crowd: those it is like, None unless they are a campaign. ruling: what people
    said of it. repeats: earlier comments of the last 30 days that are like it; own_repeats: those of
    them from the same author or address. now: when this was read, ms.
    """

    now: int = 0
    campaign_id: str = ""
    crowd: Crowd | None = None
    ruling: Ruling = NO_RULING
    repeats: int = 0
    own_repeats: int = 0
    domains: tuple[LinkedDomain, ...] = ()


NO_HISTORY = History()
