"""Imports comments from another system: once each, decided as they were there, and told to nobody."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import GONE, AuthorRef, Context, PageRef, Status, Submission
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict
from moderation.domain.ids import timed_id
from moderation.domain.imported import Entry, ImportedComment, Remark, mended
from moderation.store import audit, comments, decisions, imported_comments, pages
from moderation.store.sites import Site
from moderation.store.sql.engine import Connection, Store

BATCH = 500  # comments in a transaction
PLACE_BITS = 21  # of an id, behind its time, as many as domain/ids.py number_of() takes
LOOSE_NAMED = 20_000  # replies whose places are remembered until what they answer comes

_OUTCOMES = {
    Status.APPROVED: Outcome.APPROVE,
    Status.HELD: Outcome.HOLD,
    Status.PENDING: Outcome.HOLD,  # nobody has decided: a person will
    Status.REJECTED: Outcome.REJECT,
    Status.SPAM: Outcome.SPAM,
}
_TAKEN = "Another comment of the file has its id."
_TIME = len("cmt_") + 10  # characters of an id that say when
_OWN_ID = re.compile(r"cmt_[0-7][0-9a-hjkmnp-tv-z]{25}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. stored: comments that are new. known: that were there already. skipped: that could not be
    stored. loose: of the site, that answer a comment which has not come.
    """

    stored: int = 0
    known: int = 0
    skipped: int = 0
    loose: int = 0


def import_comments(
    store: Store,
    site: Site,
    source: str,
    entries: Iterable[Entry],
    *,
    personal_days: int,
    now: int,
    remark: Callable[[Remark], None],
    by: str = COMMAND,
) -> Imported:
    """Stores the comments of a file, BATCH in a transaction, so that it can be broken off and repeated.

    source: the system that they come from. remark: is told what was skipped or changed, and why. now: ms. A
    comment that was imported before stays as it is now, an erased one erased. Scores come later and decide nothing;
    nothing is sent to endpoints, counted for reputations or learned. Raises Conflict where another import stores the same.
    """
    importing = _Importing(store, site, source, personal_days, now, remark, by)
    remaining = iter(entries)
    while batch := list(islice(remaining, BATCH)):
        importing.take(batch)
    return replace(importing.done, loose=importing.link_replies())


class _Importing:
    def __init__(
        self,
        store: Store,
        site: Site,
        source: str,
        personal_days: int,
        now: int,
        remark: Callable[[Remark], None],
        by: str,
    ) -> None:
        self._store = store
        self._site = site
        self._source = source
        self._personal_days = personal_days
        self._now = now
        self._remark = remark
        self._by = by
        self._actor = Actor(ActorKind.IMPORT, source)
        self._found = 0  # comments so far
        self._first_place: int | None = None  # of the file's first comment, among those of its time
        self._loose: dict[str, str] = {}  # places of replies without a parent yet, by row
        self.done = Imported()

    def take(self, entries: Sequence[Entry]) -> None:
        """Stores what can be stored of a batch."""
        found: list[ImportedComment] = []
        for entry in entries:
            if isinstance(entry, ImportedComment):
                entry = mended(entry, self._site.origins, self._now)
            if isinstance(entry, ImportedComment):
                found.append(entry)
            else:
                self._remark(entry)
        with self._store.write() as connection:
            stored, remarks = self._store_new(connection, found)
            others = sum(not remark.stored for remark in remarks)
            if (
                stored and not self.done.stored
            ):  # once, so that one that is broken off is noted, too
                audit.record(
                    connection, self._by, Change.IMPORT_STARTED, self._site.id, self._source
                )
        for remark in remarks:
            self._remark(remark)
        done = self.done
        self.done = replace(
            done,
            stored=done.stored + stored,
            known=done.known + len(found) - stored - others,
            skipped=done.skipped + len(entries) - len(found) + others,
        )

    def link_replies(self) -> int:
        """Makes replies of those whose parent came later; how many are left without one."""
        last = ""
        while True:
            with self._store.write() as connection:
                last = imported_comments.link_replies(connection, self._site.id, last, BATCH)
                if not last:
                    if self.done.stored:
                        facts = {"stored": self.done.stored, "skipped": self.done.skipped}
                        audit.record(
                            connection,
                            self._by,
                            Change.IMPORT_ENDED,
                            self._site.id,
                            self._source,
                            None,
                            facts,
                        )
                    loose = imported_comments.waiting(connection, list(self._loose))
                    count = imported_comments.count_waiting(connection, self._site.id)
                    break
        for row, place in self._loose.items():
            if row in loose:
                why = "What it answers has not come; it stands by itself."
                self._remark(Remark(place, why, stored=True))
        return count

    def _row(self, id: str) -> str:
        return imported_comments.row_id(self._site.id, self._source, id)

    def _store_new(
        self, connection: Connection, found: Sequence[ImportedComment]
    ) -> tuple[int, list[Remark]]:
        rows = {self._row(comment.id): comment for comment in reversed(found)}
        if found and self._first_place is None:  # the same when it is continued
            first = hashlib.sha256(self._row(found[0].id).encode()).digest()
            self._first_place = int.from_bytes(first[-4:], "big") >> 12
        places = {row: self._found + place for place, row in enumerate(reversed(rows))}
        self._found += len(found)
        parents = {self._row(comment.parent_id) for comment in found if comment.parent_id}
        ids_by_row = imported_comments.find(connection, rows.keys() | parents)
        new = {row: comment for row, comment in reversed(rows.items()) if row not in ids_by_row}
        remarks = self._with_taken_ids(connection, found, rows, ids_by_row)
        if not new:
            return 0, remarks
        own_ids = (comment.id for comment in new.values() if _OWN_ID.fullmatch(comment.id))
        stored = comments.parents_of(connection, own_ids)
        ids_by_row |= {
            row: self._id(row, comment, places[row], set(stored)) for row, comment in new.items()
        }
        # Exported from this very site, and never gone.
        present = {
            row
            for row, comment in new.items()
            if comment.id in stored and stored[comment.id].site_id == self._site.id
        }
        ids_by_row |= {row: new[row].id for row in present}
        submissions = {
            row: self._submission(comment, ids_by_row[row])
            for row, comment in new.items()
            if row not in present
        }
        found_pages = pages.find_or_add(connection, list(submissions.values()))
        page_ids = {id: page.id for id, page in found_pages.items() if page}
        above = comments.parents_of(connection, (ids_by_row.get(row, "") for row in parents))
        pages_above = {id: parent.page_id for id, parent in above.items()} | page_ids
        new_rows = [(row, ids_by_row[row], "") for row in present]
        for row, submission in submissions.items():
            parent_row = self._row(new[row].parent_id) if new[row].parent_id else ""
            parent_id = ids_by_row.get(parent_row, "")
            is_loose = parent_row != "" and not parent_id
            if is_loose and len(self._loose) < LOOSE_NAMED:
                self._loose[row] = new[row].place
            new_rows.append((row, submission.id, parent_row if is_loose else ""))
            if not parent_id:
                continue
            # Ids rise with time: so there is no circle of replies.
            if pages_above.get(parent_id) == page_ids[submission.id] and parent_id < submission.id:
                submissions[row] = replace(submission, parent_id=parent_id)
            else:
                why = "It answers a newer comment, or one on another page; it stands by itself."
                remarks.append(Remark(new[row].place, why, stored=True))
        unscored = {submissions[row].id for row in submissions if new[row].status not in GONE}
        if not imported_comments.add(connection, self._site.id, new_rows, unscored):
            raise Conflict("Another import stores the same comments; wait for its end.")
        self._insert(
            connection, [(submissions[row], new[row].status) for row in submissions], page_ids
        )
        return len(submissions), remarks

    def _with_taken_ids(
        self,
        connection: Connection,
        found: Sequence[ImportedComment],
        rows: Mapping[str, ImportedComment],
        stored: Mapping[str, str],
    ) -> list[Remark]:
        """A remark on each comment that has the id of another one of this file, from another time. rows: the first of each
        id in this batch. stored: comments by row.
        """
        others: dict[str, str] = {}  # comments of the store, by the place of what has their id
        remarks = []
        for comment in found:
            id, first = stored.get(self._row(comment.id), ""), rows[self._row(comment.id)]
            assert comment.created_at is not None
            if not id and comment.created_at != first.created_at:
                remarks.append(Remark(comment.place, _TAKEN))
            elif id and not id.startswith(timed_id("cmt", comment.created_at, bytes(10))[:_TIME]):
                others[comment.place] = id
        histories = decisions.histories(connection, sorted(set(others.values()))) if others else {}
        for place, id in others.items():
            # Imported before, it stays as it was; its date there may have been changed.
            if histories[id] and histories[id][0].created_at == self._now:
                remarks.append(Remark(place, _TAKEN))
        return remarks

    def _insert(
        self,
        connection: Connection,
        submissions: Sequence[tuple[Submission, Status]],
        page_ids: dict[str, str],
    ) -> None:
        comments.insert_unjudged(
            connection,
            [submission for submission, _ in submissions],
            page_ids,
            self._store.crypto,
            self._personal_days,
        )
        decided = [
            Decision(submission.id, 1, 1, _OUTCOMES[status], self._actor, (), self._now)
            for submission, status in submissions
            if status in _OUTCOMES
        ]
        decisions.append(connection, decided, {})  # they have no reasons
        for submission, status in submissions:
            if status in GONE:
                comments.erase(connection, [submission.id])

    def _id(self, row: str, comment: ImportedComment, place: int, taken: set[str]) -> str:
        """Its own, where Gatehouse gave it; else one in the order of time and then of the file."""
        if _OWN_ID.fullmatch(comment.id) and comment.id not in taken:
            return comment.id
        assert comment.created_at is not None
        digest = hashlib.sha256(row.encode()).digest()
        # Files may have days for times, or one date for all that is old. The index of words has room for few comments in one
        # place (store/search_index.py), and another file of the same days must begin at another one.
        at = ((self._first_place or 0) + place) % (1 << PLACE_BITS)
        rest = at << 80 - PLACE_BITS | int.from_bytes(digest[:8], "big") >> PLACE_BITS - 16
        return timed_id("cmt", comment.created_at, rest.to_bytes(10, "big"))

    def _submission(self, comment: ImportedComment, id: str) -> Submission:
        assert comment.created_at is not None
        is_recent = comment.created_at + self._personal_days * DAY_MS > self._now
        return Submission(
            id=id,
            site_id=self._site.id,
            page=PageRef(
                comment.page_url, comment.page_title, comment.page_id, comment.title_verified
            ),
            author=AuthorRef(comment.author, comment.email, comment.url),
            text=comment.text,
            created_at=comment.created_at,
            context=Context(comment.ip if is_recent else ""),
        )
