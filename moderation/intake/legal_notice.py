"""Takes in a notice of illegal content. It decides nothing: a moderator does, and whoever sent it is told."""

from moderation.domain.comment import Status
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.legal_notice import OPEN_LIMIT, LegalNotice
from moderation.store import decisions, legal_notices
from moderation.store.sql.engine import Store


def send_notice(
    store: Store,
    comment_id: str,
    why: str,
    name: str,
    email: str,
    *,
    now: int,
    entropy: Entropy,
) -> LegalNotice:
    """Stores a notice about a public comment. name, email: '' only where the law allows it. now: ms.

    Raises NotFound for a comment that readers do not see, Conflict where OPEN_LIMIT notices of it wait.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.status is not Status.APPROVED:
            raise NotFound("There is no such comment.")
        if legal_notices.open_of(connection, [comment_id]).get(comment_id, 0) >= OPEN_LIMIT:
            raise Conflict("Many notices about this comment wait already; it is being looked at.")
        notice = LegalNotice(
            timed_id("ntc", now, entropy(10)),
            comment_id,
            standing.site_id,
            standing.revision,
            name.strip(),
            email,
            why.strip(),
            now,
        )
        legal_notices.add(connection, notice, store.crypto)
    return notice
