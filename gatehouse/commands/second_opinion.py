"""`gatehouse second-opinion`: whether a site's held comments are sent to a chat model, how good it is, what it may do."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import printable
from gatehouse.database import checked_settings, open_site
from moderation.clock import now_ms
from moderation.domain.event import iso

if TYPE_CHECKING:
    from moderation.domain.policy import Policy
    from moderation.review.second_opinion import SiteState
    from moderation.settings import Settings

second_opinion = typer.Typer(
    help="What a chat model says of held comments, where a site allows it.", no_args_is_help=True
)
From = Annotated[
    float, typer.Option("--from", min=0.5, max=1, help="What it calls fine from here on counts.")
]


@second_opinion.command("on")
def switch_on(site: SiteName) -> None:
    """Let the texts of a site's held comments be sent to the endpoint that the settings name."""
    from moderation.review import second_opinion as verbs

    with open_site(site) as (store, found_site):
        verbs.switch(store, found_site.id, True, now=now_ms())
    print(printable(f"{found_site.name}: the texts of held comments may be sent."))


@second_opinion.command("off")
def switch_off(site: SiteName) -> None:
    """Send no more of a site's comments; its permission ends."""
    from moderation.review import second_opinion as verbs

    with open_site(site) as (store, found_site):
        verbs.switch(store, found_site.id, False, now=now_ms())
    print(printable(f"{found_site.name}: nothing is sent."))


@second_opinion.command("ask-past")
def ask_past(
    site: SiteName,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="The newest so many.")] = 200,
) -> None:
    """Ask about comments that people have decided on, for the backtest."""
    from moderation.review import second_opinion as verbs

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        asked = verbs.ask_about_past(store, found_site.id, count, *_asked(settings), now=now_ms())
    print(f"{asked:,} comments will be asked about, as the day's budget allows.")


@second_opinion.command("backtest")
def backtest(site: SiteName, approve_from: From = 0.9, as_json: AsJson = False) -> None:
    """Compare the answers with what people had decided before; changes nothing."""
    from moderation.review import second_opinion as verbs

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        found = verbs.get_state(store, found_site.id, *_asked(settings), approve_from, now=now_ms())
    if as_json:
        print(json.dumps({**asdict(found), "permission_holds": found.permission_holds}))
        return
    print(printable("\n".join(_lines(found))))


@second_opinion.command("permit")
def permit(site: SiteName, approve_from: From = 0.9) -> None:
    """Let it approve held comments, if the backtest speaks for it. Lapses with another model or other rules."""
    from moderation.review import second_opinion as verbs

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        given = verbs.permit(store, found_site.id, approve_from, *_asked(settings), now=now_ms())
    print(
        f"{given.model} may approve what it calls fine from {given.approve_from:g}: "
        f"people approved {given.right:,} of {given.examined:,}."
    )


@second_opinion.command("forbid")
def forbid(site: SiteName) -> None:
    """End the permission; what was approved stays, and the answers are advice again."""
    from moderation.review import second_opinion as verbs

    with open_site(site) as (store, found_site):
        verbs.forbid(store, found_site.id)
    print(printable(f"{found_site.name}: second opinions approve nothing."))


def _asked(settings: "Settings") -> tuple[str, "Policy"]:
    from moderation.policies import load_policy

    return settings.second_opinion_asked, load_policy(settings.policy)


def _lines(found: "SiteState") -> list[str]:
    from moderation.review.second_opinion import why_not

    trial = found.trial
    sends = "may be sent" if found.site else "may not be sent"
    lines = [f"{found.model or 'no endpoint is set'}; comments {sends}; {found.waiting:,} wait."]
    share = "nothing yet"
    if trial.agreed.interval:
        low, high = trial.agreed.interval
        share = (
            f"{trial.agreed.hits:,} of {trial.agreed.count:,} ({100 * low:.1f}-{100 * high:.1f} %)"
        )
    lines.append(
        f"Of {trial.answered:,} answers, called fine from {trial.approve_from:g} and approved by people: {share}"
    )
    lines.append(f"{trial.unanswered:,} more comments can be asked about: `ask-past`.")
    lines.append("That is enough for `permit`." if trial.is_enough else why_not(trial))
    if found.site and (permission := found.site.permission):
        state = "holds" if found.permission_holds else "has lapsed"
        lines.append(
            f"The permission of {iso(permission.permitted_at)} {state}: {permission.model} from "
            f"{permission.approve_from:g}, {permission.right:,} of {permission.examined:,}."
        )
    return lines
