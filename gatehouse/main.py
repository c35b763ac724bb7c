"""The `gatehouse` command: its subcommands, and the exit status and sentence of each error."""

import importlib
import os
import sys
from typing import Any, NamedTuple, cast

import typer
from typer.core import TyperGroup

from gatehouse.commands.output import with_path
from moderation import memory


class Subcommand(NamedTuple):
    """Where a subcommand is, and what the list of subcommands says: only the one that is run is imported."""

    module: str
    help: str
    hidden: bool = False
    function: str = ""  # where the name of the subcommand is a word of Python's


_PROCESSES = "processes"
ENTRIES = {
    "up": Subcommand("up", "Run everything on this machine until Ctrl-C."),
    "api": Subcommand(_PROCESSES, "Run the API until SIGTERM or Ctrl-C."),
    "worker": Subcommand(_PROCESSES, "Judge comments until SIGTERM or Ctrl-C."),
    "courier": Subcommand(_PROCESSES, "Deliver webhooks until SIGTERM or Ctrl-C."),
    "beat": Subcommand(_PROCESSES, "Start the sweep every few seconds."),
    "migrate": Subcommand(_PROCESSES, "Bring the database to this version."),
    "score": Subcommand("score", "Score texts from stdin, a JSON object a line."),
    "export": Subcommand("export", "Write a site's comments to stdout."),
    "statements": Subcommand(
        "statements", "Write a site's statements of reasons to stdout as CSV."
    ),
    "import": Subcommand(
        "imports", "Take over comments from another system.", function="import_comments"
    ),
    "erase": Subcommand("erase", "Erase comments for good; endpoints get `comment.erased`."),
    "person": Subcommand("people", "All that is kept of one person: handed out, or erased."),
    "doctor": Subcommand("doctor", "Check everything that the service needs, and say what to do."),
    "metrics-token": Subcommand("metrics", "Print the token that /metrics wants, for Prometheus."),
    "digest": Subcommand(
        "channels", "Print the digest as of now, as channels get it; nothing is sent."
    ),
    "perspective-clients": Subcommand(
        "perspective_clients", "Find the calls of Google's Perspective API in a source tree."
    ),
    "prepare": Subcommand(_PROCESSES, "", hidden=True),
    "alive": Subcommand("doctor", "", hidden=True),
    "site": Subcommand("sites", "Sites and their keys."),
    "moderator": Subcommand("sites", "The people who moderate."),
    "audit": Subcommand("audit", "List what was changed, the newest first."),
    "face": Subcommand(
        "compat", "Akismet, Coral, OpenAI, Perspective: which of these APIs a site answers."
    ),
    "comment": Subcommand(
        "comment_context",  # the last of the modules that add to it
        "Comments of the running service that GATEHOUSE_URL and GATEHOUSE_KEY name, by its API.",
    ),
    "appeals": Subcommand(
        "appeals",
        "Writers' appeals, of the running service that GATEHOUSE_URL and GATEHOUSE_KEY name, by its API.",
    ),
    "page": Subcommand("pages", "Articles: a new URL, their title, open or closed."),
    "endpoint": Subcommand("endpoints", "Where a site's webhooks go."),
    "channel": Subcommand(
        "channels", "Where people are notified: Slack, Teams, Discord, mail and so on."
    ),
    "filter": Subcommand("filters", "A site's own lists: what they hold, and what they would."),
    "reputation": Subcommand(
        "reputation", "What moderators decided about authors, linked domains and networks."
    ),
    "spam": Subcommand("learning", "What a site's spam score has learned from its moderators."),
    "policy": Subcommand("policies", "Thresholds and rules."),
    "sample": Subcommand(
        "sample", "Comments looked at blind, and how far people's decisions agree."
    ),
    "second-opinion": Subcommand(
        "second_opinion", "What a chat model says of held comments, where a site allows it."
    ),
    "model": Subcommand("models", "The toxicity models."),
}


# These are the service, and get their settings from whoever starts them; or use its API alone.
_WITHOUT_ADOPTED_SETTINGS = {
    "gatehouse",
    "up",
    "api",
    "worker",
    "courier",
    "beat",
    "prepare",
    "comment",
    "appeals",
}


class Commands(TyperGroup):
    """Imports a subcommand when it is asked for: all of them together would cost a second of CPU."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(ENTRIES, cast(Any, None))  # their names, for "did you mean"

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return load(cmd_name) if cmd_name in ENTRIES else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, entry.help) for name, entry in ENTRIES.items() if not entry.hidden]
            )


def load(name: str) -> Any:
    """The subcommand, or the group of subcommands, of this name."""
    entry = ENTRIES[name]
    module = importlib.import_module(f"gatehouse.commands.{entry.module}")
    found = getattr(module, entry.function or name.replace("-", "_"))
    if isinstance(found, typer.Typer):
        found.rich_markup_mode = None
        command: Any = typer.main.get_group(found)
    else:
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name, hidden=entry.hidden)(found)
        command = typer.main.get_command(single)
    command.name, command.epilog = name, _DATA_HELP
    for subcommand in getattr(command, "commands", {}).values():
        subcommand.epilog = _DATA_HELP
    return command


_DATA_HELP = (
    "Every command takes --data FOLDER, the service's data folder, in place of GATEHOUSE_DATA."
)


def take_data_folder(arguments: list[str]) -> list[str]:
    """Makes the setting of --data, wherever it stands, so that all that is started has it; the rest."""
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            return [*rest, argument, *remaining]
        if argument == "--data":
            folder = next(remaining, "")
        elif argument.startswith("--data="):
            folder = argument.removeprefix("--data=")
        else:
            rest.append(argument)
            continue
        if not folder:
            _exit("--data names a folder.", 2)
        os.environ.pop("GATEHOUSE_DATA_FILE", None)
        os.environ["GATEHOUSE_DATA"] = folder
    return rest


app = typer.Typer(
    cls=Commands,
    help="Gatehouse: every reply passes the gatehouse before it enters the page.",
    epilog=_DATA_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _no_options() -> None:
    """So that Typer makes a group, which has its commands of ENTRIES."""


def run() -> None:
    """The entry point: an error that the operator can mend is one sentence, without a traceback."""
    os.umask(0o077)  # only their owner may read the database, the broker's file and the logs
    memory.limit_arenas()
    try:
        _call(take_data_folder(sys.argv[1:]))
    except Exception as error:
        from gatehouse.database import said_by_the_database
        from gatehouse.supervisor.broker import NoBroker
        from gatehouse.supervisor.folder import FolderError
        from gatehouse.supervisor.up import ChildFailed
        from moderation.domain.errors import GatehouseError
        from moderation.settings import SettingsError

        if isinstance(error, SettingsError):
            _exit(error, 2)
        if isinstance(error, GatehouseError):
            _exit(said_by_the_database(error) or error.message, 1)
        if isinstance(error, FolderError | NoBroker | ChildFailed):
            _exit(error, 1)
        raise


def _call(arguments: list[str]) -> None:
    """Calls the command that is named first. Typer would get there as well, and import pydantic on its way."""
    name = "gatehouse"
    command, commands = typer.main.get_command(app), dict.fromkeys(ENTRIES)
    while arguments and arguments[0] in commands:
        name = f"{name} {arguments[0]}"
        command = commands[arguments[0]] or load(arguments[0])
        commands, arguments = getattr(command, "commands", {}), arguments[1:]
    is_alone = _WITHOUT_ADOPTED_SETTINGS.intersection(name.split()[1:2] or ["gatehouse"])
    if not is_alone and "--help" not in arguments:
        from gatehouse.supervisor.running import adopt

        adopt(os.environ)
    command(arguments, prog_name=name, obj=run)


def _exit(message: object, status: int) -> None:
    print(f"gatehouse: {with_path(str(message))}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    run()
