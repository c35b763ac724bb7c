"""Every `gatehouse` command that a page names is one of the program's, with these options and arguments."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from gatehouse.main import app
from tests.docs.pages import PAGES, ROOT

_PROGRAM: Any = typer.main.get_command(app)
# What a decision or an entry of the list of changes says was so on its day.
_TODAY = [page for page in PAGES if page.name != "CHANGELOG.md" and page.parent.name != "decisions"]
_BLOCK = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?:docker compose exec api |\S*/)?gatehouse (?=[a-z-])([^;|>]*)")


def calls(page: Path) -> list[list[str]]:
    """The words after `gatehouse`, of each call in a block or in backticks."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = "\n".join(_BLOCK.findall(text)).splitlines()
    lines += re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))
    found = (_CALL.match(line.strip().removeprefix("$ ")) for line in lines)
    return [shlex.split(call[1], comments=True) for call in found if call]


def subcommand(words: list[str]) -> tuple[Any, list[str], list[str]]:
    """The command that the words lead to, its path, and what is left of them."""
    command, path, left = _PROGRAM, [], words
    while left and hasattr(command, "list_commands"):
        if left[0] == "--data":
            left = left[2:]
            continue
        command = command.get_command(None, left[0])
        assert command, f"there is no command {left[0]}"
        path, left = [*path, left[0]], left[1:]
    return command, path, left


@pytest.mark.parametrize("page", _TODAY, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_page_is_there_with_what_is_given_to_it(page: Path) -> None:
    for words in calls(page):
        command, path, left = subcommand(words)
        context = command.context_class(command, info_name=" ".join(path), resilient_parsing=True)
        command.parse_args(context, left)  # refuses an option that it does not know
        unknown = [word for word in context.args if word != "..."]
        assert not unknown, (words, unknown)
