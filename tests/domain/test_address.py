"""Where webhooks may be sent: every spelling of an internal address is refused, on saving and connecting."""

import socket
import time

import pytest

from moderation.domain.address import Destination, destination, parse_allow, refusal_of
from moderation.domain.errors import Invalid
from workers.sender import Sender, _AttemptFailed, _CheckedBackend, resolve

INTERNAL = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 168.63.129.16
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1
198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 :: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254
::ffff:100.64.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::7f00:1
64:ff9b:1::a00:1 100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1::1 2002:a9fe:a9fe::1 2620:4f:8000::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254
fe80::1 fe80::1%eth0 fec0::1 ff02::1 ffff::1
""".split()  # noqa: SIM905 - a table to read
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
168.63.129.15 168.63.129.17 169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255
198.17.255.255 198.20.0.0 223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::200e
2001:4860:4860::8888 2400:cb00::1 3ffe::1
""".split()  # noqa: SIM905 - a table to read
# What the C library resolves to loopback although it looks like something else.
SPELLINGS = ["127.1", "0x7f000001", "017700000001", "2130706433", "0", "0x7f.1", "127.0.1"]
UNICODE = ["①②⑦.⓪.⓪.⓪", "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "１２７.0.0.1"]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_refused(address: str) -> None:
    assert refusal_of(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not(address: str) -> None:
    assert refusal_of(address) is None


@pytest.mark.parametrize("address", [address for address in INTERNAL if "%" not in address])
def test_internal_addresses_are_refused_at_save(address: str) -> None:
    with pytest.raises(Invalid):
        destination(f"https://[{address}]/" if ":" in address else f"https://{address}/")


@pytest.mark.parametrize("host", SPELLINGS + UNICODE)
def test_other_spellings_are_refused_at_save_and_at_connect(host: str) -> None:
    with pytest.raises(Invalid):
        destination(f"https://{host}/")
    assert Sender("", 5).post(f"https://{host}/", {}, b"").error == "url"
    # Had such a name been saved, the address that it resolves to would be refused.
    backend = _CheckedBackend(
        Destination("https", host, 443, allowed=False), time.monotonic() + 5, resolve
    )
    with pytest.raises(_AttemptFailed, match=r"^(address|dns)$"):
        backend.connect_tcp(host, 443)


def test_the_c_library_reads_them_as_loopback() -> None:
    """The reason for the test above, which tests nothing where this one fails."""
    assert socket.getaddrinfo("127.1", 443)[0][4][0] == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com/x",
        "//hooks.example.com/x",
        "http://hooks.example.com/x",
        "ftp://hooks.example.com/x",
        "file:///etc/passwd",
        "https:hooks.example.com",
        "https:///x",
        "https://",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://api.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://redis/",
        "https://localhost.localdomain/",
        "https://LocalHost.LocalDomain./",
        "https://localhost6.localdomain6/",
        "https://kubernetes.default.svc/",
        "https://kubernetes.default.svc.cluster.local/",
        "https://api.prod.svc.:8443/",
        "https://nas.home.arpa/",
        "https://1.0.0.127.in-addr.arpa/",
        "https://router.lan/",
        "https://nas.home/",
        "https://wiki.corp/",
        "https://vault.service.consul/",
        "https://host.docker.internal/",
        "https://gateway.docker/",
        "https://3232235777/",
        "https://0177.0.0.01/",
        "https://127.0.0.0x1/",
        "https://127.0.0.1./",
        "https://0x7f.0x1/",
        "https://[127.0.0.1]/",
        "https://[::ffff:127.0.0.1]:443/",
        "https://[v1.x]/",
        "https://[::1",
        "https://user@hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com:443@127.0.0.1/",
        "https://hooks.example.com#@127.0.0.1/",
        "https://127.0.0.1\\@hooks.example.com/",
        "https://hooks.example.com\\.inner/",
        "https://hooks.example.com/x y",
        "https://hooks.example.com/\r\nHost: inner",
        "https://hooks.exam\tple.com/",
        "https://%31%32%37.0.0.1/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:6379/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://hooks..example.com/",
        "https://-hooks.example.com/",
        "https://münchen.example/",
        "https://hooks.example.com/" + "x" * 2000,
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        destination(url)
    assert "secret" not in refusal.value.message


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443),
        ("https://HOOKS.example.com/a/b?c=d%20e", "hooks.example.com", 443),
        ("https://hooks.example.com:8443/", "hooks.example.com", 8443),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example", 443),
        ("https://1.1.1.1/", "1.1.1.1", 443),
        ("https://[2606:4700:4700::1111]/", "2606:4700:4700::1111", 443),
        ("https://1and1.example.com/", "1and1.example.com", 443),
    ],
)
def test_urls_that_are_taken(url: str, host: str, port: int) -> None:
    assert destination(url) == Destination("https", host, port, allowed=False)


def test_the_operator_may_allow_a_host_and_port_and_nothing_else() -> None:
    allow = parse_allow("localhost:9000, [::1]:9001")
    assert destination("http://localhost:9000/x", allow).allowed
    assert destination("http://[::1]:9001/x", allow).allowed
    for url in ("http://localhost:9001/", "http://127.0.0.1:9000/", "https://localhost/"):
        with pytest.raises(Invalid):
            destination(url, allow)
    with pytest.raises(Invalid):
        parse_allow("localhost")
