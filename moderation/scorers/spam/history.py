"""Signals from a comment's history: campaigns, repetitions, new domains. The judge reads it from the store."""

from collections.abc import Iterator

from moderation.domain.campaign_targets import contact_kind
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.score import Candidate, CommentScorer, Signal

NAME = "memory"  # of the scorer, in reasons, metrics and the log


class HistorySignals(CommentScorer):
    """Signals, each absent where it does not apply; none for a text that is not stored.

    campaign: how many comments say the same, this one included; the note says from where.
    campaign_spam, campaign_approved: 1 where this site's moderators decided so about its campaign; an
    approved campaign has no signal `campaign`. campaign_member_spam: 1 where they did not decide about it, but
    called a comment of it spam and approved none. campaign_elsewhere: 1 where another site's moderators
    called it spam. campaign_target: 1 where it shares a link target or a contact with comments of
    its campaign that this site's moderators called spam; the note is that target. repeated, repeated_own: earlier comments of 30 days that are like it, from anybody
    and from the same address. new_domain: links to domains that were first seen within a day.
    """

    name = NAME

    def signals(self, candidate: Candidate) -> Iterator[Signal]:
        return _signals(candidate)


def _signals(candidate: Candidate) -> Iterator[Signal]:
    history = candidate.history
    ruled = history.ruling.outcome
    if history.campaign_stats and ruled != Outcome.APPROVE:
        yield _signal("campaign", history.campaign_stats.comments, history.campaign_stats.facts)
    if history.campaign_stats and ruled in (Outcome.SPAM, Outcome.REJECT):
        yield _signal("campaign_spam", 1, ruled)
    if history.campaign_stats and ruled == Outcome.APPROVE:
        yield _signal("campaign_approved", 1)
    if history.campaign_stats and history.ruling.member:
        yield _signal("campaign_member_spam", 1)
    if history.campaign_stats and history.ruling.elsewhere and not ruled:
        yield _signal("campaign_elsewhere", 1)
    if history.campaign_stats and history.ruling.target:
        target = history.ruling.target
        # The comment shows which; only telephone numbers are kept as they are.
        note = target if target.startswith("tel:") else contact_kind(target) or target
        yield _signal("campaign_target", 1, note)
    if history.repeats:
        yield _signal("repeated", history.repeats)
    if history.own_repeats:
        yield _signal("repeated_own", history.own_repeats)
    new_domains = [
        domain.name
        for domain in history.domains
        if _is_domain(domain.name) and history.now - domain.first_seen_at < DAY_MS
    ]
    if new_domains:
        yield _signal("new_domain", len(new_domains), new_domains[0])


def _is_domain(target: str) -> bool:
    """Whether it is neither a path on a platform, which is mostly new, nor a phone number."""
    return "/" not in target and ":" not in target


def _signal(name: str, value: float, note: str = "") -> Signal:
    return Signal(name, float(value), NAME, note=note[:120])
