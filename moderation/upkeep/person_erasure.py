"""All that is kept of one person: erased, some comments at a time; the worker completes what was interrupted."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import Status
from moderation.domain.durations import MINUTE_MS
from moderation.domain.ids import Entropy
from moderation.domain.normalise import normalise
from moderation.domain.person import PersonErased, PersonRef
from moderation.domain.score import Candidate
from moderation.domain.similarity import target_key
from moderation.scorers.spam.link_targets import targets_of
from moderation.store import (
    audit,
    decisions,
    erasures,
    legal_notices,
    people,
    reputations,
    sketches,
)
from moderation.store.erasures import Erasure
from moderation.store.scrub import scrub
from moderation.store.sql.engine import Connection, Store
from moderation.upkeep.erase import erase_together
from moderation.upkeep.people import AT_ONCE, keys_of

INTERRUPTED_MS = 15 * MINUTE_MS  # without another comment erased: whoever began it does not go on
REWRITTEN_UP_TO = (
    200_000_000  # bytes of SQLite's file: a second or two, in which nothing is written
)


def erase_person(
    store: Store,
    ref: PersonRef,
    site_ids: Collection[str],
    by: str = COMMAND,
    *,
    now: Callable[[], int],
    entropy: Entropy,
    limit: int | None = None,
    rewrite_up_to: int | None = None,
) -> PersonErased:
    """Erases a person's comments on these sites with all that is kept of them, AT_ONCE in a transaction.

    Of each comment there stay its id, page, time and decisions, without their words; endpoints hear `comment.erased`. limit: of
    comments, None for all; then it is not complete, and may be called again. What is interrupted, finish_interrupted()
    completes, or whoever calls it again. now: asked in each transaction, ms. rewrite_up_to: bytes up to which SQLite's file is rewritten, None for any. Raises
    Invalid, NotFound.
    """
    erasure = Erasure(keys_of(store, ref, site_ids), tuple(site_ids), ref.kind, by, now())
    found: Counter[str] = Counter()
    erased, complete = 0, False
    while not complete and (limit is None or erased < limit):
        most = AT_ONCE if limit is None else min(AT_ONCE, limit - erased)
        count, complete = _erase_some(store, erasure, most, found, now(), entropy)
        erased += count
    # Without a limit also where nothing is found: an erasure with one may have left the file as it was.
    rewritten = scrub(store, rewrite_up_to) if found or rewrite_up_to is None else None
    return PersonErased(dict(found), erased, complete, rewritten)


def finish_interrupted(
    store: Store,
    now: Callable[[], int],
    entropy: Entropy,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Erases what is left of persons whose erasure was begun and has not gone on for INTERRUPTED_MS, while goes_on(); returns
    how many comments. Of two workers that find the same one, one takes it. now: asked in each transaction, ms.
    """
    with store.read() as connection:
        left = erasures.left(connection, now() - INTERRUPTED_MS)
    erased = 0
    for erasure in left:
        if not goes_on():
            break
        at = now()
        if not _move(store, erasure, at):
            continue
        complete = False
        while not complete:
            count, complete = _erase_some(store, erasure, AT_ONCE, Counter(), at, entropy)
            erased += count
            if not complete and not goes_on():
                _move(store, replace(erasure, at=at), erasure.at)  # the next sweep goes on at once
                return erased
            at = now()
        scrub(store, REWRITTEN_UP_TO)
    return erased


def _move(store: Store, erasure: Erasure, at: int) -> bool:
    with store.write() as connection:
        return erasures.move(connection, erasure, at)


def _erase_some(
    store: Store, erasure: Erasure, most: int, found: Counter[str], now: int, entropy: Entropy
) -> tuple[int, bool]:
    """Erases up to `most` comments in a transaction, and adds what was there to `found`; how many, and whether none is left."""
    keys, by = erasure.keys, erasure.started_by
    with store.write() as connection:
        ids = people.find(connection, keys, erasure.site_ids, "", most + 1)
        is_rest = len(ids) <= most
        if not is_rest:
            ids = [id for id in ids if id != keys.comment_id][:most]
        # A comment that names the person goes last, with the rest: by it this is found again.
        complete = len(ids) < most or (is_rest and bool(keys.comment_id))
        found.update(people.count(connection, ids) if ids else {})
        _erase(connection, ids, by, erasure.found_by, now, entropy)
        if complete:
            _forget_sent(store, connection, erasure, found)
            people.forget_author(connection, keys)
            erasures.end(connection, erasure)
        else:
            erasures.keep(connection, replace(erasure, at=now))
    return len(ids), complete


def _forget_sent(
    store: Store, connection: Connection, erasure: Erasure, found: Counter[str]
) -> None:
    """Notes the reports and forgets the notices of illegal content that the person sent."""
    sent = people.reports_by(connection, erasure.keys)
    notices = legal_notices.by_email(connection, erasure.keys.email, erasure.site_ids, store.crypto)
    legal_notices.forget(connection, [notice.id for notice in notices])
    for what, rows in (("reports", sent), ("notices", notices)):
        if rows:
            found[f"{what}_sent"] = len(rows)
        for site_id, count in sorted(Counter(row.site_id for row in rows).items()):
            _note(connection, erasure.started_by, site_id, erasure.found_by, what, count)


def _erase(
    connection: Connection, ids: list[str], by: str, found_by: str, now: int, entropy: Entropy
) -> None:
    standings = decisions.standings(connection, ids)
    left = [standing for standing in standings.values() if standing.status is not Status.ERASED]
    own_domains = _own_domains(connection, ids, now)
    people.forget_requests(connection, ids)
    reputations.forget(connection, ids, own_domains)
    erase_together(connection, left, now, entropy)
    for site_id, count in sorted(Counter(standing.site_id for standing in left).items()):
        _note(connection, by, site_id, found_by, "comments", count)
    people.forget_domains(connection, own_domains)


def _note(
    connection: Connection, by: str, site_id: str, found_by: str, what: str, count: int
) -> None:
    facts = {"found_by": found_by, what: count}
    audit.record(connection, by, Change.PERSON_ERASED, site_id, "", None, facts)


def _own_domains(connection: Connection, ids: list[str], now: int) -> set[str]:
    """Where these comments alone link to, in any of their texts."""
    rows = people.rows_of(connection, ids)
    targets = {
        target
        for row in rows.comments
        for text in rows.texts.get(row.id, ())
        for target in targets_of(
            Candidate(
                text.text,
                normalise(text.text),
                author_name=row.author_name,
                author_url=row.author_url,
                page_url=row.url,
            )
        )
    }
    theirs = {sketches.number_of(row.id, row.created_at) for row in rows.comments}
    target_by_key = {target_key(target): target for target in targets}
    for key, numbers in sketches.find(connection, list(target_by_key), now).items():
        if not theirs.issuperset(numbers):
            targets.discard(target_by_key[key])
    return targets
