"""Reads addresses as requests, proxies, sites and lists write them: one spelling for each address."""

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_MAPPED = IPv6Network("::ffff:0:0/96")
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::[0-9]{1,5})?")
_IPV4_WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")


def canonical_address(value: str) -> str:
    """An address in the one spelling that is counted, hashed and compared; '' for what is none.

    Understood are outer space, quotes, brackets, a port and a zone (fe80::1%eth0), which are dropped. An IPv4
    address written as IPv6 (::ffff:198.51.100.7) is the IPv4 address that it is.
    """
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    if match := _BRACKETED.fullmatch(text) or _IPV4_WITH_PORT.fullmatch(text):
        text = match[1]
    if ":" in text:
        text = text.partition("%")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(address)


def canonical_network(entry: str) -> Network:
    """A network or single address; IPv4 written as IPv6 becomes IPv4. Raises ValueError for anything else."""
    if address := canonical_address(entry):
        return ip_network(address)
    network = ip_network(entry.strip(), strict=False)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        ipv4 = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((ipv4, network.prefixlen - 96))
    return network
