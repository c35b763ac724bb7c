"""`gatehouse site readers`: what writers and readers may do with comments, and what is asked of them first."""

import json
from dataclasses import asdict, replace
from typing import Annotated, Any

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
    markdown: Annotated[
        bool | None, typer.Option(help="Show emphasis, code, quotations, lists and links as such.")
    ] = None,
    forewarn: Annotated[
        bool | None, typer.Option(help="The embed says beforehand that a comment may be held.")
    ] = None,
    proof_of_work: Annotated[
        int | None,
        typer.Option(
            help="Hashes that a browser tries at most before it posts; 0: none. Otherwise, forms without JavaScript wait for a person."
        ),
    ] = None,
    website: Annotated[
        bool | None,
        typer.Option(help="The forms ask writers for their website, and their names lead there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or set what writers and readers may do with comments."""
    from moderation.review import reader_rules

    given = {
        "edit_minutes": edit_minutes,
        "hold_after_reports": hold_after_reports,
        "markdown": markdown,
        "forewarn": forewarn,
        "proof_of_work": proof_of_work,
        "website": website,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    with open_site(site) as (store, found_site):
        rules = reader_rules.get_rules(store, found_site.id)
        if changes:
            rules = reader_rules.set_rules(store, found_site.id, replace(rules, **changes))
    minutes, readers = rules.edit_minutes, rules.hold_after_reports
    edits = f"may change a comment for {minutes} minutes" if minutes else "may change nothing"
    holds = f"hold it from {readers} readers on" if readers else "never hold it"
    more = {
        "Markdown is shown": rules.markdown,
        "the embed forewarns": rules.forewarn,
        f"browsers try up to {rules.proof_of_work:,} hashes": rules.proof_of_work,
        "names lead to websites": rules.website,
    }
    said = "".join(f"; {words}" for words, is_on in more.items() if is_on)
    text = f"{found_site.name}: writers {edits}; reports {holds}{said}"
    print(json.dumps(asdict(rules)) if as_json else printable(text))
