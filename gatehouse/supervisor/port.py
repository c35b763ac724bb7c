"""The port of the API: whether it is free, and whether the API behind it is ready."""

import http.client
import socket

from moderation.settings import SettingsError

# An address to connect to where a program listens on every address.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


def is_free(host: str, port: int) -> bool:
    """Whether a program could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, UnicodeError):  # a name with an empty label is no text to Python's codec
            return False
    return True


def require_free(host: str, port: int) -> None:
    """Raises SettingsError where no program could listen there."""
    if not is_free(host, port):
        raise SettingsError(
            f"{host}:{port} is taken, or not an address of this machine: choose another with "
            "--port or --host, or GATEHOUSE_PORT or GATEHOUSE_HOST."
        )


def reachable_host(host: str) -> str:
    """The address at which programs on this machine reach one that listens on `host`."""
    return _LOOPBACK.get(host, host)


def is_ready(host: str, port: int) -> bool:
    """Whether the API accepts comments."""
    connection = http.client.HTTPConnection(reachable_host(host), port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
