"""Decisions and findings: append-only rows, and the projection of the latest on the comment."""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason, in_effect
from moderation.domain.event import Event, EventComment, EventType, change_event, decision_event
from moderation.domain.score import Findings, Signal, Span
from moderation.store import appeals, held_ranks, proposals, search_index
from moderation.store.sql.dialect import execute, fetch, insert_rows, update_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import comment_reasons, comments, decisions, findings

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a comment stands, read under a lock before something is decided about it."""

    comment_id: str
    status: Status
    page: Mapping[str, object]
    site_id: str
    revision: int
    sequence: int
    decided_by: str
    parent_id: str

    def next_decision(
        self,
        outcome: Outcome,
        actor: Actor,
        reasons: tuple[Reason, ...],
        now: int,
        **others: Any,
    ) -> Decision:
        """The decision that follows in the comment's history. now: ms. others: further fields of Decision."""
        return Decision(
            self.comment_id,
            self.sequence + 1,
            self.revision,
            outcome,
            actor,
            reasons,
            now,
            **others,
        )

    def event(self, decision: Decision) -> Event:
        """The event of a decision about the comment."""
        return decision_event(decision, self._in_events(), self.status)

    def change_event(
        self, type: EventType, by: str, status: Status, now: int, revision: int | None = None
    ) -> Event:
        """The event of a change without a decision, which takes the next number of the history. status: after
        it. revision: the new one, None where the text stays. by: as in domain.event.change_event. now: ms.
        """
        return change_event(
            type,
            by,
            self._in_events(),
            self.status,
            status,
            self.sequence + 1,
            revision or self.revision,
            now,
        )

    def _in_events(self) -> EventComment:
        return EventComment(self.comment_id, self.site_id, self.page, self.parent_id)


_STANDINGS = """
    SELECT c.id, c.status, p.url, p.title, p.title_verified, p.external_id, c.site_id, c.revision, c.sequence, c.decided_by, c.parent_id
    FROM comments c JOIN pages p ON p.id = c.page_id
    WHERE c.id AMONG :ids ORDER BY c.id FOR UPDATE OF c
"""


def standings(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Standing]:
    """The comments' standings; the rows stay locked, in one order for all, until the commit."""
    rows = fetch(connection, _STANDINGS, ids=list(comment_ids))
    return {
        id: Standing(
            id,
            Status(status),
            {"url": url, "title": title, "title_verified": bool(verified), "id": external_id},
            *values,
        )
        for id, status, url, title, verified, external_id, *values in rows
    }


def append(
    connection: Connection,
    new_decisions: Sequence[Decision],
    standings: Mapping[str, Standing],
    measured: Mapping[str, Findings] | None = None,
) -> None:
    """Adds decisions, at most one for each comment, moves the comments' projections along and answers their appeals and proposals.

    standings: of these comments, by id, locked. measured: what was measured last of all those that are held, by id, where that is at
    hand; it is read otherwise.
    """
    if not new_decisions:
        return
    insert_rows(
        connection,
        decisions,
        [
            row_of(
                decision,
                decisions,
                actor_kind=decision.actor.kind,
                actor_id=decision.actor.id,
                actor_version=decision.actor.version,
                actor_scope=decision.actor.scope,
                reasons_json=reasons_json(decision.reasons),
            )
            for decision in new_decisions
        ],
    )
    update_rows(
        connection,
        comments,
        "id",
        [
            {
                "id": decision.comment_id,
                "status": decision.status.value,
                "sequence": decision.sequence,
                "decided_by": decision.actor.kind.value,
            }
            for decision in new_decisions
        ],
    )
    _replace_reasons(connection, new_decisions, standings)
    held_ids = [decision.comment_id for decision in new_decisions if decision.status is Status.HELD]
    if held_ids:
        if measured is None:
            measured = newest_findings(connection, held_ids)
        ranked = {id: measured.get(id, Findings()) for id in held_ids}
        held_ranks.put(connection, ranked)
    appeals.settle(connection, new_decisions)
    proposals.settle(connection, new_decisions)
    decided_first = [decision.comment_id for decision in new_decisions if decision.sequence == 1]
    search_index.note_due(connection, decided_first)


def _replace_reasons(
    connection: Connection, new_decisions: Sequence[Decision], standings: Mapping[str, Standing]
) -> None:
    """Comments are found by the reasons of their latest decisions and, where these go back to another, by those of that."""
    counting = in_effect_now(connection, new_decisions)
    decided_before = [decision.comment_id for decision in new_decisions if decision.sequence > 1]
    forget_reasons(connection, decided_before)
    insert_rows(
        connection,
        comment_reasons,
        [
            {
                "comment_id": decision.comment_id,
                "code": code,
                "site_id": standings[decision.comment_id].site_id,
                "status": decision.status.value,
            }
            for decision in new_decisions
            for code in dict.fromkeys(
                reason.code
                for each in (decision, counting[decision.comment_id])
                if each and each.revision == decision.revision  # others are about another text
                for reason in each.reasons
            )
        ],
    )


def forget_reasons(connection: Connection, comment_ids: Sequence[str]) -> None:
    """The comments are no longer found by any reason, nor ranked by any score."""
    held_ranks.forget(connection, comment_ids)
    if comment_ids:
        query = "DELETE FROM comment_reasons WHERE comment_id AMONG :ids"
        execute(connection, query, ids=list(comment_ids))


def forget_messages(connection: Connection, comment_ids: Collection[str], instead: str) -> None:
    """Replaces the sentences of the policy's reasons, and their places in the text: they may quote a name or a link; and
    forgets those to the writer.
    """
    connection.execute(
        sa.update(decisions)
        .where(decisions.c.comment_id.in_(comment_ids), decisions.c.sentence != "")
        .values(sentence="")
    )
    rows = connection.execute(
        sa.select(decisions.c.comment_id, decisions.c.sequence, decisions.c.reasons_json).where(
            decisions.c.comment_id.in_(comment_ids),
            decisions.c.actor_kind == ActorKind.POLICY.value,
            decisions.c.reasons_json != "[]",
        )
    ).all()
    for row in rows:
        reasons = [
            replace(reason, message=instead, spans=(), spans_due=False)
            for reason in reasons_of(row.reasons_json)
        ]
        connection.execute(
            sa.update(decisions)
            .where(decisions.c.comment_id == row.comment_id, decisions.c.sequence == row.sequence)
            .values(reasons_json=reasons_json(reasons))
        )


def in_effect_now(
    connection: Connection, new_decisions: Sequence[Decision]
) -> dict[str, Decision | None]:
    """What counts of each comment after these decisions: the new one, or the one that it goes back to."""
    in_effect_by_comment: dict[str, Decision | None] = {
        decision.comment_id: decision for decision in new_decisions
    }
    ids_going_back = [
        decision.comment_id for decision in new_decisions if decision.takes_back is not None
    ]
    past = histories(connection, ids_going_back) if ids_going_back else {}
    return in_effect_by_comment | {id: in_effect(past[id]) for id in ids_going_back}


def latest(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Decision]:
    """The latest decision of each comment that has one."""
    if not comment_ids:
        return {}
    rows = connection.execute(
        sa.select(decisions)
        .join(
            comments,
            sa.and_(
                comments.c.id == decisions.c.comment_id, comments.c.sequence == decisions.c.sequence
            ),
        )
        .where(comments.c.id.in_(comment_ids))
    )
    return {row.comment_id: _decision(row) for row in rows}


def histories(connection: Connection, comment_ids: Sequence[str]) -> dict[str, list[Decision]]:
    """All decisions of each comment, first to last."""
    decisions_by_comment: dict[str, list[Decision]] = {id: [] for id in comment_ids}
    rows = connection.execute(
        sa.select(decisions)
        .where(decisions.c.comment_id.in_(comment_ids))
        .order_by(decisions.c.comment_id, decisions.c.sequence)
    )
    for row in rows:
        decisions_by_comment[row.comment_id].append(_decision(row))
    return decisions_by_comment


def add_findings(
    connection: Connection, measured: Sequence[tuple[str, int, int, Findings]], now: int
) -> None:
    """Keeps what was measured. measured: comment id, revision, attempt, findings."""
    insert_rows(
        connection,
        findings,
        [
            {
                "comment_id": comment_id,
                "revision": revision,
                "attempt": attempt,
                "signals_json": json.dumps(
                    [_signal_json(signal) for signal in findings_of_comment.signals]
                ),
                "failed_json": json.dumps(findings_of_comment.failed),
                "created_at": now,
            }
            for comment_id, revision, attempt, findings_of_comment in measured
        ],
    )


def newest_findings(connection: Connection, comment_ids: Sequence[str]) -> dict[str, Findings]:
    """What was measured last about each comment's newest revision."""
    rows = connection.execute(
        sa.select(findings.c.comment_id, findings.c.signals_json, findings.c.failed_json)
        .join(
            comments,
            sa.and_(
                comments.c.id == findings.c.comment_id, comments.c.revision == findings.c.revision
            ),
        )
        .where(comments.c.id.in_(comment_ids))
        .order_by(findings.c.attempt)
    )
    return {
        row.comment_id: Findings(
            tuple(_signal(signal) for signal in json.loads(row.signals_json)),
            tuple(json.loads(row.failed_json)),
        )
        for row in rows
    }


def _decision(row: sa.Row[tuple[object, ...]]) -> Decision:
    return record_of(
        Decision,
        row,
        outcome=Outcome(row.outcome),
        actor=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_version, row.actor_scope),
        reasons=reasons_of(row.reasons_json),
    )


def _spans(pairs: object) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)  # type: ignore[attr-defined] # from JSON


def reasons_json(reasons: Sequence[Reason]) -> str:
    """The reasons of a decision as its row has them."""
    return json.dumps([_reason_json(reason) for reason in reasons])


def reasons_of(json_text: str) -> tuple[Reason, ...]:
    """What reasons_json() made."""
    return tuple(_reason(reason) for reason in json.loads(json_text))


_REASON_FIELDS = tuple(field.name for field in fields(Reason))


def _reason_json(reason: Reason) -> Json:
    """What is set, and nothing else: decisions are kept for years."""
    data: Json = {
        key: value
        for key in _REASON_FIELDS
        if (value := getattr(reason, key)) not in ("", None, ()) and value is not False
    }
    if reason.spans:
        data["spans"] = [(span.start, span.end) for span in reason.spans]
    return data


def _reason(data: Json) -> Reason:
    return Reason(**{**data, "spans": _spans(data.get("spans", ()))})  # type: ignore[arg-type] # from JSON


def _signal_json(signal: Signal) -> Json:
    data: Json = {"name": signal.name, "value": round(signal.value, 6), "scorer": signal.scorer}
    for key in ("model", "sha256", "runtime", "note"):
        if value := getattr(signal, key):
            data[key] = value
    if signal.spans:
        data["spans"] = [(span.start, span.end) for span in signal.spans]
    if signal.vector:
        data["vector"] = b64encode(signal.vector).decode()
    return data


def _signal(data: Json) -> Signal:
    vector = b64decode(str(data.get("vector", "")))
    return Signal(**{**data, "spans": _spans(data.get("spans", ())), "vector": vector})  # type: ignore[arg-type] # from JSON
