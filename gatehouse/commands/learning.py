"""`gatehouse spam`: what a site's moderators have taught its spam score, and taking it back."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.sites import AsJson, SiteGiven, find_site
from gatehouse.database import open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.event import iso

if TYPE_CHECKING:
    from moderation.domain.lesson import Lesson

spam = typer.Typer(
    help="What a site's moderators have taught its spam score.", no_args_is_help=True
)


@spam.command("status")
def status(site: SiteGiven, as_json: AsJson = False) -> None:
    """Say how many decisions the score has learned, from whom, and in which lessons."""
    from moderation.accounts import sign_in
    from moderation.learning.status import learning_status

    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        found = learning_status(store, its.id)
        names = sign_in.emails_of(store, {one.id for one in found.teachers})
    if as_json:
        facts = {
            "version": found.version,
            "decisions": found.decisions,
            "spam": found.spam,
            "waiting": found.waiting,
            "moderators": [
                {"id": one.id, "decisions": one.decisions, "spam": one.spam, "weight": one.weight}
                for one in found.teachers
            ],
            "lessons": [_facts(one) for one in found.history],
        }
        print(json.dumps(facts))
        return
    print(
        f"{its.name} has learned from {found.decisions:,} decisions, {found.spam:,} of them spam; "
        f"{found.waiting:,} wait. Version {found.version}."
    )
    for one in found.teachers:
        who = names.get(one.id, one.id)
        print(f"  {one.decisions:6,} decisions, {one.spam:,} spam, weight {one.weight:.1f}  {who}")
    for lesson in found.history:
        print(f"  {_line(lesson)}")


@spam.command("undo")
def undo(
    site: SiteGiven,
    version: Annotated[
        int, typer.Argument(min=0, help="The lesson; the newest that stands without this.")
    ] = 0,
    moderator: Annotated[
        str, typer.Option(help="All that this moderator has taught instead: e-mail or id.")
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="Only what they decided since then (UTC).",
        ),
    ] = None,
) -> None:
    """Take a lesson back, or what one moderator taught; what was learned besides stays."""
    from moderation.learning import lessons
    from moderation.scorers.spam.spam_model import load_prior
    from moderation.store import moderators

    if since and not moderator:
        raise Invalid("--since goes with --moderator.", "/since")
    if version and moderator:
        raise Invalid("Name a lesson or a moderator, not both.", "/version")
    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
            known = moderators.by_email(connection, moderator) if "@" in moderator else None
        lesson = lessons.undo(
            store,
            load_prior(),
            its.id,
            version=version,
            teacher=known.id if known else moderator,
            since=int(since.replace(tzinfo=UTC).timestamp() * 1000) if since else 0,
            now=now_ms(),
        )
    print(f"Taken back, in version {lesson.version}.", file=sys.stderr)
    print(_line(lesson))


def _facts(one: "Lesson") -> dict[str, object]:
    return {
        "version": one.version,
        "decisions": one.decisions,
        "spam": one.spam,
        "undone": one.undone or None,
        "created_at": iso(one.created_at),
    }


def _line(one: "Lesson") -> str:
    what = f", takes version {one.undone} back" if one.undone else ""
    return (
        f"version {one.version}, {iso(one.created_at)}: "
        f"{one.decisions:,} decisions, {one.spam:,} spam{what}"
    )
