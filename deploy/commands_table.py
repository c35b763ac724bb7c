"""Writes docs/commands.md from the help of each command, or checks whether it is up to date."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from gatehouse.main import ENTRIES, app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
_HEAD = """# Every command

`gatehouse COMMAND --help` says more of each, with its options. `SITE` is a site's id or its name. Every command takes `--data FOLDER`; on which service it works, and where
the shell finds it: [operations.md](operations.md#the-command). `gatehouse comment` and `gatehouse appeals` use the API of the service that
`GATEHOUSE_URL` and `GATEHOUSE_KEY` name ([client.md](client.md#from-a-shell)).

This table is written by `make docs` from the code.

| command | does | options |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_row(path, command) for path, command in commands())


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its path, such as 'site add', but those that only the program itself calls."""
    program: Any = typer.main.get_command(app)
    for name, entry in ENTRIES.items():
        if not entry.hidden:
            yield from _below(program.get_command(None, name), name)


def _below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    for name in command.list_commands(None):
        yield from _below(command.get_command(None, name), f"{path} {name}")


def _row(path: str, command: Any) -> str:
    names: dict[str, list[Any]] = {"argument": [], "option": []}
    for parameter in command.params:
        names[parameter.param_type_name].append(parameter)
    words = [_argument(argument) for argument in names["argument"]]
    options = ", ".join(f"`{_option(option)}`" for option in names["option"])
    does = " ".join((command.help or "").partition("\n\n")[0].split()).replace("|", "\\|")
    return f"| `{' '.join(['gatehouse', path, *words])}` | {does} | {options} |\n"


def _argument(argument: Any) -> str:
    name = argument.name.upper()
    name += "..." if argument.nargs == -1 else ""
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    on, off = option.opts[0], option.secondary_opts[:1]
    shown: str = on if option.default is not True or not off else off[0]
    return shown


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        print("docs/commands.md is not up to date: run `make docs`.", file=sys.stderr)
        sys.exit(1)
