"""What the API gives out about a policy's record: advice, and its errors."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.policy_advice import Advice, Effect, in_words
from moderation.review.policy_errors import PolicyErrors
from moderation.review.samples import BlindEstimate
from service.api import answers
from service.api.policy_schemas import ShareOut, share_out
from service.api.serializers import iso

ThresholdValue = Annotated[float, Field(examples=[0.72])]


class EffectOut(TypedDict):
    """What a threshold does. held: of the newest comments, by the whole policy. missed: of those that it would publish and people
    looked at, what they removed. sentence: both in words.
    """

    threshold: ThresholdValue
    held: ShareOut
    missed: ShareOut
    sentence: answers.Sentence


class PolicyAdviceOut(TypedDict):
    """code: of the rule. signal: the score. decisions, removed: of people, where no other rule stopped the comment.
    more_decisions, more_removed: so many are missing. now: the threshold in force.
    """

    code: answers.ReasonCodeName
    signal: answers.Name
    decisions: answers.Count
    removed: answers.Count
    more_decisions: answers.Count
    more_removed: answers.Count
    now: EffectOut
    better: EffectOut | None


class PolicyAdviceList(TypedDict):
    """In the order of the rules."""

    items: list[PolicyAdviceOut]


class RuleErrorsOut(TypedDict):
    """fired: comments of which the rule was a reason. alone: of these, where it was the only one. wrongly_held: of those that
    it stopped alone and people looked at, what they approved. wrongly_passed: of what the policy approved and people
    looked at, what they removed and this rule's score came nearest to stopping.
    """

    code: answers.ReasonCodeName
    fired: answers.Count
    alone: answers.Count
    wrongly_held: ShareOut
    wrongly_passed: ShareOut


class ScoreErrorsOut(TypedDict):
    """One score by one version of a model. wrongly_held: of the comments that rules on it stopped and people looked at, what they
    approved. wrongly_passed: of those that it measured, the policy approved and people looked at, what they removed and it came
    nearest to stopping.
    """

    label: answers.Name
    model: answers.Name
    wrongly_held: ShareOut
    wrongly_passed: ShareOut


class BlindSampleOut(TypedDict):
    """Of the comments of the last twelve weeks' samples that people were sure about without knowing what was decided: what was approved
    and they would remove, and what was rejected or filed and they would publish. size: of a week's sample, 0 for none.
    """

    wrongly_passed: ShareOut
    wrongly_rejected: ShareOut
    unsure: answers.Count
    gone: answers.Count
    waiting: answers.Count
    size: answers.Count


class CircumstanceOut(TypedDict):
    """Comments that no rule stopped, held for where, when or how they came: `closed_hours`, `premoderated`, `unproven`, `parent_held`,
    `parent_removed`. published: of these that people looked at, what they approved; it counts as nobody's error.
    """

    code: answers.ReasonCodeName
    held: answers.Count
    published: ShareOut


class PolicyErrorsOut(TypedDict):
    """examined: comments that a policy decided about; complete: whether those were all. wrongly_held, wrongly_passed: of the
    whole policy, without what circumstances held.
    """

    since: answers.Moment
    examined: answers.Count
    complete: bool
    wrongly_held: ShareOut
    wrongly_passed: ShareOut
    rules: list[RuleErrorsOut]
    scores: list[ScoreErrorsOut]
    circumstances: list[CircumstanceOut]
    blind_sample: BlindSampleOut


def advice_out(advice: Advice) -> PolicyAdviceOut:
    return {
        "code": advice.code,
        "signal": advice.signal,
        "decisions": advice.decisions,
        "removed": advice.removed,
        "more_decisions": advice.more_decisions,
        "more_removed": advice.more_removed,
        "now": _effect_out(advice.now),
        "better": _effect_out(advice.better) if advice.better else None,
    }


def _effect_out(effect: Effect) -> EffectOut:
    return {
        "threshold": effect.threshold,
        "held": share_out(effect.held),
        "missed": share_out(effect.missed),
        "sentence": in_words(effect),
    }


def errors_out(found: PolicyErrors, blind: BlindEstimate) -> PolicyErrorsOut:
    return {
        "since": iso(found.since),
        "examined": found.examined,
        "complete": found.complete,
        "wrongly_held": share_out(found.wrongly_held),
        "wrongly_passed": share_out(found.wrongly_passed),
        "rules": [
            {
                "code": rule.code,
                "fired": rule.fired,
                "alone": rule.alone,
                "wrongly_held": share_out(rule.wrongly_held),
                "wrongly_passed": share_out(rule.wrongly_passed),
            }
            for rule in found.rules
        ],
        "scores": [
            {
                "label": score.label,
                "model": score.model,
                "wrongly_held": share_out(score.wrongly_held),
                "wrongly_passed": share_out(score.wrongly_passed),
            }
            for score in found.scores
        ],
        "circumstances": [
            {
                "code": circumstance.code,
                "held": circumstance.held,
                "published": share_out(circumstance.published),
            }
            for circumstance in found.circumstances
        ],
        "blind_sample": {
            "wrongly_passed": share_out(blind.wrongly_passed),
            "wrongly_rejected": share_out(blind.wrongly_rejected),
            "unsure": blind.unsure,
            "gone": blind.gone,
            "waiting": blind.waiting,
            "size": blind.size,
        },
    }
