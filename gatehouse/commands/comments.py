"""`gatehouse comment`: comments of a running service, near or far, by its API and a site's key."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.domain.errors import GatehouseError

if TYPE_CHECKING:
    from gatehouse_client import Comment, Gatehouse

comment = typer.Typer(
    help="Comments of a running service, by its API: GATEHOUSE_URL and GATEHOUSE_KEY say which.",
    no_args_is_help=True,
)

Url = Annotated[
    str, typer.Option("--url", envvar="GATEHOUSE_URL", help="Where the service answers.")
]
KeyGiven = Annotated[
    str,
    typer.Option(
        "--key", envvar="GATEHOUSE_KEY", help="The site's secret key; better in the environment."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
HERE = "http://127.0.0.1:8000"
SHOWN = 60  # characters of a text in a list


class Refused(GatehouseError):
    """The service said no, or nothing."""

    code = "refused"


@contextmanager
def _service(url: str, key: str) -> Iterator["Gatehouse"]:
    from gatehouse_client import ClientError, Gatehouse

    if not key:
        raise Refused("Set GATEHOUSE_KEY to the site's secret key, or give --key.")
    try:
        with Gatehouse(key, url) as service:
            yield service
    except ClientError as error:
        raise Refused(str(error)) from None


@comment.command("submit")
def submit(
    page: Annotated[str, typer.Option(help="The article: https://news.example/1")],
    name: Annotated[str, typer.Option(help="Who writes.")],
    text: Annotated[str, typer.Argument(help="The comment; from stdin without it.")] = "",
    parent: Annotated[str, typer.Option(help="The id of the comment it answers.")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for the decision.")] = 5.0,
    url: Url = HERE,
    key: KeyGiven = "",
    as_json: AsJson = False,
) -> None:
    """Hand in a comment and say what was decided."""
    with _service(url, key) as service:
        given = text or sys.stdin.read()
        receipt = service.submit(given, page_url=page, name=name, parent_id=parent)
        _show(service.wait(receipt.id, wait), as_json)


@comment.command("show")
def show(comment_id: str, url: Url = HERE, key: KeyGiven = "", as_json: AsJson = False) -> None:
    """Print a comment with its reasons and scores."""
    with _service(url, key) as service:
        _show(service.comment(comment_id), as_json)


@comment.command("list")
def list_queue(
    queue: Annotated[str, typer.Argument(help="held, pending, approved, rejected or spam.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 25,
    url: Url = HERE,
    key: KeyGiven = "",
    as_json: AsJson = False,
) -> None:
    """List the comments of a queue, one a line."""
    with _service(url, key) as service:
        for one in islice(service.queue(queue, size=min(limit, 100)), limit):
            if as_json:
                print(_json(one))
            else:
                print(f"{one.id}  {one.author.name}: {_short(one.text)}")


@comment.command("decide")
def decide(
    comment_id: str,
    outcome: Annotated[str, typer.Argument(help="approve, hold, reject or spam.")],
    reason: Annotated[str, typer.Option(help="A code of your own.")] = "",
    url: Url = HERE,
    key: KeyGiven = "",
) -> None:
    """Have the last word about a comment."""
    with _service(url, key) as service:
        made = service.decide(comment_id, outcome, reason=reason)
        print(f"{comment_id}  {made.outcome} (decision {made.sequence})")


@comment.command("undo")
def undo(comment_id: str, url: Url = HERE, key: KeyGiven = "") -> None:
    """Take the last decision of a person about a comment back."""
    with _service(url, key) as service:
        made = service.undo_decision(comment_id)
        takes_back = f"decision {made.sequence}, takes {made.takes_back} back"
        print(f"{comment_id}  {made.outcome} ({takes_back})")


def _show(one: "Comment", as_json: bool) -> None:
    if as_json:
        print(_json(one))
        return
    print(f"{one.id}  {one.status}\n{one.author.name} on {one.page.url}:\n{one.text}")
    for reason in one.decision.reasons if one.decision else ():
        print(f"- {reason.code}: {reason.message}")
    for label, value in sorted(one.scores.items(), key=lambda pair: -pair[1]):
        print(f"  {label:18} {value:.3f}")


def _json(one: "Comment") -> str:
    facts: dict[str, Any] = dataclasses.asdict(one)
    return json.dumps(facts, default=lambda value: value.isoformat())


def _short(text: str) -> str:
    """The beginning of a text on one line, nothing in it that moves a terminal's cursor."""
    line = "".join(char if char.isprintable() else " " for char in text[: SHOWN + 1])
    return line[:SHOWN] + "…" if len(line) > SHOWN else line
