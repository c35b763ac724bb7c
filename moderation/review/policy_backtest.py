"""What another policy would have made of the comments of the last weeks, by what was measured then; nothing is stored."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from moderation.domain.backtest import (
    Affected,
    Agreement,
    Backtest,
    NamedGroups,
    OutcomeChange,
    PolicyName,
    Sample,
    Share,
    Workload,
)
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.policy import GRAVITY, Policy, PolicyVerdict, in_closed_hours
from moderation.domain.policy_replay import PolicyReplay
from moderation.domain.policy_scopes import WHOLE_SITE, ScopedPolicy, place_of
from moderation.domain.reason_codes import ReasonCode
from moderation.policies.scoped import SitePolicies
from moderation.review.named_groups import Spread, count_named
from moderation.review.past_decisions import recorded_decision, removed_by_person
from moderation.store import past_judgements, policy_scopes, queues
from moderation.store.past_judgements import PastDecision, PastJudgement
from moderation.store.sql.engine import Store

BACKTEST_DAYS = 30
BACKTEST_LIMIT = 500_000  # comments, whose ids are in memory
SAMPLES = 5  # of each change
_CHECKED_EVERY = 500  # comments

_FILED = frozenset({Outcome.REJECT, Outcome.SPAM})
_STOPPED = _FILED | {Outcome.HOLD}
# What held a comment whatever the policy said of it, as decisions.reasons_json() writes it.
_HELD_BY_PLACE = tuple(
    f'"code": "{code}"'
    for code in (
        ReasonCode.PREMODERATED,
        ReasonCode.UNPROVEN,
        ReasonCode.PARENT_HELD,
        ReasonCode.PARENT_REMOVED,
    )
)
_GAVE_UP = f'"code": "{ReasonCode.SCORING_FAILED}"'


def backtest(
    store: Store,
    policy: Policy | None,
    default: Policy,
    site_ids: Collection[str],
    since: int,
    *,
    scope: ScopedPolicy | None = None,
    now: int,
    limit: int = BACKTEST_LIMIT,
    show_text: bool = False,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Backtest:
    """Applies a policy to what was measured of decided comments since `since` (ms), the newest first.

    policy: instead of the site's or, with a scope, of that one's; None for none there. What other scopes decide about stays with
    their policies; with a scope, only comments are looked at that it decides about. default: in force for sites without one
    of their own. site_ids: () for all sites. It stops, incomplete, after `limit` comments and once is_cancelled() is true.
    """
    complete = True
    with store.read() as connection:
        in_force = policy_scopes.policies_of_sites(connection, site_ids, default)
        tally = _Tally(in_force, policy, scope)
        first_id = timed_id("cmt", max(0, since), bytes(10))
        found = past_judgements.past_judgements(
            connection, site_ids, first_id, limit, with_places=tally.needs_places
        )
        for past in found:
            if tally.looked_at % _CHECKED_EVERY == 0 and is_cancelled():
                complete = False
                break
            tally.add(past)
        named = count_named(connection, tally.changed, tally.unchanged, is_cancelled)
        texts = {}
        if show_text:
            ids = [sample.comment_id for samples in tally.samples.values() for sample in samples]
            texts = {entry.id: entry.text for entry in queues.by_ids(connection, ids)}
    return tally.result(since, now, complete and tally.looked_at < limit, texts, named)


class _Kind(NamedTuple):
    """What is counted of a comment. removed: by a moderator, None where none decided. day: since 1970."""

    before: Outcome
    after: Outcome
    removed: bool | None
    day: int
    as_recorded: bool
    author: str
    language: str


class _Tally:
    """What has been looked at so far: how many comments of each kind, and some of those that change."""

    def __init__(
        self,
        in_force: Mapping[str, SitePolicies],
        policy: Policy | None,
        scope: ScopedPolicy | None,
    ) -> None:
        self._in_force, self._policy = in_force, policy
        self._scope = scope.scope if scope else WHOLE_SITE
        self._tried = {
            id: each.without(self._scope) if policy is None else each.with_policy(policy, scope)
            for id, each in in_force.items()
        }
        self._replays: dict[tuple[int, int], PolicyReplay] = {}
        self._plain: dict[str, PolicyReplay] = {}  # by site
        self.looked_at = self.examined = self._oldest = 0
        self._kinds: Counter[_Kind] = Counter()
        self._rules: dict[tuple[Outcome, Outcome], Counter[str]] = {}
        self.samples: dict[tuple[Outcome, Outcome], list[Sample]] = {}
        self.changed, self.unchanged = Spread(), Spread()
        every = [*in_force.values(), *self._tried.values()]
        self.needs_places = (
            self._scope != WHOLE_SITE
            or any(each.are_scoped for each in every)
            or any(policy.closed_hours for each in every for policy in each.policies)
        )

    def add(self, past: PastJudgement) -> None:
        self.looked_at += 1
        if self.needs_places:
            placed = self._placed_verdicts(past)
            if placed is None:
                return
            verdicts = placed
        else:
            replay = self._plain.get(past.site_id) or self._plain_replay(past.site_id)
            verdicts = replay.verdicts(past.signals, past.failed)
        recorded = recorded_decision(past)
        before, after = _outcome(verdicts[0], recorded), _outcome(verdicts[1], recorded)
        self.examined += 1
        self._oldest = past.created_at
        kind = _Kind(
            before,
            after,
            removed_by_person(past),
            past.created_at // DAY_MS,
            recorded is None or recorded.outcome == before,
            "known" if past.has("reputation") else "new",
            past.language or "unknown",
        )
        self._kinds[kind] += 1
        if before is not after:
            self._note_change(past, before, after, verdicts)
        else:
            self.unchanged.add(past.comment_id)

    def _plain_replay(self, site_id: str) -> PolicyReplay:
        """Of a site with one policy that is open at all hours."""
        pair = [each[site_id].whole_site.policy for each in (self._in_force, self._tried)]
        replay = self._plain[site_id] = self._replay(*pair)
        return replay

    def _placed_verdicts(self, past: PastJudgement) -> Sequence[PolicyVerdict] | None:
        """What both policies make of a comment where it stands, and when it came in; None where the scope has nothing to do with it."""
        place, language = place_of(past.page_id, past.page_url), past.language
        before, after = (
            each[past.site_id].of_place(place, language) for each in (self._in_force, self._tried)
        )
        if self._scope and self._scope not in (before.scope, after.scope):
            return None
        verdicts = self._replay(before.policy, after.policy).verdicts(past.signals, past.failed)
        return [
            in_closed_hours(verdict, each.hours, past.came_in)
            for verdict, each in zip(verdicts, (before, after), strict=True)
        ]

    def _replay(self, before: Policy, after: Policy) -> PolicyReplay:
        key = (id(before), id(after))  # a broken one has the version of its default
        if key not in self._replays:
            self._replays[key] = PolicyReplay((before, after))
        return self._replays[key]

    def _note_change(
        self,
        past: PastJudgement,
        before: Outcome,
        after: Outcome,
        verdicts: Sequence[PolicyVerdict],
    ) -> None:
        self.changed.add(past.comment_id, (after in _STOPPED) - (before in _STOPPED))
        key = (before, after)
        codes = [{reason.code for reason in verdict.reasons} for verdict in verdicts]
        graver, milder = codes[::-1] if GRAVITY[after] > GRAVITY[before] else codes
        rules = tuple(sorted(graver - milder or graver))
        self._rules.setdefault(key, Counter()).update(rules)
        samples = self.samples.setdefault(key, [])
        if len(samples) < SAMPLES:
            samples.append(Sample(past.comment_id, Status(past.status), rules))

    def _count(self, wanted: Callable[[_Kind], object]) -> int:
        return sum(count for kind, count in self._kinds.items() if wanted(kind))

    def result(
        self,
        since: int,
        now: int,
        complete: bool,
        texts: Mapping[str, str],
        named: NamedGroups,
    ) -> Backtest:
        changes: Counter[tuple[Outcome, Outcome]] = Counter()
        for kind, count in self._kinds.items():
            if kind.before is not kind.after:
                changes[kind.before, kind.after] += count
        days = max(1.0, (now - (since if complete else self._oldest)) / DAY_MS)
        return Backtest(
            tried=self._named_trial(),
            in_force=tuple(
                PolicyName(policy.name, policy.version, site_id)
                for site_id, each in sorted(self._in_force.items())
                for policy in (each.of_scope(self._scope) or each.whole_site.policy,)
            ),
            since=since,
            examined=self.examined,
            complete=complete,
            changed=changes.total(),
            decided=self._count(lambda kind: kind.removed is not None),
            not_as_recorded=self._count(lambda kind: not kind.as_recorded),
            changes=tuple(
                OutcomeChange(
                    *key,
                    count,
                    dict(self._rules[key].most_common()),
                    tuple(
                        replace(each, text=texts.get(each.comment_id, ""))
                        for each in self.samples[key]
                    ),
                )
                for key, count in changes.most_common()
            ),
            agreement=(self._agreement("before"), self._agreement("after")),
            workload=(self._workload("before", days), self._workload("after", days)),
            affected=(*self._affected("author"), *self._affected("language")),
            named=named,
        )

    def _named_trial(self) -> PolicyName:
        policy = self._policy or next(iter(self._tried.values())).whole_site.policy
        return PolicyName(policy.name, policy.version)

    def _agreement(self, side: str) -> Agreement:
        """side: before or after."""
        all_removed = self._count(lambda kind: kind.removed)

        def shares(outcomes: Collection[Outcome]) -> tuple[Share, Share]:
            def is_meant(kind: _Kind) -> bool:
                return kind.removed is not None and getattr(kind, side) in outcomes

            hits = self._count(lambda kind: kind.removed and is_meant(kind))
            return Share(hits, self._count(is_meant)), Share(hits, all_removed)

        return Agreement(*shares(_STOPPED), *shares(_FILED))

    def _workload(self, side: str, days: float) -> Workload:
        held: Counter[int] = Counter()
        for kind, count in self._kinds.items():
            if getattr(kind, side) is Outcome.HOLD:
                held[kind.day] += count
        filed = self._count(lambda kind: getattr(kind, side) in _FILED)
        return Workload(
            held.total(), held.total() / days, max(held.values(), default=0), filed / days
        )

    def _affected(self, group: str) -> Iterator[Affected]:
        """group: author or language."""
        for name in sorted({getattr(kind, group) for kind in self._kinds}):
            kinds = {
                kind: count for kind, count in self._kinds.items() if getattr(kind, group) == name
            }
            yield Affected(
                group,
                name,
                sum(kinds.values()),
                sum(count for kind, count in kinds.items() if kind.before is not kind.after),
                sum(count for kind, count in kinds.items() if kind.before in _STOPPED),
                sum(count for kind, count in kinds.items() if kind.after in _STOPPED),
            )


def _outcome(verdict: PolicyVerdict, recorded: PastDecision | None) -> Outcome:
    """What would have become of the comment: its page or what it answers may have held it anyway."""
    if recorded is None or not recorded.reasons_json:
        return verdict.outcome
    if _GAVE_UP in recorded.reasons_json:
        return Outcome.HOLD
    if verdict.outcome is Outcome.APPROVE and any(
        held in recorded.reasons_json for held in _HELD_BY_PLACE
    ):
        return Outcome.HOLD
    return verdict.outcome
