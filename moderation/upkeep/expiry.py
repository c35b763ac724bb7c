"""How long a site keeps comments: its terms are set, tried, and carried out a few comments at a time."""

from collections import deque
from collections.abc import Callable
from functools import partial

from moderation.domain.audit import COMMAND, SERVICE, Change
from moderation.domain.expiry import Expiring, Terms, check_terms, expired_before
from moderation.domain.ids import Entropy
from moderation.store import audit, expiry
from moderation.store.expiry import Term
from moderation.store.sql.engine import Connection, Store
from moderation.upkeep.erase import erase_due

SLICE = 200  # comments of a transaction, which must not hold SQLite's one writer for long


def get_terms(store: Store, site_id: str) -> Terms:
    """The site's own terms."""
    with store.read() as connection:
        return expiry.terms_of(connection, site_id)


def set_terms(store: Store, site_id: str, terms: Terms, by: str = COMMAND) -> Terms:
    """Sets all terms of a site; those left out are the installation's. They hold from the next minute on. Raises Invalid."""
    check_terms(terms)
    with store.write() as connection:
        before = expiry.terms_of(connection, site_id)
        expiry.set_terms(connection, site_id, terms)
        audit.record(
            connection,
            by,
            Change.SITE_RETENTION_CHANGED,
            site_id,
            site_id,
            _facts(before),
            _facts(terms),
        )
    return terms


def try_terms(store: Store, site_id: str, terms: Terms, now: int) -> list[Expiring]:
    """What these terms would delete now, were they set; deletes nothing. now: ms. Raises Invalid."""
    found = []
    with store.read() as connection:
        for status, days in check_terms(terms).items():
            count, oldest_at = 0, None
            if days:
                before = expired_before(days, now)
                count, oldest_at = expiry.count_expired(connection, site_id, status, before)
            found.append(Expiring(status, days, count, oldest_at))
    return found


def delete_expired(
    store: Store,
    now: int,
    entropy: Entropy,
    goes_on: Callable[[], bool] = lambda: True,
    slice_size: int = SLICE,
) -> int:
    """Erases comments of sites with terms that have had theirs, slice by slice, while goes_on(); returns how many.

    A slice of one term after the other: none waits behind another's backlog. Comments about which somebody waits for an
    answer stay, and so do those that a moderator decides about meanwhile. Each slice is audited in its transaction. now: ms.
    """
    with store.read() as connection:
        left = deque(term for term in expiry.all_terms(connection) if term.days)
    deleted = 0
    while left and goes_on():
        term = left.popleft()
        before = expired_before(term.days, now)
        find = partial(
            expiry.expired,
            site_id=term.site_id,
            status=term.status,
            before=before,
            limit=slice_size,
        )
        count = erase_due(store, find, now, entropy, partial(_note, term))
        deleted += count
        if count == slice_size:
            left.append(term)
    return deleted


def _note(term: Term, connection: Connection, count: int) -> None:
    facts = {"status": term.status, "days": term.days, "comments": count}
    audit.record(
        connection, SERVICE, Change.COMMENT_EXPIRED, term.site_id, term.status, None, facts
    )


def _facts(terms: Terms) -> dict[str, object]:
    """None where the installation's holds: an entry says what was before and after."""
    return {"days": {status.value: days for status, days in sorted(terms.items())}}
