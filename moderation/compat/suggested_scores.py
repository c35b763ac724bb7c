"""Scores that clients suggest for their comments, stored to measure the model with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from moderation.domain.ids import Entropy, derived_id, timed_id
from moderation.store import suggested_scores
from moderation.store.sql.engine import Store
from moderation.store.suggested_scores import Suggestion

__all__ = ["Suggestion", "each_suggestion", "store_suggestions"]

PAGE_SIZE = 500  # suggestions read at once


def store_suggestions(
    store: Store, suggestions: Sequence[Suggestion], *, now: int, entropy: Entropy
) -> None:
    """Stores suggestions; each replaces an earlier one with the same token and attribute."""
    with store.write() as connection:
        suggested_scores.put(
            connection, [_identified(suggestion, now, entropy(10)) for suggestion in suggestions]
        )


def _identified(suggestion: Suggestion, now: int, entropy: bytes) -> Suggestion:
    if suggestion.token:
        id = derived_id(
            "sug", suggestion.site_id, suggestion.community, suggestion.token, suggestion.attribute
        )
    else:
        id = timed_id("sug", now, entropy)
    # PostgreSQL cannot store the character NUL.
    texts = {
        name: getattr(suggestion, name).replace("\x00", " ")
        for name in ("text", "community", "token")
    }
    return replace(suggestion, id=id, created_at=now, **texts)


def each_suggestion(store: Store, site_id: str) -> Iterator[Suggestion]:
    """Every suggestion for a site; read from the database in pages."""
    after = ""
    while True:
        with store.read() as connection:
            page = suggested_scores.page(connection, site_id, after, PAGE_SIZE)
        yield from page
        if len(page) < PAGE_SIZE:
            return
        after = page[-1].id
