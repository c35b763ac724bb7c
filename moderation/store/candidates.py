"""Stored comments as scorers see them."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any

from moderation.domain.filter import NO_FILTERS, FilterSet
from moderation.domain.names import NO_NAMES
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, SenderTraces
from moderation.store.comment_fields import SentComment
from moderation.store.filters import filters_of
from moderation.store.judging_queue import JudgingJob
from moderation.store.protected_names import names_of
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.engine import Store


def candidates_of(store: Store, jobs: Sequence[JudgingJob]) -> list[Candidate]:
    """The candidates that jobs are, each with the filters and the names of its site."""
    filter_sets = filters_of(store, {job.site_id: job.filters_version for job in jobs})
    names = names_of(store, {job.site_id for job in jobs})
    return [
        candidate_of(
            job,
            store.crypto,
            filters=filter_sets[job.site_id],
            names=names.get(job.site_id, NO_NAMES),
        )
        for job in jobs
    ]


def candidate_of(
    comment: SentComment, crypto: Crypto, *, filters: FilterSet = NO_FILTERS, **more_fields: Any
) -> Candidate:
    """The candidate that a comment is, with every field that both have by the same name.

    more_fields: fields of Candidate that do not come from the comment.
    """
    # Opened for its domain; the e-mail itself goes no further.
    email = crypto.decrypt(comment.email_sealed, comment.id) if comment.email_sealed else None
    email_domain = (email or "").rpartition("@")[2].strip().lower()
    derived_fields: dict[str, Any] = {
        "view": normalise(comment.text),
        "comment_id": comment.id,
        "traces": SenderTraces(email_domain=email_domain, **_shared(comment, SenderTraces)),
        "filters": filters,
    }
    return Candidate(**_shared(comment, Candidate) | derived_fields | more_fields)


def _shared(comment: SentComment, target: type[Candidate | SenderTraces]) -> dict[str, Any]:
    # mypy takes the hash of the classes for that of their instances.
    names, values_of = _shared_fields(type(comment), target)  # type: ignore[arg-type]
    return dict(zip(names, values_of(comment), strict=True))


@cache
def _shared_fields(
    comment_class: type[SentComment], target: type[Candidate | SenderTraces]
) -> tuple[tuple[str, ...], Callable[[SentComment], tuple[Any, ...]]]:
    """The fields that both classes have, and what reads all of them at once."""
    comment_names = {field.name for field in fields(comment_class)}
    names = tuple(field.name for field in fields(target) if field.name in comment_names)
    return names, attrgetter(*names)
