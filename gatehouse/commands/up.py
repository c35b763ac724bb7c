"""`gatehouse up`: everything on this machine, with the settings of its options and of the environment."""

import os
from typing import Annotated

import typer

from gatehouse.database import checked_settings


def up(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run everything on this machine until Ctrl-C.

    Broker, API, workers and a demo page; the next start with the same folder finds all data again.
    """
    from gatehouse.supervisor.port import reachable_host
    from gatehouse.supervisor.up import run_all

    environment = dict(os.environ)
    options = {"HOST": host, "PORT": port}
    environment.update(
        {f"GATEHOUSE_{key}": str(value) for key, value in options.items() if value is not None}
    )
    settings = checked_settings(environment)
    if not {"GATEHOUSE_PUBLIC_URL", "GATEHOUSE_PUBLIC_URL_FILE"} & environment.keys():
        reachable = reachable_host(settings.host)
        reachable = f"[{reachable}]" if ":" in reachable else reachable
        environment["GATEHOUSE_PUBLIC_URL"] = f"http://{reachable}:{settings.port}"
        settings = checked_settings(environment)
    run_all(settings, context.obj)  # the entry point, which the forked processes call
