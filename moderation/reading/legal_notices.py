"""What readers may see around notices of illegal content: the comment that one is about, and what became of it."""

from dataclasses import dataclass

from moderation.domain.appeal import Appeal
from moderation.domain.comment import Status
from moderation.domain.legal_notice import LegalNotice
from moderation.store import appeals, legal_notices, queues
from moderation.store.sql.engine import Store


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment that all readers see. page_url: where."""

    id: str
    site_id: str
    page_url: str
    author_name: str
    text: str


def find_public(store: Store, comment_id: str) -> ShownComment | None:
    """None for a comment that readers do not see."""
    with store.read() as connection:
        found = queues.by_ids(connection, [comment_id])
    if not found or found[0].status is not Status.APPROVED:
        return None
    [entry] = found
    return ShownComment(entry.id, entry.site_id, entry.page_url, entry.author_name, entry.text)


def appeal_of(store: Store, notice: LegalNotice) -> Appeal | None:
    """The last appeal of the sender of a notice; None for none."""
    with store.read() as connection:
        made = appeals.of_notice(connection, notice.comment_id, notice.id)
    return made[-1] if made else None


def find_notice(store: Store, notice_id: str) -> LegalNotice | None:
    """A notice, for its sender; None where there is none."""
    with store.read() as connection:
        return legal_notices.by_id(connection, notice_id, store.crypto)
