"""`gatehouse erase`: forget what a comment said and who wrote it."""

import sys
from typing import Annotated

import typer

from gatehouse.commands.sites import SiteGiven, find_site
from gatehouse.database import entropy, open_store
from moderation.clock import now_ms


def erase(
    site: SiteGiven, comment: Annotated[list[str], typer.Argument(help="Ids of comments.")]
) -> None:
    """Erase comments for good; endpoints hear `comment.erased`.

    Text, author and all that is personal go. What was decided, and when, stays.
    """
    from moderation.upkeep import erase as verb

    with open_store() as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        for one in comment:
            verb.erase(store, {site_id}, one, now=now_ms(), entropy=entropy)
    print(f"{len(comment)} erased.", file=sys.stderr)
