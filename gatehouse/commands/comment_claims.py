"""`gatehouse comment claim`, `release`, `open`, `note`, `notes`: what moderators see of each other, by the API."""

import sys
from itertools import islice
from typing import Annotated

import typer

from gatehouse.commands.comment_bulk import comment  # it adds to the same
from gatehouse.commands.comments import (
    LOCAL_URL,
    AsJson,
    Key,
    TakeOver,
    Url,
    as_json_line,
    service_of,
)
from gatehouse.commands.output import printable

__all__ = ["comment"]  # with these commands


@comment.command("claim")
def claim(
    comment_id: str, take_over: TakeOver = False, url: Url = LOCAL_URL, key: Key = ""
) -> None:
    """Say for two minutes that this key is about to decide about a comment."""
    with service_of(url, key) as service:
        made = service.claim(comment_id, take_over=take_over)
        print(f"{comment_id}  claimed until {made.until:%H:%M:%S} UTC")


@comment.command("release")
def release(
    comment_id: str, take_over: TakeOver = False, url: Url = LOCAL_URL, key: Key = ""
) -> None:
    """End a claim."""
    with service_of(url, key) as service:
        service.release(comment_id, take_over=take_over)
        print(f"{comment_id}  released")


@comment.command("open")
def keep_open(
    comment_ids: list[str],
    ahead: Annotated[int, typer.Option(min=0, max=20, help="Comments after the open one.")] = 5,
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Say for 15 seconds that this key has the first of these comments open that nobody else has, and is to have the next ones."""
    with service_of(url, key) as service:
        answer = service.keep_open(comment_ids, ahead=ahead)
        for id in comment_ids:
            if id in answer.mine:
                print(f"{id}  open")
            elif id in answer.others:
                print(f"{id}  with {answer.others[id].actor_id}")
            else:
                print(f"{id}  {'no longer waiting' if id in answer.gone else 'free'}")


@comment.command("note")
def note(
    comment_id: str,
    text: Annotated[str, typer.Argument(help="The note; from stdin without it.")] = "",
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Note something about a comment for colleagues; @name tells one of them."""
    with service_of(url, key) as service:
        made = service.add_note(comment_id, text or sys.stdin.read())
        print(f"{comment_id}  noted ({made.id})")


@comment.command("notes")
def notes(
    comment_id: str,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 25,
    url: Url = LOCAL_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """List what was noted about a comment, the newest first."""
    with service_of(url, key) as service:
        for note in islice(service.notes(comment_id, size=min(limit, 100)), limit):
            if as_json:
                print(as_json_line(note))
            else:
                print(printable(f"{note.created_at:%Y-%m-%d %H:%M}  {note.actor_id}: {note.text}"))
