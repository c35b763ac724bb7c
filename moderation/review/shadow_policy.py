"""A candidate policy beside a site's own: started, compared, adopted or stopped. It never decides about a comment."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from moderation.domain.audit import Change
from moderation.domain.backtest import Agreement, OutcomeChange, Sample, Share
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import NotFound
from moderation.policies import read_policy
from moderation.review.site_policy import check_length, set_policy
from moderation.store import audit, shadow_policies
from moderation.store.shadow_policies import ShadowPolicy
from moderation.store.site_policies import PolicyVersion
from moderation.store.sql.engine import Store

SAMPLES = 5  # of each change
_FILED = frozenset({Outcome.REJECT, Outcome.SPAM})
_STOPPED = _FILED | {Outcome.HOLD}
_REMOVED = {Status.APPROVED: False, Status.REJECTED: True, Status.SPAM: True}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate beside the policy in force. examined: comments judged since it was started. decided: of these, those that a
    person published or removed. agreement: of the policy in force, and of the candidate.
    """

    candidate: ShadowPolicy
    examined: int
    changed: int
    decided: int
    changes: tuple[OutcomeChange, ...]
    agreement: tuple[Agreement, Agreement]


def start(store: Store, site_id: str, toml: str, who: str, *, now: int) -> ShadowPolicy:
    """Runs a policy beside the one in force, for comments that are judged from now on; instead of another candidate.

    who: the id of a moderator or key, or 'command'. now: ms. Raises Invalid, with the line and the reason.
    """
    policy = ShadowPolicy(site_id, read_policy(check_length(toml)).version, toml, who, now)
    with store.write() as connection:
        shadow_policies.start(connection, policy)
        what = {"version": policy.version}
        audit.record(connection, who, Change.POLICY_CANDIDATE_STARTED, site_id, "", None, what)
    return policy


def stop(store: Store, site_id: str, who: str) -> None:
    """Ends the candidate. Nothing happens where there is none. who: as in start()."""
    with store.write() as connection:
        if candidate := shadow_policies.of_site(connection, site_id):
            shadow_policies.stop(connection, site_id)
            what = {"version": candidate.version}
            audit.record(connection, who, Change.POLICY_CANDIDATE_ENDED, site_id, "", what)


def adopt(store: Store, site_id: str, version: str, who: str, *, now: int) -> PolicyVersion:
    """Puts the candidate in force. version: of the candidate that was seen. Raises NotFound where it is not that (any more)."""
    with store.read() as connection:
        candidate = shadow_policies.of_site(connection, site_id)
    if candidate is None or candidate.version != version:
        raise NotFound("This policy does not run beside the one in force.")
    adopted = set_policy(store, site_id, candidate.toml, who, now=now)
    stop(store, site_id, who)
    return adopted


def compare(store: Store, site_id: str) -> Comparison | None:
    """None where the site has no candidate."""
    with store.read() as connection:
        candidate = shadow_policies.of_site(connection, site_id)
        if candidate is None:
            return None
        counts: Counter[tuple[Outcome, Outcome, bool | None]] = Counter()
        for live, shadow, status, count in shadow_policies.counts(
            connection, site_id, candidate.version
        ):
            removed = _REMOVED.get(Status(status)) if status else None
            counts[Outcome(live), Outcome(shadow), removed] += count
        pairs: Counter[tuple[Outcome, Outcome]] = Counter()
        for (live, shadow, _), count in counts.items():
            if live is not shadow:
                pairs[live, shadow] += count
        changes = []
        for (live, shadow), count in pairs.most_common():
            newest = shadow_policies.samples(
                connection, site_id, candidate.version, live.value, shadow.value, SAMPLES
            )
            samples = tuple(
                Sample(id, Status(status), tuple(rules.split())) for id, status, rules in newest
            )
            rules = Counter(rule for sample in samples for rule in sample.rules)
            changes.append(OutcomeChange(live, shadow, count, dict(rules.most_common()), samples))
    said: list[tuple[Outcome, Outcome, bool, int]] = [
        (live, shadow, removed, count)
        for (live, shadow, removed), count in counts.items()
        if removed is not None
    ]
    return Comparison(
        candidate,
        counts.total(),
        pairs.total(),
        sum(count for *_, count in said),
        tuple(changes),
        (
            _agreement([(live, removed, count) for live, _, removed, count in said]),
            _agreement([(shadow, removed, count) for _, shadow, removed, count in said]),
        ),
    )


def _agreement(said: list[tuple[Outcome, bool, int]]) -> Agreement:
    all_removed = sum(count for _, removed, count in said if removed)

    def shares(outcomes: Collection[Outcome]) -> tuple[Share, Share]:
        meant = sum(count for outcome, _, count in said if outcome in outcomes)
        hits = sum(count for outcome, removed, count in said if removed and outcome in outcomes)
        return Share(hits, meant), Share(hits, all_removed)

    return Agreement(*shares(_STOPPED), *shares(_FILED))
