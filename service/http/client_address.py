"""Where a request comes from: the peer, or what a trusted proxy says."""

import ipaddress
from collections.abc import Sequence

from fastapi import Request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(request: Request, trusted: Sequence[Network]) -> str:
    """The client's address in canonical form, '' where there is none (a unix socket).

    X-Forwarded-For is read from the right, as long as the one who says it is trusted: what stands
    further left, anybody could have written.
    """
    address = _canonical(request.client.host if request.client else "")
    # Every line of it: some proxies append to the sender's own, some add a line below.
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while address and forwarded and trusted and _is_in(address, trusted):
        said = _canonical(forwarded.pop().strip())
        if not said:
            break
        address = said
    return address


def flood_unit(address: str) -> str:
    """What one household or office shares: the IPv4 address, the /64 of an IPv6 one."""
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
