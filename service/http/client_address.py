"""The address that a request comes from: the peer's, or the one that a trusted proxy names."""

import ipaddress
from collections.abc import Sequence

from fastapi import Request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(request: Request, trusted: Sequence[Network]) -> str:
    """The client's address in canonical form, '' where there is none (a unix socket).

    X-Forwarded-For is read from the right, as long as the address that added the entry is trusted:
    anybody could have written the rest.
    """
    address = _canonical(request.client.host if request.client else "")
    # All lines of the header: some proxies append to the sender's, some add a line.
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while address and forwarded and trusted and _is_in(address, trusted):
        sender = _canonical(forwarded.pop().strip())
        if not sender:
            break
        address = sender
    return address


def flood_unit(address: str) -> str:
    """The address that a household or office shares: IPv4 as it is, IPv6 as its /64."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))


def _canonical(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    return str(parsed)


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in networks)
