"""Notes as they are stored: whom they mention is told by the site's channels, and on their own account until they have seen it."""

from collections.abc import Collection

from moderation.domain.delivery import MODERATORS, Format
from moderation.domain.errors import NotFound
from moderation.domain.event import MENTION, mention_event
from moderation.domain.ids import Entropy
from moderation.domain.mention import Mention, mentioned, names_of
from moderation.domain.note import Note
from moderation.store import endpoints, memberships, mentions, notes, outbox, reach
from moderation.store.sql.engine import Connection, Store

SHOWN = 50  # on an account; more wait behind them


def store_note(connection: Connection, note: Note, comment_id: str, entropy: Entropy) -> None:
    """Adds a note, and tells those whom it mentions who can read it. comment_id: where it was written, '' at no comment."""
    notes.add(connection, note)
    emails = _readers(connection, note.site_id, note.about)
    named = [
        Mention(
            note.id,
            id,
            note.site_id,
            note.about,
            comment_id,
            note.moderator_id,
            created_at=note.created_at,
        )
        for id in sorted(mentioned(note.text, emails) - {note.moderator_id})
    ]
    if not named:
        return
    mentions.add(connection, named)
    channels = [
        endpoint
        for endpoint in endpoints.of_sites(connection, [note.site_id])
        if endpoint.format is Format.NOTICE
        and endpoint.state == "enabled"
        and MENTION in endpoint.types
    ]
    readers = set(memberships.digest_readers(connection, note.site_id))
    for mention in named:
        event = mention_event(
            mention.note_id, mention.moderator_id, mention.site_id, mention.path, note.created_at
        )
        wants_mail = emails[mention.moderator_id] in readers
        told = [channel.id for channel in channels if wants_mail or channel.url != MODERATORS]
        outbox.put_for(connection, event, told, entropy)


def list_unseen(store: Store, moderator_id: str, site_ids: Collection[str]) -> list[Mention]:
    """Somebody's mentions on their sites and parts of sites that they have not seen, the newest first."""
    with store.read() as connection:
        return mentions.unseen(connection, moderator_id, site_ids, SHOWN)


def count_unseen(store: Store, moderator_id: str, site_ids: Collection[str]) -> int:
    """How many there are."""
    with store.read() as connection:
        return mentions.count_unseen(connection, moderator_id, site_ids)


def see(store: Store, moderator_id: str, note_id: str, *, now: int) -> None:
    """They have seen the mention in a note, or with '' all of theirs."""
    with store.write() as connection:
        mentions.see(connection, moderator_id, note_id, now)


def names_on(
    store: Store, site_id: str, about: str = "", within: Collection[str] = ()
) -> list[str]:
    """How those colleagues of a site are mentioned, without the @, in order, who can read a note about this: a comment or an author.

    within: what the person who asks reaches, () where all of the site is theirs. Raises NotFound where a part of it does not have this comment.
    """
    with store.read() as connection:
        if reach.has_parts(within) and not reach.reaches(connection, about, site_id, within):
            raise NotFound("There is no such comment.")
        return sorted(names_of(_readers(connection, site_id, about).values()).values())


def _readers(connection: Connection, site_id: str, about: str) -> dict[str, str]:
    """The e-mails by id of those on a site who can read a note about this: who is limited to sections where it is a comment in these."""
    emails = memberships.emails_of_sites(connection, [site_id])
    reaches = memberships.reaches_on(connection, site_id)
    there = {
        each: each == site_id or bool(reach.reached_ids(connection, [about], [each]))
        for each in sorted(set(reaches.values()))
    }
    return {id: email for id, email in emails.items() if there[reaches[id]]}
