"""`gatehouse comment bulk` and `bulk-undo`: one decision about many comments, counted and confirmed before."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.comments import LOCAL_URL, Key, Refused, Url, comment, service_of
from gatehouse.commands.output import printable

if TYPE_CHECKING:
    from gatehouse_client import Bulk, Gatehouse
    from gatehouse_client.queue_calls import Search

__all__ = ["comment"]  # with these commands

LOOK_SECONDS = 0.5  # between two looks at how far it is


@comment.command("bulk")
def bulk(
    action: Annotated[str, typer.Argument(help="approve, hold, reject or spam.")],
    ids: Annotated[list[str] | None, typer.Argument(help="Comments by their ids.")] = None,
    query: Annotated[str, typer.Option(help="All that these words find, instead of ids.")] = "",
    status: Annotated[str, typer.Option(help="All of this status; goes with --query ...")] = "",
    reason: Annotated[str, typer.Option(help="All with this reason in effect.")] = "",
    page: Annotated[str, typer.Option(help="All on this article.")] = "",
    author: Annotated[str, typer.Option(help="All of this author, as in `search`.")] = "",
    domain: Annotated[str, typer.Option(help="All that link to this domain.")] = "",
    language: Annotated[str, typer.Option(help="All in this language.")] = "",
    queue: Annotated[str, typer.Option(help="All in reported, proposed or mine.")] = "",
    age: Annotated[str, typer.Option(help="All handed in so long ago: over-4h.")] = "",
    same_text: Annotated[
        str, typer.Option(help="All with much the same text as the comment with this id.")
    ] = "",
    same_network: Annotated[
        str, typer.Option(help="All from the network of the comment with this id.")
    ] = "",
    with_reason: Annotated[
        str, typer.Option(help="Why, by a code of `gatehouse site reasons`.")
    ] = "",
    sentence: Annotated[str, typer.Option(help="To each writer.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Also what others have claimed.")
    ] = False,
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Decide about many comments at once, and wait until it is done."""
    conditions: Search = {
        "query": query,
        "status": status,
        "reason": reason,
        "page_url": page,
        "author": author,
        "domain": domain,
        "language": language,
        "queue": queue,
        "age": age,
        "same_text": same_text,
        "same_network": same_network,
    }
    are_given = any(conditions.values())
    if bool(ids) == are_given:
        raise Refused("Give either ids or conditions, such as --status held --reason links.")
    with service_of(url, key) as service:
        preview = service.preview_bulk(**conditions) if are_given else None
        count = preview.count if preview else len(ids or ())
        for found in preview.sample if preview else ():
            print(printable(f"{found.id}  {found.author.name}"))
        if not count:
            print("No comments match.")
            return
        if not yes and not typer.confirm(f"{action.capitalize()}: {count:,} comments?"):
            raise Refused("Nothing was changed.")
        why = {"reason": with_reason, "sentence": sentence}
        made = service.bulk(action, ids or (), preview=preview, take_over=take_over, **why)
        _finish(service, made)


@comment.command("bulk-undo")
def bulk_undo(bulk_id: str, url: Url = LOCAL_URL, key: Key = "") -> None:
    """Take a decision about many comments back; what somebody has decided about since stays."""
    with service_of(url, key) as service:
        _finish(service, service.undo_bulk(bulk_id))


def _finish(service: "Gatehouse", act: "Bulk") -> None:
    while act.finished_at is None:
        time.sleep(LOOK_SECONDS)
        act = service.bulk_progress(act.id)
    told = f"{act.decided} of {act.count} decided, {act.left} left as they were"
    if act.state == "undone":
        told = f"{act.undone} of {act.decided} taken back, {act.kept} decided since"
    print(f"{act.id}  {act.action} ({told})")
