"""`gatehouse site readers`: how long writers may change their comments, and what readers' reports do."""

import json
from dataclasses import asdict, replace
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import printable
from gatehouse.database import open_site


def site_readers(
    site: SiteName,
    edit_minutes: Annotated[
        int | None, typer.Option(help="So long a comment may be changed by its writer; 0: never.")
    ] = None,
    hold_after_reports: Annotated[
        int | None,
        typer.Option(help="Of so many readers hold what no person has approved; 0: never."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or set what writers and readers may do with comments."""
    from moderation.review import reader_rules

    given = {"edit_minutes": edit_minutes, "hold_after_reports": hold_after_reports}
    changes = {name: number for name, number in given.items() if number is not None}
    with open_site(site) as (store, found_site):
        rules = reader_rules.get_rules(store, found_site.id)
        if changes:
            rules = reader_rules.set_rules(store, found_site.id, replace(rules, **changes))
    minutes, readers = rules.edit_minutes, rules.hold_after_reports
    edits = f"may change a comment for {minutes} minutes" if minutes else "may change nothing"
    holds = f"hold it from {readers} readers on" if readers else "never hold it"
    text = f"{found_site.name}: writers {edits}; reports {holds}"
    print(json.dumps(asdict(rules)) if as_json else printable(text))
