"""`gatehouse statements`: a site's statements of reasons as CSV."""

import sys
from typing import Annotated

import typer

from gatehouse.commands.arguments import read_since
from gatehouse.database import open_site
from moderation.clock import now_ms
from moderation.domain.statement_csv import csv_of


def statements(
    site: Annotated[str, typer.Option(help="A site's id, or its name.")],
    since: Annotated[
        str, typer.Option(help="Decided in so many days, 30d, or since a time, 2026-11-25T08:00Z.")
    ] = "30d",
) -> None:
    """Write a site's statements of reasons to stdout as CSV, the oldest first.

    One for each decision that held a comment, rejected it or called it spam; without who decided.
    """
    from moderation.reading.statements import each_statement

    start = read_since(since, now_ms())
    count = 0
    with open_site(site) as (store, found_site):
        sys.stdout.write(csv_of([], header=True))
        for statement in each_statement(store, found_site.id, start):
            sys.stdout.write(csv_of([statement], header=False))
            count += 1
    print(f"{count:,} statements written.", file=sys.stderr)
