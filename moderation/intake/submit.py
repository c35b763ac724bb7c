"""Take in a batch of comments, once each, in one transaction; a receipt for every one."""

from collections.abc import Callable, Sequence

from moderation.domain.comment import PageState, Receipt, Submission
from moderation.domain.errors import GatehouseError, IdempotencyConflict, Invalid, PageClosed
from moderation.domain.event import received_event
from moderation.store import addresses, comments, outbox
from moderation.store.comment_fields import page_id_of
from moderation.store.sql.engine import Store

Answer = Receipt | GatehouseError


def submit(
    store: Store,
    batch: Sequence[Submission],
    *,
    personal_days: int,
    entropy: Callable[[int], bytes],
    keeps_address: Callable[[str], bool] = lambda site_id: False,
) -> list[Answer]:
    """Stores the batch and answers each submission, in order: a receipt, or why it was refused.

    keeps_address: whether a site's comments keep their sender's address, sealed, until they are judged.

    What it returns is on disk. A repetition (same idempotency key, same content) gets the first
    receipt again; the same key with other content is refused. Raises Unavailable when nothing at
    all was stored.
    """
    with store.write() as connection:
        holders = comments.claim_keys(connection, batch)
        page_ids = {submission.id: page_id_of(submission) for submission in batch}
        states = comments.page_states(connection, page_ids.values())
        parents = comments.pages_of(
            connection, (submission.parent_id for submission in batch if submission.parent_id)
        )

        def answer(submission: Submission) -> Answer:
            holder = holders.get((submission.site_id, submission.idempotency_key))
            if holder and holder.comment_id != submission.id:
                if holder.fingerprint == submission.fingerprint:
                    return Receipt(holder.comment_id, holder.created_at, replayed=True)
                return IdempotencyConflict(
                    "This Idempotency-Key was used before with another body."
                )
            if states.get(page_ids[submission.id]) is PageState.CLOSED:
                return PageClosed("This page takes no more comments.")
            if (
                submission.parent_id
                and parents.get(submission.parent_id) != page_ids[submission.id]
            ):
                return Invalid("There is no such comment on this page.", "/parent_id")
            return Receipt(submission.id, submission.created_at)

        answers = [answer(submission) for submission in batch]
        new = [
            submission
            for submission, answer_given in zip(batch, answers, strict=True)
            if isinstance(answer_given, Receipt) and not answer_given.replayed
        ]
        comments.release_keys(
            connection,
            (
                submission
                for submission, answer_given in zip(batch, answers, strict=True)
                if isinstance(answer_given, PageClosed | Invalid)
            ),
        )
        comments.insert_pages(
            connection, [submission for submission in new if page_ids[submission.id] not in states]
        )
        comments.insert(connection, new, store.crypto, personal_days)
        addresses.keep(
            connection,
            [submission for submission in new if keeps_address(submission.site_id)],
            store.crypto,
        )
        if outbox.has_listeners(connection, {submission.site_id for submission in new}):
            outbox.put(connection, [received_event(submission) for submission in new], entropy)
    return answers
