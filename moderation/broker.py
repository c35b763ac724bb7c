"""The broker's URL, read in one place, so that whoever connects connects to the same database.

redis-py and Celery want different spellings of a socket's path, of the database's number and of options.
"""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

_SOCKETS = ("redis+socket", "socket", "unix")


@dataclass(frozen=True, slots=True)
class _Broker:
    """user, password: '' for none. place: a socket's path, else host:port. tls: whether by rediss://.
    database: its number, as it was written. options: the others, by redis-py's names.
    """

    socket: bool
    tls: bool
    user: str
    password: str = field(repr=False)
    place: str
    database: str
    options: dict[str, str]


def client_url(broker: str) -> str:
    """The broker's URL as redis-py takes it: redis://, rediss:// or unix://."""
    read = _read(broker)
    if read.socket:
        options = {"db": read.database, **read.options}
        return f"unix://{_credentials(read)}{quote(read.place)}?{urlencode(options)}"
    return _tcp_url(read, read.options)


def celery_url(broker: str) -> str:
    """The broker's URL as Celery takes it: redis://, rediss:// or redis+socket://.

    Of the options those of TLS alone: Celery knows no others here, and has doorbell.TRANSPORT.
    """
    read = _read(broker)
    if read.socket:
        return (
            f"redis+socket://{_credentials(read)}{quote(read.place)}?virtual_host={read.database}"
        )
    options = {name: value for name, value in read.options.items() if name.startswith("ssl_")}
    if read.tls:
        options.setdefault("ssl_cert_reqs", "required")  # redis-py's default; Celery's is none
    return _tcp_url(read, options)


def _read(broker: str) -> _Broker:
    parts = urlsplit(broker)
    options = dict(parse_qsl(parts.query))
    socket = parts.scheme in _SOCKETS
    named = options.pop("virtual_host", "") or options.pop("db", "")
    options.pop("db", None)
    database = (named or ("" if socket else unquote(parts.path))).strip("/") or "0"
    if (
        "ssl_cert_reqs" in options
    ):  # Celery's documentation writes CERT_REQUIRED, which redis-py refuses
        options["ssl_cert_reqs"] = options["ssl_cert_reqs"].lower().removeprefix("cert_")
    return _Broker(
        socket,
        parts.scheme == "rediss",
        unquote(parts.username or "") or options.pop("username", ""),
        unquote(parts.password or "") or options.pop("password", ""),
        unquote(parts.path) if socket else _host(parts),
        database,
        options,
    )


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _credentials(read: _Broker) -> str:
    if not read.user and not read.password:
        return ""
    return f"{quote(read.user, safe='')}:{quote(read.password, safe='')}@"


def _tcp_url(read: _Broker, options: dict[str, str]) -> str:
    query = f"?{urlencode(options)}" if options else ""
    scheme = "rediss" if read.tls else "redis"
    return f"{scheme}://{_credentials(read)}{read.place}/{quote(read.database)}{query}"
