"""Of each rule of a policy: what it decided alone, and how often people decided otherwise later."""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from moderation.domain.backtest import Share
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.policy import Policy
from moderation.domain.policy_edit import thresholds_of
from moderation.domain.policy_scopes import ScopedPolicy
from moderation.domain.reason_codes import CIRCUMSTANCES
from moderation.domain.statement_csv import plain_cell
from moderation.review.past_decisions import LookedAt, past_in_scope, recorded_decision
from moderation.review.samples import BlindEstimate
from moderation.store.past_judgements import PastJudgement
from moderation.store.sql.engine import Store

ERRORS_DAYS = 90
ERRORS_LIMIT = 100_000  # comments
# As decisions.add_findings() and reasons_json() write them.
_MODEL = re.compile(r'\{"name": "([^"]*)", "value": [^,}]+, "scorer": "[^"]*", "model": "([^"]+)"')
_LABEL = re.compile(r'"label": "([^"]+)"')
_CODE = re.compile(r'\{"code": "([a-z0-9_]+)"')  # as decisions.reasons_json() writes it
_OF_SHARES = ("", " of", " from", " to")
_CSV = (
    "what",
    "name",
    "model",
    "gave a reason",
    "alone",
    *(f"wrongly held{part}" for part in _OF_SHARES),
    *(f"wrongly passed{part}" for part in _OF_SHARES),
)


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
class ScoreErrors:
    """One score as one version of a model gave it. wrongly_held: of the comments that rules on it stopped and people looked at, those
    that they approved. wrongly_passed: of the comments that it measured, the policy approved and people looked at, those that
    they removed and to whose threshold it had come nearest.
    """

    label: str
    model: str
    wrongly_held: Share
    wrongly_passed: Share


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Comments that no rule stopped, and that were held for where, when or how they came: in closed hours, on a premoderated page. held: how
    many. published: of these that people looked at, those that they approved; that is no error of anything.
    """

    code: str
    held: int
    published: Share


@dataclass(frozen=True, slots=True)
class PolicyErrors:
    """since: ms. examined: comments that a policy decided about; complete: whether those were all. stopped, passed: errors of
    the policy as a whole, without what circumstances held. rules: those that decided most first. scores: those that stopped most
    first. circumstances: those that held most first.
    """

    since: int
    examined: int
    complete: bool
    wrongly_held: Share
    wrongly_passed: Share
    rules: tuple[RuleErrors, ...]
    scores: tuple[ScoreErrors, ...]
    circumstances: tuple[Circumstance, ...] = ()


def policy_errors(
    store: Store,
    site_id: str,
    policy: Policy,
    *,
    scope: ScopedPolicy | None = None,
    now: int,
    days: int = ERRORS_DAYS,
    limit: int = ERRORS_LIMIT,
) -> PolicyErrors:
    """Beside what people have decided since: reports that they upheld are removals, appeals that they granted approvals.

    policy: in force, by whose thresholds a comment that was passed wrongly is given to a rule. scope: that it is for, None for the whole
    site; only comments count that it decides about. now: ms.
    """
    fired: Counter[str] = Counter()
    passed_nearest: Counter[str] = Counter()
    whole, alone, circumstances, scores = _Counts(), _Counts(), _Counts(), _Scores()
    passed = examined = looked = 0
    people = LookedAt()
    since = max(0, now - days * DAY_MS)
    with store.read() as connection:
        first_id = timed_id("cmt", since, bytes(10))
        for past in past_in_scope(connection, site_id, scope, first_id, limit):
            looked += 1
            decision = recorded_decision(past)
            if decision is None:
                continue
            examined += 1
            removed = people.removed(past)
            codes = set(_CODE.findall(decision.reasons_json))
            if decision.outcome == Outcome.APPROVE:
                if removed is not None:
                    passed += 1
                    code, signal = _nearest(policy, past)
                    passed_nearest.update([code] if removed else [])
                    scores.passed(past, signal if removed else "")
            elif codes and codes <= CIRCUMSTANCES:
                circumstances.add(codes, removed)
            else:
                fired.update(codes)
                whole.add([_WHOLE], removed)
                alone.add(codes if len(codes) == 1 else (), removed)
                if removed is not None:
                    scores.stopped(past, decision.reasons_json, removed)
    codes_found = (fired.keys() | passed_nearest.keys()) - {""}
    return PolicyErrors(
        since,
        examined,
        looked < limit,
        whole.approved(_WHOLE),
        Share(passed_nearest.total(), passed),
        tuple(
            RuleErrors(
                code,
                fired[code],
                alone.stopped[code],
                alone.approved(code),
                Share(passed_nearest[code], passed),
            )
            for code in sorted(
                codes_found, key=lambda code: (-alone.stopped[code], -fired[code], code)
            )
        ),
        scores.result(),
        tuple(
            Circumstance(code, count, circumstances.approved(code))
            for code, count in sorted(
                circumstances.stopped.items(), key=lambda item: (-item[1], item[0])
            )
        ),
    )


_WHOLE = ""  # in the place of a rule's code


class _Counts:
    """By code: comments that were stopped, those of them that people looked at, and those that they approved."""

    def __init__(self) -> None:
        self.stopped: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._approved: Counter[str] = Counter()

    def add(self, codes: Collection[str], removed: bool | None) -> None:
        """removed: what people said, None where they said nothing."""
        self.stopped.update(codes)
        if removed is not None:
            self._seen.update(codes)
            self._approved.update(() if removed else codes)

    def approved(self, code: str) -> Share:
        return Share(self._approved[code], self._seen[code])


class _Scores:
    """Counts by label and model version."""

    def __init__(self) -> None:
        self._stopped: Counter[tuple[str, str]] = Counter()
        self._approved: Counter[tuple[str, str]] = Counter()
        self._passed: Counter[tuple[str, str]] = Counter()
        self._removed: Counter[tuple[str, str]] = Counter()

    def stopped(self, past: PastJudgement, reasons_json: str, removed: bool) -> None:
        labels = set(_LABEL.findall(reasons_json))
        found = [pair for pair in _MODEL.findall(past.signals_json) if pair[0] in labels]
        self._stopped.update(found)
        self._approved.update(() if removed else found)

    def passed(self, past: PastJudgement, nearest: str) -> None:
        """nearest: the signal that came nearest to stopping what people removed, '' where they did not."""
        found = _MODEL.findall(past.signals_json)
        self._passed.update(found)
        self._removed.update(pair for pair in found if pair[0] == nearest)

    def result(self) -> tuple[ScoreErrors, ...]:
        known = self._stopped.keys() | self._removed.keys()
        return tuple(
            ScoreErrors(
                *score,
                Share(self._approved[score], self._stopped[score]),
                Share(self._removed[score], self._passed[score]),
            )
            for score in sorted(known, key=lambda score: (-self._stopped[score], score))
        )


def _nearest(policy: Policy, past: PastJudgement) -> tuple[str, str]:
    """The rule to whose threshold a comment's score comes nearest, in shares of it, and that signal; '' where nothing was measured."""
    values = dict(past.signals)
    near = [
        (float(values[threshold.signal]) / threshold.value, threshold.code, threshold.signal)
        for threshold in thresholds_of(policy)
        if threshold.signal in values
    ]
    return max(near)[1:] if near else ("", "")


def csv_of(found: PolicyErrors, blind: BlindEstimate) -> str:
    """A line for the policy as a whole, for the weekly sample, for each rule, for each score of a model, and for each circumstance, of which the
    comments that it held stand as those that it decided alone (RFC 4180). Of each share hits, of how many, and its 95 % interval, 0..1.
    """
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(_CSV)
    rows: list[tuple[tuple[str | int, ...], Share, Share]] = [
        (("policy", "", "", found.examined, ""), found.wrongly_held, found.wrongly_passed),
        (("weekly sample", "", "", "", ""), blind.wrongly_rejected, blind.wrongly_passed),
    ]
    rows += [
        (("rule", rule.code, "", rule.fired, rule.alone), rule.wrongly_held, rule.wrongly_passed)
        for rule in found.rules
    ]
    rows += [
        (("score", score.label, score.model, "", ""), score.wrongly_held, score.wrongly_passed)
        for score in found.scores
    ]
    rows += [
        (
            ("held without a rule", circumstance.code, "", circumstance.held, circumstance.held),
            circumstance.published,
            Share(0, 0),
        )
        for circumstance in found.circumstances
    ]
    for cells, held, passed in rows:
        named = (plain_cell(cell) if isinstance(cell, str) else cell for cell in cells)
        writer.writerow((*named, *_share_cells(held), *_share_cells(passed)))
    return lines.getvalue()


def _share_cells(share: Share) -> tuple[object, ...]:
    low, high = share.interval or (None, None)
    return share.hits, share.count, *("" if n is None else round(n, 5) for n in (low, high))
