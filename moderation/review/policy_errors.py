"""The error ledger: what each rule decided alone, and how often people decided otherwise later."""

import re
from collections import Counter
from dataclasses import dataclass

from moderation.domain.backtest import Share
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.policy import Policy
from moderation.domain.policy_edit import thresholds_of
from moderation.review.past_decisions import LookedAt, recorded_decision
from moderation.store.past_judgements import PastJudgement, past_judgements
from moderation.store.sql.engine import Store

ERRORS_DAYS = 90
ERRORS_LIMIT = 100_000  # comments
_CODE = re.compile(r'\{"code": "([a-z0-9_]+)"')  # as decisions.reasons_json() writes it


@dataclass(frozen=True, slots=True)
class RuleErrors:
    """One rule's code. fired: comments of which it was a reason. alone: of these, where it was the only one. wrongly_held: of
    the comments that it stopped alone and people looked at, those that they approved. wrongly_passed: of the comments
    that the policy approved and people looked at later, those that they removed and to whose threshold this rule's score
    had come nearest.
    """

    code: str
    fired: int
    alone: int
    wrongly_held: Share
    wrongly_passed: Share


@dataclass(frozen=True, slots=True)
class PolicyErrors:
    """since: ms. examined: comments that a policy decided about; complete: whether those were all. stopped, passed: errors of
    the policy as a whole. rules: those that decided most first.
    """

    since: int
    examined: int
    complete: bool
    wrongly_held: Share
    wrongly_passed: Share
    rules: tuple[RuleErrors, ...]


def policy_errors(
    store: Store,
    site_id: str,
    policy: Policy,
    *,
    now: int,
    days: int = ERRORS_DAYS,
    limit: int = ERRORS_LIMIT,
) -> PolicyErrors:
    """Beside what people have decided since: reports that they upheld are removals, appeals that they granted approvals.

    policy: in force, by whose thresholds a comment that was passed wrongly is given to a rule. now: ms.
    """
    fired: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    seen_alone: Counter[str] = Counter()  # by people
    approved_alone: Counter[str] = Counter()
    passed_nearest: Counter[str] = Counter()
    stopped = approved = passed = examined = looked = 0
    people = LookedAt()
    since = max(0, now - days * DAY_MS)
    with store.read() as connection:
        first_id = timed_id("cmt", since, bytes(10))
        for past in past_judgements(connection, {site_id}, first_id, limit):
            looked += 1
            decision = recorded_decision(past)
            if decision is None:
                continue
            examined += 1
            removed = people.removed(past)
            if decision.outcome == Outcome.APPROVE:
                if removed is not None:
                    passed += 1
                    passed_nearest.update([_nearest(policy, past)] if removed else [])
                continue
            codes = set(_CODE.findall(decision.reasons_json))
            fired.update(codes)
            alone.update(codes if len(codes) == 1 else ())
            if removed is not None:
                stopped += 1
                approved += not removed
                if len(codes) == 1:
                    seen_alone.update(codes)
                    approved_alone.update(() if removed else codes)
    codes_found = (fired.keys() | passed_nearest.keys()) - {""}
    return PolicyErrors(
        since,
        examined,
        looked < limit,
        Share(approved, stopped),
        Share(passed_nearest.total(), passed),
        tuple(
            RuleErrors(
                code,
                fired[code],
                alone[code],
                Share(approved_alone[code], seen_alone[code]),
                Share(passed_nearest[code], passed),
            )
            for code in sorted(codes_found, key=lambda code: (-alone[code], -fired[code], code))
        ),
    )


def _nearest(policy: Policy, past: PastJudgement) -> str:
    """The rule to whose threshold a comment's score comes nearest, in shares of it; '' where nothing was measured."""
    values = dict(past.signals)
    near = [
        (float(values[each.signal]) / each.value, each.code)
        for each in thresholds_of(policy)
        if each.signal in values
    ]
    return max(near)[1] if near else ""
