"""The `gatehouse` command: its list of commands, and how it says what went wrong."""

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
from gatehouse.commands.score import score
from gatehouse.supervisor.broker import NoBroker
from gatehouse.supervisor.folder import FolderError
from gatehouse.supervisor.port import reachable_host
from gatehouse.supervisor.up import Failed
from gatehouse.supervisor.up import up as run_everything
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
    data: Annotated[Path | None, typer.Option(help="Folder for everything that is kept.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run everything here until Ctrl-C.

    Broker, API, workers and a demo page; started again with the same folder, all is still there.
    """
    environment = dict(os.environ)
    given = {"DATA": data, "HOST": host, "PORT": port}
    environment.update(
        {f"GATEHOUSE_{key}": str(value) for key, value in given.items() if value is not None}
    )
    settings = checked_settings(environment)
    if not {"GATEHOUSE_PUBLIC_URL", "GATEHOUSE_PUBLIC_URL_FILE"} & environment.keys():
        named = reachable_host(settings.host)
        named = f"[{named}]" if ":" in named else named
        environment["GATEHOUSE_PUBLIC_URL"] = f"http://{named}:{settings.port}"
        settings = checked_settings(environment)
    run_everything(settings)


for command in (
    *(processes.api, processes.worker, processes.courier, processes.beat, processes.migrate),
    *(score, export, erase, doctor, channels.digest),
):
    app.command()(command)
app.command(hidden=True)(processes.prepare)
app.command(hidden=True)(alive)
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
    """The entry point: what is the operator's to mend is one sentence, without a traceback."""
    os.umask(0o077)  # the database, the broker's file and the logs are their owner's alone
    try:
        app()
    except SettingsError as error:
        _end(error, 2)
    except GatehouseError as error:
        _end(error.message, 1)
    except (FolderError, NoBroker, Failed) as error:
        _end(error, 1)


def _end(message: object, status: int) -> None:
    print(f"gatehouse: {message}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    run()
