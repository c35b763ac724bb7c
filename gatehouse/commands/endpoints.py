"""`gatehouse endpoint`: where a site's webhooks go, what became of them, and sending them again."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatehouse.commands.sites import AsJson, SiteGiven, find_site, show
from gatehouse.database import entropy, open_store
from moderation.clock import now_ms
from moderation.domain.delivery import Endpoint, Format, Payload
from moderation.domain.errors import Invalid
from moderation.startup import checked_settings

if TYPE_CHECKING:
    from moderation.store.deliveries import Delivery
    from moderation.store.sql.engine import Store

HOUR = 3_600_000  # ms

endpoint = typer.Typer(help="Where a site's webhooks go.", no_args_is_help=True)

EndpointGiven = Annotated[str, typer.Argument(metavar="ENDPOINT", help="ep_...; see `list`.")]
Types = Annotated[
    list[str] | None, typer.Option(help="comment.held and so on; may be given again.")
]


@endpoint.command("add")
def add(
    site: SiteGiven,
    url: Annotated[str, typer.Argument(help="https://news.example/hook")],
    type: Types = None,
    payload: Annotated[Payload, typer.Option(help="How much a message says.")] = Payload.FULL,
    with_text: Annotated[bool, typer.Option(help="The same as --payload text.")] = False,
    format: Annotated[Format, typer.Option(help="How it is written.")] = Format.STANDARD,
    batch: Annotated[int, typer.Option(help="Events in one POST at most, to 100.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Tell a URL what happens; prints the secret that signs, which cannot be shown again."""
    from moderation.notify import endpoints

    settings = checked_settings()
    with open_store(settings) as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        made, secret = endpoints.add_webhook(
            store,
            site_id,
            url,
            types=type or (),
            payload=Payload.TEXT if with_text else payload,
            format=format,
            batch=batch,
            allow=settings.webhook_allow,
            now=now_ms(),
            entropy=entropy,
        )
    show({"id": made.id, "url": made.url, "secret": secret}, as_json)


@endpoint.command("list")
def list_all(site: SiteGiven, as_json: AsJson = False) -> None:
    """List a site's endpoints, with what waits for each and what was given up."""
    from moderation.notify import endpoints

    with open_store() as store:
        with store.read() as connection:
            site_id = find_site(connection, site).id
        for known in endpoints.with_status(store, endpoints.list_endpoints(store, {site_id})):
            one, tally = known.endpoint, known.tally
            if as_json:
                facts: dict[str, Any] = {
                    "id": one.id,
                    "url": one.url,
                    "types": one.types,
                    "state": state_of(one),
                }
                facts |= {"payload": one.payload, "format": one.format, "batch": one.batch}
                print(json.dumps(facts | {"waiting": tally.due, "dead": tally.dead}))
            else:
                counts = f"{tally.due} waiting, {tally.dead} dead"
                print(f"{one.id}  {state_of(one):20}{counts:26}{one.url}")


def state_of(one: Endpoint) -> str:
    if one.state != "enabled":
        return f"disabled: {one.disabled_because}"
    return "failing" if one.failing_since else "well"


@endpoint.command("deliveries")
def deliveries(
    endpoint_id: EndpointGiven,
    state: Annotated[str, typer.Option(help="due, delivered or dead; all without it.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 25,
) -> None:
    """List what was sent, newest first, with the last attempt of each; --state dead: dead letters."""
    from moderation.notify import deliveries as past_deliveries

    if state not in ("", "due", "delivered", "dead"):
        raise Invalid("A state is due, delivered or dead.", "/state")
    with open_store() as store:
        found = past_deliveries.list_deliveries(
            store, all_sites(store), endpoint_id, state=state, limit=limit
        )
    for one in found:
        when = _iso(one.created_at)
        print(f"{one.id}  {one.type:18}{one.state:11}{when}  {_last(one)}".rstrip())


def _last(one: "Delivery") -> str:
    if not one.attempts:
        return "not tried yet"
    last = one.attempts[-1]
    said = " ".join(str(part) for part in (last.response.status, last.response.error) if part)
    return f"attempt {last.number}: {said}"


@endpoint.command("test")
def test(endpoint_id: EndpointGiven) -> None:
    """Send a test message; `deliveries` shows what came of it."""
    from moderation.notify import endpoints

    with open_store() as store:
        print(
            endpoints.send_test(store, all_sites(store), endpoint_id, now=now_ms(), entropy=entropy)
        )


@endpoint.command("resend")
def resend(
    delivery: Annotated[str, typer.Argument(help="dlv_...; see `deliveries`.")],
) -> None:
    """Send one delivery again: the same id and the same bytes, whatever became of it before."""
    from moderation.notify import deliveries as past_deliveries

    with open_store() as store:
        past_deliveries.resend_delivery(store, all_sites(store), delivery, now=now_ms())


@endpoint.command("replay")
def replay(
    endpoint_id: EndpointGiven,
    what: Annotated[
        str,
        typer.Option(
            help="dead: given up; all: accepted before, too; missed: never sent, it was disabled."
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
    with open_store() as store:
        count = past_deliveries.replay_deliveries(
            store,
            all_sites(store),
            endpoint_id,
            past_deliveries.Replay(what),
            since=_millis(since) if since else 0,
            until=_millis(until) if until else None,
            now=now_ms(),
            entropy=entropy,
        )
    print(f"{count:,} deliveries are due.", file=sys.stderr)


@endpoint.command("rotate")
def rotate(
    endpoint_id: EndpointGiven,
    overlap_hours: Annotated[int, typer.Option(help="The old secret signs too for so long.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Print a new secret, which cannot be shown again."""
    from moderation.notify import endpoints

    with open_store() as store:
        secret = endpoints.rotate_secret(
            store,
            all_sites(store),
            endpoint_id,
            overlap=overlap_hours * HOUR,
            now=now_ms(),
            entropy=entropy,
        )
    show({"id": endpoint_id, "secret": secret}, as_json)


@endpoint.command("change")
def change(
    endpoint_id: EndpointGiven,
    url: Annotated[str | None, typer.Option(help="Where it goes from now on.")] = None,
    type: Types = None,
    all_types: Annotated[bool, typer.Option(help="Tell it everything again.")] = False,
    batch: Annotated[int | None, typer.Option(help="Events in one POST at most, to 100.")] = None,
) -> None:
    """Change URL, types or batches. Payload and format are for life: add another endpoint."""
    from moderation.notify import endpoints

    settings = checked_settings()
    types = () if all_types else type
    with open_store(settings) as store:
        endpoints.change_endpoint(
            store,
            all_sites(store),
            endpoint_id,
            url=url,
            types=types,
            batch=batch,
            allow=settings.webhook_allow,
        )


@endpoint.command("disable")
def disable(endpoint_id: EndpointGiven) -> None:
    """Stop telling it anything; what waits for it is dead, and can be replayed."""
    from moderation.notify import endpoints

    with open_store() as store:
        endpoints.disable_endpoint(
            store, all_sites(store), endpoint_id, now=now_ms(), entropy=entropy
        )


@endpoint.command("enable")
def enable(endpoint_id: EndpointGiven) -> None:
    """Tell it what happens from now on; `replay --what missed` tells it the rest."""
    from moderation.notify import endpoints

    with open_store() as store:
        endpoints.enable_endpoint(store, all_sites(store), endpoint_id)


@endpoint.command("remove")
def remove(endpoint_id: EndpointGiven) -> None:
    """Forget an endpoint and all its deliveries."""
    from moderation.notify import endpoints

    with open_store() as store:
        endpoints.remove_endpoint(store, all_sites(store), endpoint_id)


def all_sites(store: "Store") -> set[str]:
    """All of them: who runs the command runs the service."""
    from moderation.store import sites

    with store.read() as connection:
        return {one.id for one in sites.all_sites(connection)}


def _millis(given: str) -> int:
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid("A moment is written 2026-11-25T08:00Z.") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
