"""The address to which an author's name may lead: http and https, and nothing that hides where it leads."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from moderation.domain.website import public_website

SHOWN = {
    "https://carol.example": "https://carol.example",
    "http://carol.example/blog?a=1&b=2#top": "http://carol.example/blog?a=1&b=2#top",
    "HTTPS://Carol.Example/Blog": "https://carol.example/Blog",
    "https://carol.example.": "https://carol.example",
    "https://carol.example:8443/": "https://carol.example:8443/",
    "https://carol.example:443/": "https://carol.example/",
    "https://münchen.example/straße": "https://xn--mnchen-3ya.example/straße",
    "https://xn--mnchen-3ya.example/": "https://xn--mnchen-3ya.example/",
    "https://аpple.example/": "https://xn--pple-43d.example/",  # a Cyrillic letter is told by the punycode
    "https://lan.example/home.lan": "https://lan.example/home.lan",
    "https://carol.example/@carol": "https://carol.example/@carol",
}
NEVER = [
    "", " ", "x", "carol.example", "//carol.example", "/carol", "mailto:carol@carol.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "javascript://carol.example/%0aalert(1)",
    "data:text/html,<b>", "vbscript:x", "file:///etc/passwd", "ftp://carol.example/", "blob:https://carol.example/1",
    "http:carol.example", "https:/carol.example", "https:\\\\carol.example", "https://\\carol.example", "https://",
    "https://carol.example@evil.example/", "https://a:b@evil.example/", "https://@evil.example/", "https://carol.example%40evil.example/",
    "https://evil.example\\@carol.example/", "https://evil%2eexample/", "https://ev%69l.example/", "https://carol.example%00.evil.example/",
    "https://carol.example/\u202egpj.exe", "https://carol.example/\u2066x\u2069", "https://\u200bcarol.example/", "https://car\u00adol.example/",
    "https://carol.example/\x00", "https://carol.example/\n", "https://carol.example/a b", "\x01https://carol.example/", " https://carol.example",
    "https://carol.example/\u00a0", "https://carol.example/\u2028", "https://carol.example/\ud800", "https://carol.example/\ue000",
    'https://carol.example/"onclick="x', "https://carol.example/<b>", "https://carol.example/`x`", "https://carol.example/\\x",
    "https://ｃａｒｏｌ.example/", "https://carol。example/", "https://carol．example/", "https://ⓒarol.example/",
    "http://localhost/", "http://router/admin", "http://127.0.0.1/", "http://192.168.1.1/", "http://0x7f.1/", "http://2130706433/", "http://[::1]/", "http://1.2.3.4.", "http://a.1.2.3.0x4/",
    "http://carol.localhost/", "http://fritz.local/", "http://router.LAN:8080/?x", "http://nas.home.arpa", "http://metadata.google.internal/", "http://wiki.corp#x",
    "https://carol..example/", "https://.example/", "https://example./", "https://carol.example:99999/", "https://carol.example:x/",
    "https://carol.example/" + "a" * 2_000,
    "https://" + "a" * 64 + ".example/",
]  # fmt: skip


@pytest.mark.parametrize("typed", SHOWN)
def test_an_ordinary_address_is_shown_as_browsers_write_it(typed: str) -> None:
    assert public_website(typed) == SHOWN[typed]


@pytest.mark.parametrize("typed", NEVER)
def test_what_hides_where_it_leads_is_never_a_link(typed: str) -> None:
    assert public_website(typed) == ""


_PIECES = st.sampled_from(["https://", "http:", "//", "javascript:", "carol.example", "evil.example", "@", ":", "\\", "/", "%40", "\u202e", "。", "[::1]", "?", "#", "127.0.0.1", "ß", '"', "<"])  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=8).map("".join)))  # fmt: skip
@example("https://carol.example/\ud800")
def test_whatever_is_shown_is_plain(typed: str) -> None:
    shown = public_website(typed)
    if not shown:
        return
    assert shown.startswith(("https://", "http://")) and shown.isprintable()
    assert not set(shown) & set(' "<>`\\')
    address = URL(shown)
    assert address.user is None and address.password is None
    authority = shown.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    assert authority.isascii() and "." in authority and "@" not in authority and "%" not in authority  # fmt: skip
    assert public_website(shown) in (shown, "")  # '': in punycode it may be too long
