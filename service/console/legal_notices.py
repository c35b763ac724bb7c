"""The console's notices of illegal content under /console/notices; deciding about the comment answers them."""

from fastapi import Request, Response

from moderation.domain.legal_notice import NoticeState
from moderation.review import legal_notices, queues
from service.console import navigation
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages
from service.console.presenters import excerpt
from service.console.session import CurrentVisitor

router = page_router("/notices")


@router.get("")
def notices_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, after: QueryName = ""
) -> Response:
    """What waits for a decision, the longest first."""
    store, site_id = request.app.state.store, membership.site_id
    rows = legal_notices.list_notices(store, site_id, NoticeState.OPEN, after, navigation.ROWS_READ)
    listed, next_id = navigation.one_page(rows)
    cards = queues.get_cards(store, {site_id}, [each.comment_id for each in listed])
    cards_by_id = {card.id: card for card in cards}
    return pages.page(
        "legal_notices.html",
        visitor=visitor,
        site=membership,
        tabs=navigation.queue_tabs(request, membership, navigation.NOTICES),
        notices=[
            (each, card.author_name, excerpt(card.text, 200))
            for each in listed
            if (card := cards_by_id.get(each.comment_id))
        ],
        first_url=_list_url(site_id) if after else "",
        next_url=_list_url(site_id, after=next_id) if next_id else "",
    )


def _list_url(site_id: str, **fields: str) -> str:
    return f"{URL}/notices?{navigation.query(site=site_id, **fields)}"
