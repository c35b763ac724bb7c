"""What the address of a list asks for: conditions and an order, as they stand in forms, chips and saved views."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query

from moderation.domain.comment import PAGE_URL_LIMIT, Status
from moderation.domain.decision import ActorKind
from moderation.domain.errors import NotFound
from moderation.domain.order import BY_TIME, NEWEST, OLDEST, ORDER_PATTERN, URGENCY
from moderation.domain.search_words import QUERY_LIMIT
from moderation.domain.second_opinion import SECOND_OPINION
from moderation.review import queues
from moderation.review.search import Criteria
from service.console import navigation
from service.console.language import N_, _
from service.console.pages import QueryName
from service.console.presenters import excerpt, label

DECIDERS = {
    ActorKind.POLICY.value: N_("the policy"),
    ActorKind.MODERATOR.value: N_("a person"),
    ActorKind.IMPORT.value: N_("the import"),
}
_DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
Day = Annotated[str, Query(pattern=_DAY)]
Words = Annotated[str, Query(max_length=QUERY_LIMIT)]


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition. url: the list without it, or with it where it is not chosen."""

    name: str
    value: str
    url: str
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """'' for nothing. since, until: days (UTC), both within. order: '' the usual one."""

    query: str = ""
    status: str = ""
    reason: str = ""
    page_url: str = ""
    author: str = ""
    domain: str = ""
    language: str = ""
    decided_by: str = ""
    moderator: str = ""
    since: str = ""
    until: str = ""
    order: str = ""

    @property
    def is_search(self) -> bool:
        """A reason and an order alone belong to a queue."""
        given = self.given()
        return any(given[name].strip() for name in given if name not in ("reason", "order"))

    def url(self, site_id: str, **changes: str) -> str:
        return navigation.queue_url(site=site_id, **{**self.given(), **changes})

    def given(self) -> dict[str, str]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


CONDITIONS = tuple(each.name for each in fields(Asked))


def _asked(
    query: Words = "",
    status: QueryName = "",
    reason: QueryName = "",
    page_url: Annotated[str, Query(max_length=PAGE_URL_LIMIT)] = "",
    author: Words = "",
    domain: Annotated[str, Query(max_length=253)] = "",
    language: QueryName = "",
    decided_by: QueryName = "",
    moderator: QueryName = "",
    since: Day = "",
    until: Day = "",
    order: QueryName = "",
) -> Asked:
    asked = (query, status, reason, page_url, author, domain, language)
    return Asked(*asked, decided_by, moderator, since, until, order)


AskedFor = Annotated[Asked, Depends(_asked)]


def criteria_of(asked: Asked) -> Criteria:
    """Raises NotFound for a status that no queue has, and for an order, a day or a decider that cannot be."""
    if asked.status and asked.status not in queues.SEARCHED:
        raise NotFound("There is no such queue.")
    if asked.order and not re.fullmatch(ORDER_PATTERN, asked.order):
        raise NotFound("There is no such order.")
    if asked.decided_by and asked.decided_by not in DECIDERS:
        raise NotFound("Nobody of that kind decides.")
    return Criteria(
        query=asked.query,
        status=Status(asked.status) if asked.status else None,
        reason=asked.reason,
        page_url=asked.page_url,
        author=asked.author,
        domain=asked.domain,
        language=asked.language,
        decided_by=asked.decided_by,
        moderator=asked.moderator,
        since=_midnight(asked.since),
        until=_midnight(asked.until, days=1),
        order=asked.order or NEWEST,
    )


def _midnight(day: str, days: int = 0) -> int | None:
    """The beginning of a day, or of so many later, ms; None of no day. Raises NotFound."""
    if not day:
        return None
    try:
        moment = date.fromisoformat(day) + timedelta(days)
    except (ValueError, OverflowError):
        raise NotFound("There is no such day.") from None
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp() * 1000)


def asked_of(criteria: Criteria) -> Asked:
    """The same the other way round, for saved views; of times their days are left."""
    return Asked(
        criteria.query,
        criteria.status.value if criteria.status else "",
        criteria.reason,
        criteria.page_url,
        criteria.author,
        criteria.domain,
        criteria.language,
        criteria.decided_by,
        criteria.moderator,
        _day(criteria.since),
        _day(criteria.until - 1) if criteria.until else "",
        criteria.order,
    )


def _day(millis: int | None) -> str:
    return "" if millis is None else datetime.fromtimestamp(millis / 1000, UTC).date().isoformat()


def chips(asked: Asked, site_id: str, emails: Mapping[str, str]) -> list[Chip]:
    """Each condition but the status, to be taken away. emails: of moderators, by id."""
    shown: Mapping[str, tuple[str, str]] = {
        "query": (_("Words"), asked.query),
        "reason": (_("Reason"), label(asked.reason) if asked.reason else ""),
        "page_url": (_("Page"), asked.page_url),
        "author": (_("Author"), asked.author),
        "domain": (_("Links to"), asked.domain),
        "language": (_("Language"), asked.language),
        "decided_by": (
            _("Decided by"),
            _(DECIDERS[asked.decided_by]) if asked.decided_by in DECIDERS else "",
        ),
        "moderator": (_("Decided by"), emails.get(asked.moderator, asked.moderator)),
        "since": (_("From"), asked.since),
        "until": (_("Until"), asked.until),
    }
    return [
        Chip(name, excerpt(value), asked.url(site_id, **{key: ""}))
        for key, (name, value) in shown.items()
        if value.strip()
    ]


def status_chips(asked: Asked, site_id: str, names: Mapping[Status, str]) -> list[Chip]:
    """Where to look: in all comments, or in those of one status."""
    by_time = asked.order if asked.order in BY_TIME else ""
    chips = [Chip(_("All"), "", asked.url(site_id, status="", order=by_time), not asked.status)]
    return chips + [
        Chip(
            _(names[status]),
            status.value,
            asked.url(site_id, status=status.value, order=by_time),
            status == asked.status,
        )
        for status in queues.SEARCHED
    ]


def orders(status: str, score_names: Sequence[str]) -> list[tuple[str, str]]:
    """What a list can be ordered by, with its name. status: '' any."""
    by_time = [(NEWEST, _("newest first")), (OLDEST, _("oldest first"))]
    if status != Status.HELD:
        return by_time
    scores = [
        (
            name,
            _("second opinion, likeliest fine first")
            if name == SECOND_OPINION
            else _("%(score)s, highest first", score=label(name)),
        )
        for name in score_names
    ]
    return [(URGENCY, _("most urgent first")), *by_time[::-1], *scores]
