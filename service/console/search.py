"""What is found in a site's comments, as a page like a queue's: the same rows and cards, and a chip for each condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request, Response

from moderation.domain.decision import STATUS_AFTER
from moderation.domain.errors import Invalid
from moderation.review import search
from moderation.review.search import Results
from moderation.store.moderators import Membership
from service.console import navigation
from service.console.asked import Asked, chips, criteria_of, status_chips
from service.console.comment import comment_views
from service.console.desk import Desk
from service.console.language import _
from service.console.pages import pages
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


def bulk_bar(asked: Asked, count: str = "") -> BulkBar:
    actions = [
        (outcome.value, _(verb))
        for outcome, verb in VERBS.items()
        if STATUS_AFTER[outcome].value != asked.status
    ]
    return BulkBar({name: value for name, value in asked.given().items() if value}, count, actions)


def results_page(
    request: Request,
    visitor: Visitor,
    site: Membership,
    asked: Asked,
    after: str,
    decided: CommentView | None,
    opened: str,
) -> Response:
    """A page of what was found; with a sentence where the query cannot be read. opened: the comment that is open."""
    store, site_id = request.app.state.store, site.site_id
    problem = ""
    try:
        found = search.search(store, site_id, criteria_of(asked), after, navigation.PAGE_SIZE)
    except Invalid as error:
        found, problem = Results((), ""), error.message.removeprefix(f"{error.pointer}: ")
    comments = comment_views(store, found.cards)
    refine = refine_of(store, site_id, asked, asked.status)
    return pages.page(
        "search.html",
        422 if problem else 200,
        visitor=visitor,
        site=site,
        tabs=navigation.queue_tabs(request, site_id, None),
        asked=asked,
        chips=chips(asked, site_id, refine.moderators),
        statuses=status_chips(asked, site_id, QUEUE_NAMES),
        refine=refine,
        views=view_links(store, visitor, site_id, replace(asked, order=refine.order)),
        problem=problem,
        comments=comments,
        desk=Desk.of(request, visitor, (), comments, opened),
        bulk=bulk_bar(asked),
        first_url=asked.url(site_id) if after else "",
        next_url=asked.url(site_id, after=found.after) if found.after else "",
        back=navigation.query(site=site_id, **asked.given(), after=after),
        decided=decided,
        queue_url=navigation.queue_url,
    )
