"""Ways between the console's pages: the tabs with their counts, URLs of queues, the next page of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request

from moderation.domain.comment import Status
from moderation.review import appeals, campaigns, legal_notices, proposals, queues, samples
from moderation.store.sql.engine import Store
from service.console.language import N_, _, number
from service.console.pages import URL
from service.console.presenters import QUEUE_NAMES

PAGE_SIZE = 20  # rows of a list; more would be a long way to scroll and a slow page
ROWS_READ = PAGE_SIZE + 1  # one more than is shown, to see whether another page follows
CAMPAIGNS, APPEALS, NOTICES, SAMPLE = (
    "campaigns",
    "appeals",
    "notices",
    "sample",
)  # the tabs that are not queues
_NAMES = {
    **{status.value: QUEUE_NAMES[status] for status in queues.QUEUE_ORDER},
    queues.REPORTED: N_("Reported"),
    queues.PROPOSED: N_("Proposed"),
    APPEALS: N_("Appeals"),
    NOTICES: N_("Notices"),
    SAMPLE: N_("Sample"),
    CAMPAIGNS: N_("Campaigns"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to one of several lists. count: '' where it is not counted."""

    id: str
    name: str
    count: str
    url: str
    is_current: bool


class HasId(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=HasId)


def one_page(rows: Sequence[Row]) -> tuple[Sequence[Row], str]:
    """The rows of a page, of ROWS_READ that were asked for, and the id that the next page starts after:
    '' where none follows.
    """
    shown = rows[:PAGE_SIZE]
    return shown, shown[-1].id if len(rows) > PAGE_SIZE else ""


def tab_counts(store: Store, site_id: str) -> dict[str, int | None]:
    """How much there is in each list of a site, by the id of its tab; None for what needs no tab: comments that are not
    judged yet, what readers reported or trainees propose, appeals, notices of illegal content and a sample where there are none, and campaigns
    where there never was one.
    """
    held = queues.queue_counts(store, site_id)
    counts: dict[str, int | None] = {status.value: count for status, count in held.items()}
    return counts | {
        Status.PENDING.value: held[Status.PENDING] or None,
        queues.REPORTED: queues.count_reported(store, site_id) or None,
        queues.PROPOSED: proposals.count_open(store, site_id) or None,
        APPEALS: appeals.count_open(store, site_id) or None,
        NOTICES: legal_notices.count_open(store, site_id) or None,
        SAMPLE: samples.count_waiting(store, site_id) or None,
        CAMPAIGNS: campaigns.count_waiting(store, site_id),
    }


def queue_tabs(request: Request, site_id: str, current: str | None) -> list[Tab]:
    """The queues with their counts, and the campaigns with how many wait."""
    return [
        Tab(
            id,
            _(_NAMES[id]),
            number(count or 0),
            queue_url(site=site_id, queue=id)
            if id in (*queues.QUEUE_ORDER, queues.REPORTED, queues.PROPOSED)
            else f"{URL}/{id}?{query(site=site_id)}",
            id == current,
        )
        for id, count in tab_counts(request.app.state.store, site_id).items()
        if count is not None or id == current
    ]


def query(**fields: str) -> str:
    """A query of the fields that are not ''."""
    return urlencode({name: value for name, value in fields.items() if value})


def queue_url(**fields: str) -> str:
    return f"{URL}/?{query(**fields)}"
