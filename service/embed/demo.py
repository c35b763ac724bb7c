"""/demo: a small invented newspaper whose articles have thread and form as a site's would, and for its signed-in
moderators a look at what is not on the page.
"""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.errors import Forbidden, NotFound, Unauthenticated
from moderation.domain.labels import label_of
from moderation.domain.page_url import origin_of
from moderation.domain.policy import format_score
from moderation.reading import threads
from moderation.reading.counts import count_comments
from moderation.review.queues import CommentCard
from moderation.review.search import Criteria, search
from service.embed.demo_articles import ARTICLES, Article
from service.embed.module import module
from service.embed.page_thread import is_plain, page_thread
from service.http.html import Pages

router = APIRouter(include_in_schema=False)
pages = Pages(Path(__file__).parent, "/embed/static", scripts=True)

PEEKED_AT = 10  # comments
_STATES = {
    Status.PENDING: "being judged",
    Status.HELD: "held",
    Status.REJECTED: "rejected",
    Status.SPAM: "spam",
}


@router.get("/demo")
def front_page(request: Request) -> Response:
    """The articles, with how many comments each has."""
    state = request.app.state
    site_id, url = _site(request), state.settings.public_url
    if site_id is None:
        return _no_site(url)
    counts = count_comments(state.store, [url + article.path for article in ARTICLES], site_id)
    listed = []
    for article in ARTICLES:
        address = url + article.path
        found = threads.find_page(state.store, site_id, address)
        current = threads.state_of(state.store, found, site_id, now_ms(), address)
        listed.append((article, counts[address] or 0, current.state.value))
    return pages.page("demo.html", articles=listed)


@router.get("/demo/{slug}")
def article_page(
    request: Request, slug: str, replytocom: str = "", gatehouse: str = "", before: str = ""
) -> Response:
    """An article. Without JavaScript it has its newest approved comments and the form.

    before: the id of a comment; those older than it are shown.
    """
    article = _article(slug)
    settings = request.app.state.settings
    site_id = _site(request)
    if site_id is None:
        return _no_site(settings.public_url)
    url = settings.public_url + article.path
    values = page_thread(
        request.app.state.store, site_id, url, article.title, replytocom, gatehouse, before
    )
    values["form"]["service"] = ""
    return pages.page(
        "demo_article.html",
        form_action=filter(is_plain, [origin_of(settings.public_url)]),
        **values | {"page_link": article.path, "query_link": f"{article.path}?"},
        article=article,
        integrity=module().integrity,
        key=_publishable_key(settings.data, site_id),
        peek=_peek(request, site_id, url),
    )


@router.get("/demo/{slug}/peek")
def peek(request: Request, slug: str) -> Response:
    """The look at what is not on the page, again. Raises NotFound for everybody else."""
    article, site_id = _article(slug), _site(request)
    url = request.app.state.settings.public_url + article.path
    seen = _peek(request, site_id, url) if site_id else None
    if seen is None:
        raise NotFound("There is no such page.")
    return pages.page("demo_peek.html", peek=seen)


def _peek(request: Request, site_id: str, url: str) -> list[dict[str, str]] | None:
    """What a moderator of the site sees of the newest comments that readers of the page do not see; None for
    everybody who is not signed in as one.
    """
    try:
        visitor = request.app.state.current_visitor(request)
        visitor.membership(site_id)
    except (Unauthenticated, NotFound, Forbidden):
        return None
    criteria = Criteria(page_url=url)
    found = search(request.app.state.store, [site_id], criteria, limit=50, now=now_ms())
    hidden = [card for card in found.cards if card.status in _STATES]
    return [
        {"id": card.id, "name": card.author_name, "state": _STATES[card.status], "why": _why(card)}
        for card in hidden[:PEEKED_AT]
    ]


def _why(card: CommentCard) -> str:
    """The highest score that led to the decision, or else its first reason; '' for neither."""
    reasons = card.decision.reasons if card.decision else ()
    scored = [(reason.value, reason.label) for reason in reasons if reason.value is not None]
    if scores := [pair for pair in scored if pair[1] in card.scores]:
        value, label = max(scores)
        return f"{label_of(label)} {format_score(value)}"
    return label_of(reasons[0].code) if reasons else ""


def _article(slug: str) -> Article:
    for article in ARTICLES:
        if article.slug == slug:
            return article
    raise NotFound("There is no such article.")


def _site(request: Request) -> str | None:
    state = request.app.state
    return threads.demo_site(state.store, origin_of(state.settings.public_url))


def _no_site(public_url: str) -> Response:
    return pages.page("nosite.html", 404, origin=origin_of(public_url))


def _publishable_key(folder: Path, site_id: str) -> str:
    """The key that the first start kept for the demo's pages; '' where this site is none of its making."""
    try:
        kept: dict[str, Any] = json.loads((folder / "demo.json").read_text())
    except (OSError, ValueError):
        return ""
    return str(kept.get("publishable_key", "")) if kept.get("site_id") == site_id else ""
