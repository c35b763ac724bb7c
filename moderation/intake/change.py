"""What a writer does with a comment that is stored: changes its text, or withdraws it."""

from moderation.domain.comment import GONE, REMOVED, REVISIONS_LIMIT, PageState, Status
from moderation.domain.decision import ActorKind
from moderation.domain.errors import NotEditable, NotFound, PageClosed
from moderation.domain.event import EventType
from moderation.domain.ids import Entropy
from moderation.domain.page_state import UNKNOWN_PAGE, current_state
from moderation.store import (
    addresses,
    appeals,
    comments,
    decisions,
    judging_queue,
    legal_notices,
    outbox,
    page_states,
    proposals,
    reports,
    reputations,
    search_index,
    sites,
    sketches,
)
from moderation.store.comments import Revision
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

BY_WRITER = "author"  # the actor of the events


def edit(
    store: Store,
    comment_id: str,
    text: str,
    *,
    now: int,
    entropy: Entropy,
    address: str = "",
) -> bool:
    """Gives a comment a new text, which is judged as the first one was; whether anything changed.

    Readers do not see the comment until the new text is approved. One that a person holds waits on for a
    person. What the old text was found to be part of, and what people said of it, no longer counts; the old
    text itself is kept for moderators.
    now: ms. address: the writer's, '' where it is not kept.
    Raises NotFound, NotEditable where it was removed, is too old or was changed too often, and PageClosed.
    """
    with store.write() as connection:
        judging_queue.lock(connection, comment_id)
        standing = _standing(connection, comment_id)
        if standing.status is Status.ERASED:
            raise NotFound("There is no such comment.")
        texts = comments.revisions_of(connection, [comment_id])[comment_id]
        newest = texts[-1]
        if text == newest.text:
            return False
        _require_editable(connection, standing, texts[0].created_at, len(texts), now)
        revision = Revision(newest.number + 1, text, now, newest.form_json)
        waits_for_person = (
            standing.status is Status.HELD and standing.decided_by == ActorKind.MODERATOR
        )
        status = Status.HELD if waits_for_person else Status.PENDING
        comments.revise(
            connection,
            comment_id,
            revision,
            status=status,
            sequence=standing.sequence + 1,
            decided_by=standing.decided_by if waits_for_person else "",
        )
        judging_queue.renew(connection, comment_id, revision.number, standing.site_id, now)
        addresses.keep(connection, [(comment_id, address, now)], store.crypto)
        if not waits_for_person:
            decisions.forget_reasons(connection, [comment_id])
        sketches.forget(connection, [comment_id])
        reputations.note_votes(connection, {comment_id: None})
        search_index.forget(connection, [comment_id])
        search_index.note_due(connection, [comment_id])
        appeals.close(connection, comment_id, now)
        proposals.lapse(connection, comment_id, now)
        event = standing.change_event(
            EventType.EDITED, BY_WRITER, status, now, revision=revision.number
        )
        outbox.put(connection, [event], entropy)
    return True


def withdraw(store: Store, comment_id: str, *, now: int, entropy: Entropy) -> bool:
    """Takes a comment away from readers for good; whether it was there still. now: ms.

    Moderators see that it was withdrawn, and its text until it is erased. What they decided about it goes on
    counting: nobody gets rid of a bad name in this way. Raises NotFound.
    """
    with store.write() as connection:
        judging_queue.lock(connection, comment_id)
        standing = _standing(connection, comment_id)
        if standing.status in GONE:
            return False
        comments.withdraw(connection, comment_id, standing.sequence + 1, now)
        judging_queue.finish(connection, [comment_id])
        addresses.forget(connection, [comment_id])
        decisions.forget_reasons(connection, [comment_id])
        sketches.forget(connection, [comment_id])
        reports.close(connection, comment_id)
        appeals.close(connection, comment_id, now)
        proposals.lapse(connection, comment_id, now)
        legal_notices.close(connection, [comment_id], now)
        event = standing.change_event(EventType.WITHDRAWN, BY_WRITER, Status.WITHDRAWN, now)
        outbox.put(connection, [event], entropy)
    return True


def _standing(connection: Connection, comment_id: str) -> Standing:
    """How the comment stands, locked until the commit. Raises NotFound."""
    standing = decisions.standings(connection, [comment_id]).get(comment_id)
    if standing is None:
        raise NotFound("There is no such comment.")
    return standing


def _require_editable(
    connection: Connection, standing: Standing, created_at: int, revisions: int, now: int
) -> None:
    """Raises NotEditable or PageClosed where the writer may not change the comment now."""
    if standing.status in REMOVED:
        raise NotEditable("What was removed cannot be changed any more.")
    until = sites.reader_rules(connection, standing.site_id).editable_until(created_at)
    if until is None:
        raise NotEditable("Comments cannot be changed here.")
    if now >= until:
        raise NotEditable("The time in which it could be changed is over.")
    if revisions > REVISIONS_LIMIT:
        raise NotEditable("It was changed too often.")
    page_id = comments.page_of(connection, standing.comment_id)
    site = page_states.of_sites(connection, [standing.site_id])
    default, hours = site.get(standing.site_id, page_states.ANY_SITE)
    setting = page_states.settings_of(connection, [page_id]).get(page_id, UNKNOWN_PAGE)
    current = current_state(default, setting, now, hours.at(page_id, str(standing.page["url"])))
    if current.state is not PageState.CLOSED:
        return
    if current.opens_at is not None:
        raise PageClosed(current.why_closed())
    raise PageClosed("This page is closed: its comments cannot be changed any more.")
