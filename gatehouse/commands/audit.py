"""`gatehouse audit`: what was changed that is no decision about a comment, and by whom."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, read_since
from gatehouse.commands.output import print_line, printable, seconds_iso
from gatehouse.database import find_site, open_all_sites
from moderation.clock import now_ms
from moderation.domain.audit import AuditQuery

if TYPE_CHECKING:
    from moderation.domain.audit import AuditEntry


def audit(
    since: Annotated[str, typer.Option(help="In the last 7d or 12h, or since a time.")] = "7d",
    until: Annotated[str, typer.Option(help="Before so long ago, or before a time.")] = "",
    site: Annotated[str, typer.Option(help="On this site alone.")] = "",
    who: Annotated[
        str, typer.Option(help="A moderator's e-mail, the id of a key, `command` or `service`.")
    ] = "",
    action: Annotated[str, typer.Option(help="Such as filter.changed, or filter.")] = "",
    about: Annotated[str, typer.Option(help="The id or URL of what was changed.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what was changed, the newest first: policies, filters, roles, keys, endpoints, pages, erasures and so on."""
    from moderation.accounts.audit import CSV_LIMIT, list_entries
    from moderation.domain.audit_csv import csv_of

    now = now_ms()
    end = read_since(until, now) if until else None
    query = AuditQuery(read_since(since, now), end, who, action, about)
    with open_all_sites() as (store, site_ids):
        chosen = {*site_ids, ""}  # '': what concerns no single site
        if site:
            with store.read() as connection:
                chosen = {find_site(connection, site).id}
        entries, names = list_entries(store, chosen, query)
    if as_csv:
        sys.stdout.write(csv_of(entries, names, header=True))
    for entry in () if as_csv else entries:
        print_line(asdict(entry), _text(entry, names), as_json)
    if len(entries) == CSV_LIMIT:
        print(f"These are the newest {CSV_LIMIT:,}: --until shows older ones.", file=sys.stderr)


def _text(entry: "AuditEntry", names: Mapping[str, str]) -> str:
    who, about = (names.get(name, name) for name in (entry.by, entry.about))
    facts = [
        json.dumps(compared, ensure_ascii=False)
        for compared in (entry.before, entry.after)
        if compared
    ]
    parts = (seconds_iso(entry.at), entry.site_id, who, entry.change, about, " -> ".join(facts))
    return printable("  ".join(part for part in parts if part))
