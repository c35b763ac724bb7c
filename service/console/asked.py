"""What the address of a list asks for: conditions and an order, as they stand in forms, chips and saved views."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query

from moderation.domain.age import AGE_PATTERN, read_age
from moderation.domain.comment import PAGE_URL_LIMIT, Status
from moderation.domain.decision import ActorKind
from moderation.domain.errors import NotFound
from moderation.domain.order import BY_TIME, LISTED, NEWEST, OLDEST, ORDER_PATTERN, URGENCY
from moderation.domain.queue_names import OWN, WITHOUT_STATUS
from moderation.domain.search_words import QUERY_LIMIT
from moderation.domain.second_opinion import SECOND_OPINION
from moderation.review import queues
from moderation.review.search import Criteria
from service.console import navigation
from service.console.durations import duration
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
Age = Annotated[str, Query(pattern=AGE_PATTERN)]
Share = Annotated[str, Query(pattern=r"^([01]|[01]?\.[0-9]{1,6})?$")]  # 0 to 1
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
    """'' for nothing. same_text, same_network: a comment. queue: one that is no status. since, until: days (UTC), both within. age: `under-24h` or `over-4h`. score: of held comments, from and to 0 to 1. order: '' the usual one."""

    query: Words = ""
    status: QueryName = ""
    reason: QueryName = ""
    page_url: Annotated[str, Query(max_length=PAGE_URL_LIMIT)] = ""
    author: Words = ""
    domain: Annotated[str, Query(max_length=253)] = ""
    language: QueryName = ""
    decided_by: QueryName = ""
    moderator: QueryName = ""
    since: Day = ""
    until: Day = ""
    age: Age = ""
    score: QueryName = ""
    score_from: Share = ""
    score_to: Share = ""
    same_text: QueryName = ""
    same_network: QueryName = ""
    queue: QueryName = ""
    order: QueryName = ""

    @property
    def is_search(self) -> bool:
        """A reason and an order alone belong to a queue."""
        given = self.given()
        return any(given[name].strip() for name in given if name not in _OF_QUEUES)

    @property
    def has_conditions(self) -> bool:
        """Whether a queue that is no status is narrowed down."""
        return self.is_search or bool(self.reason)

    def url(self, site_id: str, **changes: str) -> str:
        return navigation.queue_url(site=site_id, **{**self.given(), **changes})

    def given(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


_OF_QUEUES = ("reason", "order", "queue")
CONDITIONS = tuple(field.name for field in fields(Asked))


async def _asked(asked: Annotated[Asked, Depends()]) -> Asked:
    """A score without bounds is none, and so are bounds of no score; the queue of a status is not asked for by conditions."""
    if asked.queue not in WITHOUT_STATUS:
        asked = replace(asked, queue="")
    if asked.score and (asked.score_from or asked.score_to):
        return asked
    return replace(asked, score="", score_from="", score_to="")


AskedFor = Annotated[Asked, Depends(_asked)]


def criteria_of(asked: Asked, person_id: str = "") -> Criteria:
    """person_id: whose own comments are asked for, where they are. Raises NotFound for a status that no queue has, and for an order, a day or a decider that cannot be."""
    if asked.queue and asked.queue not in WITHOUT_STATUS:
        raise NotFound("There is no such queue.")
    if asked.status and asked.status not in queues.SEARCHED:
        raise NotFound("There is no such queue.")
    if asked.order and not re.fullmatch(ORDER_PATTERN, asked.order):
        raise NotFound("There is no such order.")
    if asked.decided_by and asked.decided_by not in DECIDERS:
        raise NotFound("Nobody of that kind decides.")
    changed: dict[str, Any] = {
        "status": Status(asked.status) if asked.status else None,
        "since": _midnight(asked.since),
        "until": _midnight(asked.until, days=1),
        "score_from": float(asked.score_from) if asked.score_from else None,
        "score_to": float(asked.score_to) if asked.score_to else None,
        "order": asked.order or (LISTED if asked.queue else NEWEST),
        "person": person_id if asked.queue == OWN else "",
    }
    return Criteria(**{**asked.given(), **changed})


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
    changed = {
        "status": criteria.status.value if criteria.status else "",
        "since": _day(criteria.since),
        "until": _day(criteria.until - 1) if criteria.until else "",
        "score_from": "" if criteria.score_from is None else f"{criteria.score_from:g}",
        "score_to": "" if criteria.score_to is None else f"{criteria.score_to:g}",
    }
    return Asked(**{**{name: getattr(criteria, name) for name in CONDITIONS}, **changed})


def _day(millis: int | None) -> str:
    return "" if millis is None else datetime.fromtimestamp(millis / 1000, UTC).date().isoformat()


def chips(
    asked: Asked, site_id: str, emails: Mapping[str, str], names: Mapping[str, str]
) -> list[Chip]:
    """Each condition but the status and the queue, to be taken away. emails: of moderators, names: of comments' authors, by id."""
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
        "age": (_("Age"), age_name(asked.age) if asked.age else ""),
        "score": (_("Score"), f"{label(asked.score)} {_range(asked)}" if asked.score else ""),
        "same_text": (_("Same text as"), names.get(asked.same_text, asked.same_text)),
        "same_network": (_("Same network as"), names.get(asked.same_network, asked.same_network)),
    }
    return [
        Chip(name, excerpt(value), asked.url(site_id, **dict.fromkeys(_WITH.get(key, (key,)), "")))
        for key, (name, value) in shown.items()
        if value.strip()
    ]


_WITH = {"score": ("score", "score_from", "score_to")}  # what goes with a condition


def _range(asked: Asked) -> str:
    least, most = asked.score_from, asked.score_to
    if least and most:
        return _("%(least)s to %(most)s", least=least, most=most)
    return _("%(least)s or more", least=least) if least else _("%(most)s or less", most=most)


def age_name(age: str) -> str:
    """In words: more than 4 hours."""
    found = read_age(age)
    length = duration(found.ms)
    return (
        _("more than %(length)s", length=length)
        if found.is_over
        else _("less than %(length)s", length=length)
    )


def status_chips(asked: Asked, site_id: str, names: Mapping[Status, str]) -> list[Chip]:
    """Where to look: in all comments, or in those of one status."""
    by_time = {"order": asked.order if asked.order in (*BY_TIME, LISTED) else ""}
    by_time |= dict.fromkeys(_WITH["score"], "")  # held comments alone have scores to be found by
    chips = [Chip(_("All"), "", asked.url(site_id, status="", **by_time), not asked.status)]
    return chips + [
        Chip(
            _(names[status]),
            status.value,
            asked.url(site_id, status=status.value, **by_time),
            status == asked.status,
        )
        for status in queues.SEARCHED
    ]


def orders(status: str, score_names: Sequence[str], queue: str = "") -> list[tuple[str, str]]:
    """What a list can be ordered by, with its name. status: '' any. queue: one that is no status, '' none."""
    by_time = [(NEWEST, _("newest first")), (OLDEST, _("oldest first"))]
    as_listed = _("latest decision first") if queue == OWN else _("longest waiting first")
    own_order = [(LISTED, as_listed)] if queue else []
    if status != Status.HELD:
        return own_order + by_time
    scores = [
        (
            name,
            _("second opinion, likeliest fine first")
            if name == SECOND_OPINION
            else _("%(score)s, highest first", score=label(name)),
        )
        for name in score_names
    ]
    return [*own_order, (URGENCY, _("most urgent first")), *by_time[::-1], *scores]
