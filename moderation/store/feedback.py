"""What people decided about comments, for the spam score to learn from: one row for each decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import ActorKind, Decision
from moderation.domain.durations import DAY_MS
from moderation.domain.lesson import Feedback, says_spam, says_toxic
from moderation.store import sketches
from moderation.store.sql.dialect import insert_rows, update_rows
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import comments, feedback, lessons, revisions

# Without parameters, so that an index of these rows alone answers.
_stands = sa.and_(
    feedback.c.weight > sa.literal_column("0"), feedback.c.undone_in == sa.literal_column("0")
)
_is_undone = feedback.c.undone_in > sa.literal_column("0")


def note_feedback(
    connection: Connection, decisions: Sequence[Decision], in_effect: Mapping[str, Decision | None]
) -> None:
    """Keeps what people decided until it is learned. in_effect: the decision that counts now, by comment.

    Taking a decision back says again what a person had said before.
    """
    ids = {decision.comment_id for decision in decisions}
    rows = connection.execute(
        sa.select(comments.c.id, comments.c.site_id).where(comments.c.id.in_(ids))
    )
    sites = {row.id: row.site_id for row in rows}
    teaching = [
        _teaching_decision(decision, in_effect[decision.comment_id]) for decision in decisions
    ]
    insert_rows(
        connection,
        feedback,
        [
            {
                "id": f"{decision.comment_id}.{decision.sequence}",
                "site_id": sites[decision.comment_id],
                "comment_id": decision.comment_id,
                "revision": decision.revision,
                "is_spam": says_spam(said),
                "is_toxic": says_toxic(said),
                "teacher": decision.actor.id,
                "created_at": decision.created_at,
                "version": 0,
                "kin": "",
                "weight": 0.0,
                "undone_in": 0,
            }
            for decision, said in zip(decisions, teaching, strict=True)
        ],
    )


def _teaching_decision(decided: Decision, counts: Decision | None) -> Decision:
    """The decision that teaches: an earlier one that counts again, where a person made it."""
    if counts is not None and counts.actor.kind is ActorKind.MODERATOR:
        return counts
    return decided


def sites_waiting(connection: Connection, before: int) -> list[str]:
    """The sites with feedback from before `before` (ms) that no lesson has learned yet, whose waits longest first."""
    rows = connection.execute(
        sa.select(feedback.c.site_id)
        .where(feedback.c.version == 0, feedback.c.created_at <= before)
        .group_by(feedback.c.site_id)
        .order_by(sa.func.min(feedback.c.created_at), feedback.c.site_id)
    )
    return [row.site_id for row in rows]


_WITH_TEXT = sa.select(feedback, revisions.c.text).outerjoin(
    revisions,
    sa.and_(
        revisions.c.comment_id == feedback.c.comment_id, revisions.c.number == feedback.c.revision
    ),
)


def waiting(connection: Connection, site_id: str, before: int, limit: int) -> list[Feedback]:
    """The oldest feedback that waits to be learned, oldest first, with the texts it is about."""
    rows = connection.execute(
        _WITH_TEXT.where(
            feedback.c.site_id == site_id, feedback.c.version == 0, feedback.c.created_at <= before
        )
        .order_by(feedback.c.created_at, feedback.c.id)
        .limit(limit)
    )
    return [_feedback(row) for row in rows]


_position = sa.tuple_(feedback.c.version, feedback.c.created_at, feedback.c.id)


def learned_after(
    connection: Connection, site_id: str, after: tuple[int, int, str], limit: int, also: int = 0
) -> list[Feedback]:
    """What stands and was learned past (version, created_at, id), in the order it was learned.

    also: with what was taken back in this lesson.
    """
    rows = connection.execute(
        _WITH_TEXT.where(
            feedback.c.site_id == site_id,
            _position > sa.tuple_(*(sa.literal(value) for value in after)),
            feedback.c.undone_in.in_({0, also}),
            feedback.c.weight > 0,
        )
        .order_by(feedback.c.version, feedback.c.created_at, feedback.c.id)
        .limit(limit)
    )
    return [_feedback(row) for row in rows]


def count_learned(connection: Connection, site_id: str, until: tuple[int, int, str]) -> int:
    """How much of what stands was learned up to (version, created_at, id)."""
    query = sa.select(sa.func.count()).where(
        feedback.c.site_id == site_id,
        feedback.c.version > 0,
        _position <= sa.tuple_(*(sa.literal(value) for value in until)),
        _stands,
    )
    return connection.execute(query).scalar_one()


@dataclass(frozen=True, slots=True)
class ToxicWord:
    """What a moderator's decision says of a comment's toxicity. author: the name that was typed in."""

    id: str
    comment_id: str
    is_toxic: bool | None
    teacher: str
    created_at: int
    kin: str
    author: str


def toxic_words(connection: Connection, site_id: str, before: int, limit: int) -> list[ToxicWord]:
    """The newest decisions from before `before` (ms) that were not taken back, oldest first."""
    rows = connection.execute(
        sa.select(
            *(feedback.c[name] for name in ("id", "comment_id", "is_toxic", "teacher")),
            *(feedback.c[name] for name in ("created_at", "kin")),
            comments.c.author_name.label("author"),
        )
        .join(comments, comments.c.id == feedback.c.comment_id)
        .where(
            feedback.c.site_id == site_id,
            feedback.c.created_at <= before,
            feedback.c.undone_in == 0,
        )
        .order_by(feedback.c.created_at.desc(), feedback.c.id.desc())
        .limit(limit)
    )
    return [record_of(ToxicWord, row) for row in rows][::-1]


def campaigns_of(connection: Connection, comment_ids: Collection[str]) -> dict[str, str]:
    """The campaign, or the phrase in common, of each comment that is like others."""
    rows = connection.execute(
        sa.select(comments.c.id, comments.c.created_at).where(comments.c.id.in_(comment_ids))
    )
    numbers = {sketches.number_of(row.id, row.created_at): row.id for row in rows}
    indexed = sketches.load(connection, list(numbers))
    return {
        numbers[comment.number]: comment.campaign_id
        for comment in indexed.values()
        if comment.campaign_id
    }


def ranks(
    connection: Connection, site_id: str, kins: Collection[str]
) -> dict[tuple[str, bool], int]:
    """How many of each kin were learned already, by what was said of them."""
    rows = connection.execute(
        sa.select(feedback.c.kin, feedback.c.is_spam, sa.func.count().label("many"))
        .where(feedback.c.site_id == site_id, feedback.c.kin.in_(kins), feedback.c.weight > 0)
        .group_by(feedback.c.kin, feedback.c.is_spam)
    )
    return {(row.kin, bool(row.is_spam)): row.many for row in rows}


def weight_by_day(
    connection: Connection, site_id: str, teachers: Collection[str], since: int
) -> dict[tuple[str, int], float]:
    """The weight of each moderator's feedback so far, by day. since: ms, the beginning of a day."""
    rows = connection.execute(
        sa.select(feedback.c.teacher, feedback.c.created_at, feedback.c.weight).where(
            feedback.c.site_id == site_id,
            feedback.c.teacher.in_(teachers),
            feedback.c.created_at >= since,
            feedback.c.weight > 0,
        )
    )
    weights: dict[tuple[str, int], float] = {}
    for row in rows:
        key = (row.teacher, row.created_at // DAY_MS)
        weights[key] = weights.get(key, 0.0) + row.weight
    return weights


def mark_learned(connection: Connection, learned: Sequence[Feedback]) -> None:
    """Writes down in which lesson each was learned, and how much."""
    update_rows(
        connection,
        feedback,
        "id",
        [
            {"id": word.id, "version": word.version, "kin": word.kin, "weight": word.weight}
            for word in learned
        ],
    )


def standing(
    connection: Connection, site_id: str, *, version: int = 0, teacher: str = "", since: int = 0
) -> list[tuple[str, int]]:
    """(id, version) of what stands of one lesson, or of what one teacher said since then (ms); version 0:
    waits to be learned.
    """
    of_teacher = sa.and_(feedback.c.teacher == teacher, feedback.c.created_at >= since)
    wanted = of_teacher if teacher else feedback.c.version == version
    rows = connection.execute(
        sa.select(feedback.c.id, feedback.c.version).where(
            feedback.c.site_id == site_id, wanted, feedback.c.undone_in == 0
        )
    )
    return [(row.id, row.version) for row in rows]


def standing_versions(
    connection: Connection, site_id: str, versions: Collection[int]
) -> frozenset[int]:
    """Those of the lessons of which something stands, and those that something was taken back in."""
    of_site = feedback.c.site_id == site_id
    learned = sa.exists().where(
        of_site, feedback.c.version == lessons.c.version, feedback.c.undone_in == 0
    )
    undone = sa.exists().where(of_site, feedback.c.undone_in == lessons.c.version, _is_undone)
    query = sa.select(lessons.c.version).where(
        lessons.c.site_id == site_id, lessons.c.version.in_(versions), sa.or_(learned, undone)
    )
    return frozenset(connection.scalars(query))


def newest_standing(connection: Connection, site_id: str) -> int:
    """The newest lesson of which anything stands; 0 where none does."""
    query = sa.select(sa.func.max(feedback.c.version)).where(
        feedback.c.site_id == site_id, feedback.c.undone_in == 0
    )
    return connection.execute(query).scalar_one() or 0


def take_back(connection: Connection, ids: Sequence[str], version: int) -> None:
    """Takes words back in the lesson `version`; what had not been learned never is."""
    update_rows(connection, feedback, "id", [{"id": id, "undone_in": version} for id in ids])
    connection.execute(
        sa.update(feedback)
        .where(feedback.c.version == 0, feedback.c.undone_in == version, feedback.c.id.in_(ids))
        .values(version=version)
    )


def taken_back_in(connection: Connection, site_id: str, version: int) -> list[tuple[str, int]]:
    """(id, learned in) of what was taken back in the lesson `version`; 0: had not been learned."""
    rows = connection.execute(
        sa.select(feedback.c.id, feedback.c.version).where(
            feedback.c.site_id == site_id, feedback.c.undone_in == version
        )
    )
    return [(row.id, row.version if row.version != version else 0) for row in rows]


def bring_back(connection: Connection, site_id: str, version: int) -> None:
    """What was taken back in the lesson `version` stands again; what had not been learned waits again."""
    of_lesson = sa.and_(feedback.c.site_id == site_id, feedback.c.undone_in == version)
    connection.execute(
        sa.update(feedback).where(of_lesson, feedback.c.version == version).values(version=0)
    )
    connection.execute(sa.update(feedback).where(of_lesson).values(undone_in=0))


def taken_back(connection: Connection, site_id: str) -> list[tuple[int, int]]:
    """(learned in, taken back in) of all that was taken back, each pair once."""
    rows = connection.execute(
        sa.select(feedback.c.version, feedback.c.undone_in)
        .where(feedback.c.site_id == site_id, _is_undone)
        .distinct()
    )
    return [(row.version, row.undone_in) for row in rows]


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets what was said of comments that were erased; what it taught stays in the weights."""
    connection.execute(sa.delete(feedback).where(feedback.c.comment_id.in_(comment_ids)))


@dataclass(frozen=True, slots=True)
class TeachingModerator:
    """What one moderator has taught. weight: of all that stands. decisions, spam: how many words."""

    id: str
    decisions: int
    spam: int
    weight: float


def teaching_moderators(connection: Connection, site_id: str) -> list[TeachingModerator]:
    """The moderators whose feedback counts on this site, the largest weight first."""
    total = sa.func.sum(feedback.c.weight).label("total")
    rows = connection.execute(
        sa.select(
            feedback.c.teacher,
            sa.func.count().label("many"),
            sa.func.sum(sa.case((feedback.c.is_spam, 1), else_=0)).label("spam"),
            total,
        )
        .where(feedback.c.site_id == site_id, _stands)
        .group_by(feedback.c.teacher)
        .order_by(total.desc(), feedback.c.teacher)
    )
    return [TeachingModerator(row.teacher, row.many, row.spam, row.total) for row in rows]


def count_waiting(connection: Connection, site_id: str) -> int:
    """How many rows wait to be learned."""
    query = sa.select(sa.func.count()).where(feedback.c.site_id == site_id, feedback.c.version == 0)
    return connection.execute(query).scalar_one()


def _feedback(row: sa.Row[tuple[object, ...]]) -> Feedback:
    is_spam, is_toxic = (
        None if said is None else bool(said) for said in (row.is_spam, row.is_toxic)
    )
    return record_of(Feedback, row, is_spam=is_spam, is_toxic=is_toxic, signals=())
