"""The list of reasons that a site's moderators choose from."""

from collections.abc import Sequence

from moderation.domain.audit import COMMAND, Change
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.site_reasons import SiteReason, SiteReasons, check_reasons
from moderation.store import audit, filters, sites
from moderation.store.sql.engine import Store


def get_reasons(store: Store, site_id: str) -> SiteReasons:
    """The reasons of a site, in its order."""
    with store.read() as connection:
        return sites.reasons(connection, site_id)


def set_reasons(
    store: Store,
    site_id: str,
    reasons: Sequence[SiteReason],
    expected: int | None = None,
    by: str = COMMAND,
) -> SiteReasons:
    """Replaces a site's list. Decisions that have a reason keep it with the name that it had.

    expected: the version the change is based on; None changes any. Raises Invalid; Conflict if somebody else has
    changed it meanwhile. by: a moderator's or a key's id.
    """
    checked = check_reasons(reasons)
    with store.write() as connection:
        if not filters.lock_site(connection, site_id):
            raise NotFound("There is no such site.")
        before = sites.reasons(connection, site_id)
        if expected is not None and expected != before.version:
            raise Conflict("Somebody has changed the list of reasons meanwhile.")
        sites.set_reasons(connection, site_id, checked)
        after = sites.reasons(connection, site_id)
        changed = (site_id, site_id, _facts(before), _facts(after))
        audit.record(connection, by, Change.SITE_REASONS_CHANGED, *changed)
        return after


def _facts(known: SiteReasons) -> dict[str, object]:
    """What the audit keeps of a list: each reason's texts by its code, and their order."""
    texts = {reason.code: [dict(reason.labels), dict(reason.sentences)] for reason in known.reasons}
    return texts | {"order": [reason.code for reason in known.reasons]}
