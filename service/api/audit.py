"""GET /api/v1/audit: what was changed on a site that is no decision about a comment, as JSON or CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime
from typing_extensions import TypedDict

from moderation.accounts.audit import list_entries
from moderation.domain.audit import COMMAND, SERVICE, AuditEntry, AuditQuery, Change
from moderation.domain.audit_csv import csv_of
from moderation.domain.errors import Invalid, together
from service.access.keys import SecretKey
from service.api import answers
from service.api.described import described, page_type
from service.api.fields import epoch_ms
from service.api.paging import After, Limit, link_header, page_of, page_response
from service.api.parameters import KEYED
from service.api.serializers import iso
from service.http.broken_rules import BadParameter

router = APIRouter(prefix="/api/v1", tags=["audit"], dependencies=KEYED)

WhoKind = Literal["moderator", "key", "command", "service"]


class WhoOut(TypedDict):
    """Who changed something. id: of a moderator or a key, else '' . name: a moderator's e-mail, null where there is none."""

    kind: WhoKind
    id: str
    name: str | None


class AuditEntryOut(TypedDict):
    """A change. about: what was changed. before, after: what differs; never a secret, nor what somebody wrote."""

    number: int
    at: answers.Moment
    who: WhoOut
    action: Change
    about: str
    before: dict[str, Any]
    after: dict[str, Any]


AuditPage = page_type("AuditPage", AuditEntryOut, "the audit")


@dataclass(frozen=True, slots=True)
class _Conditions:
    since: Annotated[AwareDatetime | None, Query(description="At or after")] = None
    until: Annotated[AwareDatetime | None, Query(description="Before")] = None
    who: Annotated[
        str,
        Query(
            max_length=200,
            description="The id of a moderator or a key, a moderator's e-mail, `command` or `service`",
        ),
    ] = ""
    action: Annotated[
        str,
        Query(max_length=60, description="Such as filter.changed, or filter for all about filters"),
    ] = ""
    about: Annotated[str, Query(max_length=2_000)] = ""


async def _query(asked: Annotated[_Conditions, Depends()]) -> AuditQuery:
    since, until = epoch_ms(asked.since) or 0, epoch_ms(asked.until)
    return AuditQuery(since, until, asked.who, asked.action, asked.about)


@router.get(
    "/audit",
    summary="What was changed, and by whom, the newest first",
    **described(AuditPage, headers=["Link"], as_csv=True),
)
def list_audit(
    request: Request,
    key: SecretKey,
    after: After,
    query: Annotated[AuditQuery, Depends(_query)],
    format: Literal["json", "csv"] = "json",
    limit: Limit = 50,
) -> Response:
    """Policies, filters, roles, keys, endpoints, pages, erasures and so on; a decision about a comment is in its history.
    With `format=csv` the same as text/csv.
    """
    position = int(after) if after else None
    store = request.app.state.store
    try:
        found, names = list_entries(store, {key.site_id}, query, position, limit + 1)
    except Invalid as error:
        raise together([BadParameter("action", error.message)]) from None
    if format == "json":
        return page_response(request, found, limit, lambda entry: entry_out(entry, names), _cursor)
    page, next_page = page_of(request, found, limit, _cursor)
    headers = {"Cache-Control": "private, no-store", **link_header(next_page)}
    return Response(csv_of(page, names, header=not after), media_type="text/csv", headers=headers)


def entry_out(entry: AuditEntry, names: Mapping[str, str]) -> AuditEntryOut:
    """names: the e-mails of moderators, by id."""
    is_id = entry.by not in (COMMAND, SERVICE)
    return {
        "number": entry.number,
        "at": iso(entry.at),
        "who": {
            "kind": _kind(entry.by),
            "id": entry.by if is_id else "",
            "name": names.get(entry.by),
        },
        "action": Change(entry.change),
        "about": entry.about,
        "before": dict(entry.before),
        "after": dict(entry.after),
    }


def _kind(by: str) -> WhoKind:
    if by == COMMAND:
        return "command"
    if by == SERVICE:
        return "service"
    return "key" if by.startswith("key_") else "moderator"


def _cursor(entry: AuditEntry) -> str:
    return str(entry.number)
