"""Addresses as proxies, servers and lists write them: one spelling each, or none."""

import pytest

from moderation.domain.address import parse_networks
from moderation.domain.filter import address_of_entry
from moderation.domain.sender_address import canonical_address, canonical_network
from moderation.store.sql.crypto import network_of


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7\t", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("::FFFF:c633:6407", "198.51.100.7"),
        ("[::ffff:198.51.100.7]:51234", "198.51.100.7"),
        ("64:ff9b::198.51.100.7", "198.51.100.7"),
        ("[64:ff9b::c633:6407]:443", "198.51.100.7"),
        ("::ffff:0:198.51.100.7", "198.51.100.7"),
        ("::198.51.100.7", "198.51.100.7"),
        ("::1", "::1"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ('"203.0.113.7:51234"', "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ('"[2001:DB8::7]:443"', "2001:db8::7"),
        ("[2001:db8:0:0::7]", "2001:db8::7"),
        ("'203.0.113.7'", "203.0.113.7"),
        ("2001:DB8:0:1:2:3:4:5:51234", "2001:db8:0:1:2:3:4:5"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25en0]:80", "fe80::1"),
    ],
)
def test_one_address_has_one_spelling(written: str, address: str) -> None:
    assert canonical_address(written) == address
    assert address_of_entry(f"{written} # the same, in a filter") == address
    assert network_of(written) == network_of(address) != ""


@pytest.mark.parametrize(
    "written",
    ["", " ", '"', '""', "unknown", "_hidden", "203.0.113.7:", "203.0.113.7:port", "203.0.113", "%eth0", "[]",
     "[]:443", "[2001:db8::7", "2001:db8::7]:443", "203.0.113.7, 203.0.113.8", "203.0.113.7:1:2", "herald.test:443"],
)  # fmt: skip
def test_what_is_no_address_is_none(written: str) -> None:
    assert canonical_address(written) == network_of(written) == ""


def test_networks_of_ipv4_in_ipv6_are_ipv4() -> None:
    assert str(canonical_network("::ffff:198.51.100.0/120")) == "198.51.100.0/24"
    assert str(canonical_network("::ffff:198.51.100.7")) == "198.51.100.7/32"
    assert str(canonical_network("64:ff9b::198.51.100.0/120")) == "198.51.100.0/24"
    assert str(canonical_network("2001:db8::1/32")) == "2001:db8::/32"
    assert [str(network) for network in parse_networks("::ffff:10.0.0.0/104, ::/0, [::1]")] == [
        "10.0.0.0/8",
        "::/0",
        "::1/128",
    ]
    with pytest.raises(ValueError, match="nonsense"):
        canonical_network("nonsense")
