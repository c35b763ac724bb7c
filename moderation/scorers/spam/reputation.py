"""Reputation as signals: what this site's people decided before. The judge reads it; here it is only worded."""

from collections.abc import Iterator, Sequence

from moderation.domain.reputation import ReputationScore
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.site.filters import trusted_domains
from moderation.scorers.spam.links import under

NAME = "reputation"


class ReputationSignals:
    """Signals 0..1, each absent where people have decided nothing yet; the note has the counts.

    reputation: at least this share of what its author writes is approved; only where it is proved who
    that is. reputation_domain: the same of the linked domain with the worst name, of those that no filter trusts; reputation_network: of
    the sender's network. ill_author, ill_domain, ill_network: at least this share is not; absent where
    all was approved.
    """

    name = NAME

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [tuple(_signals(one)) for one in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return ()


def _signals(candidate: Candidate) -> Iterator[Signal]:
    known = candidate.history
    yield from _both("reputation", "ill_author", known.author)
    yield from _both("reputation_network", "ill_network", known.network)
    domains = [one for one in known.domains if one.repute]
    if any(one.repute.bad > 0 for one in domains):  # rare: then it is worth looking
        trusted = trusted_domains(candidate.filters.filters)
        domains = [one for one in domains if not under(one.name, trusted)]
    if domains:
        worst = max(domains, key=lambda one: (one.repute.distrust, -one.repute.trust))
        yield from _both("reputation_domain", "ill_domain", worst.repute, f"{worst.name}: ")


def _both(good: str, ill: str, repute: ReputationScore, whose: str = "") -> Iterator[Signal]:
    if not repute:
        return
    note = f"{whose}{repute.words}"[:160]
    yield Signal(good, repute.trust, NAME, note=note)
    if repute.bad > 0:
        yield Signal(ill, repute.distrust, NAME, note=note)
