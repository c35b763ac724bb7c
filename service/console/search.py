"""What is found in a site's comments, as a page like a queue's: the same rows and cards, and a chip for each condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request, Response

from moderation.clock import now_ms
from moderation.domain.decision import STATUS_AFTER
from moderation.domain.errors import Invalid
from moderation.review import queues, search
from moderation.review.search import Results
from moderation.store.sql.engine import Store
from service.console import navigation
from service.console.all_sites import AllSites, Place
from service.console.asked import Asked, chips, criteria_of, status_chips
from service.console.comment import comment_views
from service.console.language import _
from service.console.match_count import match_count
from service.console.pages import pages
from service.console.panes import Panes
from service.console.presenters import QUEUE_NAMES, VERBS, CommentView
from service.console.refine import refine_of
from service.console.session import Visitor
from service.console.views import view_links


@dataclass(frozen=True, slots=True)
class BulkBar:
    """What templates/bulk_bar.html decides about. count: of all that match, in words, '' where it is not counted."""

    conditions: Mapping[str, str]
    count: str
    actions: Sequence[tuple[str, str]]


def bulk_bar(place: Place, asked: Asked, count: str = "") -> BulkBar:
    """Of all sites those that are ticked alone: what matches has each site's own reasons."""
    actions = [
        (outcome.value, _(verb))
        for outcome, verb in VERBS.items()
        if STATUS_AFTER[outcome].value != asked.status
    ]
    given = {name: value for name, value in asked.given().items() if value}
    return BulkBar({} if isinstance(place, AllSites) else given, count, actions)


def results_page(
    request: Request,
    visitor: Visitor,
    site: Place,
    asked: Asked,
    after: str,
    decided: CommentView | None,
    opened: str,
) -> Response:
    """A page of what was found; with a sentence where the query cannot be read. opened: the comment that is open."""
    store, site_id = request.app.state.store, site.site_id
    problem, criteria = "", criteria_of(asked)
    try:
        found = search.search(
            store, site.site_ids, criteria, after, navigation.PAGE_SIZE, now=now_ms()
        )
    except Invalid as error:
        found, problem = Results((), ""), error.message.removeprefix(f"{error.pointer}: ")
    is_whole = not after and not found.after
    count = "" if problem else match_count(store, site, criteria, found, is_whole=is_whole)
    comments = comment_views(store, found.cards)
    refine = refine_of(store, site, asked, asked.status)
    return pages.page(
        "search.html",
        422 if problem else 200,
        visitor=visitor,
        site=site,
        tabs=navigation.queue_tabs(request, site, None),
        asked=asked,
        chips=chips(asked, site_id, refine.moderators, names_of(store, site, asked)),
        statuses=status_chips(asked, site_id, QUEUE_NAMES),
        refine=refine,
        views=view_links(store, visitor, site_id, replace(asked, order=refine.order)),
        problem=problem,
        comments=comments,
        panes=Panes.of(request, visitor, (), comments, opened),
        bulk=bulk_bar(site, asked, count),
        first_url=asked.url(site_id) if after else "",
        next_url=asked.url(site_id, after=found.after) if found.after else "",
        back=navigation.query(site=site_id, **asked.given(), after=after),
        decided=decided,
        queue_url=navigation.queue_url,
    )


def names_of(store: Store, place: Place, asked: Asked) -> Mapping[str, str]:
    """The authors' names of the comments that others are to be the same as."""
    ids = {id for id in (asked.same_text, asked.same_network) if id}
    return {card.id: card.author_name for card in queues.get_cards(store, place.site_ids, ids)}
