"""What the API takes in and gives out about policies."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.backtest import (
    Affected,
    Agreement,
    Backtest,
    NamedGroups,
    OutcomeChange,
    Share,
    Workload,
)
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.identity_terms import GroupName
from moderation.domain.policy_scopes import SCOPE_LENGTH
from moderation.review.policy_backtest import BACKTEST_DAYS
from moderation.review.site_policy import OVERRIDE_LIMIT, POLICY_LIMIT
from service.api import answers
from service.api.fields import StrictModel
from service.api.serializers import iso

_TOML = 'name = "herald"\nbased_on = "newsroom"\n\n[thresholds]\ntoxic = 0.4\n'
_SCOPE = "section:/sport"
ScopeText = Annotated[str, Field(max_length=SCOPE_LENGTH, examples=[_SCOPE])]
Toml = Annotated[str, Field(examples=[_TOML])]
PolicyText = Annotated[str, Field(min_length=1, max_length=POLICY_LIMIT, examples=[_TOML])]


class PolicyTrialIn(StrictModel):
    """policy: TOML, as in a file. scope: the part of the site that it would be for, "" the whole. days: of which comments are looked at."""

    policy: PolicyText
    scope: ScopeText = ""
    days: Annotated[int, Field(ge=1, le=365)] = BACKTEST_DAYS


class PolicyIn(StrictModel):
    """policy: TOML, as in a file; "" for the installation's or, with a scope, the site's. scope: a page (`page:URL`), a section (`section:/path`) or
    a language (`language:de`); "" for the whole site. override: why it is put in force although it misses its own bounds.
    """

    policy: Annotated[str, Field(max_length=POLICY_LIMIT, examples=[_TOML])]
    scope: ScopeText = ""
    override: Annotated[str, Field(max_length=OVERRIDE_LIMIT, examples=["A flood of threats."])] = (
        ""
    )


class PolicyVersionOut(TypedDict):
    """A policy that the site has had. number: 1, 2, 3 ... of all its policies. scope: "" the whole site. version: of its content; "default" where the
    site left it to the installation's, "site" where a scope was left to the site's. set_by: the id of a moderator or key, or
    `command`. toml: "" for these two.
    """

    number: answers.Count
    scope: ScopeText
    version: answers.Hash
    set_by: answers.PolicyOrPerson
    set_at: answers.Moment
    toml: Toml


class PolicyVersionList(TypedDict):
    """The newest first."""

    items: list[PolicyVersionOut]


class PolicyOut(TypedDict):
    """A policy. scope: `site` its own, `installation` that of sites without one; else the part of the site that it decides about, `section:/sport`.
    version: the first 12 hex digits of its content's SHA-256. in_force: whether it decides about comments of the site. error:
    why it cannot be read; then every comment is held, and name and version are null.
    """

    scope: ScopeText
    name: answers.PolicyOrPerson | None
    version: answers.Hash | None
    in_force: bool
    error: answers.Sentence | None
    toml: Toml


class PolicyList(TypedDict):
    """Policies: that of the whole site first, then the installation's, then those for parts of the site, the most specific first."""

    items: list[PolicyOut]


class PolicyNameOut(TypedDict):
    """A policy that was compared."""

    name: answers.PolicyOrPerson
    version: answers.Hash


class RuleCount(TypedDict):
    """How many comments the rules with a code make the difference for."""

    code: answers.ReasonCodeName
    count: answers.Count


class ChangedSampleOut(TypedDict):
    """A comment that would be decided otherwise. rules: that make the difference."""

    comment_id: answers.CommentId
    status: Status
    rules: list[answers.ReasonCodeName]


class ChangeOut(TypedDict):
    """Comments of which the policy in force makes `before`, and the one that is tried `after`. samples: the newest."""

    before: Outcome
    after: Outcome
    count: answers.Count
    rules: list[RuleCount]
    samples: list[ChangedSampleOut]


class ShareOut(TypedDict):
    """hits of count. share, low, high: with the 95 % interval; null where count is 0."""

    hits: answers.Count
    count: answers.Count
    share: answers.Probability | None
    low: answers.Probability | None
    high: answers.Probability | None


class AgreementOut(TypedDict):
    """Beside the moderators' decisions. precision: of what is kept from readers, what they removed; recall: of what they
    removed, what is kept from readers. filed_...: the same of what is rejected or spam.
    """

    precision: ShareOut
    recall: ShareOut
    filed_precision: ShareOut
    filed_recall: ShareOut


class WorkloadOut(TypedDict):
    """What waits for moderators, in all, a day on average and on the busiest; what is rejected or spam a day."""

    held: answers.Count
    held_a_day: Annotated[float, Field(examples=[12.5])]
    held_busiest_day: answers.Count
    filed_a_day: Annotated[float, Field(examples=[2.5])]


class PolicyEffect(TypedDict):
    """What one policy does."""

    agreement: AgreementOut
    workload: WorkloadOut


class AffectedOut(TypedDict):
    """A group of comments: of new or known authors, or in a language. stopped: kept from readers, by either policy."""

    kind: Literal["author", "language"]
    name: answers.Name
    comments: answers.Count
    changed: answers.Count
    stopped_before: answers.Count
    stopped_after: answers.Count


class NamedGroupOut(TypedDict):
    """A group of people that comments name, or `any`. changed, others: how many of the texts that were read, of comments that would be decided
    otherwise and of the others, name it. stopped, passed: of the changed ones that do, how many only the policy that is tried keeps from
    readers, and how many only the one in force.
    """

    name: GroupName
    changed: ShareOut
    others: ShareOut
    stopped: answers.Count
    passed: answers.Count


class NamedGroupsOut(TypedDict):
    """Which groups of people the texts name, by a list of words: of at most 2,000 comments that would be decided otherwise, and as many of the others. changed, others:
    how many of either kind were read.
    """

    changed: answers.Count
    others: answers.Count
    groups: list[NamedGroupOut]


class PolicyTrialOut(TypedDict):
    """A policy (`after`) beside the one in force (`before`), on what was measured of the site's comments. decided: comments
    that moderators decided for or against. not_as_recorded: comments that the policy of then decided otherwise than the
    one in force would.
    """

    tried: PolicyNameOut
    in_force: PolicyNameOut
    since: answers.Moment
    examined: answers.Count
    complete: bool
    changed: answers.Count
    decided: answers.Count
    not_as_recorded: answers.Count
    changes: list[ChangeOut]
    before: PolicyEffect
    after: PolicyEffect
    affected: list[AffectedOut]
    named: NamedGroupsOut


def policy_trial_out(found: Backtest) -> PolicyTrialOut:
    before, after = (
        _effect_out(*each) for each in zip(found.agreement, found.workload, strict=True)
    )
    [in_force] = found.in_force
    return {
        "tried": {"name": found.tried.name, "version": found.tried.version},
        "in_force": {"name": in_force.name, "version": in_force.version},
        "since": iso(found.since),
        "examined": found.examined,
        "complete": found.complete,
        "changed": found.changed,
        "decided": found.decided,
        "not_as_recorded": found.not_as_recorded,
        "changes": [change_out(change) for change in found.changes],
        "before": before,
        "after": after,
        "affected": [_affected_out(group) for group in found.affected],
        "named": _named_out(found.named),
    }


def _effect_out(agreement: Agreement, workload: Workload) -> PolicyEffect:
    return {
        "agreement": agreement_out(agreement),
        "workload": {
            "held": workload.held,
            "held_a_day": round(workload.held_a_day, 2),
            "held_busiest_day": workload.held_busiest_day,
            "filed_a_day": round(workload.filed_a_day, 2),
        },
    }


def agreement_out(agreement: Agreement) -> AgreementOut:
    return {
        "precision": share_out(agreement.precision),
        "recall": share_out(agreement.recall),
        "filed_precision": share_out(agreement.filed_precision),
        "filed_recall": share_out(agreement.filed_recall),
    }


def share_out(share: Share) -> ShareOut:
    low, high = share.interval or (None, None)
    return {
        "hits": share.hits,
        "count": share.count,
        "share": share.share,
        "low": low,
        "high": high,
    }


def change_out(change: OutcomeChange) -> ChangeOut:
    return {
        "before": change.before,
        "after": change.after,
        "count": change.count,
        "rules": [{"code": code, "count": count} for code, count in change.rules.items()],
        "samples": [
            {"comment_id": sample.comment_id, "status": sample.status, "rules": list(sample.rules)}
            for sample in change.samples
        ],
    }


def _affected_out(group: Affected) -> AffectedOut:
    return {
        "kind": "author" if group.kind == "author" else "language",
        "name": group.name,
        "comments": group.comments,
        "changed": group.changed,
        "stopped_before": group.stopped_before,
        "stopped_after": group.stopped_after,
    }


def _named_out(named: NamedGroups) -> NamedGroupsOut:
    return {
        "changed": named.changed,
        "others": named.others,
        "groups": [
            {
                "name": group.name,
                "changed": share_out(group.changed),
                "others": share_out(group.others),
                "stopped": group.stopped,
                "passed": group.passed,
            }
            for group in named.groups
        ],
    }
