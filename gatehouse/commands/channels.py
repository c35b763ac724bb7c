"""`gatehouse channel` and `gatehouse digest`: where people are notified, and their daily digest."""

import json
import sys
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson, EventTypes, SiteName
from gatehouse.commands.endpoints import endpoint_state, remove, test
from gatehouse.commands.output import print_created, print_line
from gatehouse.database import checked_settings, entropy, open_site
from moderation.clock import now_ms
from moderation.domain.delivery import MODERATORS, Format

channel = typer.Typer(
    help="Where people are notified: Slack, Teams, Discord, mail and so on.", no_args_is_help=True
)


@channel.command("add")
def add(
    site: SiteName,
    url: Annotated[
        str,
        typer.Argument(
            help="An Apprise URL; moderators: a mail to each of the site's; -: from the first line of stdin."
        ),
    ],
    type: EventTypes = None,
    as_json: AsJson = False,
) -> None:
    """Notify people in a chat or by mail: numbers and links, never what a stranger wrote.

    Without --type: that an endpoint was disabled, and the daily digest. The URL holds secrets:
    rather than on the command line, where the shell remembers it, give it on stdin.
    """
    from moderation.notify import endpoints
    from moderation.notify.notifier import Notifier

    settings = checked_settings()
    url = sys.stdin.readline().strip() if url == "-" else url
    url = MODERATORS if url == "moderators" else url
    mail_url = settings.mail_url.get_secret_value()
    notifier = Notifier(
        settings.webhook_allow, mail_url, settings.webhook_timeout, settings.public_url
    )
    with open_site(site, settings) as (store, found_site):
        added = endpoints.add_channel(
            store,
            found_site.id,
            url,
            notifier.read(url),
            types=type or (),
            allow=settings.webhook_allow,
            now=now_ms(),
            entropy=entropy,
        )
    fields = {"id": added.id, "url": added.url, "types": list(added.types)}
    print_created(fields, as_json, has_keys=False)


@channel.command("list")
def list_channels(site: SiteName, as_json: AsJson = False) -> None:
    """List a site's channels; `gatehouse endpoint deliveries` shows what was sent to each."""
    from moderation.notify import endpoints

    with open_site(site) as (store, found_site):
        listed = endpoints.list_endpoints(store, {found_site.id})
        for status in endpoints.with_status(store, listed):
            endpoint, tally = status.endpoint, status.tally
            if endpoint.format is not Format.NOTICE:
                continue
            state = endpoint_state(endpoint)
            fields = {
                "id": endpoint.id,
                "url": endpoint.url,
                "types": endpoint.types,
                "state": state,
                "waiting": tally.due,
                "dead": tally.dead,
            }
            types = ", ".join(endpoint.types)
            print_line(fields, f"{endpoint.id}  {state:20}{endpoint.url}  ({types})", as_json)


channel.command(
    "test", help="Send a test notice; `gatehouse endpoint deliveries` shows what came of it."
)(test)
channel.command("remove", help="Remove a channel and the record of what was sent to it.")(remove)


def digest(site: SiteName, as_json: AsJson = False) -> None:
    """Print the digest as of now, as channels get it; nothing is sent."""
    from dataclasses import asdict

    from moderation.notify.digest import build_digest, notice_of

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        digest = build_digest(store, found_site.id, now_ms())
    if as_json:
        print(json.dumps(asdict(digest)))
        return
    notice = notice_of(digest, found_site.id, settings.public_url)
    print(f"{notice.title}\n\n{notice.body}")
