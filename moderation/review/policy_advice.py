"""Advises thresholds to a site from what its own people decided; reads, and changes nothing."""

import hashlib
import math
from dataclasses import replace

from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.policy import Condition, Policy, Rule
from moderation.domain.policy_advice import MISSES, Advice, Looked, Newest, advise
from moderation.domain.policy_edit import thresholds_of
from moderation.domain.policy_replay import PolicyReplay
from moderation.domain.policy_scopes import ScopedPolicy
from moderation.review.past_decisions import LookedAt, past_in_scope
from moderation.review.sample_weights import SampleWeights
from moderation.review.score_histograms import HISTOGRAM_DAYS, HISTOGRAM_LIMIT
from moderation.store.past_judgements import PastJudgement
from moderation.store.sql.engine import Store

ADVICE_DAYS = 365
ADVICE_LIMIT = 10_000  # decided comments: half a second


def policy_advice(
    store: Store,
    site_id: str,
    policy: Policy,
    *,
    now: int,
    scope: ScopedPolicy | None = None,
    misses: int = MISSES,
    limit: int = ADVICE_LIMIT,
) -> list[Advice]:
    """Advice for each threshold of a policy that holds by a score, from the comments that it decides about. scope: that the policy is
    for, None for the whole site. misses: at most one in so many is accepted.

    What people said in the weekly sample counts as if they had decided so; together these stand for all that they were drawn from.
    A decision says something about a rule where no other rule stops the comment: only there the threshold decides.
    """
    wanted = [
        threshold
        for threshold in thresholds_of(policy)
        if _rule(policy, threshold.code).outcome is Outcome.HOLD
    ]
    codes = {threshold.code: threshold.signal for threshold in wanted}
    open_policy = replace(policy, rules=tuple(_opened(rule, codes) for rule in policy.rules))
    replay = PolicyReplay((policy, open_policy))

    def scores_alone(past: PastJudgement) -> tuple[dict[str, float], bool]:
        """The scores of the rules that alone could stop a comment; and whether any rule in force does."""
        verdict, opened = replay.verdicts(past.signals, past.failed)
        in_force = {reason.code for reason in verdict.reasons}
        values = dict(past.signals)
        return {
            code: float(values[codes[code]])
            for code in {reason.code for reason in opened.reasons} & codes.keys()
            if not in_force - {code}
        }, bool(in_force)

    def note(past: PastJudgement, removed: bool, stands_for: float | None) -> None:
        for code, score in scores_alone(past)[0].items():
            looked[code].append(Looked(score, removed, _chooses(past.comment_id), stands_for))

    looked: dict[str, list[Looked]] = {code: [] for code in codes}
    newest: dict[str, list[float]] = {code: [] for code in codes}
    stopped, count = dict.fromkeys(codes, 0), 0
    with store.read() as connection:
        since = _first_id(now, ADVICE_DAYS)
        decided = past_in_scope(connection, site_id, scope, since, limit, by_people=True)
        people = LookedAt()
        weights = SampleWeights(connection, site_id)
        known = [
            (past, removed)
            for past in decided
            if not weights.is_sampled(past.comment_id)
            and (removed := people.removed(past)) is not None
        ]
        counting = weights.counting(connection, [past for past, _ in known])
        for past, removed in known:
            if past.comment_id in counting:
                note(past, removed, None)
        # Else only what was held is known, and a threshold's misses are what nobody looked at. All of them: each stands for others.
        sampled = weights.sampled
        for past in past_in_scope(connection, site_id, scope, "", len(sampled), among=sampled):
            id = past.comment_id
            note(past, weights.removed(id), weights.stands_for(id))
        since = _first_id(now, HISTOGRAM_DAYS)
        for past in past_in_scope(connection, site_id, scope, since, HISTOGRAM_LIMIT):
            count += 1
            alone, is_stopped = scores_alone(past)
            for code in codes:
                if code in alone:
                    newest[code].append(alone[code])
                elif is_stopped:
                    stopped[code] += 1
    return [
        advise(
            each.code,
            each.signal,
            each.value,
            looked[each.code],
            Newest(newest[each.code], stopped[each.code], count),
            misses,
        )
        for each in wanted
    ]


def _rule(policy: Policy, code: str) -> Rule:
    return next(rule for rule in policy.rules if rule.code == code)


def _opened(rule: Rule, codes: dict[str, str]) -> Rule:
    """A rule that any score meets, as long as its other conditions are met."""
    if rule.code not in codes:
        return rule
    first = Condition(rule.conditions[0].signals, -math.inf)
    return replace(rule, conditions=(first, *rule.conditions[1:]))


def _first_id(now: int, days: int) -> str:
    return timed_id("cmt", max(0, now - days * DAY_MS), bytes(10))


def _chooses(comment_id: str) -> bool:
    """Half of the comments, always the same ones."""
    return hashlib.sha256(comment_id.encode()).digest()[0] % 2 == 0
