"""Where webhooks may be sent: a deny table of addresses, strict parsing of URLs. Pure; resolves nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from moderation.domain.comment import PAGE_URL_LIMIT
from moderation.domain.errors import Invalid
from moderation.domain.sender_address import canonical_network

# IANA special-purpose registries (IPv4, RFC 6890 and later) and what they leave out. The standard
# library's is_global is not enough: Python 3.11 calls multicast and 192.0.0.8 global.
_IPV4 = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier NAT",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "Azure's wire server",
    "169.254.0.0/16": "link-local",  # with the metadata service of most clouds
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "IETF protocols",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "AMT",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": "private",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
# Only 2000::/3 is allocated (RFC 4291); these parts of it are not public, or contain an IPv4 address to
# which the network would connect instead.
_IPV6 = {
    "2001::/23": "IETF protocols",  # Teredo (2001::/32), benchmarks, ORCHID
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
}
# Named only for the message: all of these are outside 2000::/3.
_UNALLOCATED = {
    "::1/128": "loopback",
    "::/128": "unspecified",
    "::ffff:0:0/96": "IPv4-mapped",
    "::/96": "IPv4-compatible",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "NAT64",
    "100::/64": "discard",
    "5f00::/16": "segment routing",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
_TABLE4 = [(ip_network(network), why) for network, why in _IPV4.items()]
_TABLE6 = [(ip_network(network), why) for network, why in (_IPV6 | _UNALLOCATED).items()]
_ALLOCATED = ip_network("2000::/3")

# So that webhooks are no port scanner; other ports are allowed by GATEHOUSE_WEBHOOK_ALLOW.
PORTS = frozenset({443, 8443})
# Names of internal hosts: RFC 6761, RFC 6762 with its appendix G, RFC 8375, RFC 9476, ICANN on .internal and on
# names never to be delegated; what Kubernetes, Consul and Docker call theirs. '.arpa' is for addresses.
INTERNAL_SUFFIXES = (
    ".localhost",
    ".local",
    ".internal",
    ".localdomain",
    ".localdomain6",
    ".arpa",
    ".lan",
    ".home",
    ".corp",
    ".mail",
    ".private",
    ".intranet",
    ".svc",
    ".cluster",
    ".consul",
    ".docker",
    ".alt",
    ".onion",
)
# RFC 1035, and '_', which some names have.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an accepted URL leads. host: lower case, IPv6 without brackets. allowed: by the operator's
    list, so that any address is accepted for it.
    """

    scheme: str
    host: str
    port: int
    allowed: bool


def refusal_of(ip: str | IPv4Address | IPv6Address) -> str | None:
    """Why webhooks are not sent to this address; None where they may be.

    An IPv4 address written as IPv6 is always refused: nobody publishes such a name, and the network decides
    where it leads. Raises ValueError for what is no IP address.
    """
    address = ip_address(ip)
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "scoped"
    for network, why in _TABLE4 if address.version == 4 else _TABLE6:
        if address in network:
            return why
    return None if address.version == 4 or address in _ALLOCATED else "unallocated"


def parse_allow(setting: str) -> frozenset[tuple[str, int]]:
    """'localhost:9000, [::1]:9000' as pairs. Raises Invalid with what is wrong."""
    pairs = set()
    for entry in filter(None, map(str.strip, setting.split(","))):
        host, _, port = entry.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise Invalid("This is no list of host:port.")
        pairs.add((host.strip("[]").lower(), int(port)))
    return frozenset(pairs)


def parse_networks(setting: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """'10.0.0.0/8, ::1' as networks. Raises ValueError."""
    entries = filter(None, map(str.strip, setting.split(",")))
    return tuple(canonical_network(entry) for entry in entries)


def destination(url: str, allow: Iterable[tuple[str, int]] = ()) -> Destination:
    """Where a URL leads, parsed so strictly that no other parser can see another host in it.

    Raises Invalid, with a sentence that does not repeat the URL.
    """
    if len(url) > PAGE_URL_LIMIT:
        raise Invalid(f"A webhook URL has at most {PAGE_URL_LIMIT} characters.", "/url")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Invalid("A webhook URL is printable ASCII; write the host in Punycode.", "/url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid("This is not a URL.", "/url") from None
    if parts.scheme not in ("https", "http") or not url.lower().startswith(f"{parts.scheme}://"):
        raise Invalid("A webhook URL begins with https://.", "/url")
    if "@" in parts.netloc or "%" in parts.netloc or "#" in url:
        raise Invalid("A webhook URL has no user, no fragment and no escapes in its host.", "/url")
    if parts.netloc.endswith(":") or port == 0:
        raise Invalid("The port makes no sense.", "/url")
    host = (parts.hostname or "").lower()
    port = port or (443 if parts.scheme == "https" else 80)
    if (host, port) in set(allow):
        return Destination(parts.scheme, host, port, allowed=True)
    if parts.scheme != "https":
        raise Invalid("A webhook URL begins with https://.", "/url")
    if port not in PORTS:
        raise Invalid("Webhooks go to ports 443 and 8443.", "/url")
    _check_host(host, bracketed="[" in parts.netloc)
    return Destination(parts.scheme, host, port, allowed=False)


def _check_host(host: str, *, bracketed: bool) -> None:
    """Accepts a public address in its canonical spelling, or a name with a dot that is no number."""
    try:
        address = ip_address(host)
    except ValueError:
        pass
    else:
        if bracketed != (address.version == 6):
            raise Invalid("This is not a URL.", "/url")
        if why := refusal_of(address):
            raise Invalid(f"Webhooks go to public addresses; this one is not ({why}).", "/url")
        return
    labels = host.removesuffix(".").split(".")
    # The C library reads 127.1, 0x7f000001 and 2130706433 as addresses; the WHATWG's rule ("ends
    # in a number") catches all of its spellings.
    if bracketed or labels[-1].isdigit() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]):
        raise Invalid("An address is written in full, as 192.0.2.1 is.", "/url")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid("This is not the name of a host.", "/url")
    if len(labels) < 2 or f".{'.'.join(labels)}".endswith(INTERNAL_SUFFIXES):
        raise Invalid("Webhooks go to public hosts; this name is an inner one.", "/url")
