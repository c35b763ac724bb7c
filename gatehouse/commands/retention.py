"""`gatehouse site retention`: how long comments of each status are kept, and what that would delete."""

import json
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import printable
from gatehouse.database import open_site

Days = Annotated[int | None, typer.Option(help="Days; 0: for ever, -1: as the installation does.")]


def site_retention(
    site: SiteName,
    approved: Days = None,
    held: Days = None,
    rejected: Days = None,
    spam: Days = None,
    withdrawn: Days = None,
    dry_run: Annotated[
        bool, typer.Option(help="Set nothing; say what the terms would delete now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show or set how long comments are kept. What has had its term is erased, for good."""
    from moderation.clock import now_ms
    from moderation.domain.comment import Status
    from moderation.domain.event import iso
    from moderation.upkeep import expiry

    given = {
        Status.APPROVED: approved,
        Status.HELD: held,
        Status.REJECTED: rejected,
        Status.SPAM: spam,
        Status.WITHDRAWN: withdrawn,
    }
    changes = {status: days for status, days in given.items() if days is not None}
    with open_site(site) as (store, found_site):
        wanted = dict(expiry.get_terms(store, found_site.id)) | changes
        terms = {status: days for status, days in wanted.items() if days != -1}
        if dry_run:
            tried = expiry.try_terms(store, found_site.id, terms, now_ms())
            rows = [
                {
                    "status": expiring.status.value,
                    "days": expiring.days,
                    "comments": expiring.comments,
                    "oldest_at": iso(expiring.oldest_at)
                    if expiring.oldest_at is not None
                    else None,
                }
                for expiring in tried
            ]
            if as_json:
                print(json.dumps({"would_delete": rows}))
                return
            for row in rows:
                oldest = f", the oldest of {str(row['oldest_at'])[:10]}" if row["comments"] else ""
                print(f"{row['status']}: would delete {row['comments']:,} comments{oldest}")
            if not rows:
                print("There is no term: it would delete nothing.")
            return
        if changes:
            expiry.set_terms(store, found_site.id, terms)
    if as_json:
        print(json.dumps({status.value: terms.get(status) for status in given}))
        return
    said = [f"{status.value} {_in_words(terms.get(status))}" for status in given]
    print(printable(f"{found_site.name}: {'; '.join(said)}"))


def _in_words(days: int | None) -> str:
    if days is None:
        return "as the installation"
    return f"{days} days" if days else "for ever"
