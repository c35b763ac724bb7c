"""Statements of reasons: what was decided against a comment, and why, for its writer (EU DSA, Art. 17).

Made from the decisions alone: codes in words, without thresholds and sentences of rules, which may name what others
wrote; and without who decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.appeal import Appeal, AppealState, appealable_from
from moderation.domain.decision import ActorKind, Decision, Outcome, Reason, in_effect
from moderation.domain.event import iso, to_datetime
from moderation.domain.labels import label_of
from moderation.domain.reason_codes import ReasonCode

# What stood in the place of a reason's name before sites had lists of reasons.
_NAMELESS = "Decided by a moderator."
_CODES_OF_MACHINES = frozenset(ReasonCode) - {ReasonCode.SPAM}
# How it was decided, which is no reason.
_HOW = frozenset({ReasonCode.TAKEN_BACK, ReasonCode.BULK_DECIDED, ReasonCode.CAMPAIGN_DECIDED})
_ILLEGAL = "illegal"  # a moderator's code, as readers may report it
_DECISIONS = {
    Outcome.REJECT: ("rejected", "Readers do not see it."),
    Outcome.SPAM: ("marked as spam", "Readers do not see it."),
    Outcome.HOLD: ("held back", "Readers do not see it until a person approves it."),
}
_ANSWERS = {
    AppealState.OPEN: "An appeal against this waits for an answer.",
    AppealState.UPHELD: "It was looked at again on appeal, and stands.",
    AppealState.OVERTURNED: "It was overturned on appeal.",
    AppealState.CLOSED: "An appeal against this was closed without an answer.",
}


class Ground(StrEnum):
    """What the decision rests on."""

    SITE_RULES = "site_rules"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Fact:
    """A reason. automated: whether a machine found it."""

    code: str
    words: str
    automated: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """outcome: any but approve. decided_at: ms. automated_detection, automated_decision: whether machines found what speaks
    against the comment, and decided. appeal: what became of one, None where there was none. appeal_from: ms, from when on
    there can be one; None where there was. sentence: a moderator's, to the writer; '' for none.
    """

    comment_id: str
    sequence: int
    revision: int
    outcome: Outcome
    decided_at: int
    facts: tuple[Fact, ...]
    ground: Ground
    automated_detection: bool
    automated_decision: bool
    appeal: AppealState | None
    appeal_from: int | None
    site_name: str
    sentence: str = ""

    @property
    def effect(self) -> str:
        return _DECISIONS[self.outcome][1]

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in plain words."""
        found = ", ".join(fact.words for fact in self.facts if fact.automated)
        said = ", ".join(fact.words for fact in self.facts if not fact.automated)
        law = "the law: it was judged to be illegal content"
        ground = law if self.ground is Ground.LAW else f"the rules for comments of {self.site_name}"
        detected = "automated means" if self.automated_detection else "people"
        decided = "automated means" if self.automated_decision else "a person"
        return (
            f"The comment was {_DECISIONS[self.outcome][0]} on {_day(self.decided_at)}. {self.effect}",
            *([f"Found by automated means: {found}."] if found else []),
            *([f"Reason: {said}."] if said else []),
            *([f"From the moderators: {self.sentence}"] if self.sentence else []),
            *([] if self.facts or self.sentence else ["No particular reason was recorded."]),
            f"Ground: {ground}.",
            f"Detected by {detected}, decided by {decided}.",
            self._redress(),
        )

    def _redress(self) -> str:
        court = "Going to a court remains possible."
        if self.appeal is not None:
            return f"{_ANSWERS[self.appeal]} {court}"
        who = "A person" if self.automated_decision else "Another person than the one who decided"
        wait = f" from {_day(self.appeal_from)} on" if self.outcome is Outcome.HOLD and self.appeal_from else ""  # fmt: skip
        return (
            f"The writer may appeal once{wait}, with the token of the receipt. "
            f"{who} then looks at it. {court}"
        )


def statement_of(
    history: Sequence[Decision], site_name: str, appeals: Sequence[Appeal] = ()
) -> Statement | None:
    """The statement for the last decision; None where nothing was decided against the comment.

    history: first to last. appeals: of the comment.
    """
    if not history or history[-1].outcome is Outcome.APPROVE:
        return None
    decision = history[-1]
    counts = in_effect(history) or decision
    facts = _facts(history, counts)
    appeal = next(
        (appeal for appeal in reversed(appeals) if appeal.answers_for(decision.sequence)), None
    )
    since = appealable_from(decision.outcome, decision.created_at)
    return Statement(
        decision.comment_id,
        decision.sequence,
        decision.revision,
        decision.outcome,
        decision.created_at,
        facts,
        Ground.LAW if any(fact.code == _ILLEGAL for fact in facts) else Ground.SITE_RULES,
        any(fact.automated for fact in facts),
        counts.actor.kind is ActorKind.POLICY,
        appeal.state if appeal else None,
        None if appeal else since,
        site_name,
        counts.sentence,
    )


def statement_data(statement: Statement) -> dict[str, object]:
    """A statement as JSON values, as it is given out by the API and in events."""
    start = statement.appeal_from
    path = f"/api/v1/comments/{statement.comment_id}/appeal"
    return {
        "comment_id": statement.comment_id,
        "sequence": statement.sequence,
        "revision": statement.revision,
        "decision": statement.outcome.value,
        "decided_at": iso(statement.decided_at),
        "effect": statement.effect,
        "facts": [
            {"code": fact.code, "words": fact.words, "automated": fact.automated}
            for fact in statement.facts
        ],
        "ground": statement.ground.value,
        "automated_detection": statement.automated_detection,
        "automated_decision": statement.automated_decision,
        "appeal": statement.appeal.value if statement.appeal else None,
        "appeal_from": iso(start) if start is not None else None,
        "appeal_path": path if start is not None else None,
        "sentence": statement.sentence or None,
        "sentences": list(statement.sentences),
    }


def _facts(history: Sequence[Decision], counts: Decision) -> tuple[Fact, ...]:
    """The reasons of the decision that counts, and what a machine had found before a person decided."""
    found = [counts]
    if counts.actor.kind is ActorKind.MODERATOR:
        found += [
            decision
            for decision in history
            if decision.actor.kind is ActorKind.POLICY
            and decision.revision == counts.revision
            and decision.sequence < counts.sequence
            and decision.outcome is not Outcome.APPROVE
        ][-1:]
    facts: dict[str, Fact] = {}
    for decision in found:
        is_machine = decision.actor.kind is ActorKind.POLICY
        for reason in decision.reasons:
            if reason.code not in _HOW:
                automated = is_machine and reason.code != ReasonCode.REPORTED
                facts.setdefault(
                    reason.code, Fact(reason.code, _words(decision, reason), automated)
                )
    return tuple(facts.values())


def _words(decision: Decision, reason: Reason) -> str:
    """A reason of the site's list by the name it had when it was chosen; any other by its code in words."""
    is_chosen = decision.actor.kind is ActorKind.MODERATOR and reason.code not in _CODES_OF_MACHINES
    return reason.message if is_chosen and reason.message != _NAMELESS else label_of(reason.code)


def _day(time: int | None) -> str:
    moment = to_datetime(time or 0)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
