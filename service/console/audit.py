"""What was changed on a site, and by whom, under /console/audit: a list with filters, and the same as CSV."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response

from moderation.accounts.audit import list_entries
from moderation.domain.audit import AuditEntry, AuditQuery, Change
from moderation.domain.audit_csv import csv_of
from moderation.domain.roles import Action
from service.console.language import _
from service.console.navigation import PAGE_SIZE, ROWS_READ, query
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages
from service.console.presenters import person_name
from service.console.session import CurrentVisitor
from service.http.html import HEADERS

router = page_router("/audit")

_Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$", max_length=10)]
_Who = Annotated[str, Query(max_length=200)]
_About = Annotated[str, Query(max_length=2_000)]
_KINDS = sorted({change.partition(".")[0] for change in Change})


@router.get("")
def audit_page(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    action: QueryName = "",
    who: _Who = "",
    about: _About = "",
    since: _Day = "",
    until: _Day = "",
    after: Annotated[int | None, Query(ge=1, lt=1 << 62)] = None,
) -> Response:
    """The newest changes that the filters choose; `after` begins with older ones."""
    membership.require(Action.SEE_AUDIT)
    wanted = _query(action, who, about, since, until)
    entries, names = list_entries(
        request.app.state.store, {membership.site_id}, wanted, after, ROWS_READ
    )
    shown = entries[:PAGE_SIZE]
    chosen = {"action": action, "who": who, "about": about, "since": since, "until": until}
    fields = query(site=membership.site_id, **chosen)
    older = f"{URL}/audit?{fields}&after={shown[-1].number}" if len(entries) > PAGE_SIZE else ""
    return pages.page(
        "audit.html",
        visitor=visitor,
        site=membership,
        entries=[_row(entry, names) for entry in shown],
        kinds=_KINDS,
        actions=[change.value for change in Change],
        chosen=chosen,
        older=older,
        newest=f"{URL}/audit?{fields}" if after else "",
        csv=f"{URL}/audit/csv?{fields}",
    )


@router.get("/csv")
def audit_csv(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    action: QueryName = "",
    who: _Who = "",
    about: _About = "",
    since: _Day = "",
    until: _Day = "",
) -> Response:
    """The newest changes that the filters choose, CSV_LIMIT at most, as a file."""
    membership.require(Action.SEE_AUDIT)
    wanted = _query(action, who, about, since, until)
    entries, names = list_entries(request.app.state.store, {membership.site_id}, wanted)
    headers = {
        **HEADERS,
        "Content-Disposition": 'attachment; filename="audit.csv"',
        "Content-Security-Policy": pages.policy(),
    }
    return Response(csv_of(entries, names, header=True), media_type="text/csv", headers=headers)


def _query(action: str, who: str, about: str, since: str, until: str) -> AuditQuery:
    """since, until: days of UTC, both included; what is no day is left out."""
    start, end = _day(since), _day(until)
    return AuditQuery(
        _ms(start) if start else 0,
        _ms(end) + 86_400_000 if end else None,
        who.strip(),
        action,
        about.strip(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _row(entry: AuditEntry, names: Mapping[str, str]) -> dict[str, Any]:
    """An entry in the list. names: the e-mails of moderators, by id."""
    fields = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    return {
        "entry": entry,
        "who": person_name(entry.by, names),
        "about": names.get(entry.about, entry.about),
        "facts": [
            (name.replace("_", " "), _words(entry.before, name), _words(entry.after, name))
            for name in fields
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
