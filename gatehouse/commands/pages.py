"""`gatehouse page`: articles that got another URL or title, and pages' states."""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import read_text
from gatehouse.commands.page_states import page_state
from gatehouse.database import find_site, open_store
from moderation.domain.errors import Invalid, NotFound

if TYPE_CHECKING:
    from moderation.store.sql.engine import Store

page = typer.Typer(help="Articles: a new URL, their title, open or closed.", no_args_is_help=True)

SiteOption = Annotated[
    str, typer.Option("--site", help="A site's id or name; without it, the one that has the URL.")
]


@page.command("move")
def move(
    old: Annotated[str, typer.Argument(help="Any URL under which the article was known.")] = "",
    new: Annotated[str, typer.Argument(help="Its new URL.")] = "",
    map_file: Annotated[
        Path | None, typer.Option("--csv", help="A file with a line 'old,new' for each article.")
    ] = None,
    site: SiteOption = "",
) -> None:
    """Give an article another URL; its comments are found at both.

    With --csv, lines that cannot be done are named and passed over, and the exit status is 1.
    """
    if bool(map_file) == bool(new):
        raise Invalid("Give OLD and NEW, or --csv FILE.")
    with open_store() as store:
        if not map_file:
            print(_move(store, site, old, new), file=sys.stderr)
            return
        moved, failed = 0, 0
        for number, urls in _lines(map_file):
            try:
                if len(urls) != 2:
                    raise Invalid("A line is 'old,new'.")
                _move(store, site, *urls)
                moved += 1
            except (Invalid, NotFound) as error:
                print(f"line {number}: {error.message}", file=sys.stderr)
                failed += 1
    print(f"{moved} moved, {failed} not.", file=sys.stderr)
    raise typer.Exit(1 if failed else 0)


@page.command("title")
def title(
    url: Annotated[str, typer.Argument(help="The article's URL.")],
    text: Annotated[str, typer.Argument(help="Its title.")],
    site: SiteOption = "",
) -> None:
    """Give an article its title, in place of what the first commenter sent."""
    from moderation.review import page_moves

    with open_store() as store:
        page_moves.set_title(store, _site_id(store, site, url), url, text)


def _lines(map_file: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, with their numbers; without the line that names the columns."""
    from moderation.domain.page_url import origin_of

    lines = csv.reader(io.StringIO(read_text(map_file).removeprefix("\ufeff")))
    for number, line in enumerate(lines, 1):
        urls = [field.strip() for field in line]
        is_heading = number == 1 and not any(origin_of(field) for field in urls)
        if any(urls) and not is_heading:
            yield number, urls


def _move(store: "Store", site: str, old: str, new: str) -> str:
    from moderation.review import page_moves

    moved = page_moves.move_page(store, _site_id(store, site, new), old, new)
    joined = ", with the comments that were there already" if moved.joined else ""
    return f"The comments are found at the new URL, too{joined}."


def _site_id(store: "Store", site: str, url: str) -> str:
    from moderation.domain.page_url import origin_of
    from moderation.reading.threads import site_of

    if site:
        with store.read() as connection:
            return find_site(connection, site).id
    site_id = site_of(store, "", origin_of(url))
    if site_id is None:
        raise NotFound("No site, or more than one, has this URL: give --site.")
    return site_id


page.command("state")(page_state)
