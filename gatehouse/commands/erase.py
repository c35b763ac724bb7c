"""`gatehouse erase`: remove the text and author of comments."""

import sys
from typing import Annotated

import typer

from gatehouse.commands.arguments import SiteName
from gatehouse.database import entropy, open_site
from moderation.clock import now_ms


def erase(
    site: SiteName, comment: Annotated[list[str], typer.Argument(help="Ids of comments.")]
) -> None:
    """Erase comments for good; endpoints get `comment.erased`.

    Text, author and all personal data go. What was decided, and when, stays.
    """
    from moderation.upkeep import erase

    with open_site(site) as (store, found_site):
        for comment_id in comment:
            erase.erase(store, {found_site.id}, comment_id, now=now_ms(), entropy=entropy)
    print(f"{len(comment)} erased.", file=sys.stderr)
