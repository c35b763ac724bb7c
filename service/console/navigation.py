"""Ways between the console's pages: the tabs with their counts, URLs of queues, the next page of a list."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request

from moderation.domain.comment import Status
from moderation.domain.queue_names import OWN, PROPOSED, REPORTED, WITHOUT_STATUS
from moderation.domain.roles import Action
from moderation.domain.sections import is_part
from moderation.review import campaigns, live_queues, queues, second_looks
from moderation.store.memberships import Membership, PartMembership
from moderation.store.queue_marks import Marks
from moderation.store.sql.engine import Store
from service.console.all_sites import Place
from service.console.language import N_, _, number
from service.console.pages import URL
from service.console.presenters import QUEUE_NAMES

# The query of the queue page that a form was sent from. It is only ever put behind '/console/?'.
# That of a search has escapes.
BACK = re.compile(r"[A-Za-z0-9_=&.%+*-]{0,3000}")
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
    REPORTED: N_("Reported"),
    PROPOSED: N_("Proposed"),
    APPEALS: N_("Appeals"),
    NOTICES: N_("Notices"),
    SAMPLE: N_("Sample"),
    CAMPAIGNS: N_("Campaigns"),
    OWN: N_("Mine"),
}
# Lists at the address of a queue.
_QUEUES = (*queues.QUEUE_ORDER, *WITHOUT_STATUS)


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to one of several lists. count: '' where it is not counted."""

    id: str
    name: str
    count: str
    url: str
    is_current: bool
    is_live: bool = True  # whether a script may change the count


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


def tab_counts(store: Store, site_ids: Sequence[str]) -> dict[str, int | None]:
    """How much there is in each list of a site, or in those lists that several have together, by the id of its tab; None for what needs no tab:
    comments that are not judged yet, what readers reported or trainees propose, appeals and notices of illegal content where there are none, and
    campaigns where there never was one. The same for everybody, so without the sample.
    """
    marks = live_queues.marks_of(store, site_ids)
    if len(site_ids) > 1:
        return counts_together(marks.values())
    [site_id] = site_ids
    waiting = marks.get(site_id, Marks())
    return counts_together([waiting]) | {
        APPEALS: waiting.appeals or None,
        NOTICES: waiting.notices or None,
        CAMPAIGNS: campaigns.count_waiting(store, site_id),
    }


def live_counts(store: Store, place_id: str) -> dict[str, int | None]:
    """What the tabs of a site show, or of the part of one that somebody is limited to: what waits there."""
    if is_part(place_id):
        return {Status.HELD.value: queues.count_in_parts(store, [place_id], Status.HELD)}
    return tab_counts(store, [place_id])


def counts_together(marks: Collection[Marks]) -> dict[str, int | None]:
    """How much there is in the lists that several sites have together: their queues, what is reported, what is proposed."""
    counts: dict[str, int | None] = {
        status.value: sum(mark.comments[status] for mark in marks) for status in queues.QUEUE_ORDER
    }
    return counts | {
        Status.PENDING.value: counts[Status.PENDING.value] or None,
        REPORTED: sum(mark.reported for mark in marks) or None,
        PROPOSED: sum(mark.proposals for mark in marks) or None,
    }


def queue_tabs(request: Request, place: Place, current: str | None) -> list[Tab]:
    """The lists with their counts; campaigns, appeals, notices and the sample of one site alone."""
    if isinstance(place, PartMembership):
        return _part_tabs(request.app.state.store, place, current)
    site_id = place.site_id
    store = request.app.state.store
    sample = _sample(request, site_id) if len(place.site_ids) == 1 else 0
    counts = tab_counts(store, place.site_ids) | {SAMPLE: sample or None}
    tabs = [
        Tab(
            id,
            _(_NAMES[id]),
            number(count or 0),
            queue_url(site=site_id, queue=id)
            if id in _QUEUES
            else f"{URL}/{id}?{query(site=site_id)}",
            id == current,
        )
        for id, count in counts.items()
        if count is not None or id == current
    ]
    own_url = queue_url(site=site_id, queue=OWN)
    return [*tabs, Tab(OWN, _(_NAMES[OWN]), "", own_url, current == OWN)]


def _part_tabs(store: Store, place: PartMembership, current: str | None) -> list[Tab]:
    """The lists of somebody's sections, of which only what waits is counted: it is counted one by one."""
    counts = {
        queue: number(count or 0) for queue, count in live_counts(store, place.site_ids[0]).items()
    }
    shown = (*queues.QUEUE_ORDER, REPORTED, PROPOSED, OWN)
    return [
        Tab(
            queue,
            _(_NAMES[queue]),
            counts.get(queue, ""),
            queue_url(site=place.site_id, queue=queue),
            queue == current,
            queue in counts,
        )
        for queue in map(str, shown)
    ]


def _sample(request: Request, site_id: str) -> int:
    """How many comments whoever looks may be asked about blind; trainees only those that are meant for them."""
    signed = request.state.signed
    is_trainee = any(site.site_id == site_id and is_trainee_of(site) for site in signed.sites)
    return second_looks.count_waiting(
        request.app.state.store, site_id, signed.moderator_id, only_asked=is_trainee
    )


def is_trainee_of(membership: Membership | PartMembership) -> bool:
    """Whether somebody only proposes there."""
    return membership.may(Action.PROPOSE) and not membership.may(Action.DECIDE)


def query(**fields: str) -> str:
    """A query of the fields that are not ''."""
    return urlencode({name: value for name, value in fields.items() if value})


def queue_url(**fields: str) -> str:
    return f"{URL}/?{query(**fields)}"


def again(back: str, comment_id: str) -> str:
    """Where the comment is open again: in the list that it was in, else on its own page."""
    if not back:
        return f"{URL}/comments/{comment_id}"
    return f"{URL}/?{back}&open={comment_id}#c-{comment_id}"
