"""`gatehouse person`: all that is kept of one person, handed out or erased."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson
from gatehouse.database import entropy, find_site, open_all_sites
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.person import PersonErased, PersonRef, check_person

if TYPE_CHECKING:
    from moderation.store.sql.engine import Store

person = typer.Typer(
    help="All that is kept of one person: handed out, or erased.", no_args_is_help=True
)

Email = Annotated[str, typer.Option(help="As typed in with the comments; - for standard input.")]
Token = Annotated[str, typer.Option(help="The browser's token, ghb_...")]
AuthorId = Annotated[str, typer.Option(help="The site's own id of the user.")]
CommentId = Annotated[
    str, typer.Option("--comment", help="The id of a comment, cmt_...: of who wrote it.")
]
SiteOption = Annotated[str, typer.Option("--site", help="On this site alone.")]


@person.command("export")
def export_person(
    email: Email = "",
    token: Token = "",
    author_id: AuthorId = "",
    comment: CommentId = "",
    site: SiteOption = "",
    out: Annotated[Path | None, typer.Option(help="A file that is not there yet.")] = None,
) -> None:
    """Write a person's comments and all that is kept of them, as one JSON object."""
    from moderation.upkeep.people import keys_of
    from moderation.upkeep.person_document import document

    ref = _person(email, token, author_id, comment)
    count = 0  # of comments
    with _chosen_sites(site) as (store, site_ids):
        keys_of(store, ref, site_ids)  # refused before there is a file
        # Its owner alone may read it (main.py sets the umask).
        try:
            file = out.open("x", encoding="utf-8") if out else sys.stdout
        except OSError as error:
            raise Invalid(f"{out} cannot be written: {error.strerror}.") from None
        try:
            for piece in document(store, ref, site_ids):
                file.write(piece)
                count += piece.endswith("}")  # as no other piece does
        finally:
            if out:
                file.close()
    print(f"{count:,} comments written.", file=sys.stderr)


@person.command("erase")
def erase_person(
    email: Email = "",
    token: Token = "",
    author_id: AuthorId = "",
    comment: CommentId = "",
    site: SiteOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Erase, and do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what would be erased of a person; with --yes, or where you say so, erase it for good.

    Endpoints get `comment.erased` for each comment. It cannot be taken back.
    """
    from moderation.upkeep import person_erasure
    from moderation.upkeep.people import find_person

    ref = _person(email, token, author_id, comment)
    with _chosen_sites(site) as (store, site_ids):
        result = find_person(store, ref, site_ids)
        if not yes and not as_json:
            print(_text(result, ref))
        is_asked = not yes and result.found and sys.stdin.isatty() and sys.stdout.isatty()
        if yes or (is_asked and typer.confirm("Erase all this for good?")):
            result = person_erasure.erase_person(store, ref, site_ids, now=now_ms, entropy=entropy)
            yes = True
    if as_json:
        print(json.dumps(asdict(result)))
    elif yes:
        print(_text(result, ref))
    elif result.found:
        print("Nothing was erased: run again with --yes.", file=sys.stderr)


def _person(email: str, token: str, author_id: str, comment: str) -> PersonRef:
    if email == "-":
        email = sys.stdin.readline().strip()
    return check_person(PersonRef(email, token, author_id, comment))


@contextmanager
def _chosen_sites(name: str) -> Iterator[tuple["Store", set[str]]]:
    with open_all_sites() as (store, site_ids):
        if name:
            with store.read() as connection:
                site_ids = {find_site(connection, name).id}
        yield store, site_ids


def _text(result: PersonErased, ref: PersonRef) -> str:
    lines = [
        f"  {count:6,}  {name.replace('_', ' ')}" for name, count in result.found.items() if count
    ]
    if not result.found:
        lines = ["Nothing is kept of this person."]
        if ref.comment_id:
            lines.append(
                "But a comment that is erased does not tell who wrote it: ask by --email, --token or --author-id, too."
            )
    elif result.erased:
        lines = ["Found and erased:", *lines, f"{result.erased:,} comments erased."]
    else:
        lines = ["Found:", *lines]
    if result.rewritten is False:
        lines.append(
            "Somebody was reading the database all the time: its file may hold deleted bytes until the next"
            " `gatehouse person erase --yes`."
        )
    return "\n".join(lines)
