"""How many comments each stands for that people looked at: what a machine published is seen in a drawn sample, what it held is seen whole."""

from collections.abc import Collection, Mapping

from moderation.domain.decision import Outcome
from moderation.domain.samples import Verdict, week_of
from moderation.review.past_decisions import recorded_decision
from moderation.store import samples
from moderation.store.past_judgements import PastJudgement
from moderation.store.samples import Sampled
from moderation.store.sql.engine import Connection

_SURE = {Verdict.PUBLISH: False, Verdict.REMOVE: True}


class SampleWeights:
    """Of one site. Where no week was sampled, each comment that people decided about stands for itself; else only comments of sampled weeks
    count, so that what was held and what was published are of the same time.
    """

    def __init__(
        self, connection: Connection, site_id: str, decided: Collection[PastJudgement]
    ) -> None:
        """decided: the comments that a person has decided about."""
        self._weeks = samples.weeks(connection, site_id)
        self._drawn = samples.drawn(connection, site_id)
        self._decided = {past.comment_id for past in decided}
        alone = [past.comment_id for past in decided if self._weeks and _by_machine_alone(past)]
        self._first_decided: Mapping[str, int] = samples.first_decided(connection, alone)

    @property
    def blind(self) -> Collection[str]:
        """The drawn comments that somebody was sure about blind, and that nobody has decided about, which would say more."""
        return {
            id
            for id, drawn in self._drawn.items()
            if drawn.verdict in _SURE and id not in self._decided
        }

    def removed_blind(self, past: PastJudgement) -> bool | None:
        """Whether who looked at it blind would remove it; None where it was changed since."""
        drawn = self._drawn[past.comment_id]
        return _SURE[Verdict(drawn.verdict)] if drawn.revision == past.revision else None

    def counts(self, past: PastJudgement) -> bool:
        """Whether it may count: not where others stand for it, nor in a week without a sample."""
        if not self._weeks:
            return True
        if drawn := self._drawn.get(past.comment_id):
            return self._rate(drawn) is not None
        week = self._weeks.get(week_of(past.created_at))
        if week is None:
            return False
        if not _by_machine_alone(past):
            return True
        # Of what a machine alone had decided when the week was drawn the drawn ones tell; what readers reported since would
        # make them look worse. What a person had decided about by then was not among them.
        return self._first_decided.get(past.comment_id, week.drawn_at) < week.drawn_at

    def stands_for(self, past: PastJudgement) -> float | None:
        """How many comments; None for itself alone, for all like it were looked at. Only of what counts."""
        drawn = self._drawn.get(past.comment_id)
        return self._rate(drawn) if drawn else None

    def _rate(self, drawn: Sampled) -> float | None:
        week = self._weeks.get(drawn.week)
        return week.stands_for.get(drawn.machine) if week else None


def _by_machine_alone(past: PastJudgement) -> bool:
    """Whether a machine published or filed it without a person."""
    decision = recorded_decision(past)
    return decision is not None and decision.outcome != Outcome.HOLD
