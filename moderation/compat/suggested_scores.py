"""What somebody says a score should have been: kept beside our own, to measure the model with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from moderation.domain.ids import derived_id, timed_id
from moderation.store import suggested_scores
from moderation.store.sql.engine import Store
from moderation.store.suggested_scores import Suggestion

__all__ = ["Suggestion", "each_suggestion", "store_suggestions"]

PAGE_SIZE = 500  # read at once


def store_suggestions(
    store: Store, given: Sequence[Suggestion], *, now: int, entropy: Callable[[int], bytes]
) -> None:
    """Keeps them. The last word about a client's comment counts: an earlier one with its token goes."""
    with store.write() as connection:
        suggested_scores.put(connection, [_identified(one, now, entropy(10)) for one in given])


def _identified(one: Suggestion, now: int, entropy: bytes) -> Suggestion:
    if one.token:
        id = derived_id("sug", one.site_id, one.community, one.token, one.attribute)
    else:
        id = timed_id("sug", now, entropy)
    # NUL is a character that PostgreSQL cannot store.
    words = {
        name: getattr(one, name).replace("\x00", " ") for name in ("text", "community", "token")
    }
    return replace(one, id=id, created_at=now, **words)


def each_suggestion(store: Store, site_id: str) -> Iterator[Suggestion]:
    """All that a site has been told, a page at a time."""
    after = ""
    while True:
        with store.read() as connection:
            found = suggested_scores.page(connection, site_id, after, PAGE_SIZE)
        yield from found
        if len(found) < PAGE_SIZE:
            return
        after = found[-1].id
