"""Take in a batch of comments, once each, in one transaction; a receipt for every one."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from moderation.domain.comment import REMOVED, SAME_SENDER_LIMIT, PageState, Receipt, Submission
from moderation.domain.errors import GatehouseError, IdempotencyConflict, Invalid, PageClosed
from moderation.domain.event import received_event
from moderation.domain.ids import Entropy
from moderation.domain.page_state import UNKNOWN_PAGE, current_state
from moderation.store import addresses, comments, idempotency, outbox, page_states, pages
from moderation.store.idempotency import CommentSender, Stored
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.engine import Store

Answer = Receipt | GatehouseError


def submit(
    store: Store,
    batch: Sequence[Submission],
    *,
    personal_days: int,
    entropy: Entropy,
    keeps_address: Callable[[str], bool] = lambda site_id: False,
) -> list[Answer]:
    """Stores the batch and answers each submission, in order: a receipt, or why it was refused.

    keeps_address: whether a site's comments keep their sender's address, sealed, until they are judged.

    What it returns is on disk. A repetition (same idempotency key, same content) gets the first
    receipt again, unless the first is too old for it or erased (Submission.joins_since); the same key with
    other content is refused. Raises Unavailable when nothing at all was stored.
    """
    with store.write() as connection:
        holders = idempotency.claim(connection, batch)
        senders = idempotency.senders_of(connection, _firsts(batch, holders))
        found_pages = pages.find_or_add(connection, batch)
        page_ids = {id: page.id if page else "" for id, page in found_pages.items()}
        sites = page_states.of_sites(connection, {submission.site_id for submission in batch})
        settings = page_states.settings_of(connection, page_ids.values())
        parents = comments.parents_of(
            connection, (submission.parent_id for submission in batch if submission.parent_id)
        )

        def answer(submission: Submission) -> Answer:
            key = (submission.site_id, submission.idempotency_key)
            holder = holders.get(key)
            is_repeated = holder is not None and holder.comment_id != submission.id
            if holder and is_repeated:
                if holder.fingerprint != submission.fingerprint:
                    return IdempotencyConflict(
                        "This Idempotency-Key was used before with another body."
                    )
                sender = senders.get(holder.comment_id)
                if _joins(submission, holder, sender):
                    same_sender = _is_same_sender(store.crypto, submission, holder, sender)
                    return Receipt(holder.comment_id, holder.created_at, True, same_sender)
            page_id = page_ids[submission.id]
            site = sites.get(submission.site_id, page_states.ANY_SITE)
            page = found_pages[submission.id]
            now = current_state(
                site.default,
                settings.get(page_id, UNKNOWN_PAGE),
                submission.created_at,
                site.hours.at(page_id, page.url if page else submission.page.url),
            )
            if now.state is PageState.CLOSED:
                return PageClosed(now.why_closed())
            if submission.parent_id:
                parent = parents.get(submission.parent_id)
                if parent is None or parent.page_id != page_id:
                    return Invalid("There is no such comment on this page.", "/parent_id")
                if parent.status in REMOVED:
                    # Why it was removed is nobody's business.
                    return Invalid(
                        "/parent_id: Has been removed, and takes no replies.", "/parent_id"
                    )
            if holder and is_repeated:
                if not idempotency.take(connection, submission, holder):
                    # Another process was quicker: what it stored is the first now.
                    del holders[key]
                    holders.update(idempotency.holders_of(connection, [submission]))
                    senders.update(
                        idempotency.senders_of(connection, _firsts([submission], holders))
                    )
                    return answer(submission)
                holders[key] = Stored(submission.id, submission.fingerprint, submission.created_at)
            return Receipt(submission.id, submission.created_at)

        answers = [answer(submission) for submission in batch]
        new = [
            submission
            for submission, answer_given in zip(batch, answers, strict=True)
            if isinstance(answer_given, Receipt) and not answer_given.replayed
        ]
        idempotency.release(
            connection,
            (
                submission
                for submission, answer_given in zip(batch, answers, strict=True)
                if isinstance(answer_given, PageClosed | Invalid)
            ),
        )
        comments.insert(connection, new, page_ids, store.crypto, personal_days)
        idempotency.add_later(connection, new)
        addresses.keep(
            connection,
            [
                (submission.id, submission.context.ip, submission.created_at)
                for submission in new
                if keeps_address(submission.site_id)
            ],
            store.crypto,
        )
        if outbox.has_listeners(connection, {submission.site_id for submission in new}):
            events = [
                received_event(submission, page.described())
                for submission in new
                if (page := found_pages[submission.id])
            ]
            outbox.put(connection, events, entropy)
    return answers


def _firsts(
    batch: Sequence[Submission], holders: Mapping[tuple[str, str], Stored]
) -> Iterator[str]:
    """The comments that hold the keys of submissions."""
    for submission in batch:
        holder = holders.get((submission.site_id, submission.idempotency_key))
        if holder and holder.comment_id != submission.id:
            yield holder.comment_id


def _joins(submission: Submission, first: Stored, sender: CommentSender | None) -> bool:
    """Whether a repetition is the first comment once more. sender: None where it is stored with this batch."""
    if submission.joins_since is None:
        return True
    is_erased = sender is not None and sender.is_erased
    return first.created_at >= submission.joins_since and not is_erased


def _is_same_sender(
    crypto: Crypto, submission: Submission, first: Stored, sender: CommentSender | None
) -> bool:
    """Whether a repetition is proved to come from whoever sent the first: by the browser's token, or soon
    after from the same address with the same user agent. Content proves nothing: every reader knows it.
    """
    if sender is None:
        return False
    author_key = crypto.author_key(submission.site_id, submission.author.identity)
    if author_key and author_key == sender.author_key:
        return True
    address_key = crypto.address_key(submission.context.ip)
    return (
        address_key != ""
        and address_key == sender.address_key
        and submission.context.user_agent == sender.user_agent
        and submission.created_at - first.created_at <= SAME_SENDER_LIMIT
    )
