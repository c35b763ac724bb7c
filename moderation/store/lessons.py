"""The versions of what each site has taught the spam score. The newest one counts.

Version 0 is none of them: what is being learned again (learning/relearning.py).
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.lesson import Lesson
from moderation.store.sql.dialect import insert_rows, upsert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import lessons, sites

# Versions whose weights are kept, each under 200 kB; an older one is made again from the feedback.
KEPT = 20


def newest_versions(connection: Connection, site_ids: Collection[str]) -> dict[str, int]:
    """The number of the newest lesson of each site that has one."""
    rows = connection.execute(
        sa.select(lessons.c.site_id, sa.func.max(lessons.c.version).label("version"))
        .where(lessons.c.site_id.in_(site_ids))
        .group_by(lessons.c.site_id)
    )
    return {row.site_id: row.version for row in rows}


def load(connection: Connection, site_id: str, version: int) -> Lesson | None:
    """One lesson with its weights; None where there is none or its weights are no longer kept."""
    row = connection.execute(
        sa.select(lessons).where(
            lessons.c.site_id == site_id, lessons.c.version == version, lessons.c.delta.is_not(None)
        )
    ).first()
    return _lesson(row) if row else None


def newest(connection: Connection, site_id: str) -> Lesson | None:
    """The newest lesson with its weights; None where the site has learned nothing."""
    version = newest_versions(connection, [site_id]).get(site_id)
    return load(connection, site_id, version) if version else None


def history(connection: Connection, site_id: str, limit: int) -> list[Lesson]:
    """The newest lessons, newest first, without their weights."""
    rows = connection.execute(
        sa.select(
            *(column for column in lessons.c if column.name not in ("delta", "toxicity")),
            *(sa.null().label(name) for name in ("delta", "toxicity")),
        )
        .where(lessons.c.site_id == site_id, lessons.c.version > 0)
        .order_by(lessons.c.version.desc())
        .limit(limit)
    )
    return [_lesson(row) for row in rows]


def corrects_toxicity(connection: Connection, site_id: str) -> bool:
    """Whether the newest lesson, the only one that may, says something about toxicity."""
    query = sa.exists().where(lessons.c.site_id == site_id, lessons.c.toxicity.is_not(None))
    return bool(connection.scalar(sa.select(query)))


def kept(connection: Connection, site_id: str, model: str) -> list[int]:
    """Versions with weights that add to this prior, newest first."""
    rows = connection.execute(
        sa.select(lessons.c.version)
        .where(
            lessons.c.site_id == site_id,
            lessons.c.version > 0,
            lessons.c.model == model,
            lessons.c.delta.is_not(None),
        )
        .order_by(lessons.c.version.desc())
    )
    return [row.version for row in rows]


def of_other_priors(connection: Connection, model: str) -> list[tuple[str, str, int]]:
    """The sites whose newest lesson adds to another prior, to which, and when it was made (ms); the fewest decisions first."""
    others = lessons.alias()
    newest = sa.select(sa.func.max(others.c.version)).where(others.c.site_id == sites.c.id)
    of_newest = sa.and_(
        lessons.c.site_id == sites.c.id,
        lessons.c.version == newest.correlate(sites).scalar_subquery(),
    )
    rows = connection.execute(
        sa.select(lessons.c.site_id, lessons.c.model, lessons.c.created_at)
        .join_from(sites, lessons, of_newest)
        .where(lessons.c.model != model)
        .order_by(lessons.c.decisions, lessons.c.site_id)
    )
    return [(row.site_id, row.model, row.created_at) for row in rows]


def put_unfinished(connection: Connection, lesson: Lesson) -> None:
    """Stores how far a site has learned again, instead of what was there. lesson: with the version 0."""
    row = row_of(lesson, lessons)
    upsert_rows(connection, lessons, [row], *sorted(row.keys() - {"site_id", "version"}))


def drop(connection: Connection, site_id: str, first: int, last: int) -> None:
    """Forgets the weights of the versions from `first` to `last`; they are made again when needed."""
    connection.execute(
        sa.update(lessons)
        .where(
            lessons.c.site_id == site_id,
            lessons.c.version >= first,
            lessons.c.version <= last,
            lessons.c.delta.is_not(None),
        )
        .values(delta=None)
    )


def add(connection: Connection, lesson: Lesson) -> bool:
    """Adds the next version; False where somebody else has added it meanwhile."""
    if not insert_rows(connection, lessons, [row_of(lesson, lessons)], new_only=True):
        return False
    connection.execute(
        sa.delete(lessons).where(lessons.c.site_id == lesson.site_id, lessons.c.version == 0)
    )
    connection.execute(
        sa.update(lessons)
        .where(
            lessons.c.site_id == lesson.site_id,
            lessons.c.version.between(1, lesson.version - KEPT),
            lessons.c.delta.is_not(None),
        )
        .values(delta=None)
    )
    # Made anew of all decisions each time: the newest is the only one that anybody needs.
    connection.execute(
        sa.update(lessons)
        .where(
            lessons.c.site_id == lesson.site_id,
            lessons.c.version < lesson.version,
            lessons.c.toxicity.is_not(None),
        )
        .values(toxicity=None)
    )
    return True


def _lesson(row: sa.Row[tuple[object, ...]]) -> Lesson:
    return record_of(Lesson, row, delta=row.delta or b"", toxicity=row.toxicity or b"")
