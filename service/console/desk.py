"""What every page of the console has: the site it is about, the tabs, addresses of queues."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from moderation import review, settle
from moderation.domain.comment import Status
from moderation.store.moderators import Membership
from service.console.pages import URL
from service.console.view import QUEUE_NAMES

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
            "count": shown(count),
            "url": queue_url(site=at.site_id, queue=status.value),
            "is_current": status == current,
        }
        for status, count in review.counts(store, at.site_id).items()
        if count or status is not Status.PENDING or status == current
    ]
    waiting = settle.count(store, at.site_id)
    if waiting is not None or current == CAMPAIGNS:
        found.append(
            {
                "id": CAMPAIGNS,
                "name": "Campaigns",
                "count": shown(waiting or 0),
                "url": f"{URL}/campaigns?{query(site=at.site_id)}",
                "is_current": current == CAMPAIGNS,
            }
        )
    return found


def shown(count: int) -> str:
    return f"{COUNT_LIMIT:,}+" if count >= COUNT_LIMIT else f"{count:,}"


def query(**fields: str) -> str:
    return urlencode({name: value for name, value in fields.items() if value})


def queue_url(**fields: str) -> str:
    return f"{URL}/?{query(**fields)}"
