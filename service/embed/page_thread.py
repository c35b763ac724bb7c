"""What the thread and the form of a page show without JavaScript: in the demo and as a fragment for sites' servers."""

import re
from typing import Any
from urllib.parse import urlsplit

from moderation.clock import now_ms
from moderation.domain.comment import PageState
from moderation.reading import threads
from moderation.reading.markdown import as_html
from moderation.store.sql.engine import Store
from service.embed.reply import safe_url
from service.embed.thread_order import in_thread_order

THREAD_SIZE = 50  # comments on a page of it


def page_thread(
    store: Store,
    site_id: str,
    page_url: str,
    title: str,
    replytocom: str,
    gatehouse: str,
    before: str,
) -> dict[str, Any]:
    """What thread.html shows."""
    page = threads.find_page(store, site_id, page_url)
    now = threads.state_of(store, page, site_id, now_ms(), page_url)
    rules = threads.rules_of(store, page, site_id)
    newest = threads.list_newest(
        store, page, THREAD_SIZE, before, replytocom, websites=rules.website
    )
    answered = newest.answered
    link = safe_url(page_url)
    state = now.state
    if rules.proof_of_work and state is PageState.OPEN:
        state = PageState.PREMODERATED  # so it is for this form, which proves no work
    as_shown = as_html if rules.markdown else None
    return {
        "comments": in_thread_order(threads.with_removed(store, newest.comments)),
        "as_html": as_shown,
        "count": newest.count,
        "is_counted": newest.count < threads.COUNT_LIMIT,
        "before": before,
        "next": newest.next,
        "answered": answered,
        "received": gatehouse == "received",
        "page_link": link,
        "query_link": f"{link}{'&' if '?' in link else '?'}",
        "site_id": site_id,
        "problems": [],
        "typed": {},
        "form": {
            "page_url": page_url,
            "page_title": title,
            "parent": answered.id if answered else "0",
            "state": state.value,
            "until": now.until,
            "website": rules.website,
        },
    }


def is_plain(origin: str) -> bool:
    """Whether an origin may stand in a Content-Security-Policy."""
    parts = urlsplit(origin)
    return bool(re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", origin)) and bool(parts.hostname)
