"""All that is kept of one person: found, counted, handed out; upkeep/person_erasure.py erases it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from moderation.domain.appeal import Appeal
from moderation.domain.decision import Decision
from moderation.domain.errors import NotFound
from moderation.domain.event import iso
from moderation.domain.legal_notice import LegalNotice
from moderation.domain.person import (
    KeptAppeal,
    KeptDecision,
    KeptEvent,
    KeptNote,
    KeptOpinion,
    KeptReason,
    KeptReport,
    KeptSignal,
    KeptText,
    PersonComment,
    PersonErased,
    PersonRef,
    SentNotice,
    SentReport,
    SuggestedScore,
    check_person,
)
from moderation.domain.score import Findings
from moderation.store import (
    appeals,
    corrections,
    decisions,
    erasures,
    legal_notices,
    people,
    second_opinions,
)
from moderation.store.people import KeptComment, KeptRows, PersonKeys
from moderation.store.second_opinions import StoredOpinion
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.engine import Connection, Store

AT_ONCE = 100  # comments of a transaction


def keys_of(store: Store, ref: PersonRef, site_ids: Collection[str]) -> PersonKeys:
    """By what a person's data is found on these sites; by a comment that is erased, what an erasure under way began with.

    Raises Invalid, and NotFound where the comment that names the person is not there, also for one of another site.
    """
    check_person(ref)
    if not ref.comment_id:
        return people.keys_of(store.crypto, ref, site_ids)
    with store.read() as connection:
        keys = people.keys_by_comment(connection, store.crypto, ref.comment_id, site_ids)
        begun = erasures.begun_with(connection, ref.comment_id, site_ids)
    if keys is None:
        raise NotFound("There is no such comment.")
    return PersonKeys(keys.email or begun.email, {**begun.authors, **keys.authors}, ref.comment_id)


def export_person(
    store: Store, keys: PersonKeys, site_ids: Collection[str], after: str = "", limit: int = AT_ONCE
) -> list[PersonComment]:
    """Up to `limit` of a person's comments on these sites past the id `after`, oldest first, with all that is kept. keys: as in
    each_comment().
    """
    with store.read() as connection:
        ids = people.find(connection, keys, site_ids, after, limit)
        if not ids:
            return []
        rows = people.rows_of(connection, ids)
        histories = decisions.histories(connection, ids)
        findings = decisions.newest_findings(connection, ids)
        made = appeals.of_comments(connection, ids)
        corrected = corrections.of_comments(connection, ids)
        opinions = second_opinions.of_comments(connection, ids)
    return [
        _comment(
            store.crypto,
            row,
            rows,
            findings.get(row.id, Findings()),
            histories[row.id],
            made.get(row.id, ()),
            tuple(correction.label for correction in corrected.get(row.id, ())),
            opinions.get(row.id),
        )
        for row in rows.comments
    ]


def each_comment(
    store: Store, keys: PersonKeys, site_ids: Collection[str]
) -> Iterator[PersonComment]:
    """All of them, read piece by piece. keys: of keys_of(), once for all that is handed out: the comment that names the person may be
    erased meanwhile.
    """
    after = ""
    while page := export_person(store, keys, site_ids, after, AT_ONCE):
        yield from page
        after = page[-1].id


def sent_reports(store: Store, keys: PersonKeys) -> list[SentReport]:
    """The reports that a person sent: found by their browser's token, or the site's own id. keys: as in each_comment()."""
    with store.read() as connection:
        rows = people.reports_by(connection, keys)
    return [SentReport(row.comment_id, row.reason, row.note, iso(row.created_at)) for row in rows]


def sent_notices(store: Store, keys: PersonKeys, site_ids: Collection[str]) -> list[SentNotice]:
    """The notices of illegal content that a person sent: found by the e-mail alone. keys: as in each_comment()."""
    with store.read() as connection:
        return [
            SentNotice(
                notice.comment_id,
                notice.name,
                notice.email,
                notice.why,
                notice.state,
                iso(notice.created_at),
                tuple(
                    made.text
                    for made in appeals.of_notice(connection, notice.comment_id, notice.id)
                ),
            )
            for notice in _sent_notices(store, connection, keys, site_ids)
        ]


def _sent_notices(
    store: Store, connection: Connection, keys: PersonKeys, site_ids: Collection[str]
) -> list[LegalNotice]:
    return legal_notices.by_email(connection, keys.email, site_ids, store.crypto)


def find_person(store: Store, ref: PersonRef, site_ids: Collection[str]) -> PersonErased:
    """What would be erased: how many rows of which kind. Raises Invalid, NotFound."""
    keys = keys_of(store, ref, site_ids)
    found: Counter[str] = Counter()
    after = ""
    with store.read() as connection:
        while ids := people.find(connection, keys, site_ids, after, AT_ONCE):
            found.update(people.count(connection, ids))
            after = ids[-1]
        if sent := people.reports_by(connection, keys):
            found["reports_sent"] = len(sent)
        if notices := _sent_notices(store, connection, keys, site_ids):
            found["notices_sent"] = len(notices)
    return PersonErased(dict(found), 0, complete=not found, rewritten=None)


def _comment(
    crypto: Crypto,
    row: KeptComment,
    rows: KeptRows,
    findings: Findings,
    history: Sequence[Decision],
    made: Sequence[Appeal],
    corrected: tuple[str, ...],
    said: StoredOpinion | None,
) -> PersonComment:
    """made: the appeals about it. corrected: the scores that moderators called wrong. said: a second opinion."""
    sealed, address = row.email_sealed, row.sealed
    return PersonComment(
        id=row.id,
        site_id=row.site_id,
        page_url=row.url,
        page_title=row.title,
        parent_id=row.parent_id,
        status=row.status,
        created_at=iso(row.created_at),
        author_name=row.author_name,
        author_url=row.author_url,
        email=(crypto.decrypt(sealed, row.id) or "") if sealed else "",
        address=(crypto.decrypt(address, row.id) or "") if address else "",
        network=row.network,
        user_agent=row.user_agent,
        referrer=row.referrer,
        forgotten_at=iso(row.expires_at) if row.user_agent or row.network else "",
        texts=tuple(
            KeptText(text.number, text.text, iso(text.created_at))
            for text in rows.texts.get(row.id, ())
        ),
        signals=tuple(
            KeptSignal(signal.name, round(signal.value, 6), signal.model, signal.note)
            for signal in findings.signals
        ),
        decisions=tuple(
            KeptDecision(
                decision.sequence,
                decision.outcome.value,
                decision.actor.kind.value,
                tuple(KeptReason(reason.code, reason.message) for reason in decision.reasons),
                decision.sentence,
                iso(decision.created_at),
            )
            for decision in history
        ),
        events=tuple(
            KeptEvent(event.type, event.deliveries, iso(event.created_at))
            for event in rows.events.get(row.id, ())
        ),
        campaign_id=row.campaign_id,
        sketch=row.id in rows.sketched,
        akismet_check=row.id in rows.checked,
        idempotency_keys=tuple(rows.idempotency_keys.get(row.id, ())),
        suggested_scores=tuple(
            SuggestedScore(each.attribute, each.value, iso(each.created_at))
            for each in rows.suggested.get(row.id, ())
        ),
        notes=tuple(
            KeptNote(note.text, iso(note.created_at))
            for about in (row.id, row.author_key)
            for note in rows.notes.get(about, ())
        ),
        reports=tuple(
            KeptReport(report.reason, iso(report.created_at))
            for report in rows.reports.get(row.id, ())
        ),
        appeals=tuple(
            KeptAppeal(each.text, each.state.value, each.note, iso(each.created_at))
            for each in made
        ),
        corrections=corrected,
        second_opinion=KeptOpinion(
            said.revision,
            said.model,
            said.opinion.label.value,
            said.opinion.probability,
            said.opinion.sentence,
            iso(said.answered_at),
        )
        if said
        else None,
    )
