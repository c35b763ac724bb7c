"""A page of an endpoint's deliveries, newest first, with the tabs that choose among them by state."""

from dataclasses import dataclass

from moderation.domain.errors import Invalid
from moderation.notify import deliveries as past_deliveries
from moderation.notify.endpoints import EndpointStatus
from moderation.store.sql.engine import Store
from service.console.delivery_view import DeliveryView, delivery_view
from service.console.language import N_, _, number
from service.console.navigation import ROWS_READ, Tab, one_page, query

_STATES = {
    "": N_("All"),
    "due": N_("Waiting"),
    "delivered": N_("Delivered"),
    "dead": N_("Given up"),
}


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """state: of all deliveries shown, '' for any. refresh_url: this page; first_url, next_url: '' where
    there is no other page.
    """

    rows: list[DeliveryView]
    state: str
    tabs: list[Tab]
    refresh_url: str
    first_url: str
    next_url: str


def delivery_list(
    store: Store, status: EndpointStatus, url: str, state: str, before: str, now: int
) -> DeliveryList:
    """url: of the endpoint's page. before: the id of the delivery that the page starts after, '' for
    the first page. now: ms. Raises Invalid for an unknown state.
    """
    if state not in _STATES:
        raise Invalid("There is no such list of deliveries.")
    endpoint = status.endpoint
    deliveries, last_id = one_page(
        past_deliveries.list_deliveries(
            store, {endpoint.site_id}, endpoint.id, before=before, state=state, limit=ROWS_READ
        )
    )

    def page_url(before: str) -> str:
        return f"{url}?{query(state=state, before=before)}#deliveries"

    return DeliveryList(
        rows=[delivery_view(delivery, now) for delivery in deliveries],
        state=state,
        tabs=_tabs(url, state, status),
        refresh_url=f"{url}?{query(state=state, before=before)}",
        first_url=page_url("") if before else "",
        next_url=page_url(last_id) if last_id else "",
    )


def _tabs(url: str, current: str, status: EndpointStatus) -> list[Tab]:
    """A tab for each state; those that may hold very many deliveries are not counted."""
    counts = {"due": number(status.tally.due), "dead": number(status.tally.dead)}
    return [
        Tab(
            id=state or "all",
            name=_(name),
            count=counts.get(state, ""),
            url=f"{url}?{query(state=state)}#deliveries",
            is_current=state == current,
        )
        for state, name in _STATES.items()
    ]
