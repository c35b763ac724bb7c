"""The `gatehouse` command: its subcommands, and the exit status and sentence of each error."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.commands import (
    channels,
    compat,
    endpoints,
    filters,
    learning,
    models,
    page_states,
    policies,
    processes,
    reputation,
    sites,
)
from gatehouse.commands.comments import comment
from gatehouse.commands.doctor import alive, doctor
from gatehouse.commands.erase import erase
from gatehouse.commands.evaluate import evaluate
from gatehouse.commands.export import export
from gatehouse.commands.perspective_clients import perspective_clients
from gatehouse.commands.score import score
from gatehouse.supervisor.broker import NoBroker
from gatehouse.supervisor.folder import FolderError
from gatehouse.supervisor.port import reachable_host
from gatehouse.supervisor.up import ChildFailed, run_all
from moderation.domain.errors import GatehouseError
from moderation.settings import SettingsError
from moderation.startup import checked_settings

app = typer.Typer(
    help="Gatehouse: every reply passes the gatehouse before it enters the page.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def up(
    data: Annotated[Path | None, typer.Option(help="Folder for all data.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run everything on this machine until Ctrl-C.

    Broker, API, workers and a demo page; the next start with the same folder finds all data again.
    """
    environment = dict(os.environ)
    options = {"DATA": data, "HOST": host, "PORT": port}
    environment.update(
        {f"GATEHOUSE_{key}": str(value) for key, value in options.items() if value is not None}
    )
    settings = checked_settings(environment)
    if not {"GATEHOUSE_PUBLIC_URL", "GATEHOUSE_PUBLIC_URL_FILE"} & environment.keys():
        reachable = reachable_host(settings.host)
        reachable = f"[{reachable}]" if ":" in reachable else reachable
        environment["GATEHOUSE_PUBLIC_URL"] = f"http://{reachable}:{settings.port}"
        settings = checked_settings(environment)
    run_all(settings)


for command in (
    *(processes.api, processes.worker, processes.courier, processes.beat, processes.migrate),
    *(score, export, erase, doctor, channels.digest, perspective_clients),
):
    app.command()(command)
app.command(hidden=True)(processes.prepare)
app.command(hidden=True)(alive)
sites.site.command("pages")(page_states.site_pages)
page = typer.Typer(help="Pages of a site.", no_args_is_help=True)
page.command("state")(page_states.page_state)
app.add_typer(page, name="page")
for name in ("site", "moderator"):
    app.add_typer(getattr(sites, name), name=name)
app.add_typer(compat.face, name="face")
app.add_typer(comment, name="comment")
app.add_typer(endpoints.endpoint, name="endpoint")
app.add_typer(channels.channel, name="channel")
app.add_typer(filters.filter, name="filter")
app.add_typer(reputation.reputation, name="reputation")
app.add_typer(learning.spam, name="spam")
app.add_typer(policies.policy, name="policy")
models.model.command("eval")(evaluate)
app.add_typer(models.model, name="model")


def run() -> None:
    """The entry point: an error that the operator can mend is one sentence, without a traceback."""
    os.umask(0o077)  # only their owner may read the database, the broker's file and the logs
    try:
        app()
    except SettingsError as error:
        _exit(error, 2)
    except GatehouseError as error:
        _exit(error.message, 1)
    except (FolderError, NoBroker, ChildFailed) as error:
        _exit(error, 1)


def _exit(message: object, status: int) -> None:
    print(f"gatehouse: {message}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    run()
