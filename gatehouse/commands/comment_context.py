"""`gatehouse comment context`, `wrong`, `filters`, `views` and the like: what is around a comment, by the API."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatehouse.commands.comment_claims import comment  # it adds to the same
from gatehouse.commands.comments import LOCAL_URL, AsJson, Key, Url, as_json_line, service_of
from gatehouse.commands.output import printable

if TYPE_CHECKING:
    from gatehouse_client.answer import Json

__all__ = ["comment"]  # with these commands


@comment.command("context")
def context(comment_id: str, url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Print what stands around a comment: what it answers, its neighbours, the author's others, what is like it."""
    with service_of(url, key) as service:
        found = service.context(comment_id)
    if as_json:
        print(json.dumps(found))
        return
    parent = [found["parent"]] if found["parent"] else []
    for heading, others in (
        ("it answers", parent),
        ("before it", found["before"]),
        ("after it", found["after"]),
        (f"by the same {found['author_known_by']}", found["by_author"]),
    ):
        if others:
            print(f"{heading}:")
        for other in others:
            text = printable(other["text"][:60])
            print(f"  {other['id']}  {other['status']:9} {printable(other['author'])}: {text}")
    for name in ("same_text", "same_network"):
        if found[name]:
            shown = f"gatehouse comment search --{name.replace('_', '-')} {comment_id}"
            print(f"{name.replace('_', ' ')}: {found[name]} others ({shown})")


@comment.command("corrections")
def corrections(
    comment_id: str, url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False
) -> None:
    """List which scores of a comment people called wrong, first to last."""
    with service_of(url, key) as service:
        for correction in service.corrections(comment_id):
            told = f"{correction.created_at:%Y-%m-%d %H:%M}  {correction.label} {correction.score:.3f} is wrong, says {correction.actor_id}"
            print(as_json_line(correction) if as_json else told)


@comment.command("wrong")
def wrong(
    comment_id: str,
    label: Annotated[str, typer.Argument(help="The score: insult, toxicity, ...")],
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Say that a score is wrong about a comment; nothing is decided by it."""
    with service_of(url, key) as service:
        made = service.correct(comment_id, label)
        print(f"{comment_id}  {made.label} {made.score:.3f} is wrong")


@comment.command("not-wrong")
def not_wrong(comment_id: str, label: str, url: Url = LOCAL_URL, key: Key = "") -> None:
    """Take that back."""
    with service_of(url, key) as service:
        service.retract_correction(comment_id, label)
        print(f"{comment_id}  taken back: {label}")


@comment.command("filters")
def filters(comment_id: str, url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False) -> None:
    """List what can be held, refused or trusted of a comment's author, network and links, and what is."""
    with service_of(url, key) as service:
        for marked in service.author_filters(comment_id):
            if as_json:
                print(json.dumps(marked))
                continue
            named = [f"{filter['action']} ({filter['id']}, {filter['name']})" for filter in marked["filters"]]  # fmt: skip
            print(printable(f"{_what(marked)}: {', '.join(named) or 'nothing'}"))


@comment.command("from-now-on")
def from_now_on(
    comment_id: str,
    action: Annotated[str, typer.Argument(help="hold, reject or trust.")],
    about: Annotated[str, typer.Option(help="author, email, network or domain.")] = "author",
    domain: Annotated[str, typer.Option(help="The linked site; with --about domain.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, help="For so many days; always without it.")
    ] = None,
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Hold, refuse or trust what comes from a comment's author, network or linked site from now on."""
    with service_of(url, key) as service:
        named = service.filter_author(comment_id, about, action, days, domain=domain)
        print(printable(f"{comment_id}  {named['action']} by {named['name']} ({named['id']})"))


@comment.command("no-longer")
def no_longer(
    comment_id: str,
    filter_id: Annotated[str, typer.Argument(help="As `gatehouse comment filters` has it.")],
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Take a comment's author, network and links off a filter."""
    with service_of(url, key) as service:
        service.unfilter_author(comment_id, filter_id)
        print(f"{comment_id}  off {filter_id}")


@comment.command("views")
def views(url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False) -> None:
    """List the saved views that this key sees."""
    with service_of(url, key) as service:
        for view in service.views():
            print(json.dumps(view) if as_json else _view(view))


@comment.command("save-view")
def save_view(
    name: str,
    query: Annotated[str, typer.Option(help="Words.")] = "",
    status: Annotated[str, typer.Option(help="held, approved, ...")] = "",
    queue: Annotated[str, typer.Option(help="reported, proposed or mine.")] = "",
    reason: Annotated[str, typer.Option(help="A reason code.")] = "",
    page: Annotated[str, typer.Option(help="Any URL of the article.")] = "",
    author: Annotated[str, typer.Option(help="Words of the name, or id:YOUR-ID.")] = "",
    domain: Annotated[str, typer.Option(help="A domain that they link to.")] = "",
    language: Annotated[str, typer.Option(help="As measured: en, de, ...")] = "",
    decided_by: Annotated[str, typer.Option(help="policy, moderator or import.")] = "",
    age: Annotated[str, typer.Option(help="under-24h, over-4h.")] = "",
    order: Annotated[str, typer.Option(help="newest, oldest, urgency, a score, listed.")] = "",
    shared: Annotated[bool, typer.Option("--shared", help="For everybody on the site.")] = False,
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Save conditions and an order under a name."""
    conditions = {
        "query": query,
        "status": status,
        "queue": queue,
        "reason": reason,
        "page_url": page,
        "author": author,
        "domain": domain,
        "language": language,
        "decided_by": decided_by,
        "age": age,
        "order": order,
    }
    given = {name: value for name, value in conditions.items() if value}
    with service_of(url, key) as service:
        print(_view(service.add_view(name, given, shared=shared)))


@comment.command("remove-view")
def remove_view(view_id: str, url: Url = LOCAL_URL, key: Key = "") -> None:
    """Remove a saved view; the comments stay as they are."""
    with service_of(url, key) as service:
        service.remove_view(view_id)
        print(f"{view_id}  removed")


def _what(marked: "Json") -> str:
    return f"{marked['about']} {marked['domain'] or ''}".rstrip()


def _view(view: "Json") -> str:
    conditions: dict[str, Any] = {
        name: value for name, value in view["filter"].items() if value is not None
    }
    shown = " ".join(f"{name}={value}" for name, value in conditions.items())
    whose = "everybody's" if view["shared"] else "own"
    return printable(f"{view['id']}  {view['name']} ({whose}): {shown}")
