"""Where a request comes from: the address of the peer, or the one that a trusted proxy names; over https or not."""

import logging
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network
from threading import Lock

from cachetools import TTLCache, cached
from fastapi import Request

from moderation.domain.sender_address import Network, canonical_address

log = logging.getLogger("gatehouse.http")


def client_address(request: Request, trusted: Sequence[Network]) -> str:
    """The client's address in canonical form, '' where there is none (a unix socket).

    X-Forwarded-For is read from the right, as long as the address that added the entry is trusted:
    anybody could have written the rest. A trusted proxy that names nobody counts itself, for all its
    readers: the log says so, once, and `gatehouse doctor`.
    """
    address = canonical_address(request.client.host if request.client else "")
    # All lines of the header: some proxies append to the sender's, some add a line.
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    if address and forwarded == [""] and _is_in(address, trusted):
        _tell_of(request, address)
        return address
    while address and forwarded and _is_in(address, trusted):
        sender = canonical_address(forwarded.pop())
        if not sender:
            _tell_of(request, address)
            break
        address = sender
    return address


def is_https(request: Request) -> bool:
    """Whether browsers reach the service over https, which decides what its cookies may be."""
    return bool(request.app.state.settings.public_url.startswith("https://"))


def flood_unit(address: str) -> str:
    """The address that a household or office shares: IPv4 as it is, IPv6 as its /64; '' for none."""
    canonical = canonical_address(address)
    if ":" not in canonical:
        return canonical
    return str(ip_network((canonical, 64), strict=False))


# The broker is told of a proxy at most once a minute.
@cached(TTLCache(maxsize=256, ttl=60), key=lambda request, proxy: proxy, lock=Lock())
def _tell_of(request: Request, proxy: str) -> None:
    _warn_of(proxy)
    request.app.state.bell.note_mute_proxy(proxy)


@lru_cache(maxsize=256)  # so that each proxy is named once
def _warn_of(proxy: str) -> None:
    log.warning(
        "a trusted proxy names no readable address in X-Forwarded-For: all its readers share one limit",
        extra={"proxy": proxy},
    )


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = ip_address(address)
    return any(parsed in network for network in networks)
