"""What every page of the console has: the site it is about, the tabs, addresses of queues."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from moderation.domain.comment import Status
from moderation.review import campaigns, queues
from moderation.store.moderators import Membership
from service.console.pages import URL
from service.console.presenters import QUEUE_NAMES

COUNT_LIMIT = 10_000  # the store counts no further
CAMPAIGNS = "campaigns"  # the tab that is no queue


def tabs(request: Request, at: Membership, current: str | None) -> list[dict[str, Any]]:
    """The queues with their counts, and the campaigns that wait; what is not judged yet, and campaigns,
    show only where there are any."""
    store = request.app.state.store
    found = [
        {
            "id": status.value,
            "name": QUEUE_NAMES[status],
            "count": display_count(count),
            "url": queue_url(site=at.site_id, queue=status.value),
            "is_current": status == current,
        }
        for status, count in queues.queue_counts(store, at.site_id).items()
        if count or status is not Status.PENDING or status == current
    ]
    waiting = campaigns.count_waiting(store, at.site_id)
    if waiting is not None or current == CAMPAIGNS:
        found.append(
            {
                "id": CAMPAIGNS,
                "name": "Campaigns",
                "count": display_count(waiting or 0),
                "url": f"{URL}/campaigns?{query(site=at.site_id)}",
                "is_current": current == CAMPAIGNS,
            }
        )
    return found


def display_count(count: int) -> str:
    return f"{COUNT_LIMIT:,}+" if count >= COUNT_LIMIT else f"{count:,}"


def query(**fields: str) -> str:
    return urlencode({name: value for name, value in fields.items() if value})


def queue_url(**fields: str) -> str:
    return f"{URL}/?{query(**fields)}"
