"""Reputations of authors, linked domains and networks: people's votes, and the counts that judging reads.

The counts are a function of the votes and of the last reset, whatever happened in between: each kin
(copies of a text, members of a campaign) counts once for every thing that was said of it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import Decision, opinion_of
from moderation.domain.durations import WEEK_MS
from moderation.domain.reputation import Opinion, Subject, SubjectKind, WeekCounts
from moderation.store import sketches
from moderation.store.sql.dialect import (
    advisory_lock,
    fetch,
    increment_or_insert,
    insert_rows,
    run_listed,
)
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import comments, personal, reputations, resets, votes


@dataclass(frozen=True, slots=True)
class Vote:
    """What one comment says of one subject. created_at: of the decision, ms."""

    comment_id: str
    subject: Subject
    kin: str
    said: Opinion
    created_at: int


_Count = tuple[Subject, int, Opinion]  # of a subject in a week


def note_votes(connection: Connection, decisions: Mapping[str, Decision | None]) -> None:
    """Replaces the votes of comments by those that follow from these decisions.

    decisions: in effect, by comment; None where none counts any more. The caller holds the locks of
    decisions.standings().
    """
    ids = sorted(decisions)
    subjects_by_comment = subjects_of(connection, ids)
    old = _votes(connection, ids)
    for vote in old:  # what has been forgotten of the comment since is still known here
        subjects_by_comment[vote.comment_id].subjects.add(vote.subject)
    new = [
        Vote(id, subject, subjects_by_comment[id].kin, opinion, decision.created_at)
        for id, decision in decisions.items()
        if decision is not None and (opinion := opinion_of(decision))
        for subject in subjects_by_comment[id].subjects
    ]
    replace_votes(connection, old, new)


@dataclass(slots=True)
class CommentSubjects:
    """The subjects that a comment's votes are about. kin: its campaign, or the comment itself."""

    kin: str
    subjects: set[Subject]


def subjects_of(connection: Connection, comment_ids: Collection[str]) -> dict[str, CommentSubjects]:
    """The author, the network and the linked domains of each comment, where they are still known."""
    rows = connection.execute(
        sa.select(
            comments.c.id,
            comments.c.site_id,
            comments.c.created_at,
            comments.c.campaign_id,
            personal.c.author_key,
            personal.c.network_key,
        )
        .outerjoin(personal, personal.c.comment_id == comments.c.id)
        .where(comments.c.id.in_(comment_ids))
    ).all()
    numbers = {sketches.number_of(row.id, row.created_at): row.id for row in rows}
    indexed_by_id = {
        numbers[comment.number]: comment
        for comment in sketches.load(connection, list(numbers)).values()
    }
    subjects_by_comment = {}
    for row in rows:
        indexed = indexed_by_id.get(row.id)
        names = [(SubjectKind.AUTHOR, row.author_key), (SubjectKind.NETWORK, row.network_key)]
        names += [
            (SubjectKind.DOMAIN, domain)
            for domain in domains_of(indexed.sketch.domains if indexed else ())
        ]
        subjects_by_comment[row.id] = CommentSubjects(
            (indexed.campaign_id if indexed else "") or row.campaign_id or row.id,
            {Subject(kind, row.site_id, name) for kind, name in names if name},
        )
    return subjects_by_comment


def domains_of(places: Iterable[str]) -> list[str]:
    """Those of the link targets that are domains: no path on a platform, no contact."""
    return [target for target in places if "/" not in target and ":" not in target]


def counts_of(
    connection: Connection, subjects: Collection[Subject]
) -> dict[Subject, list[WeekCounts]]:
    """The counts of each subject that has any."""
    weeks_by_subject: dict[Subject, list[WeekCounts]] = defaultdict(list)
    if subjects:
        subjects_by_key = {subject.key: subject for subject in subjects}
        query = "SELECT subject, week, approved, spam, rejected FROM reputations WHERE subject AMONG :keys"
        for key, *week in fetch(connection, query, keys=sorted(subjects_by_key)):
            weeks_by_subject[subjects_by_key[key]].append(WeekCounts(*week))
    return weeks_by_subject


def forget(
    connection: Connection, comment_ids: Collection[str], domains: Collection[str] = ()
) -> None:
    """Forgets what comments that were erased say of people; what they say of domains but for these stays."""
    forgotten = [
        vote
        for vote in _votes(connection, comment_ids)
        if vote.subject.kind is not SubjectKind.DOMAIN or vote.subject.name in domains
    ]
    replace_votes(connection, forgotten, [])


def purge(connection: Connection, before: int, networks_before: int, limit: int) -> int:
    """Forgets votes that were cast before `before` (ms), those about networks earlier, with their
    counts; returns how many, at most `limit`.
    """
    until = dict.fromkeys(SubjectKind, before) | {SubjectKind.NETWORK: max(before, networks_before)}
    old = sa.or_(  # kind by kind, as the index has them
        *(
            sa.and_(votes.c.kind == kind.value, votes.c.created_at < time)
            for kind, time in until.items()
        )
    )
    rows = connection.execute(sa.select(votes).where(old).limit(limit)).all()
    replace_votes(connection, [_vote(row) for row in rows], [])
    connection.execute(sa.delete(resets).where(resets.c.created_at < before))
    return len(rows)


def newest(connection: Connection, subject: Subject, limit: int) -> list[Vote]:
    """What was said of a subject last, newest first, whether or not it counts."""
    rows = connection.execute(
        sa.select(votes)
        .where(votes.c.subject == subject.key)
        .order_by(votes.c.created_at.desc(), votes.c.comment_id.desc())
        .limit(limit)
    )
    return [_vote(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Reset:
    """A reputation was forgotten, or that was taken back. counts_after: what was said until then (ms)
    does not count; 0: all does.
    """

    sequence: int
    counts_after: int
    moderator_id: str
    created_at: int


def resets_of(connection: Connection, subject: Subject) -> list[Reset]:
    """First to last."""
    rows = connection.execute(
        sa.select(resets).where(resets.c.subject == subject.key).order_by(resets.c.sequence)
    )
    return [record_of(Reset, row) for row in rows]


def lock(connection: Connection, subject: Subject) -> None:
    """Nobody else changes this reputation until the commit."""
    advisory_lock(connection, [subject.key])


def reset(connection: Connection, subject: Subject, made: Reset) -> None:
    """Adds a reset, or its taking back, and counts anew. The caller holds the lock."""
    before = _counted(connection, [subject])
    insert_rows(connection, resets, [row_of(made, resets, subject=subject.key)])
    _move(connection, before, _counted(connection, [subject]))


def list_by_kind(
    connection: Connection, site_id: str, kind: SubjectKind, after: str, limit: int
) -> dict[Subject, list[WeekCounts]]:
    """The subjects of a kind of which anything counts, by name, past the name `after`."""
    start = Subject(kind, site_id, after).key
    keys = (
        sa.select(reputations.c.subject)
        .where(
            reputations.c.site_id == site_id,
            reputations.c.kind == kind.value,
            reputations.c.subject > start,
        )
        .distinct()
        .order_by(reputations.c.subject)
        .limit(limit)
    )
    subjects = [_subject(key) for key in connection.scalars(keys)]
    counts = counts_of(connection, subjects)
    return {subject: counts[subject] for subject in subjects}


def _votes(connection: Connection, comment_ids: Collection[str]) -> list[Vote]:
    rows = connection.execute(sa.select(votes).where(votes.c.comment_id.in_(comment_ids)))
    return [_vote(row) for row in rows]


def _vote(row: sa.Row[tuple[object, ...]]) -> Vote:
    return Vote(row.comment_id, _subject(row.subject), row.kin, Opinion(row.said), row.created_at)


def _subject(key: str) -> Subject:
    kind, site_id, name = key.split(" ", 2)
    return Subject(SubjectKind(kind), site_id, name)


def replace_votes(connection: Connection, old: Sequence[Vote], new: Sequence[Vote]) -> None:
    """Takes votes away and adds others, and moves the counts along."""
    pairs = {(vote.subject, vote.kin) for vote in (*old, *new)}
    if not pairs:
        return
    subjects = {subject for subject, _ in pairs}
    advisory_lock(connection, [subject.key for subject in subjects])
    kins = {kin for _, kin in pairs}
    before = _counted(connection, subjects, kins)
    if old:
        key = sa.tuple_(votes.c.comment_id, votes.c.subject, votes.c.created_at)
        deleted_keys = [(vote.comment_id, vote.subject.key, vote.created_at) for vote in old]
        # By the comments first: SQLite follows no index for several columns at once, and would read all votes.
        of_comments = votes.c.comment_id.in_({vote.comment_id for vote in old})
        connection.execute(sa.delete(votes).where(of_comments, key.in_(deleted_keys)))
    insert_rows(
        connection,
        votes,
        [row_of(vote, votes, subject=vote.subject.key, kind=vote.subject.kind) for vote in new],
    )
    _move(connection, before, _counted(connection, subjects, kins))


_FIRST = """
    SELECT v.subject, v.kin, v.said, min(v.created_at) AS first_at FROM votes v
    WHERE v.subject AMONG :subjects
    AND v.created_at > coalesce(
        (SELECT r.counts_after FROM resets r WHERE r.subject = v.subject
         ORDER BY r.sequence DESC LIMIT 1), 0
    )
"""
_OF_KINS = "AND v.kin AMONG :kins"
_EACH = "GROUP BY v.subject, v.kin, v.said"


def _counted(
    connection: Connection, subjects: Collection[Subject], kins: Collection[str] = ()
) -> Counter[_Count]:
    """What the votes of subjects add up to. kins: only these; () for all."""
    subjects_by_key = {subject.key: subject for subject in subjects}
    query = f"{_FIRST} {_OF_KINS if kins else ''} {_EACH}"
    parameters = {"kins": sorted(kins)} if kins else {}
    rows = run_listed(connection, query, "subjects", sorted(subjects_by_key), **parameters)
    return Counter(
        (subjects_by_key[row.subject], row.first_at // WEEK_MS, Opinion(row.said)) for row in rows
    )


def _move(connection: Connection, before: Counter[_Count], after: Counter[_Count]) -> None:
    changes: dict[tuple[Subject, int], dict[str, int]] = defaultdict(
        lambda: {opinion.value: 0 for opinion in Opinion}
    )
    for (subject, week, opinion), count in after.items():
        changes[subject, week][opinion.value] += count
    for (subject, week, opinion), count in before.items():
        changes[subject, week][opinion.value] -= count
    rows = [
        {
            "subject": subject.key,
            "week": week,
            "site_id": subject.site_id,
            "kind": subject.kind.value,
            **counts,
        }
        for (subject, week), counts in sorted(changes.items())
        if any(counts.values())
    ]
    if not rows:
        return
    increment_or_insert(connection, reputations, rows, *(opinion.value for opinion in Opinion))
    no_counts = sa.and_(*(reputations.c[opinion.value] == 0 for opinion in Opinion))
    keys = [row["subject"] for row in rows]
    connection.execute(sa.delete(reputations).where(reputations.c.subject.in_(keys), no_counts))
