"""Writes docs/settings.md from moderation/settings.py, or checks whether it is up to date."""

import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from moderation.settings import PREFIX, Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
# Set by hosting platforms without our prefix; the prefixed one wins.
ALSO = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}

_HEAD = """# Settings

Read from the environment once, when a process starts; what makes no sense stops it with one sentence
that names the setting. Each can also be handed in as a file, as container secrets are:
`GATEHOUSE_SECRET_KEY_FILE=/run/secrets/key` reads the value from there. A `GATEHOUSE_` variable that
is not in this table stops the start too, so that a misspelt name does not go unnoticed. A limit is a
number per time: `10/minute`, `10/15 minutes`.

This table is written by `make docs` from `moderation/settings.py`.

| variable | default | is |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    shown = f"`{default}`" if default != "" else "(empty)"
    meaning = (field.description or "").replace("|", "\\|")
    if other_name := ALSO.get(name):
        meaning += f". Also read as `{other_name}`"
    return f"| `{PREFIX}{name.upper()}` | {shown} | {meaning} |\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(page())
    elif PAGE.read_text() != page():
        print("docs/settings.md is not up to date: run `make docs`.", file=sys.stderr)
        sys.exit(1)
