"""One spelling stands for all of a page's URL, and never for those of two pages."""

from string import ascii_letters
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.page_url import (
    SCHEME,
    SLASH,
    WWW,
    PageAddress,
    PageRules,
    joined_pages,
    origin_of,
    page_key,
    plain_url,
    within,
)

ORIGINS = ("https://news.example", "http://news.example", "https://www.news.example")
RULES = PageRules(ORIGINS)
HARBOUR = "https://news.example/harbour"
SAME = [
    "https://news.example/harbour/", "https://news.example/harbour?fbclid=IwAR1", "https://news.example/harbour#comments",
    "https://news.example/harbour?utm_source=x&utm_medium=y", "http://news.example/harbour", "https://www.news.example/harbour",
    "HTTPS://NEWS.example/harbour", "https://news.example:443/harbour", "http://news.example:80/harbour", "https://news.example./harbour",
    "https://news.example/a/../harbour", "https://news.example/./harbour", "https://news.example/%2E%2e/harbour",
    "https://news.example/h%61rbour", "https://news.example/harbour?", "https://news.example/harbour?&", "https://news.example/harbour/?FBCLID=1#x",
    "https://news.example/harbour?replytocom=7&gatehouse=received", "https://news.example/harbour?unapproved=1&moderation-hash=ab",
    "https://news.example/harbour?mc_cid=1&mc_eid=2&igshid=3&gclid=4&msclkid=5",
]  # fmt: skip
OTHER = [
    "https://news.example/Harbour", "https://news.example/harbour2", "https://news.example/harbour//x", "https://news.example:8443/harbour",
    "http://news.example:443/harbour", "http://www.news.example/harbour", "https://other.example/harbour", "https://news.example/harbour?p=1",
    "https://news.example/harbour%2F", "https://news.example/%2Fharbour", "https://news.example/harbour%3Fp=1", "https://news.example/harbour?utm=1",
    "https://news.example/harbour;x", "https://news.example/harbour%23", "https://m.news.example/harbour", "https://news.example",
]  # fmt: skip


def test_the_spellings_of_a_page_are_one():
    for url in SAME:
        assert page_key(url, RULES) == HARBOUR, url


def test_other_pages_are_others():
    keys = {page_key(url, RULES) for url in [*OTHER, HARBOUR]}
    assert len(keys) == len(OTHER) + 1


# One or more of each product that marks links; what other pages could be named by stays.
MARKS = """
    gclid=1 gad=1 gad_source=1 gad_campaignid=2 gad_new=1 gbraid=1 _gl=1 _ga_AB12=1 gaa_at=g gaa_n=x gaa_sig=y gaa_ts=z srsltid=1 usqp=1 amp_js_v=0.1
    msclkid=1 msockid=1 ocid=msedgntp yclid=1 ysclid=1 _openstat=1 etext=1 soc_src=x guccounter=1
    fbclid=1 __tn__=-R __cft__[0]=AZ __cft__%5B0%5D=AZ __xts__[0]=68 fb_comment_id=1 mibextid=1 igshid=1 igsh=1 twclid=1 ttclid=1 li_fat_id=1 epik=1
    ScCid=1 rdt_cid=1 tblci=1 dicbo=v2-1 obOrigUrl=true obclid=1 cto_pld=1 mc_cid=1 mc_eid=1 mkt_tok=1 _hsenc=1 _hsmi=1 hsa_acc=1 __hstc=1 _kx=1
    _bhlid=1 elqTrackId=1 elqat=1 oft_id=1 oly_enc_id=1 spMailingID=1 sfmc_journey_id=1 pk_campaign=1 piwik_kwd=1 mtm_cid=1 matomo_group=1 s_kwcid=AL!1 ef_id=1 adobe_mc_sdid=1
    at_medium=social at_format=x xtor=RSS-1 wt_zmc=1 WT.mc_id=1 itm_source=x cmpid=1 smid=tw-share smtyp=cur mbid=social_twitter cndid=1 bxid=1 esrc=x
    unlocked_article_code=1 reflink=share referrer=x utm_source=x utm%5Fsource=x amp;utm_source=x amp;amp;utm_medium=x amp%3Butm_source=x AMP;FBCLID=1
"""
NAMES = """
    id p page page_id post article story cid ref src source from partner campaign_id tid nid trk mod cmp s t v q date year lang hl gl amp
    gallery gadget gaap mbids ocidx muid utm utmost ns_id cx_id wt_id product_id elqid at_formation trk_id oly_pic oft_x vero amp;id amp;page
"""


def test_what_marks_a_link_is_left_out_and_no_name_of_an_article():
    for mark in MARKS.split():
        assert page_key(f"{HARBOUR}?{mark}", RULES) == HARBOUR, mark
        assert page_key(f"{HARBOUR}?id=7&{mark}#x", RULES) == f"{HARBOUR}?id=7", mark
    keys = {page_key(f"{HARBOUR}?{name}=1", RULES) for name in NAMES.split()}
    assert len(keys) == len(NAMES.split()) and HARBOUR not in keys
    # A site's own word holds for what is left of an escape, too.
    own = PageRules(ORIGINS, ignored=frozenset(["ref"]), kept=frozenset(["mbid"]))
    assert page_key(f"{HARBOUR}?amp;ref=1&amp;mbid=2", own) == f"{HARBOUR}?amp;mbid=2"


def test_escapes_and_composed_letters_are_one():
    spellings = ["früh", "fr%C3%BCh", "fr%c3%bch", normalize("NFD", "früh"), "fru%CC%88h"]
    for where in ("https://news.example/{}", "https://news.example/?q={}"):
        assert len({page_key(where.format(word), RULES) for word in spellings}) == 1
    # Not UTF-8: as it is, in either case of its digits.
    assert page_key("https://news.example/fr%fch", RULES) == "https://news.example/fr%FCh"


def test_parameters_may_come_in_any_order_but_not_those_of_one_name():
    def key(query: str) -> str:
        return page_key(f"https://news.example/?{query}", RULES)

    assert key("a=1&b=2") == key("b=2&a=1") == key("b=2&&utm_id=9&a=1")
    assert key("q=a%20b") == key("q=a+b") != key("q=a%2Bb")
    assert key("a=1&a=2") != key("a=2&a=1")
    assert key("a=1&b=2") != key("a=1%26b=2")


def test_hosts_in_other_alphabets_are_known_in_both_spellings():
    rules = PageRules(("https://xn--mnchen-3ya.example",))
    assert page_key("https://MÜNCHEN.example/x", rules) == "https://xn--mnchen-3ya.example/x"
    assert within("https://münchen.example/x", rules.origins)
    assert origin_of("https://straße.example/") != origin_of("https://strasse.example/")


def test_only_origins_of_the_site_are_joined():
    alone = PageRules(("https://news.example",))
    keys = {page_key(f"{origin}/x", alone) for origin in ORIGINS}
    assert len(keys) == 3
    ports = PageRules(
        ("http://news.example:8080", "https://news.example:8080", "http://news.example")
    )
    assert page_key("http://news.example:8080/", ports) == page_key(
        "https://news.example:8080/", ports
    )
    assert page_key("http://news.example/", ports) != page_key("http://news.example:8080/", ports)


@pytest.mark.parametrize(
    ("apart", "url"),
    [(SLASH, SAME[0]), (SCHEME, "http://news.example/harbour"), (WWW, "https://www.news.example/harbour")],
)  # fmt: skip
def test_a_site_may_tell_apart_what_is_joined(apart, url):
    rules = PageRules(ORIGINS, apart=frozenset([apart]))
    assert page_key(url, rules) != page_key(HARBOUR, rules)
    others = {page_key(same, rules) for same in SAME if same != url}
    assert page_key(HARBOUR, rules) in others


def test_a_site_names_its_own_parameters():
    rules = PageRules(ORIGINS, ignored=frozenset(["ref"]), kept=frozenset(["gclid"]))
    assert page_key(f"{HARBOUR}?Ref=home", rules) == HARBOUR
    assert page_key(f"{HARBOUR}?gclid=1", rules) == f"{HARBOUR}?gclid=1"
    assert page_key(f"{HARBOUR}?ref=home", RULES) != HARBOUR


AMBIGUOUS = [
    "https://news.example@evil.test/", "https://u:p@news.example/", "https://news.example%2eevil.test/", "https://news.example\\@evil.test",
    "https://news.example\t/", " https://news.example/", "https://[news.example]/", "https://ℎews.example/", "https:news.example", "//news.example",
    "https:///news.example", "javascript:alert(1)", "https://news.example:x/", "https://news.example:99999/", "https://", "", "https://news.example/\ud800",
    "https://news.example/a\\b", "https://news.example/a b",
]  # fmt: skip


def test_a_url_in_which_a_parser_may_see_another_host_is_on_no_site():
    for url in AMBIGUOUS:
        assert origin_of(url) == "" and not within(url, ORIGINS), url
        assert page_key(url, RULES) == url
        with pytest.raises(ValueError, match="no address"):
            plain_url(url)


def test_browsers_are_sent_to_the_plain_spelling():
    assert plain_url("HTTPS://NEWS.Example:443/A?b#c") == "https://news.example/A?b#c"
    assert plain_url("http://[2001:DB8::1]:80") == "http://[2001:db8::1]"


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "/",
                "//",
                ".",
                "..",
                "/./",
                "/../",
                "%2e",
                "%2F",
                "%c3%bc",
                "ü",
                "u\u0308",
                "%ff",
                "%",
                "%zz",
                "?",
                "&",
                "=",
                ";",
                "#",
                "utm_x=1",
                "fbclid=2",
                "a=1",
                "a",
                "+",
                "%20",
                "%2B",
                "\u212a",
                "\u0338",
                "%cc%b8",
                "~",
                "%7E",
                "%00",
                "日本",
            ]
        ),
        st.text(ascii_letters + "0123456789-_.~", max_size=4),
    ),
    max_size=12,
)
_ORIGINS = st.sampled_from([*ORIGINS, "HTTPS://News.Example:443", "https://other.example", "http://news.example:8080", "https://MÜNCHEN.example"])  # fmt: skip
_URLS = st.builds(lambda origin, pieces: origin + "/" + "".join(pieces), _ORIGINS, _PIECES)
_ALL_RULES = st.builds(
    PageRules,
    st.sets(st.sampled_from(ORIGINS)).map(lambda origins: tuple(sorted(origins))),
    ignored=st.sets(st.sampled_from(["a", "b"])).map(frozenset),
    apart=st.sets(st.sampled_from([SCHEME, WWW, SLASH])).map(frozenset),
)


@given(_URLS, _ALL_RULES)
def test_a_key_is_its_own_key(url, rules):
    key = page_key(url, rules)
    assert page_key(key, rules) == key
    assert key.isascii()


@given(_ORIGINS, st.lists(st.text(ascii_letters + "%~;=,", max_size=5), max_size=4), _ORIGINS,
       st.lists(st.text(ascii_letters + "%~;=,", max_size=5), max_size=4))  # fmt: skip
def test_no_two_hosts_or_paths_are_joined(one, path, other, other_path):
    first, second = (
        "/".join(["", *(quote(part, safe="") for part in parts)]) for parts in (path, other_path)
    )
    keys = page_key(one + first, RULES), page_key(other + second, RULES)
    if keys[0] == keys[1]:
        assert first.rstrip("/") == second.rstrip("/")
        hosts = {
            origin_of(origin).partition("://")[2].removeprefix("www.") for origin in (one, other)
        }
        assert len(hosts) == 1


def test_the_oldest_page_stays_and_one_with_an_id_goes_before():
    def address(key: str, page: str, at: int, *, own: bool = False) -> PageAddress:
        return PageAddress(key, page, own, at)

    addresses = [
        address("k1", "old", 1), address("k1", "new", 2),
        address("k2", "plain", 1), address("k2", "first", 2, own=True), address("k2", "second", 3, own=True),
        # One page at two keys leads the pages of both to one.
        address("k3", "a", 1), address("k3", "b", 2), address("k4", "b", 2), address("k4", "c", 3),
    ]  # fmt: skip
    keys, into = joined_pages(addresses)
    assert keys == {"k1": "old", "k2": "second", "k3": "a", "k4": "a"}
    assert into == {"new": "old", "plain": "second", "b": "a", "c": "a"}
