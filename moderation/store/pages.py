"""Pages, and the addresses that lead to them: found, added, joined where two are one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Submission
from moderation.domain.errors import Unavailable
from moderation.domain.ids import derived_id
from moderation.domain.page_state import sooner_days, stricter_state
from moderation.domain.page_url import PageRules, page_key
from moderation.domain.policy_scopes import path_of
from moderation.domain.similarity import short_hash
from moderation.store import policy_scopes, search_index, sites, sketches
from moderation.store.comment_fields import page_row
from moderation.store.sql.dialect import fetch, insert_rows, run_listed, update_rows, upsert_rows
from moderation.store.sql.schema import comments, page_addresses, pages


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page as it is stored. external_id: the site's own, '' for none."""

    id: str
    url: str
    title: str
    title_verified: bool
    external_id: str

    def described(self) -> dict[str, object]:
        """The page in the data of an event."""
        return {
            "url": self.url,
            "title": self.title,
            "title_verified": self.title_verified,
            "id": self.external_id,
        }


# A page that is locked so cannot be joined into another before the comment on it is stored.
_AT = """
    SELECT a.id, p.id, p.url, p.title, p.title_verified, p.external_id
    FROM page_addresses a JOIN pages p ON p.id = a.page_id
    WHERE a.id AMONG :ids
"""
_LOCKED_AT = f"{_AT} ORDER BY p.id FOR KEY SHARE OF p"


def lock(connection: Connection, alone: Iterable[str], shared: Iterable[str] = ()) -> None:
    """Until the end of the transaction nobody else changes what the addresses of these sites lead to.

    alone: sites of which this transaction does. On SQLite a transaction that writes is alone anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    modes = {**dict.fromkeys(shared, "_shared"), **dict.fromkeys(alone, "")}
    for site_id, mode in sorted(modes.items()):  # in one order for all
        lock_name = f"SELECT pg_advisory_xact_lock{mode}(hashtextextended(:site, 0))"
        connection.execute(sa.text(lock_name), {"site": f"pages of {site_id}"})


def url_address(site_id: str, url: str, rules: PageRules) -> str:
    """The address of a URL."""
    return derived_id("pg", site_id, "url", page_key(url, rules))


def id_address(site_id: str, own_id: str) -> str:
    """The address of a site's own id of a page."""
    return derived_id("pg", site_id, "id", own_id)


def find(connection: Connection, addresses: Collection[str]) -> dict[str, StoredPage]:
    """The pages at those of the addresses that lead to one."""
    return _found(fetch(connection, _AT, ids=list(addresses)))


def _found(rows: Iterable[Sequence[object]]) -> dict[str, StoredPage]:
    return {
        str(address): StoredPage(str(id), str(url), str(title), bool(verified), str(own_id))
        for address, id, url, title, verified, own_id in rows
    }


def find_url(connection: Connection, site_id: str, url: str) -> StoredPage | None:
    """The page of a site that a URL leads to."""
    rules = sites.page_rules(connection, [site_id])
    if site_id not in rules:
        return None
    address = url_address(site_id, url, rules[site_id])
    return find(connection, [address]).get(address)


def find_or_add(
    connection: Connection, submissions: Sequence[Submission]
) -> dict[str, StoredPage | None]:
    """The page of each submission, by the submission's id; None for a reply where there is no page.

    A page that is new is added. The site's server may name a page by its own id: then its newest URL leads to it
    as well, and a page that was known by that URL alone is the same.
    """
    lock(
        connection,
        alone={submission.site_id for submission in submissions if submission.page.id},
        shared={submission.site_id for submission in submissions},
    )
    # Read behind the lock: whoever changes the rules holds it until they are in force.
    rules = sites.page_rules(connection, {submission.site_id for submission in submissions})
    addresses = [
        (
            url_address(submission.site_id, submission.page.url, rules[submission.site_id]),
            id_address(submission.site_id, submission.page.id) if submission.page.id else "",
        )
        for submission in submissions
    ]
    wanted = {address for pair in addresses for address in pair if address}
    for _ in range(_TRIES):
        batch = _Batch(connection, _found(fetch(connection, _LOCKED_AT, ids=list(wanted))))
        savepoint = connection.begin_nested() if len(batch.known) < len(wanted) else None
        for submission, pair in zip(submissions, addresses, strict=True):
            batch.take(submission, *pair, rules[submission.site_id])
        if batch.write():
            if savepoint:
                savepoint.commit()
            return {
                submission.id: batch.known.get(by_id or by_url)
                for submission, (by_url, by_id) in zip(submissions, addresses, strict=True)
            }
        # Another process added one of the addresses meanwhile: where it leads is read again.
        assert savepoint
        savepoint.rollback()
    raise Unavailable("The pages of these comments are being moved; try again shortly.")


_TRIES = 5


class _Batch:
    """The pages that submissions of one transaction name, and what they change. known: by address."""

    def __init__(self, connection: Connection, known: dict[str, StoredPage]) -> None:
        self._connection = connection
        self.known = known
        self._new_pages: dict[str, dict[str, object]] = {}
        self._new_addresses: dict[str, dict[str, object]] = {}
        self._moved: dict[str, dict[str, object]] = {}
        self._changed: dict[str, dict[str, object]] = {}

    def take(self, submission: Submission, by_url: str, by_id: str, rules: PageRules) -> None:
        """Makes a submission's addresses lead to its page. by_id: '' for none."""
        at_url = self.known.get(by_url)
        page = self.known.get(by_id) if by_id else at_url
        if page is None and at_url and not at_url.external_id:
            page = at_url  # it is known by its URL, and now gets the site's id
        if page is None:
            if submission.parent_id:
                return
            page = self._add(submission)
        if by_id:
            self._lead(by_id, page, submission, "")
            if at_url and at_url.id != page.id and not at_url.external_id:
                page = self._join(at_url.id, page.id)
        self._lead(by_url, page, submission, submission.page.url)
        self._name(page, submission, rules)

    def _add(self, submission: Submission) -> StoredPage:
        page_id = derived_id("pg", submission.id)
        row = page_row(submission, page_id)
        self._new_pages[page_id] = row
        sent = submission.page
        return StoredPage(page_id, sent.url, sent.title, bool(row["title_verified"]), sent.id)

    def _lead(self, address: str, page: StoredPage, submission: Submission, url: str) -> None:
        """Makes an address lead to a page."""
        before = self.known.get(address)
        self.known[address] = page
        if before is None or before.id != page.id:
            row: dict[str, object] = {
                "id": address,
                "site_id": submission.site_id,
                "page_id": page.id,
                "url": url,
            }
            (self._new_addresses if before is None else self._moved)[address] = row

    def _join(self, page_id: str, into: str) -> StoredPage:
        self._write_pages()
        page = join(self._connection, page_id, into)
        self._replace(page_id, page)
        self._replace(into, page)
        for row in (*self._new_addresses.values(), *self._moved.values()):
            if row["page_id"] == page_id:
                row["page_id"] = into
        return page

    def _name(self, page: StoredPage, submission: Submission, rules: PageRules) -> None:
        """Notes what a submission says of its page, where that is more than what is known."""
        sent = submission.page
        is_verified = page.title_verified or (sent.by_server and sent.title != "")
        may_name = sent.by_server or not page.title
        has_moved = sent.id != "" and page_key(page.url, rules) != page_key(sent.url, rules)
        named = StoredPage(
            page.id,
            sent.url if has_moved else page.url,
            sent.title if may_name and sent.title else page.title,
            is_verified,
            sent.id or page.external_id,
        )
        if named != page:
            self._replace(page.id, named)
            self._changed[page.id] = {
                "id": page.id,
                "url": named.url,
                "path": path_of(named.url),
                "title": named.title,
                "title_verified": named.title_verified,
                "external_id": named.external_id,
            }

    def _replace(self, page_id: str, page: StoredPage) -> None:
        for address, known in self.known.items():
            if known.id == page_id:
                self.known[address] = page

    def write(self) -> bool:
        """Stores what was added and changed; False where another process was quicker with an address."""
        self._write_pages()
        added = insert_rows(
            self._connection, page_addresses, list(self._new_addresses.values()), new_only=True
        )
        if added < len(self._new_addresses):
            return False
        if self._moved:
            upsert_rows(
                self._connection, page_addresses, list(self._moved.values()), "page_id", "url"
            )
        return True

    def _write_pages(self) -> None:
        insert_rows(self._connection, pages, list(self._new_pages.values()))
        # In one order for all, so that no two transactions wait for each other.
        changes = [self._changed[page_id] for page_id in sorted(self._changed)]
        update_rows(self._connection, pages, "id", changes)
        search_index.note_due(self._connection, sorted(self._changed))
        self._new_pages.clear()
        self._changed.clear()


def join(connection: Connection, page_id: str, into: str) -> StoredPage:
    """Makes one page of two: comments and addresses of the first become the other's, which is returned.

    Raises Unavailable where another process has joined one of them to a third.
    """
    # Deleted first: this waits for whoever stores a comment on it.
    deleted = sa.delete(pages).where(pages.c.id == page_id).returning(pages)
    gone = connection.execute(deleted).one_or_none()
    kept = connection.execute(sa.select(pages).where(pages.c.id == into)).one_or_none()
    if gone is None or kept is None:
        raise Unavailable("The page is being moved; try again shortly.")
    moved = connection.execute(
        sa.select(comments.c.id, comments.c.created_at).where(comments.c.page_id == page_id)
    ).all()
    for table in (comments, page_addresses):
        connection.execute(sa.update(table).where(table.c.page_id == page_id).values(page_id=into))
    if moved:
        numbers = [sketches.number_of(row.id, row.created_at) for row in moved]
        mark = "UPDATE sketches SET page = :page WHERE number AMONG :numbers"
        run_listed(connection, mark, "numbers", numbers, page=short_hash(into))
    takes_title = gone.title and (
        not kept.title or (gone.title_verified and not kept.title_verified)
    )
    named = gone if takes_title else kept
    own_id = kept.external_id or gone.external_id
    connection.execute(
        sa.update(pages)
        .where(pages.c.id == into)
        .values(
            title=named.title,
            title_verified=named.title_verified,
            state=stricter_state(kept.state, gone.state),
            close_after_days=sooner_days(kept.close_after_days, gone.close_after_days),
            published_at=min(filter(None, (kept.published_at, gone.published_at)), default=None),
            created_at=min(kept.created_at, gone.created_at),
            external_id=own_id,
        )
    )
    policy_scopes.move_page(connection, kept.site_id, page_id, into)
    search_index.note_due(connection, [into])
    return StoredPage(into, kept.url, named.title, named.title_verified, own_id)


def move(connection: Connection, page: StoredPage, site_id: str, url: str) -> bool:
    """Makes a page known by another URL, and by its old ones still. Whether another page was joined into it.

    The transaction has called lock().
    """
    rules = sites.page_rules(connection, [site_id])[site_id]
    address = url_address(site_id, url, rules)
    other = find(connection, [address]).get(address)
    is_joined = other is not None and other.id != page.id
    if other and is_joined:
        join(connection, other.id, page.id)
    row = {"id": address, "site_id": site_id, "page_id": page.id, "url": url}
    upsert_rows(connection, page_addresses, [row], "page_id", "url")
    connection.execute(
        sa.update(pages).where(pages.c.id == page.id).values(url=url, path=path_of(url))
    )
    search_index.note_due(connection, [page.id])
    return is_joined


def set_title(connection: Connection, page_id: str, title: str) -> None:
    """As the people who run the site say."""
    connection.execute(
        sa.update(pages).where(pages.c.id == page_id).values(title=title, title_verified=True)
    )
    search_index.note_due(connection, [page_id])
