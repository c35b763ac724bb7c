"""Checks a run in the database: nothing lost, decided twice or approved without a score."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from harness.load import percentile
from moderation.domain.decision import ActorKind, Outcome
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import comments, decisions, findings, pending

NEEDED = "toxicity"  # the score without which nothing may be approved


@dataclass
class History:
    """What happened to the comments of a run.

    moments: when each was accepted and first decided, ms. outcomes: of the first decisions. lost:
    answered with 202 but not stored or not decided. strays: stored without a 202. doubled: decided more
    than once. gaps: with a sequence other than 1..n. unmeasured: approved without the score that approval
    needs. waiting: how many are still to be judged.
    """

    moments: list[tuple[int, int]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    waiting: int = 0

    @property
    def faultless(self) -> bool:
        wrong = (self.lost, self.strays, self.doubled, self.gaps, self.unmeasured)
        return not any(wrong) and not self.waiting

    def at(self, share: float) -> float:
        """The ms from accepted to decided that this share of comments stays below; 0.5: the median."""
        return percentile(
            [decided_at - accepted_at for accepted_at, decided_at in self.moments], share
        )


def read_history(store: Store, accepted: Collection[str], since: int = 0) -> History:
    """The history of the comments submitted at or after `since` (ms). accepted: the ids in the 202s.

    No scorer may fail in such a run: judging a comment again would count as a second decision.
    """
    history = History()
    with store.read() as connection:
        stored = {
            row.id: row.created_at
            for row in connection.execute(
                sa.select(comments.c.id, comments.c.created_at).where(
                    comments.c.created_at >= since
                )
            )
        }
        decided: dict[str, list[sa.Row[tuple[object, ...]]]] = {}
        for row in connection.execute(
            sa.select(decisions).order_by(decisions.c.comment_id, decisions.c.sequence)
        ):
            decided.setdefault(row.comment_id, []).append(row)
        measured = {
            row.comment_id
            for row in connection.execute(
                sa.select(findings.c.comment_id).where(
                    findings.c.signals_json.contains(f'"name": "{NEEDED}"')
                )
            )
        }
        history.waiting = connection.scalar(sa.select(sa.func.count()).select_from(pending)) or 0
    history.lost = [id for id in accepted if id not in stored or id not in decided]
    history.strays = sorted(set(stored) - set(accepted))
    for id, created_at in stored.items():
        rows = decided.get(id, [])
        if not rows:
            continue
        history.moments.append((created_at, rows[0].created_at))
        history.outcomes[rows[0].outcome] += 1
        if [row.sequence for row in rows] != list(range(1, len(rows) + 1)):
            history.gaps.append(id)
        if len(rows) > 1:
            history.doubled.append(id)
        approved = any(
            row.outcome == Outcome.APPROVE and row.actor_kind == ActorKind.POLICY for row in rows
        )
        if approved and id not in measured:
            history.unmeasured.append(id)
    return history
