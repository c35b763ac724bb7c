"""What a backtest shows: a policy beside those in force, on comments of the past."""

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.identity_terms import GroupName
from moderation.domain.wilson import wilson_interval


@dataclass(frozen=True, slots=True)
class PolicyName:
    """A policy that was compared. site_id: whose, '' of the one that is tried."""

    name: str
    version: str
    site_id: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A comment that would be decided otherwise. rules: codes that make the difference. text: '' unless asked for."""

    comment_id: str
    status: Status
    rules: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """Comments of which one policy makes this and the other that. rules: how often each code makes the difference."""

    before: Outcome
    after: Outcome
    count: int
    rules: Mapping[str, int]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """hits of count, with the 95 % interval (Wilson); the three are None where count is 0."""

    hits: int
    count: int

    @property
    def share(self) -> float | None:
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(self.hits, self.count) if self.count else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A policy beside the moderators. precision: of what it keeps from readers and somebody decided, what they removed;
    recall: of what they removed, what it keeps from readers. filed: the same of what it files (reject, spam) alone.
    """

    precision: Share
    recall: Share
    filed_precision: Share
    filed_recall: Share


@dataclass(frozen=True, slots=True)
class Workload:
    """What a policy makes wait, in all and a day on average, and on the day with the most; and what it files a day."""

    held: int
    held_a_day: float
    held_busiest_day: int
    filed_a_day: float


@dataclass(frozen=True, slots=True)
class Affected:
    """A group of comments. kind: author (new, known) or language. stopped: held or filed, by either policy."""

    kind: str
    name: str
    comments: int
    changed: int
    stopped_before: int
    stopped_after: int


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A group of people that texts name. changed, others: how many of the comments read that would be
    decided otherwise, and of the others, name it. stopped, passed: of the changed ones that do, how many only the policy that is
    tried keeps from readers, and how many only the one in force.
    """

    name: GroupName
    changed: Share
    others: Share
    stopped: int
    passed: int


@dataclass(frozen=True, slots=True)
class NamedGroups:
    """What comments name, as far as they were read. changed, others: how many of either kind were."""

    changed: int
    others: int
    groups: tuple[NamedGroup, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """A policy beside those in force. since: ms. examined: comments; complete: whether those were all.

    decided: how many of them people decided for or against. not_as_recorded: how many the policy in force would decide
    otherwise than the policy of then did. Pairs: by the policies in force, by the one that is tried.
    """

    tried: PolicyName
    in_force: tuple[PolicyName, ...]
    since: int
    examined: int
    complete: bool
    changed: int
    decided: int
    not_as_recorded: int
    changes: tuple[OutcomeChange, ...]
    agreement: tuple[Agreement, Agreement]
    workload: tuple[Workload, Workload]
    affected: tuple[Affected, ...]
    named: NamedGroups
