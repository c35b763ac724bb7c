"""What is kept of one person's comments, in every table, and the parts of it that erasing a comment leaves."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.event import event_json
from moderation.domain.person import PersonRef
from moderation.domain.reputation import Subject, SubjectKind
from moderation.store import sketches
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import execute, fetch
from moderation.store.sql.schema import (
    addresses,
    checks,
    comments,
    deliveries,
    events,
    idempotency,
    notes,
    pages,
    personal,
    reports,
    resets,
    revisions,
)


class PersonKeys(NamedTuple):
    """The keyed hashes by which a person's comments are found. email: '' for none. authors: by site. comment_id: of the comment
    that the person was named by, '' for none; it is found in any case.
    """

    email: str
    authors: Mapping[str, str]
    comment_id: str = ""


def keys_of(crypto: Crypto, ref: PersonRef, site_ids: Collection[str]) -> PersonKeys:
    """The hashes of a person on these sites; without any where a browser's token is of none of them."""
    if ref.email:
        identity = f"email:{ref.email.strip().lower()}"
        identities = dict.fromkeys(site_ids, identity)
    elif ref.author_id:
        identities = dict.fromkeys(site_ids, f"id:{ref.author_id}")
    else:
        numbers = {id: crypto.browser_of(id, ref.browser_token) for id in site_ids}
        identities = {id: f"browser:{number}" for id, number in numbers.items() if number}
    authors = {id: crypto.author_key(id, identity) for id, identity in identities.items()}
    return PersonKeys(crypto.email_key(ref.email), authors)


def keys_by_comment(
    connection: Connection, crypto: Crypto, comment_id: str, site_ids: Collection[str]
) -> PersonKeys | None:
    """The hashes of who wrote a comment; None where there is none on these sites.

    What the comment proves counts: a confirmed e-mail, an identity. An e-mail that was typed in proves nothing, nor do names and
    networks: where there is no more than these, or what there was is not kept any more, it is that comment alone.
    """
    row = connection.execute(
        sa.select(comments.c.site_id, personal)
        .outerjoin(personal, personal.c.comment_id == comments.c.id)
        .where(comments.c.id == comment_id, comments.c.site_id.in_(site_ids))
    ).one_or_none()
    if row is None:
        return None
    if not row.author_key:
        return PersonKeys("", {}, comment_id)
    sealed = row.email_sealed
    if email := (crypto.decrypt(sealed, comment_id) or "") if sealed else "":
        by_email = keys_of(crypto, PersonRef(email), site_ids)._replace(comment_id=comment_id)
        if row.author_key == by_email.authors.get(row.site_id):
            return by_email
    return PersonKeys("", {row.site_id: row.author_key}, comment_id)


_BY_EMAIL = """
    SELECT p.comment_id FROM personal p JOIN comments c ON c.id = p.comment_id
    WHERE p.email_key = :email AND p.comment_id > :after AND c.site_id AMONG :sites
    ORDER BY p.comment_id LIMIT :limit
"""
_BY_AUTHOR = """
    SELECT p.comment_id FROM personal p
    WHERE p.author_key AMONG :keys AND p.comment_id > :after ORDER BY p.comment_id LIMIT :limit
"""
_BY_ID = "SELECT id FROM comments WHERE id = :id AND status <> 'erased'"


def find(
    connection: Connection, keys: PersonKeys, site_ids: Collection[str], after: str, limit: int
) -> list[str]:
    """Ids of the person's comments past `after`, oldest first, that are not erased."""
    found: set[str] = set()
    place: dict[str, Any] = {"after": after, "limit": limit}
    if keys.email:
        rows = fetch(connection, _BY_EMAIL, email=keys.email, sites=sorted(site_ids), **place)
        found.update(id for (id,) in rows)
    if keys.authors:
        rows = fetch(connection, _BY_AUTHOR, keys=sorted(keys.authors.values()), **place)
        found.update(id for (id,) in rows)
    if keys.comment_id > after:
        rows = fetch(connection, _BY_ID, id=keys.comment_id)
        found.update(id for (id,) in rows)
    return sorted(found)[:limit]


_COUNTED = {
    "comments": "SELECT count(*) FROM comments WHERE id AMONG :ids",
    **{
        name: f"SELECT count(*) FROM {table} WHERE comment_id AMONG :ids"  # noqa: S608 - tables of ours
        for name, table in (
            ("texts", "revisions"),
            ("sender_details", "personal"),
            ("addresses", "addresses"),
            ("measurements", "findings"),
            ("decisions", "decisions"),
            ("sketches", "sketches"),
            ("reputation_votes", "votes"),
            ("feedback", "feedback"),
            ("events", "events"),
            ("akismet_checks", "checks"),
            ("idempotency_keys", "idempotency"),
            ("reports", "reports"),
            ("appeals", "appeals"),
            ("corrections", "corrections"),
        )
    },
    "notes": "SELECT count(*) FROM notes WHERE about AMONG :ids",
    "deliveries": "SELECT count(*) FROM deliveries d JOIN events e ON e.id = d.event_id WHERE e.comment_id AMONG :ids",
}


def count(connection: Connection, comment_ids: Sequence[str]) -> dict[str, int]:
    """How many rows there are about these comments, by what they are."""
    counts = {
        name: int(fetch(connection, query, ids=list(comment_ids))[0][0])
        for name, query in _COUNTED.items()
    }
    counts["suggested_scores"] = len(suggested_for(connection, comment_ids))
    return counts


class SuggestedFor(NamedTuple):
    """A suggested score for the text of a comment."""

    id: str
    comment_id: str
    attribute: str
    value: float
    created_at: int


_SUGGESTED = """
    SELECT s.id, c.id, s.attribute, s.value, s.created_at
    FROM comments c JOIN revisions r ON r.comment_id = c.id
    JOIN suggestions s ON s.site_id = c.site_id AND (s.text = r.text OR s.token = c.id)
    WHERE c.id AMONG :ids
"""


def suggested_for(connection: Connection, comment_ids: Collection[str]) -> list[SuggestedFor]:
    """The suggested scores for these comments: with the same text, or with the comment's id as the client's token."""
    rows = fetch(connection, _SUGGESTED, ids=list(comment_ids))
    return [SuggestedFor(*row) for row in dict.fromkeys(tuple(row) for row in rows)]


# A comment with its page's url and title, its sender's row in `personal`, and `sealed`, its address.
KeptComment = sa.Row[Any]


class KeptRows(NamedTuple):
    """The rows about some comments, by comment."""

    comments: list[KeptComment]
    texts: dict[str, list[sa.Row[Any]]]
    events: dict[str, list[sa.Row[Any]]]
    idempotency_keys: dict[str, list[str]]
    checked: set[str]
    sketched: set[str]
    suggested: dict[str, list[SuggestedFor]]
    notes: dict[str, list[sa.Row[Any]]]  # by comment, and by the author's key
    reports: dict[str, list[sa.Row[Any]]]


def rows_of(connection: Connection, comment_ids: Sequence[str]) -> KeptRows:
    """What is kept of these comments, but for decisions and signals (store/decisions.py)."""
    found = connection.execute(
        sa.select(
            comments,
            pages.c.url,
            pages.c.title,
            *(column for column in personal.c if column.name != "comment_id"),
            addresses.c.sealed,
        )
        .join(pages, pages.c.id == comments.c.page_id)
        .outerjoin(personal, personal.c.comment_id == comments.c.id)
        .outerjoin(addresses, addresses.c.comment_id == comments.c.id)
        .where(comments.c.id.in_(comment_ids))
        .order_by(comments.c.id)
    ).all()
    texts = connection.execute(
        sa.select(revisions)
        .where(revisions.c.comment_id.in_(comment_ids))
        .order_by(revisions.c.comment_id, revisions.c.number)
    )
    told = connection.execute(
        sa.select(
            events.c.comment_id,
            events.c.type,
            events.c.created_at,
            sa.func.count(deliveries.c.id).label("deliveries"),
        )
        .outerjoin(deliveries, deliveries.c.event_id == events.c.id)
        .where(events.c.comment_id.in_(comment_ids))
        .group_by(events.c.id)
        .order_by(events.c.comment_id, events.c.sequence, events.c.id)
    )
    sent = connection.execute(
        sa.select(idempotency.c.comment_id, idempotency.c.key).where(
            idempotency.c.comment_id.in_(comment_ids)
        )
    )
    asked = sa.select(checks.c.comment_id).where(checks.c.comment_id.in_(comment_ids))
    sketched = "SELECT comment_id FROM sketches WHERE number AMONG :numbers"
    numbers = [sketches.number_of(row.id, row.created_at) for row in found]
    rows = KeptRows(
        list(found),
        {},
        {},
        {},
        set(connection.scalars(asked)),
        {id for (id,) in fetch(connection, sketched, numbers=numbers)},
        {},
        {},
        {},
    )
    for text in texts:
        rows.texts.setdefault(text.comment_id, []).append(text)
    for event in told:
        rows.events.setdefault(event.comment_id, []).append(event)
    for comment_id, key in sent:
        rows.idempotency_keys.setdefault(comment_id, []).append(key)
    about = [*comment_ids, *{row.author_key for row in found if row.author_key}]
    for note in connection.execute(
        sa.select(notes).where(notes.c.about.in_(about)).order_by(notes.c.id)
    ):
        rows.notes.setdefault(note.about, []).append(note)
    for report in connection.execute(
        sa.select(reports).where(reports.c.comment_id.in_(comment_ids)).order_by(reports.c.id)
    ):
        rows.reports.setdefault(report.comment_id, []).append(report)
    for suggested in suggested_for(connection, comment_ids):
        rows.suggested.setdefault(suggested.comment_id, []).append(suggested)
    return rows


def forget_domains(connection: Connection, names: Collection[str]) -> None:
    """Forgets domains that nobody else links to: since when they are known, and as the mark of a campaign."""
    execute(connection, "DELETE FROM domains WHERE name AMONG :names", names=sorted(names))
    query = "UPDATE campaigns SET domain = '' WHERE domain AMONG :names"
    execute(connection, query, names=sorted(names))


def forget_requests(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets under which keys comments were sent, what was asked about them, and scores suggested for their texts.

    Before their texts are erased. The answer to a check stays, without what recognises the same question.
    """
    ids = list(comment_ids)
    suggested = [each.id for each in suggested_for(connection, ids)]
    execute(connection, "DELETE FROM suggestions WHERE id AMONG :ids", ids=suggested)
    execute(connection, "DELETE FROM idempotency WHERE comment_id AMONG :ids", ids=ids)
    execute(connection, "UPDATE checks SET fingerprint = '' WHERE comment_id AMONG :ids", ids=ids)


def reports_by(connection: Connection, keys: PersonKeys) -> list[sa.Row[Any]]:
    """The reports that the person's browser sent, oldest first."""
    query = sa.select(reports).where(reports.c.reporter_key.in_(keys.authors.values()))
    return list(connection.execute(query.order_by(reports.c.id)))


def forget_author(connection: Connection, keys: PersonKeys) -> None:
    """Forgets resets of the author's reputation, and what they wrote in reports; their votes go with their comments."""
    subjects = [Subject(SubjectKind.AUTHOR, *pair).key for pair in keys.authors.items()]
    connection.execute(sa.delete(resets).where(resets.c.subject.in_(subjects)))
    connection.execute(
        sa.update(reports)
        .where(reports.c.reporter_key.in_(keys.authors.values()))
        .values(reporter_key="", address_key="", note="")
    )


def forget_messages(connection: Connection, comment_ids: Collection[str], instead: str) -> None:
    """Replaces the sentences of reasons and statements in events that were recorded: they may quote a name or a link; and forgets those
    to the writer.
    """
    rows = connection.execute(
        sa.select(events.c.id, events.c.data_json).where(events.c.comment_id.in_(comment_ids))
    ).all()
    for row in rows:
        data = json.loads(row.data_json)
        if data.get("reasons") or "sentence" in data or "statement" in data:
            for reason in data.get("reasons", []):
                reason["message"] = instead
            data.pop("sentence", None)
            if statement := data.get("statement"):
                for fact in statement["facts"]:
                    fact["words"] = instead
                statement |= {"sentence": None, "sentences": [instead]}
            connection.execute(
                sa.update(events).where(events.c.id == row.id).values(data_json=event_json(data))
            )
