"""`gatehouse spam`: what a site's spam score has learned from its moderators, and undoing that."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.database import open_site
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.event import iso

if TYPE_CHECKING:
    from moderation.domain.lesson import Lesson

spam = typer.Typer(
    help="What a site's spam score has learned from its moderators.", no_args_is_help=True
)


_RELEARNING = "What stands is being learned again; until then the bundled model scores alone."


@spam.command("status")
def show_status(site: SiteName, as_json: AsJson = False) -> None:
    """Show how many decisions the score has learned from, whose they were, and in which lessons."""
    from moderation.accounts import sign_in
    from moderation.learning.status import learning_status

    with open_site(site) as (store, found_site):
        status = learning_status(store, found_site.id)
        emails = sign_in.emails_of(store, {teacher.id for teacher in status.teachers})
    if as_json:
        fields = {
            "version": status.version,
            "decisions": status.decisions,
            "spam": status.spam,
            "waiting": status.waiting,
            "corrects_toxicity": status.corrects_toxicity,
            "moderators": [asdict(teacher) for teacher in status.teachers],
            "lessons": [_fields(lesson) for lesson in status.history],
        }
        print(json.dumps(fields))
        return
    print(
        f"{found_site.name} has learned from {status.decisions:,} decisions, {status.spam:,} of "
        f"them spam; {status.waiting:,} wait. Version {status.version}."
    )
    if status.is_relearning:
        print(_RELEARNING)
    if status.corrects_toxicity:
        print("Comments like those that were removed get a higher toxicity here.")
    for teacher in status.teachers:
        counts = f"{teacher.decisions:6,} decisions, {teacher.spam:,} spam"
        email = emails.get(teacher.id, teacher.id)
        print(f"  {counts}, weight {teacher.weight:.1f}  {email}")
    for lesson in status.history:
        print(f"  {_text(lesson)}")


@spam.command("undo")
def undo(
    site: SiteName,
    version: Annotated[
        int, typer.Argument(min=0, help="The lesson; without this, the newest that is in effect.")
    ] = 0,
    moderator: Annotated[
        str, typer.Option(help="Instead, all that was learned from this moderator: e-mail or id.")
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="Only what they decided since then (UTC).",
        ),
    ] = None,
) -> None:
    """Undo a lesson, or all that was learned from one moderator; everything else stays."""
    from moderation.domain.lesson import RELEARNING
    from moderation.learning import lessons
    from moderation.scorers.spam.spam_model import load_prior
    from moderation.store import moderators

    if since and not moderator:
        raise Invalid("--since goes with --moderator.", "/since")
    if version and moderator:
        raise Invalid("Name a lesson or a moderator, not both.", "/version")
    with open_site(site) as (store, found_site):
        with store.read() as connection:
            account = moderators.by_email(connection, moderator) if "@" in moderator else None
        lesson = lessons.undo(
            store,
            load_prior(),
            found_site.id,
            version=version,
            teacher=account.id if account else moderator,
            since=int(since.replace(tzinfo=UTC).timestamp() * 1000) if since else 0,
            now=now_ms(),
        )
    print(f"Taken back, in version {lesson.version}.", file=sys.stderr)
    print(_text(lesson))
    if lesson.model == RELEARNING:
        print(_RELEARNING, file=sys.stderr)


def _fields(lesson: "Lesson") -> dict[str, object]:
    return {
        "version": lesson.version,
        "decisions": lesson.decisions,
        "spam": lesson.spam,
        "undone": lesson.undone or None,
        "created_at": iso(lesson.created_at),
    }


def _text(lesson: "Lesson") -> str:
    undone = f", takes version {lesson.undone} back" if lesson.undone else ""
    return (
        f"version {lesson.version}, {iso(lesson.created_at)}: "
        f"{lesson.decisions:,} decisions, {lesson.spam:,} spam{undone}"
    )
