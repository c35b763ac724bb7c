"""The notices of illegal content that moderators work through; deciding about the comment answers them."""

from moderation.domain.legal_notice import LegalNotice, NoticeState
from moderation.store import legal_notices
from moderation.store.sql.engine import Store


def list_notices(
    store: Store, site_id: str, state: NoticeState, after: str = "", limit: int = 25
) -> list[LegalNotice]:
    """A site's notices of one state, the longest waiting first, past the notice `after`."""
    with store.read() as connection:
        return legal_notices.of_site(connection, site_id, state, after, limit, store.crypto)
