"""How many comments match, in words, where it is offered to decide about all of them."""

from moderation.clock import now_ms
from moderation.domain.roles import Action
from moderation.review.queue_counts import count_matches
from moderation.review.search import Criteria, Results
from moderation.store.moderators import Membership
from moderation.store.sql.engine import Store
from service.console.all_sites import Place
from service.console.language import _, number


def match_count(store: Store, place: Place, criteria: Criteria, found: Results, after: str) -> str:
    """found, after: the page that is shown, and where it begins. '' where nothing is offered, or nothing matches."""
    if not isinstance(place, Membership) or not place.may(Action.DECIDE):
        return ""
    if not after and not found.after:
        return number(len(found.cards)) if found.cards else ""
    matches = count_matches(store, place.site_ids, criteria, now=now_ms())
    if not matches.count:
        return ""
    return number(matches.count) if matches.is_all else _("%(n)s or more", n=number(matches.count))
