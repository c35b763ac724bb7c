"""`gatehouse channel` and `gatehouse digest`: where people are told, and what they are told once a day."""

import json
import sys
from typing import Annotated

import typer

from gatehouse.commands.endpoints import EndpointGiven, Types, all_sites, state_of
from gatehouse.commands.sites import AsJson, SiteGiven, find_site, show
from gatehouse.database import entropy, open_store
from moderation.clock import now_ms
from moderation.domain.delivery import MODERATORS, Format
from moderation.startup import checked_settings

channel = typer.Typer(
    help="Where people are told: Slack, Teams, Discord, mail and so on.", no_args_is_help=True
)


@channel.command("add")
def add(
    site: SiteGiven,
    url: Annotated[
        str,
        typer.Argument(
            help="An Apprise URL; moderators: a mail to each of the site's; -: from the first line of stdin."
        ),
    ],
    type: Types = None,
    as_json: AsJson = False,
) -> None:
    """Tell people in a chat or by mail: numbers and links, never what a stranger wrote.

    Without --type: that an endpoint was disabled, and the day's digest. The URL holds secrets:
    rather than on the command line, where the shell remembers it, give it by stdin.
    """
    from moderation.notify import endpoints
    from moderation.notify.notifier import Notifier

    settings = checked_settings()
    url = sys.stdin.readline().strip() if url == "-" else url
    url = MODERATORS if url == "moderators" else url
    mail = settings.mail_url.get_secret_value()
    channels = Notifier(settings.webhook_allow, mail, settings.webhook_timeout, settings.public_url)
    with open_store(settings) as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        made = endpoints.add_channel(
            store,
            site_id,
            url,
            channels.read(url),
            types=type or (),
            allow=settings.webhook_allow,
            now=now_ms(),
            entropy=entropy,
        )
    show({"id": made.id, "url": made.url, "types": list(made.types)}, as_json, keys=False)


@channel.command("list")
def list_all(site: SiteGiven, as_json: AsJson = False) -> None:
    """List a site's channels; `gatehouse endpoint deliveries` shows what each was told."""
    from moderation.notify import endpoints

    with open_store() as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        for known in endpoints.with_status(store, endpoints.list_endpoints(store, {site_id})):
            one, tally = known.endpoint, known.tally
            if one.format is not Format.NOTICE:
                continue
            facts = {"id": one.id, "url": one.url, "types": one.types, "state": state_of(one)}
            if as_json:
                print(json.dumps(facts | {"waiting": tally.due, "dead": tally.dead}))
            else:
                print(f"{one.id}  {state_of(one):20}{one.url}  ({', '.join(one.types)})")


@channel.command("test")
def test(channel_id: EndpointGiven) -> None:
    """Send a test notice; `gatehouse endpoint deliveries` shows what came of it."""
    from moderation.notify import endpoints

    with open_store() as store:
        print(
            endpoints.send_test(store, all_sites(store), channel_id, now=now_ms(), entropy=entropy)
        )


@channel.command("remove")
def remove(channel_id: EndpointGiven) -> None:
    """Forget a channel and what it was told."""
    from moderation.notify import endpoints

    with open_store() as store:
        endpoints.remove_endpoint(store, all_sites(store), channel_id)


def digest(site: SiteGiven, as_json: AsJson = False) -> None:
    """Print the digest of this moment, as channels are told it once a day; it is not sent."""
    from dataclasses import asdict

    from moderation.notify.digest import build_digest, notice_of

    settings = checked_settings()
    with open_store(settings) as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        found = build_digest(store, site_id, now_ms())
    if as_json:
        print(json.dumps(asdict(found)))
        return
    words = notice_of(found, site_id, settings.public_url)
    print(f"{words.title}\n\n{words.body}")
