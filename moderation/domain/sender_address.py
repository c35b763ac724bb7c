"""Reads addresses as requests, proxies, sites and lists write them: one spelling for each address."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

# Whole IPv4 addresses in IPv6: as the kernel writes them, as translators do (RFC 6052, 7915), and the
# old way, which stands for single addresses only.
_IPV4_INSIDE = tuple(
    map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "::ffff:0:0:0/96", "::/96"))
)
_FIRST_IPV4 = 1 << 24  # below it nobody has an address; :: and ::1 are IPv6
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::[0-9]{1,5})?")
# Without brackets only eight written groups before it tell a port from a part of the address.
_WITH_PORT = re.compile(r"([0-9.]+|(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}):[0-9]{1,5}")


def canonical_address(value: str) -> str:
    """An address in the one spelling that is counted, hashed and compared; '' for what is none.

    Understood are outer space, quotes, brackets, a port and a zone (fe80::1%eth0), which are dropped. An IPv4
    address written as IPv6 (::ffff:198.51.100.7, 64:ff9b::198.51.100.7) is the IPv4 address that it is.
    """
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    if match := _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text):
        text = match[1]
    if ":" in text:
        text = text.partition("%")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = _ipv4_inside(address) or address
    return str(address)


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    ipv4 = int(address) & 0xFFFF_FFFF
    is_inside = any(address in network for network in _IPV4_INSIDE)
    return IPv4Address(ipv4) if is_inside and ipv4 >= _FIRST_IPV4 else None


def canonical_network(entry: str) -> Network:
    """A network or single address; IPv4 written as IPv6 becomes IPv4. Raises ValueError for anything else."""
    if address := canonical_address(entry):
        return ip_network(address)
    network = ip_network(entry.strip(), strict=False)
    if isinstance(network, IPv6Network) and any(map(network.subnet_of, _IPV4_INSIDE[:-1])):
        ipv4 = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((ipv4, network.prefixlen - 96))
    return network
