"""`gatehouse endpoint`: where a site's webhooks go, what became of them, and sending them again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, EndpointId, EventTypes, SiteName, read_time
from gatehouse.commands.output import print_created, print_line, seconds_iso
from gatehouse.database import checked_settings, entropy, open_all_sites, open_site
from moderation.clock import now_ms
from moderation.domain.delivery import Endpoint, Format, Payload
from moderation.domain.durations import HOUR_MS
from moderation.domain.errors import Invalid

if TYPE_CHECKING:
    from moderation.store.deliveries import Delivery

endpoint = typer.Typer(help="Where a site's webhooks go.", no_args_is_help=True)


@endpoint.command("add")
def add(
    site: SiteName,
    url: Annotated[str, typer.Argument(help="https://news.example/hook")],
    type: EventTypes = None,
    payload: Annotated[Payload, typer.Option(help="How much a message says.")] = Payload.FULL,
    with_text: Annotated[bool, typer.Option(help="The same as --payload text.")] = False,
    format: Annotated[Format, typer.Option(help="How it is written.")] = Format.STANDARD,
    batch: Annotated[int, typer.Option(help="Events in one POST at most, to 100.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Send a site's events to a URL; prints the signing secret, which cannot be shown again."""
    from moderation.notify import endpoints

    settings = checked_settings()
    with _with_advice(), open_site(site, settings) as (store, found_site):
        added, secret = endpoints.add_webhook(
            store,
            found_site.id,
            url,
            endpoints.Subscription(
                type or (), Payload.TEXT if with_text else payload, format, batch
            ),
            allow=settings.webhook_allow,
            now=now_ms(),
            entropy=entropy,
        )
    print_created({"id": added.id, "url": added.url, "secret": secret}, as_json)


@contextmanager
def _with_advice() -> Iterator[None]:
    """Adds to the refusal of a URL how one of the operator's own hosts is allowed."""
    try:
        yield
    except Invalid as error:
        if error.pointer != "/url":
            raise
        raise Invalid(
            f"{error.message} For a host of your own, start the service with"
            " GATEHOUSE_WEBHOOK_ALLOW=HOST:PORT (docs/webhooks.md): this command takes the settings of the"
            " `gatehouse up` that runs, and where the service is started otherwise, needs the same variable.",
            error.pointer,
        ) from None


@endpoint.command("list")
def list_endpoints(site: SiteName, as_json: AsJson = False) -> None:
    """List a site's endpoints, with the deliveries that wait for each and those given up."""
    from moderation.notify import endpoints

    with open_site(site) as (store, found_site):
        listed = endpoints.list_endpoints(store, {found_site.id})
        for status in endpoints.with_status(store, listed):
            endpoint, tally = status.endpoint, status.tally
            state = endpoint_state(endpoint)
            fields = {
                "id": endpoint.id,
                "url": endpoint.url,
                "types": endpoint.types,
                "state": state,
                "payload": endpoint.payload,
                "format": endpoint.format,
                "batch": endpoint.batch,
                "waiting": tally.due,
                "dead": tally.dead,
            }
            counts = f"{tally.due} waiting, {tally.dead} dead"
            print_line(fields, f"{endpoint.id}  {state:20}{counts:26}{endpoint.url}", as_json)


def endpoint_state(endpoint: Endpoint) -> str:
    """'well', 'failing', or 'disabled' and why."""
    if endpoint.state != "enabled":
        return f"disabled: {endpoint.disabled_because}"
    return "failing" if endpoint.failing_since else "well"


@endpoint.command("deliveries")
def list_deliveries(
    endpoint_id: EndpointId,
    state: Annotated[str, typer.Option(help="due, delivered or dead; all without it.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 25,
) -> None:
    """List what was sent, newest first, with the last attempt of each; --state dead: dead letters."""
    from moderation.notify import deliveries as past_deliveries

    if state not in ("", "due", "delivered", "dead"):
        raise Invalid("A state is due, delivered or dead.", "/state")
    with open_all_sites() as (store, site_ids):
        deliveries = past_deliveries.list_deliveries(
            store, site_ids, endpoint_id, state=state, limit=limit
        )
    for delivery in deliveries:
        created = seconds_iso(delivery.created_at)
        text = f"{delivery.id}  {delivery.type:18}{delivery.state:11}{created}"
        print(f"{text}  {_last_attempt(delivery)}".rstrip())


def _last_attempt(delivery: "Delivery") -> str:
    if not delivery.attempts:
        return "not tried yet"
    last = delivery.attempts[-1]
    response = " ".join(str(part) for part in (last.response.status, last.response.error) if part)
    return f"attempt {last.number}: {response}"


@endpoint.command("test")
def test(endpoint_id: EndpointId) -> None:
    """Send a test message; `deliveries` shows what came of it."""
    from moderation.notify import endpoints

    with open_all_sites() as (store, site_ids):
        print(endpoints.send_test(store, site_ids, endpoint_id, now=now_ms(), entropy=entropy))


@endpoint.command("resend")
def resend(delivery: Annotated[str, typer.Argument(help="dlv_...; see `deliveries`.")]) -> None:
    """Send one delivery again: the same id and the same bytes, whatever became of it before."""
    from moderation.notify import deliveries as past_deliveries

    with open_all_sites() as (store, site_ids):
        past_deliveries.resend_delivery(store, site_ids, delivery, now=now_ms())


@endpoint.command("replay")
def replay(
    endpoint_id: EndpointId,
    what: Annotated[
        str,
        typer.Option(
            help="dead: given up; all: also those accepted; missed: never sent, it was disabled."
        ),
    ] = "dead",
    since: Annotated[
        str, typer.Option(help="2026-11-25T08:00Z; from the beginning without it.")
    ] = "",
    until: Annotated[str, typer.Option(help="The same; until now without it.")] = "",
) -> None:
    """Send a range again: the same ids and the same bytes."""
    from moderation.notify import deliveries as past_deliveries

    if what not in set(past_deliveries.Replay):
        raise Invalid("A replay is of what is dead, all or missed.", "/what")
    with open_all_sites() as (store, site_ids):
        count = past_deliveries.replay_deliveries(
            store,
            site_ids,
            endpoint_id,
            past_deliveries.Replay(what),
            since=read_time(since) if since else 0,
            until=read_time(until) if until else None,
            now=now_ms(),
            entropy=entropy,
        )
    print(f"{count:,} deliveries are due.", file=sys.stderr)


@endpoint.command("rotate")
def rotate(
    endpoint_id: EndpointId,
    overlap_hours: Annotated[int, typer.Option(help="How long the old secret signs too.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Print a new secret, which cannot be shown again."""
    from moderation.notify import endpoints

    with open_all_sites() as (store, site_ids):
        secret = endpoints.rotate_secret(
            store,
            site_ids,
            endpoint_id,
            overlap=overlap_hours * HOUR_MS,
            now=now_ms(),
            entropy=entropy,
        )
    print_created({"id": endpoint_id, "secret": secret}, as_json)


@endpoint.command("change")
def change(
    endpoint_id: EndpointId,
    url: Annotated[str | None, typer.Option(help="Where it goes from now on.")] = None,
    type: EventTypes = None,
    all_types: Annotated[bool, typer.Option(help="Every type again but statement.made.")] = False,
    batch: Annotated[int | None, typer.Option(help="Events in one POST at most, to 100.")] = None,
) -> None:
    """Change URL, types or batches. Payload and format cannot change: add another endpoint."""
    from moderation.notify import endpoints

    settings = checked_settings()
    types = () if all_types else type
    with _with_advice(), open_all_sites(settings) as (store, site_ids):
        endpoints.change_endpoint(
            store,
            site_ids,
            endpoint_id,
            url=url,
            types=types,
            batch=batch,
            allow=settings.webhook_allow,
        )


@endpoint.command("disable")
def disable(endpoint_id: EndpointId) -> None:
    """Stop sending to it; deliveries that wait are dead then, and can be replayed."""
    from moderation.notify import endpoints

    with open_all_sites() as (store, site_ids):
        endpoints.disable_endpoint(store, site_ids, endpoint_id, now=now_ms(), entropy=entropy)


@endpoint.command("enable")
def enable(endpoint_id: EndpointId) -> None:
    """Send it events again from now on; `replay --what missed` sends the ones before."""
    from moderation.notify import endpoints

    with open_all_sites() as (store, site_ids):
        endpoints.enable_endpoint(store, site_ids, endpoint_id)


@endpoint.command("remove")
def remove(endpoint_id: EndpointId) -> None:
    """Remove an endpoint and all its deliveries."""
    from moderation.notify import endpoints

    with open_all_sites() as (store, site_ids):
        endpoints.remove_endpoint(store, site_ids, endpoint_id)
