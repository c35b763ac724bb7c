"""`gatehouse sample`: comments looked at blind, and how far people's decisions agree."""

import sys
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import print_line
from gatehouse.database import open_site
from moderation.clock import now_ms
from moderation.domain.audit import COMMAND
from moderation.domain.errors import Invalid
from moderation.domain.samples import Verdict

sample = typer.Typer(
    help="Comments looked at blind, and how far people's decisions agree.", no_args_is_help=True
)


@sample.command("next")
def show_next(
    site: SiteName,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many at most.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Print the next comments that wait, without what was decided about them."""
    from moderation.review.second_looks import next_blind

    with open_site(site) as (store, found_site):
        for entry in next_blind(store, found_site.id, COMMAND, limit, now=now_ms()):
            fields = {"comment_id": entry.id, "text": entry.text, "author_name": entry.author_name}
            text = f"{entry.id}  {entry.author_name}\n{entry.text}\n"
            print_line({**fields, "page_url": entry.page_url}, text, as_json)


@sample.command("judge")
def judge(
    site: SiteName,
    comment: Annotated[str, typer.Argument(help="Its id, as `next` shows it.")],
    verdict: Annotated[str, typer.Argument(help="publish, remove or unsure.")],
    as_json: AsJson = False,
) -> None:
    """Say what should become of a comment; nothing changes. Prints what had been decided."""
    from moderation.review.second_looks import answer

    if verdict not in (Verdict.PUBLISH, Verdict.REMOVE, Verdict.UNSURE):
        raise Invalid("A verdict is publish, remove or unsure.", "/verdict")
    with open_site(site) as (store, found_site):
        said = answer(store, found_site.id, comment, Verdict(verdict), COMMAND, now=now_ms())
    fields = {"comment_id": comment, "kind": said.kind, "known": said.known, "agrees": said.agrees}
    print_line(fields, f"{said.kind}: it was decided to {said.known} it.", as_json)


@sample.command("size")
def set_size(
    site: SiteName,
    size: Annotated[int, typer.Argument(help="Of each kind in a week; 0 for none.")],
) -> None:
    """Set how many comments the weekly sample has."""
    from moderation.review.samples import set_size

    with open_site(site) as (store, found_site):
        set_size(store, found_site.id, size)
    print(f"{found_site.name}: {size} of each kind a week.", file=sys.stderr)


@sample.command("share")
def set_share(
    site: SiteName,
    share: Annotated[int, typer.Argument(help="Per cent of people's decisions; 0 for none.")],
) -> None:
    """Set which share of people's decisions gets a second look from now on."""
    from moderation.review.agreement import set_share

    with open_site(site) as (store, found_site):
        set_share(store, found_site.id, share, now=now_ms())
    print(f"{found_site.name}: {share} % of decisions get a second look.", file=sys.stderr)


@sample.command("agreement")
def show_agreement(site: SiteName) -> None:
    """Print how far people's decisions agree, as CSV."""
    from moderation.accounts.sign_in import emails_of
    from moderation.review.agreement import agreement, csv_of

    with open_site(site) as (store, found_site):
        people = agreement(store, found_site.id, now=now_ms()).people
        ids = [person.person_id for person in people]
        print(csv_of(people, {id: id for id in ids} | emails_of(store, ids)), end="")
