"""Where `gatehouse up` runs and with which settings, for commands that are given in another terminal."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

from moderation.settings import PREFIX, Settings

_SETTINGS_FILE = "up.json"


def remember(settings: Settings, environment: Mapping[str, str]) -> None:
    """Writes down the settings of this `up`, the secret ones aside, and which folder it runs in."""
    known = {
        name: str(Path(value).absolute()) if name.endswith("_FILE") else value
        for name, value in environment.items()
        if name.removesuffix("_FILE") in _names()
        and (name.endswith("_FILE") or not _is_secret(name, value))
    }
    _write(settings.data / _SETTINGS_FILE, json.dumps(known, indent=1))
    with suppress(OSError):  # no home, or one that may not be written to
        pointer = _pointer()
        pointer.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(pointer, str(settings.data.absolute()))


def adopt(environment: MutableMapping[str, str]) -> None:
    """Gives a command the settings of the `up` that it is about; what the environment says wins."""
    named = {PREFIX + "DATA", PREFIX + "DATA_FILE", PREFIX + "DATABASE_URL", "DATABASE_URL"}
    if not named & environment.keys() and (folder := _running_elsewhere()):
        environment[PREFIX + "DATA"] = str(folder)
        print(f"gatehouse: working on {folder}, where `gatehouse up` runs.", file=sys.stderr)
    data = environment.get(PREFIX + "DATA") or Settings.model_fields["data"].default
    for name, value in _read(Path(data).expanduser() / _SETTINGS_FILE):
        if not {name, f"{name}_FILE", name.removesuffix("_FILE")} & environment.keys():
            environment[name] = value


def _read(path: Path) -> Iterator[tuple[str, str]]:
    try:
        written = json.loads(path.read_text())
    except (OSError, ValueError):
        return
    # Of another version some may be gone.
    known = _names() - {PREFIX + "DATA"}
    yield from (
        (name, value) for name, value in written.items() if name.removesuffix("_FILE") in known
    )


def _names() -> set[str]:
    return {PREFIX + field.upper() for field in Settings.model_fields} | {
        "DATABASE_URL",
        "REDIS_URL",
    }


def _is_secret(name: str, value: str) -> bool:
    """Of these the data folder gets none: passwords and keys, and URLs that hold one."""
    field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
    return "SecretStr" in str(field.annotation) or ("://" in value and "@" in value)


def _pointer() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "gatehouse" / "up"


def _running_elsewhere() -> Path | None:
    """The folder of an `up` that runs, unless one runs in the folder that is meant by default."""
    try:
        folder = Path(_pointer().read_text().strip())
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    default = Path(Settings.model_fields["data"].default).absolute()
    return folder if folder != default and is_running(folder) and not is_running(default) else None


def is_running(folder: Path) -> bool:
    """Whether the process that last locked a data folder (folder.py) lives."""
    try:
        os.kill(int((folder / "up.lock").read_text().strip()), 0)
    except (OSError, ValueError):
        return False
    return True


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
