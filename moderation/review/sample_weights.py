"""How many comments each stands for that people looked at: what a machine published is seen in a drawn sample, what it held is seen whole."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from moderation.domain.decision import Outcome, in_effect
from moderation.domain.samples import Verdict, week_of
from moderation.review.past_decisions import LookedAt, recorded_decision
from moderation.store import samples
from moderation.store.past_judgements import PastJudgement, past_judgements
from moderation.store.samples import Sampled
from moderation.store.sql.engine import Connection

_SURE = {Verdict.PUBLISH: False, Verdict.REMOVE: True}


class SampleWeights:
    """Of one site. Where no week was sampled, each comment that people decided about stands for itself; else only comments of sampled weeks
    count, so that what was held and what was published are of the same time.

    Of a sample count those that somebody was sure about blind, and whose text is still that one; a week's comments are shared among
    exactly these. Any other drawn comment is as if it were not drawn: what is reported and removed is not one of many like it.
    """

    def __init__(self, connection: Connection, site_id: str) -> None:
        drawn = samples.drawn(connection, site_id)
        sure = {id for id, each in drawn.items() if each.verdict in _SURE}
        self._said: dict[str, bool] = {}
        for past in past_judgements(connection, {site_id}, "", len(sure), among=sure):
            removed = _removed(past, drawn[past.comment_id])
            if removed is not None:
                self._said[past.comment_id] = removed
        looked = Counter((drawn[id].week, drawn[id].machine) for id in self._said)
        weeks = samples.weeks(connection, site_id)
        # A week tells where some of what a machine had approved was looked at, or it had approved none.
        self._drawn_at = {
            week: each.drawn_at
            for week, each in weeks.items()
            if looked[week, "approve"] or not each.approved
        }
        self._stands_for: Mapping[str, float] = {
            id: weeks[week].drawn_from(machine) / looked[week, machine]
            for id in self._said
            if (week := drawn[id].week) in self._drawn_at and (machine := drawn[id].machine)
        }

    @property
    def sampled(self) -> Collection[str]:
        """The comments of the sample that count."""
        return self._stands_for if self._drawn_at else self._said

    def is_sampled(self, comment_id: str) -> bool:
        """Whether the sample says what it is, however it counts."""
        return comment_id in self._said

    def removed(self, comment_id: str) -> bool:
        """Of a sampled comment: whether people would remove it, by a later decision about it alone, else by what was said blind."""
        return self._said[comment_id]

    def stands_for(self, comment_id: str) -> float | None:
        """Of a sampled comment that counts: for how many; None for itself alone, where no week was sampled."""
        return self._stands_for.get(comment_id)

    def counting(self, connection: Connection, decided: Sequence[PastJudgement]) -> set[str]:
        """Those that count, each for itself, of comments that a person has decided about and the sample says nothing of."""
        if not self._drawn_at:
            return {past.comment_id for past in decided}
        alone = {past.comment_id for past in decided if _by_machine_alone(past)}
        first_decided = samples.first_decided(connection, sorted(alone))
        counting = set()
        for past in decided:
            id = past.comment_id
            drawn_at = self._drawn_at.get(week_of(past.created_at))
            if drawn_at is None:
                continue
            # Of what a machine alone had decided when the week was drawn the drawn ones tell; what readers reported since would
            # make them look worse. What a person had decided about by then was not among them.
            if id not in alone or first_decided.get(id, drawn_at) < drawn_at:
                counting.add(id)
        return counting


def _removed(past: PastJudgement, drawn: Sampled) -> bool | None:
    """None where the text was changed since."""
    if drawn.revision != past.revision:
        return None
    decision = in_effect(past.decisions)
    if decision is not None and not decision.campaign_id:
        removed = LookedAt().removed(past)
        if removed is not None:
            return removed
    return _SURE[Verdict(drawn.verdict)]


def _by_machine_alone(past: PastJudgement) -> bool:
    """Whether a machine published or filed it without a person."""
    decision = recorded_decision(past)
    return decision is not None and decision.outcome != Outcome.HOLD
