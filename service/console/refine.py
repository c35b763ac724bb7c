"""What templates/refine.html needs: the conditions and orders that a list can have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.accounts import sign_in
from moderation.domain.comment import Status
from moderation.domain.order import LISTED, NEWEST, URGENCY
from moderation.domain.second_opinion import SECOND_OPINION
from moderation.review import queue_counts, queues
from moderation.store.sql.engine import Store
from service.console import navigation
from service.console.all_sites import Place
from service.console.asked import DECIDERS, Asked, age_name, orders
from service.console.language import N_, _, number

URGENCY_HELP = N_(
    "Most urgent first: the strongest score, doubled for every 12 hours of waiting and for every report of a reader."
)

AGES = ("under-1h", "under-24h", "under-7d", "over-1h", "over-4h", "over-24h", "over-7d")


@dataclass(frozen=True, slots=True)
class Refine:
    """status: of the list, '' any. order: the one in effect. scores: names of what held comments can be found by. reasons: counts in words, by code. ages: in words. moderators: e-mails by
    id. plain_url: the list without conditions.
    """

    status: str
    order: str
    order_name: str
    order_help: str
    orders: Sequence[tuple[str, str]]
    scores: Sequence[str]
    reasons: Mapping[str, str]
    ages: Mapping[str, str]
    deciders: Mapping[str, str]
    moderators: Mapping[str, str]
    plain_url: str
    is_open: bool


def _ages(asked: Asked) -> Sequence[str]:
    """Those to choose from, and another one that was asked for."""
    return AGES if not asked.age or asked.age in AGES else (*AGES, asked.age)


def _help(status: str, order: str) -> str:
    if order == LISTED:
        return _("As this list is, unless another order is chosen.")
    return _(URGENCY_HELP) if status == Status.HELD else _("By the time at which it was handed in.")


def order_of(asked: Asked, status: str) -> str:
    """The order in effect: held comments are worked through by urgency, what is looked up by time."""
    if asked.order:
        return asked.order
    if asked.queue:
        return LISTED
    if asked.is_search or not status:
        return NEWEST
    return URGENCY if status == Status.HELD else queues.usual_order(Status(status))


def _reasons(
    store: Store, place: Place, asked: Asked, status: str, person_id: str
) -> dict[str, int]:
    if place.sections:  # of which only what waits is counted
        is_counted = status == Status.HELD and not asked.queue
        return (
            queues.reason_counts_in_parts(store, place.site_ids, Status.HELD) if is_counted else {}
        )
    if asked.queue:
        return queue_counts.reason_counts(store, place.site_ids, asked.queue, person_id)
    return queues.reason_counts(store, place.site_ids, Status(status)) if status else {}


def refine_of(store: Store, place: Place, asked: Asked, status: str, person_id: str = "") -> Refine:
    """status: of the list, '' any. person_id: who looks, where their own comments are listed."""
    order = order_of(asked, status)
    scores = queues.score_names(store, place.site_ids) if status == Status.HELD else []
    known = orders(status, scores, asked.queue)
    counts = _reasons(store, place, asked, status, person_id)
    if asked.reason:
        counts.setdefault(asked.reason, 0)
    return Refine(
        status=status,
        order=order,
        order_name=dict(known).get(order, order),
        order_help=_help(status, order),
        orders=known,
        scores=[name for name in scores if name != SECOND_OPINION],
        reasons={code: number(count) for code, count in counts.items()},
        ages={age: age_name(age) for age in _ages(asked)},
        deciders={value: _(name) for value, name in DECIDERS.items()},
        moderators=sign_in.emails_of_sites(store, place.site_ids),
        plain_url=navigation.queue_url(site=place.site_id, queue=asked.queue or status),
        is_open=False,
    )
