"""`gatehouse appeals`: what writers appeal against, by the API of a running service and a site's key."""

from itertools import islice
from typing import Annotated

import typer

from gatehouse.commands.comments import LOCAL_URL, AsJson, Key, Url, as_json_line, service_of
from gatehouse.commands.output import printable

appeals = typer.Typer(
    help="Writers' appeals, of the running service that GATEHOUSE_URL and GATEHOUSE_KEY name, by its API.",
    no_args_is_help=True,
)


@appeals.command("list")
def list_appeals(
    state: Annotated[str, typer.Option(help="open, upheld, overturned or closed.")] = "open",
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 25,
    url: Url = LOCAL_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """List the appeals of one state, the oldest first."""
    with service_of(url, key) as service:
        for appeal in islice(service.appeals(state, size=min(limit, 100)), limit):
            if as_json:
                print(as_json_line(appeal))
                continue
            decided = f"{appeal.outcome} by {appeal.decided_by or 'a machine'}"
            print(
                f"{appeal.id}  {appeal.created_at:%Y-%m-%d %H:%M}  {appeal.comment_id}  {decided}"
            )
            if appeal.text:
                print(f"  {printable(appeal.text)}")


@appeals.command("decide")
def decide(
    appeal_id: str,
    outcome: Annotated[str, typer.Argument(help="uphold or overturn.")],
    note: Annotated[str, typer.Option(help="To the comment's writer.")] = "",
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Let the decision stand, or approve the comment.

    Whoever made the decision cannot answer: a key counts as a person.
    """
    with service_of(url, key) as service:
        appeal = service.decide_appeal(appeal_id, outcome, note)
        print(f"{appeal.id}  {appeal.state}: {appeal.comment_id}")
