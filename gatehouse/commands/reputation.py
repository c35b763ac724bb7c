"""`gatehouse reputation`: what a site's moderators decided about an author, a domain or a network."""

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import print_line
from gatehouse.database import open_site
from moderation.clock import now_ms
from moderation.domain.audit import COMMAND
from moderation.domain.errors import Invalid
from moderation.domain.event import iso
from moderation.domain.reputation import ReputationScore, Subject, SubjectKind

if TYPE_CHECKING:
    from moderation.review.reputation import Reputation

reputation = typer.Typer(
    help="What moderators decided about authors, linked domains and networks.", no_args_is_help=True
)

Kind = Annotated[SubjectKind, typer.Argument(help="What NAME is.")]
Name = Annotated[str, typer.Argument(help="A domain, or the hash that `list` shows.")]


@reputation.command("list")
def list_reputations(
    site: SiteName, kind: Kind = SubjectKind.DOMAIN, as_json: AsJson = False
) -> None:
    """List reputations of one kind; authors and networks are shown by their hash."""
    from moderation.review import reputation

    after = ""
    with open_site(site) as (store, found_site):
        while page := reputation.list_by_kind(store, found_site.id, kind, now_ms(), after, 100):
            for subject, score in page:
                print_line(_fields(subject, score), _text(subject, score), as_json)
            after = page[-1][0].name


@reputation.command("show")
def show(
    site: SiteName,
    kind: Annotated[SubjectKind | None, typer.Argument(help="What NAME is.")] = None,
    name: Annotated[str, typer.Argument(help="A domain, or the hash that `list` shows.")] = "",
    comment: Annotated[str, typer.Option(help="Instead, all that apply to this comment.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show one reputation with its history, or all that apply to a comment."""
    from moderation.review import reputation

    if bool(comment) == bool(kind and name):
        raise Invalid("Name a kind and a name, or a comment.", "/name")
    with open_site(site) as (store, found_site):
        if comment:
            of_comment = reputation.of_comment(store, {found_site.id}, comment, now_ms())
            for subject, score in of_comment:
                print_line(_fields(subject, score), _text(subject, score), as_json)
        elif kind:
            shown = reputation.get_reputation(store, Subject(kind, found_site.id, name), now_ms())
            print(json.dumps(_history_fields(shown)) if as_json else _history_text(shown))


@reputation.command("reset")
def reset(site: SiteName, kind: Kind, name: Name) -> None:
    """Start a reputation anew: decisions made until now no longer count."""
    from moderation.review import reputation

    with open_site(site) as (store, found_site):
        reputation.reset(
            store, COMMAND, Subject(kind, found_site.id, name), now=now_ms(), entropy=os.urandom
        )
    print("Reset; `gatehouse reputation undo` takes it back.", file=sys.stderr)


@reputation.command("undo")
def undo(site: SiteName, kind: Kind, name: Name) -> None:
    """Undo the last reset."""
    from moderation.review import reputation

    with open_site(site) as (store, found_site):
        subject = Subject(kind, found_site.id, name)
        restored = reputation.reset(
            store, COMMAND, subject, undo=True, now=now_ms(), entropy=os.urandom
        )
    print(_text(restored.subject, restored.repute))


def _fields(subject: Subject, score: ReputationScore) -> dict[str, object]:
    return {
        "kind": subject.kind.value,
        "name": subject.name,
        "approved": score.approved,
        "spam": score.spam,
        "rejected": score.rejected,
        "trust": round(score.trust, 4),
        "distrust": round(score.distrust, 4),
    }


def _text(subject: Subject, score: ReputationScore) -> str:
    counts = score.words if score else "nothing decided yet"
    bounds = f"trust {score.trust:.2f}, distrust {score.distrust:.2f}"
    return f"{subject.kind.value:8} {subject.name}  {counts}; {bounds}"


def _history_text(reputation: "Reputation") -> str:
    lines = [_text(reputation.subject, reputation.repute)]
    for vote in reputation.votes:
        old = "" if vote.created_at > reputation.counts_after else "  (does not count)"
        lines.append(f"  {iso(vote.created_at)}  {vote.comment_id}  {vote.said.value}{old}")
    for reset in reputation.resets:
        change = "reset" if reset.counts_after == reset.created_at else "reset taken back"
        lines.append(f"  {iso(reset.created_at)}  {change} by {reset.moderator_id}")
    return "\n".join(lines)


def _history_fields(reputation: "Reputation") -> dict[str, object]:
    return {
        **_fields(reputation.subject, reputation.repute),
        "decisions": [
            {"comment_id": vote.comment_id, "said": vote.said.value, "at": iso(vote.created_at)}
            for vote in reputation.votes
        ],
        "resets": [
            {
                "by": reset.moderator_id,
                "at": iso(reset.created_at),
                "counts_after": reset.counts_after,
            }
            for reset in reputation.resets
        ],
    }
