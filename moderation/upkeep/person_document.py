"""All that is kept of one person as one JSON object, in pieces; that it was handed out is in the audit."""

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict

from moderation.domain.audit import COMMAND, Change
from moderation.domain.person import PersonRef
from moderation.store import audit
from moderation.store.people import PersonKeys
from moderation.store.sql.engine import Store
from moderation.upkeep import people


def note_export(
    store: Store, ref: PersonRef, site_ids: Collection[str], by: str = COMMAND
) -> PersonKeys:
    """Notes before it happens that a person's data is handed out, without saying whose; by what it is found. Raises Invalid, NotFound."""
    keys = people.keys_of(store, ref, site_ids)
    facts = {"found_by": ref.kind}
    site_id = next(iter(site_ids)) if len(site_ids) == 1 else ""
    with store.write() as connection:
        audit.record(connection, by, Change.PERSON_EXPORTED, site_id, "", None, facts)
    return keys


def document(
    store: Store, ref: PersonRef, site_ids: Collection[str], by: str = COMMAND
) -> Iterator[str]:
    """found_by, comments, reports_sent and notices_sent, piece by piece as they are read; a comment a line.

    It is noted before the first piece. Raises Invalid, NotFound: at once.
    """
    keys = note_export(store, ref, site_ids, by)
    return _pieces(store, ref.kind, keys, site_ids)


def _pieces(
    store: Store, found_by: str, keys: PersonKeys, site_ids: Collection[str]
) -> Iterator[str]:
    yield f'{{"found_by": "{found_by}", "comments": ['
    separator = "\n"
    for comment in people.each_comment(store, keys, site_ids):
        yield separator + json.dumps(asdict(comment), ensure_ascii=False)
        separator = ",\n"
    reports = [asdict(report) for report in people.sent_reports(store, keys)]
    yield f'\n], "reports_sent": {json.dumps(reports, ensure_ascii=False)}'
    notices = [asdict(notice) for notice in people.sent_notices(store, keys, site_ids)]
    yield f', "notices_sent": {json.dumps(notices, ensure_ascii=False)}}}\n'
