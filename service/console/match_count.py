"""How many comments match, in words, where it is offered to decide about all of them."""

from moderation.clock import now_ms
from moderation.domain.roles import Action
from moderation.review.queue_counts import count_matches
from moderation.review.search import Criteria, Results
from moderation.store.moderators import Membership
from moderation.store.sql.engine import Store
from service.console.all_sites import Place
from service.console.language import _, number


def match_count(
    store: Store, place: Place, criteria: Criteria, found: Results, *, is_whole: bool
) -> str:
    """found: the page that is shown. is_whole: nothing but what is on it matches. '' where nothing is offered, or nothing matches."""
    if not isinstance(place, Membership) or not place.may(Action.DECIDE):
        return ""
    if is_whole:
        return number(len(found.cards)) if found.cards else ""
    matches = count_matches(store, place.site_ids, criteria, now=now_ms())
    if matches.is_all:
        return number(matches.count) if matches.count else ""
    # A page looks in another order, and can have found more.
    known = max(matches.count, len(found.cards))
    return _("%(n)s or more", n=number(known)) if known else ""
