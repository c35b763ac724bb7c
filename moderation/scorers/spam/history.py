"""Memory: what the store knows of a comment, as signals. The judge reads it; here it is only worded."""

from collections.abc import Iterator, Sequence

from moderation.domain.campaign import DAY
from moderation.domain.decision import Outcome
from moderation.domain.score import Candidate, Signal, Span

NAME = "memory"


class HistorySignals:
    """Signals, each absent where there is nothing to tell; none for a text that is not kept.

    campaign: how many comments say the same, this one included; the note tells from where.
    campaign_spam, campaign_approved: 1 where this site's people ruled so on its campaign; then only a
    campaign that was not approved counts as one. campaign_member_spam: 1 where they did not rule on it, but
    called a comment of it spam and approved none. campaign_elsewhere: 1 where another site's people
    called it spam. repeated, repeated_own: earlier comments of 30 days that are like it, by anybody
    and by the same address. new_domain: links to domains that were first seen within a day.
    """

    name = NAME

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [tuple(_signals(one)) for one in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return ()


def _signals(candidate: Candidate) -> Iterator[Signal]:
    known = candidate.history
    ruled = known.ruling.outcome
    if known.crowd and ruled != Outcome.APPROVE:
        yield _fact("campaign", known.crowd.comments, known.crowd.facts)
    if known.crowd and ruled in (Outcome.SPAM, Outcome.REJECT):
        yield _fact("campaign_spam", 1, ruled)
    if known.crowd and ruled == Outcome.APPROVE:
        yield _fact("campaign_approved", 1)
    if known.crowd and known.ruling.member:
        yield _fact("campaign_member_spam", 1)
    if known.crowd and known.ruling.elsewhere and not ruled:
        yield _fact("campaign_elsewhere", 1)
    if known.repeats:
        yield _fact("repeated", known.repeats)
    if known.own_repeats:
        yield _fact("repeated_own", known.own_repeats)
    new = [
        one.name
        for one in known.domains
        if _is_domain(one.name) and known.now - one.first_seen_at < DAY
    ]
    if new:
        yield _fact("new_domain", len(new), new[0])


def _is_domain(place: str) -> bool:
    """Not a video's path, which is new most of the time, nor a telephone number."""
    return "/" not in place and ":" not in place


def _fact(name: str, value: float, note: str = "") -> Signal:
    return Signal(name, float(value), NAME, note=note[:120])
