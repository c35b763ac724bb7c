"""What is found in a site's comments, as a page like a queue's: the same cards, and a chip for each condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from moderation.domain.comment import PAGE_URL_LIMIT, Status
from moderation.domain.decision import STATUS_AFTER
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.labels import label_of
from moderation.domain.search_words import QUERY_LIMIT
from moderation.review import queues, search
from moderation.review.search import Criteria, Results
from moderation.store.moderators import Membership
from service.console import navigation
from service.console.comment import comment_views
from service.console.pages import QueryName, pages
from service.console.presenters import QUEUE_NAMES, VERBS, CommentView, excerpt
from service.console.session import Visitor


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition. url: the search without it, or with it where it is not chosen."""

    name: str
    value: str
    url: str
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class BulkBar:
    """What templates/bulk_bar.html decides about. count: of all that match, in words, '' where it is not counted."""

    conditions: Mapping[str, str]
    count: str
    actions: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a page asks for; '' for nothing."""

    query: str = ""
    status: str = ""
    reason: str = ""
    page_url: str = ""
    author: str = ""

    @property
    def is_search(self) -> bool:
        """A reason alone is a filter of a queue."""
        return any((self.query.strip(), self.status, self.page_url, self.author.strip()))

    def url(self, site_id: str, **changes: str) -> str:
        return navigation.queue_url(site=site_id, **{**self.given(), **changes})

    def given(self) -> dict[str, str]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def bulk_bar(asked: Asked, count: str = "") -> BulkBar:
    actions = [
        (outcome.value, verb)
        for outcome, verb in VERBS.items()
        if STATUS_AFTER[outcome].value != asked.status
    ]
    return BulkBar({name: value for name, value in asked.given().items() if value}, count, actions)


def _asked(
    query: Annotated[str, Query(max_length=QUERY_LIMIT)] = "",
    status: QueryName = "",
    reason: QueryName = "",
    page_url: Annotated[str, Query(max_length=PAGE_URL_LIMIT)] = "",
    author: Annotated[str, Query(max_length=QUERY_LIMIT)] = "",
) -> Asked:
    return Asked(query, status, reason, page_url, author)


AskedFor = Annotated[Asked, Depends(_asked)]


def results_page(
    request: Request,
    visitor: Visitor,
    site: Membership,
    asked: Asked,
    after: str,
    decided: CommentView | None,
) -> Response:
    """A page of what was found; with a sentence where the query cannot be read."""
    store, site_id = request.app.state.store, site.site_id
    problem = ""
    try:
        found = search.search(store, site_id, criteria_of(asked), after, navigation.PAGE_SIZE)
    except Invalid as error:
        found, problem = Results((), ""), error.message.removeprefix(f"{error.pointer}: ")
    return pages.page(
        "search.html",
        422 if problem else 200,
        visitor=visitor,
        site=site,
        tabs=navigation.queue_tabs(request, site_id, None),
        asked=asked,
        chips=_chips(asked, site_id),
        statuses=_statuses(asked, site_id),
        problem=problem,
        comments=comment_views(store, found.cards),
        bulk=bulk_bar(asked),
        first_url=asked.url(site_id) if after else "",
        next_url=asked.url(site_id, after=found.after) if found.after else "",
        back=navigation.query(site=site_id, **asked.given(), after=after),
        decided=decided,
        queue_url=navigation.queue_url,
    )


def criteria_of(asked: Asked) -> Criteria:
    """Raises NotFound for a status that no queue has."""
    if asked.status and asked.status not in queues.SEARCHED:
        raise NotFound("There is no such queue.")
    return Criteria(
        query=asked.query,
        status=Status(asked.status) if asked.status else None,
        reason=asked.reason,
        page_url=asked.page_url,
        author=asked.author,
    )


def _chips(asked: Asked, site_id: str) -> list[Chip]:
    """Each condition but the status, to be taken away."""
    shown: Mapping[str, tuple[str, str]] = {
        "query": ("Words", asked.query),
        "reason": ("Reason", label_of(asked.reason)),
        "page_url": ("Page", asked.page_url),
        "author": ("Author", asked.author),
    }
    return [
        Chip(name, excerpt(value), asked.url(site_id, **{key: ""}))
        for key, (name, value) in shown.items()
        if value.strip()
    ]


def _statuses(asked: Asked, site_id: str) -> list[Chip]:
    chips = [Chip("All", "", asked.url(site_id, status=""), not asked.status)]
    return chips + [
        Chip(
            QUEUE_NAMES[status],
            status.value,
            asked.url(site_id, status=status.value),
            status == asked.status,
        )
        for status in queues.SEARCHED
    ]
