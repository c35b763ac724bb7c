"""What was changed on a site, and by whom, under /console/audit: a list with filters, and the same as CSV."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Annotated, Any

from fastapi import Depends, Query, Response

from moderation.accounts.audit import list_entries
from moderation.domain.audit import AuditEntry, AuditQuery, Change
from moderation.domain.audit_csv import csv_of
from moderation.domain.durations import DAY_MS
from moderation.domain.roles import Action
from service.console.asked import Day
from service.console.audit_words import CHANGES, KINDS
from service.console.language import _
from service.console.navigation import PAGE_SIZE, ROWS_READ, query
from service.console.pages import URL, QueryName, page_router, pages
from service.console.presenters import person_name
from service.console.site_request import CurrentRequest

router = page_router("/audit")


@dataclass(frozen=True, slots=True)
class _Filters:
    """'' for anything. since, until: days of UTC, both included; what is no day is left out."""

    action: QueryName = ""
    who: Annotated[str, Query(max_length=200)] = ""
    about: Annotated[str, Query(max_length=2_000)] = ""
    since: Day = ""
    until: Day = ""

    def query(self) -> AuditQuery:
        start, end = _day(self.since), _day(self.until)
        return AuditQuery(
            _ms(start) if start else 0,
            _ms(end) + DAY_MS if end else None,
            self.who.strip(),
            self.action,
            self.about.strip(),
        )


Filters = Annotated[_Filters, Depends()]


@router.get("")
def audit_page(
    request: CurrentRequest,
    filters: Filters,
    after: Annotated[int | None, Query(ge=1, lt=1 << 62)] = None,
) -> Response:
    """The newest changes that the filters choose; `after` begins with older ones."""
    request.require(Action.SEE_AUDIT)
    entries, names = list_entries(
        request.store, {request.site_id}, filters.query(), after, ROWS_READ
    )
    shown, chosen = entries[:PAGE_SIZE], asdict(filters)
    fields = query(site=request.site_id, **chosen)
    older = f"{URL}/audit?{fields}&after={shown[-1].number}" if len(entries) > PAGE_SIZE else ""
    return request.answer(
        "audit.html",
        entries=[_row(entry, names) for entry in shown],
        kinds=_choices(),
        chosen=chosen,
        older=older,
        newest=f"{URL}/audit?{fields}" if after else "",
        csv=f"{URL}/audit/csv?{fields}",
    )


@router.get("/csv")
def audit_csv(request: CurrentRequest, filters: Filters) -> Response:
    """The newest changes that the filters choose, CSV_LIMIT at most, as a file."""
    request.require(Action.SEE_AUDIT)
    entries, names = list_entries(request.store, {request.site_id}, filters.query())
    return pages.attachment("audit.csv", csv_of(entries, names, header=True))


def _choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What can be asked for: the code of each kind, its name, and the codes and names of its changes; by name."""
    return sorted(
        (
            (
                kind,
                _(name),
                sorted(
                    ((code, _(CHANGES[code])) for code in CHANGES if code.startswith(f"{kind}.")),
                    key=itemgetter(1),
                ),
            )
            for kind, name in KINDS.items()
        ),
        key=itemgetter(1),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _row(entry: AuditEntry, names: Mapping[str, str]) -> dict[str, Any]:
    """An entry in the list, with what has a value before or after. names: the e-mails of moderators, by id."""
    fields = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    return {
        "entry": entry,
        # A newer version, from before a step back, may have written one that is not known here.
        "done": _(CHANGES[Change(entry.change)]) if entry.change in CHANGES else entry.change,
        "who": person_name(entry.by, names),
        "about": "" if entry.about == entry.site_id else names.get(entry.about, entry.about),
        "facts": [
            (name.replace("_", " "), before, after)
            for name in fields
            for before, after in [(_words(entry.before, name), _words(entry.after, name))]
            if before or after
        ],
    }


def _words(facts: Mapping[str, Any], name: str) -> str:
    """A value as people read it; '' where there is none."""
    value = facts.get(name)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
