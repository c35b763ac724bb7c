"""`gatehouse reputation`: who has a good or a bad name with a site's moderators, and a new start."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.sites import AsJson, SiteGiven, find_site
from gatehouse.database import open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.event import iso
from moderation.domain.reputation import ReputationScore, Subject, SubjectKind

if TYPE_CHECKING:
    from moderation.review.reputation import Reputation

reputation = typer.Typer(
    help="What moderators decided about authors, linked domains and networks.", no_args_is_help=True
)

KindGiven = Annotated[SubjectKind, typer.Argument(help="What NAME is.")]
NameGiven = Annotated[str, typer.Argument(help="A domain, or the hash that `list` shows.")]
BY = "command"


@reputation.command("list")
def list_all(
    site: SiteGiven, kind: KindGiven = SubjectKind.DOMAIN, as_json: AsJson = False
) -> None:
    """List reputations of one kind; authors and networks by the hash they are known by."""
    from moderation.review import reputation

    after = ""
    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        while found := reputation.list_by_kind(store, its.id, kind, now_ms(), after, 100):
            for subject, repute in found:
                print(json.dumps(_facts(subject, repute)) if as_json else _line(subject, repute))
            after = found[-1][0].name


@reputation.command("show")
def show(
    site: SiteGiven,
    kind: Annotated[SubjectKind | None, typer.Argument(help="What NAME is.")] = None,
    name: Annotated[str, typer.Argument(help="A domain, or the hash that `list` shows.")] = "",
    comment: Annotated[str, typer.Option(help="Those that this comment comes with, instead.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show one reputation with its history, or all that a comment comes with."""
    from moderation.review import reputation

    if bool(comment) == bool(kind and name):
        raise Invalid("Name a kind and a name, or a comment.", "/name")
    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        if comment:
            for subject, repute in reputation.of_comment(store, {its.id}, comment, now_ms()):
                print(json.dumps(_facts(subject, repute)) if as_json else _line(subject, repute))
        elif kind:
            found = reputation.get_reputation(store, Subject(kind, its.id, name), now_ms())
            print("\n".join(_told(found)) if not as_json else json.dumps(_whole(found)))


@reputation.command("reset")
def reset(site: SiteGiven, kind: KindGiven, name: NameGiven) -> None:
    """Have what was decided until now count no more."""
    from moderation.review import reputation

    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        reputation.reset(store, BY, Subject(kind, its.id, name), now=now_ms())
    print("Reset; `gatehouse reputation undo` takes it back.", file=sys.stderr)


@reputation.command("undo")
def undo(site: SiteGiven, kind: KindGiven, name: NameGiven) -> None:
    """Take the last reset back."""
    from moderation.review import reputation

    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        found = reputation.undo_reset(store, BY, Subject(kind, its.id, name), now=now_ms())
    print(_line(found.subject, found.repute))


def _facts(subject: Subject, repute: ReputationScore) -> dict[str, object]:
    return {
        "kind": subject.kind.value,
        "name": subject.name,
        "approved": repute.approved,
        "spam": repute.spam,
        "rejected": repute.rejected,
        "trust": round(repute.trust, 4),
        "distrust": round(repute.distrust, 4),
    }


def _line(subject: Subject, repute: ReputationScore) -> str:
    bounds = f"trust {repute.trust:.2f}, distrust {repute.distrust:.2f}"
    return f"{subject.kind.value:8} {subject.name}  {repute.words if repute else 'nothing decided yet'}; {bounds}"


def _told(found: "Reputation") -> list[str]:
    lines = [_line(found.subject, found.repute)]
    for vote in found.votes:
        old = "" if vote.created_at > found.counts_after else "  (does not count)"
        lines.append(f"  {iso(vote.created_at)}  {vote.comment_id}  {vote.said.value}{old}")
    for one in found.resets:
        what = "reset" if one.counts_after == one.created_at else "reset taken back"
        lines.append(f"  {iso(one.created_at)}  {what} by {one.moderator_id}")
    return lines


def _whole(found: "Reputation") -> dict[str, object]:
    return {
        **_facts(found.subject, found.repute),
        "decisions": [
            {"comment_id": one.comment_id, "said": one.said.value, "at": iso(one.created_at)}
            for one in found.votes
        ],
        "resets": [
            {"by": one.moderator_id, "at": iso(one.created_at), "counts_after": one.counts_after}
            for one in found.resets
        ],
    }
