"""Ways between the console's pages: the tabs with their counts, URLs of queues, the next page of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request

from moderation.domain.comment import Status
from moderation.review import appeals, campaigns, legal_notices, queues, samples
from service.console.language import _, number
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


def queue_tabs(request: Request, site_id: str, current: str | None) -> list[Tab]:
    """The queues with their counts, and the campaigns with how many wait. Comments that are not judged
    yet, what readers reported, appeals, notices of illegal content, and campaigns have a tab only where there are any.
    """
    store = request.app.state.store
    tabs = [
        Tab(
            status.value,
            _(QUEUE_NAMES[status]),
            number(count),
            queue_url(site=site_id, queue=status.value),
            status == current,
        )
        for status, count in queues.queue_counts(store, site_id).items()
        if count or status is not Status.PENDING or status == current
    ]
    reported = queues.count_reported(store, site_id)
    if reported or current == queues.REPORTED:
        url = queue_url(site=site_id, queue=queues.REPORTED)
        is_current = current == queues.REPORTED
        tabs.append(Tab(queues.REPORTED, _("Reported"), number(reported), url, is_current))
    appealed = appeals.count_open(store, site_id)
    if appealed or current == APPEALS:
        url = f"{URL}/appeals?{query(site=site_id)}"
        tabs.append(Tab(APPEALS, _("Appeals"), number(appealed), url, current == APPEALS))
    notified = legal_notices.count_open(store, site_id)
    if notified or current == NOTICES:
        url = f"{URL}/notices?{query(site=site_id)}"
        tabs.append(Tab(NOTICES, _("Notices"), number(notified), url, current == NOTICES))
    sampled = samples.count_waiting(store, site_id)
    if sampled or current == SAMPLE:
        url = f"{URL}/sample?{query(site=site_id)}"
        tabs.append(Tab(SAMPLE, _("Sample"), number(sampled), url, current == SAMPLE))
    waiting = campaigns.count_waiting(store, site_id)
    if waiting is not None or current == CAMPAIGNS:
        url = f"{URL}/campaigns?{query(site=site_id)}"
        count = number(waiting or 0)
        tabs.append(Tab(CAMPAIGNS, _("Campaigns"), count, url, current == CAMPAIGNS))
    return tabs


def query(**fields: str) -> str:
    """A query of the fields that are not ''."""
    return urlencode({name: value for name, value in fields.items() if value})


def queue_url(**fields: str) -> str:
    return f"{URL}/?{query(**fields)}"
