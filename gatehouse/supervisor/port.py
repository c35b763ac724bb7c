"""The port of the API: whether it is free, and whether the API behind it is ready."""

import http.client
import socket

# Whoever listens on every address listens on this one.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def is_free(host: str, port: int) -> bool:
    """Whether one could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


def reachable_host(host: str) -> str:
    """Where a program on this machine reaches who listens on `host`."""
    return _LOOPBACK.get(host, host)


def is_ready(host: str, port: int) -> bool:
    """Whether the API can take comments in."""
    asking = http.client.HTTPConnection(reachable_host(host), port, timeout=3)
    try:
        asking.request("GET", "/readyz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
