"""The broker's URL, parsed in one place, so that every client connects to the same database.

redis-py and Celery expect a socket's path, the database's number and options in different forms.
"""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from moderation.domain.errors import Invalid

_SOCKETS = ("redis+socket", "socket", "unix")


@dataclass(frozen=True, slots=True)
class _Broker:
    """user, password: '' for none. address: a socket's path, else host:port. tls: whether by rediss://.
    database: its number, as written. options: all others, by redis-py's names.
    """

    socket: bool
    tls: bool
    user: str
    password: str = field(repr=False)
    address: str
    database: str
    options: dict[str, str]


def client_url(broker: str) -> str:
    """The broker's URL as redis-py takes it: redis://, rediss:// or unix://."""
    parsed = _parse(broker)
    if parsed.socket:
        options = {"db": parsed.database, **parsed.options}
        return f"unix://{_credentials(parsed)}{quote(parsed.address)}?{urlencode(options)}"
    return _tcp_url(parsed, parsed.options)


def celery_url(broker: str) -> str:
    """The broker's URL as Celery takes it: redis://, rediss:// or redis+socket://.

    Of the options only those of TLS: Celery knows no others here, and has doorbell.TRANSPORT_OPTIONS.
    """
    parsed = _parse(broker)
    if parsed.socket:
        return f"redis+socket://{_credentials(parsed)}{quote(parsed.address)}?virtual_host={parsed.database}"
    options = {name: value for name, value in parsed.options.items() if name.startswith("ssl_")}
    if parsed.tls:
        options.setdefault("ssl_cert_reqs", "required")  # redis-py's default; Celery's is none
    return _tcp_url(parsed, options)


def check_broker(broker: str) -> None:
    """Raises Invalid with a sentence for a URL that no client can be made of; it quotes nothing, for it may have a password."""
    from redis import ConnectionPool, RedisError

    parsed = _parse(broker)
    if parsed.socket and not parsed.address:
        raise Invalid("GATEHOUSE_REDIS_URL names no socket: redis+socket:///folder/broker.sock.")
    if not parsed.database.isdecimal():
        raise Invalid(
            "GATEHOUSE_REDIS_URL ends in the number of a database, as redis://host:6379/0."
        )
    try:
        pool = ConnectionPool.from_url(client_url(broker))
        pool.connection_class(**pool.connection_kwargs)  # connects to nobody yet
    except (TypeError, ValueError, RedisError):
        raise Invalid(
            "GATEHOUSE_REDIS_URL has an option, or a value of one, that redis-py does not know; "
            "in a password ? is written %3F."
        ) from None


def _parse(broker: str) -> _Broker:
    parts = urlsplit(broker)
    options = dict(parse_qsl(parts.query))
    socket = parts.scheme in _SOCKETS
    virtual_host, db = options.pop("virtual_host", ""), options.pop("db", "")
    path = "" if socket else unquote(parts.path)
    database = (virtual_host or db or path).strip("/") or "0"
    # Celery's documentation writes CERT_REQUIRED, which redis-py refuses.
    if "ssl_cert_reqs" in options:
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


def _credentials(parsed: _Broker) -> str:
    if not parsed.user and not parsed.password:
        return ""
    return f"{quote(parsed.user, safe='')}:{quote(parsed.password, safe='')}@"


def _tcp_url(parsed: _Broker, options: dict[str, str]) -> str:
    query = f"?{urlencode(options)}" if options else ""
    scheme = "rediss" if parsed.tls else "redis"
    return f"{scheme}://{_credentials(parsed)}{parsed.address}/{quote(parsed.database)}{query}"
