"""Signals from reputation: earlier decisions of this site's moderators. The judge reads it from the store."""

from collections.abc import Iterator

from moderation.domain.much_used_domains import is_much_used
from moderation.domain.reputation import ReputationScore
from moderation.domain.score import Candidate, CommentScorer, Signal
from moderation.scorers.site.trust import Trusted, TrustOfSites
from moderation.scorers.spam.links import under

NAME = "reputation"


class ReputationSignals(CommentScorer):
    """Signals 0..1, each absent where moderators have decided nothing yet; the note has the counts.

    reputation: at least this share of the author's comments is approved; only for a proved author; 1 for one that a filter
    trusts.
    reputation_domain: the same of the linked domain with the worst reputation that no filter trusts;
    reputation_network: of the sender's network. ill_author, ill_domain, ill_network: at least this share is
    not approved; absent where all was. much_used_domain: 1 where that of `ill_domain` is one that many
    people link to.
    """

    name = NAME

    def __init__(self) -> None:
        self._trust = TrustOfSites()

    def signals(self, candidate: Candidate) -> Iterator[Signal]:
        return _signals(candidate, self._trust.of(candidate.filters))


def _signals(candidate: Candidate, trusted: Trusted) -> Iterator[Signal]:
    history = candidate.history
    if trusted.has_author_of(candidate):
        yield Signal("reputation", 1.0, NAME, note="trusted by one of the site's filters")
    else:
        yield from _reputation_signals("reputation", "ill_author", history.author)
    yield from _reputation_signals("reputation_network", "ill_network", history.network)
    domains = [domain for domain in history.domains if domain.repute]
    if any(domain.repute.bad > 0 for domain in domains):
        domains = [domain for domain in domains if not under(domain.name, trusted.domains)]
    if domains:
        worst = max(domains, key=lambda domain: (domain.repute.distrust, -domain.repute.trust))
        yield from _reputation_signals(
            "reputation_domain", "ill_domain", worst.repute, f"{worst.name}: "
        )
        if worst.repute.bad > 0 and is_much_used(worst.name):
            yield Signal("much_used_domain", 1.0, NAME, note=worst.name[:160])


def _reputation_signals(
    trust_name: str, distrust_name: str, reputation: ReputationScore, prefix: str = ""
) -> Iterator[Signal]:
    if not reputation:
        return
    note = f"{prefix}{reputation.words}"[:160]
    yield Signal(trust_name, reputation.trust, NAME, note=note)
    if reputation.bad > 0:
        yield Signal(distrust_name, reputation.distrust, NAME, note=note)
