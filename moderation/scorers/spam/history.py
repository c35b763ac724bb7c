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
        return [tuple(_signals(candidate)) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return ()


def _signals(candidate: Candidate) -> Iterator[Signal]:
    history = candidate.history
    ruled = history.ruling.outcome
    if history.crowd and ruled != Outcome.APPROVE:
        yield _signal("campaign", history.crowd.comments, history.crowd.facts)
    if history.crowd and ruled in (Outcome.SPAM, Outcome.REJECT):
        yield _signal("campaign_spam", 1, ruled)
    if history.crowd and ruled == Outcome.APPROVE:
        yield _signal("campaign_approved", 1)
    if history.crowd and history.ruling.member:
        yield _signal("campaign_member_spam", 1)
    if history.crowd and history.ruling.elsewhere and not ruled:
        yield _signal("campaign_elsewhere", 1)
    if history.repeats:
        yield _signal("repeated", history.repeats)
    if history.own_repeats:
        yield _signal("repeated_own", history.own_repeats)
    new_domains = [
        domain.name
        for domain in history.domains
        if _is_domain(domain.name) and history.now - domain.first_seen_at < DAY
    ]
    if new_domains:
        yield _signal("new_domain", len(new_domains), new_domains[0])


def _is_domain(target: str) -> bool:
    """Not a video's path, which is new most of the time, nor a telephone number."""
    return "/" not in target and ":" not in target


def _signal(name: str, value: float, note: str = "") -> Signal:
    return Signal(name, float(value), NAME, note=note[:120])
