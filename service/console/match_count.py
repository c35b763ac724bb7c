"""How many comments match, in words, where it is offered to decide about all of them."""

from moderation.domain.roles import Action
from moderation.review.queue_counts import known_matches
from moderation.review.search import Criteria, Results
from moderation.store.memberships import Membership
from moderation.store.sql.engine import Store
from service.console.all_sites import Place
from service.console.language import number


def match_count(
    store: Store, place: Place, criteria: Criteria, found: Results, *, is_whole: bool
) -> str:
    """found: the page that is shown. is_whole: nothing but what is on it matches. '' where nothing is offered, nothing matches, or
    the number is known only by looking: the page that asks whether to decide about all says it.
    """
    if not isinstance(place, Membership) or not place.may(Action.DECIDE):
        return ""
    count = len(found.cards) if is_whole else known_matches(store, place.site_ids, criteria)
    return number(count) if count else ""
