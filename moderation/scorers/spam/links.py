"""Heuristics about links: how many, to which domains, and whether they hide where they lead.

Domains are registrable ones (example.co.uk) by the Public Suffix List inside the package publicsuffixlist;
nothing is looked up in a network.
"""

import ipaddress
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import re2
from publicsuffixlist import PublicSuffixList

from moderation.domain.normalise import plain_name
from moderation.domain.patterns import contains, find_matches
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.heuristic import MATCH_LIMIT, heuristic_signal, word_set

# With a scheme (also a disguised one), with www., or as a bare name with a dot in it.
_LINK = re2.compile(
    r"(?i)(?:h[tx]{2}ps?://|\bwww\.)[^\s<>\"\[\]]+"
    r"|[\pL\pN][\pL\pN-]*(?:\.[\pL\pN][\pL\pN-]*)*\.\pL+(?::[0-9]+)?(?:[/?#][^\s<>\"\[\]]*)?"
)
# A bare name without a path is a link only under these: "percent.Then" and "hi.It" are none.
_BARE_NAME_SUFFIXES = word_set(
    "com net org info biz ru cn xyz top club online site shop store ly io co tk cc win bid loan click"
    " link app dev blog news live tech vip fun space website pro mobi icu buzz uk de fr nl pl br au ca"
    " jp eu ch cz ua kr tr vn es pt gr hu se dk fi ro sk bg in.net me gl gd ai tv ws pw cf ga gq ml"
)
# Other dots of host names (UTS 46, and NFKC), and characters that IDNA drops.
_DOTS, _UNSEEN = "\u2024\u3002\uff0e\uff61", "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\ufeff"
_HIDES_NAME = re2.compile(f"[{_DOTS}{_UNSEEN}]")
_AS_BROWSERS = str.maketrans(dict.fromkeys(_DOTS, ".") | dict.fromkeys(_UNSEEN, ""))
_TRAILING_PUNCTUATION = ".,;:!?)'\"*_»”’…"
# example dot com, example(.)com, example [dot] com, hxxp://
_MASKED = re2.compile(
    r"(?i)\b([a-z0-9][a-z0-9-]+)(?:\s?[(\[{<]\s?(?:dot|punkt|punto|point|\.)\s?[)\]}>]\s?|\s{1,2}(?:dot|punkt)\s{1,2}|\s\.\s?)"
    r"(com|net|org|info|biz|ru|cn|xyz|top|club|online|site|shop|store|io|co|me|de|uk|fr|in|us)\b"
    r"|\bh(?:xx|tx|xt)ps?://[^\s<>\"\[\]]+"
)
_MARKUP = re2.compile(
    r"(?i)<a\s[^>]*href\s*=\s*[\"']?([^\"'\s>]+)[^>]*>([^<]*)"
    r"|\[(?:url|link)=[\"']?([^\]\"']+)[\"']?\]([^\[]*)"
    r"|\[(?:url|link)\]([^\[]*)"
    r"|\[([^\]\n]+)\]\(\s*(https?://[^)\s]+)"
)
_LEGACY_ADDRESS = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}")
SHORTENERS = word_set(
    "bit.ly t.co tinyurl.com goo.gl ow.ly is.gd buff.ly adf.ly cutt.ly rebrand.ly rb.gy shorturl.at"
    " tiny.cc t.ly bl.ink v.gd soo.gd s.id lnkd.in clck.ru shorte.st ouo.io bc.vc short.io tr.im u.to"
    " x.co b.link dub.sh shrtco.de snip.ly linktr.ee qr.ae po.st j.mp is.am kutt.it surl.li tny.im"
    " 1url.com zpr.io me2.do urlz.fr shrinkme.io exe.io gg.gg cli.re vk.cc did.li n9.cl"
    " s.coop trib.al fb.me"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a text. host: as written, lower case. domain: registrable, '' for an address."""

    span: Span
    host: str
    domain: str


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a text, up to MATCH_LIMIT, and where they hide their targets.

    markup: pieces of HTML, BBCode or Markdown that make a link. disguised: the links whose anchor text
    names another domain than the target, with the targets' domains.
    """

    links: tuple[Link, ...]
    masked: tuple[Link, ...]
    markup: tuple[Span, ...]
    disguised: tuple[tuple[Span, str], ...]

    @property
    def domains(self) -> tuple[str, ...]:
        """Each domain or address once, in the order of the text."""
        return tuple(
            dict.fromkeys(link.domain or link.host for link in (*self.links, *self.masked))
        )


def in_ascii(host: str) -> str:
    """A host in lower case, other alphabets in punycode; '' for what cannot be a host."""
    host = host[:300].strip(".").lower()
    if not host.isascii():
        try:
            host = host[:253].encode("idna").decode()
        except UnicodeError:
            return ""
    return host if len(host) <= 253 else ""


@lru_cache(maxsize=8192)
def domain_of(host: str) -> str:
    """The registrable domain of a host, in ASCII; '' for an address, a public suffix or nonsense."""
    host = in_ascii(host)
    if not host or _is_address(host):
        return ""
    return _suffixes().privatesuffix(host) or ""


@cache
def _suffixes() -> Any:
    """The list of public suffixes, read when the first domain is looked up: it takes a moment."""
    return PublicSuffixList(accept_unknown=False)


def under(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of the domains, lies under one, or ends in a suffix among them ('.xyz')."""
    if not domains or not (host := in_ascii(host)):
        return False
    parts = host.split(".")[-10:]
    suffixes = [".".join(parts[start:]) for start in range(len(parts))]
    return any(suffix in domains or f".{suffix}" in domains for suffix in suffixes)


def _is_address(host: str) -> bool:
    if _LEGACY_ADDRESS.fullmatch(host):  # also 3627734734 and 0x7f.1, as browsers read them
        return True
    with suppress(ValueError):
        ipaddress.ip_address(host.strip("[]"))
        return True
    return False


def host_of(link: str) -> str:
    """The host a browser would connect to: without scheme, user, port and path; lower case."""
    rest = link.partition("://")[2] or link
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    if authority.startswith("["):  # IPv6
        return authority.partition("]")[0].lower() + "]"
    host = authority.partition(":")[0]
    return host.lower().rstrip(_TRAILING_PUNCTUATION)


@lru_cache(maxsize=128)  # several scorers ask about one batch
def links_in(text: str) -> Links:
    """The links of a text, as a browser reads them. Linear in its length; never raises."""
    if not contains(_HIDES_NAME, text):
        return _links_in(text)
    # Same dots, and nothing that cannot be seen: evil\u2024example, evil\u3002example, ev\u00adil.example.
    places = [place for place, letter in enumerate(text) if letter not in _UNSEEN]
    found = _links_in(text.translate(_AS_BROWSERS))

    def place(span: Span) -> Span:
        return Span(places[span.start], places[span.end - 1] + 1)

    return Links(
        tuple(replace(link, span=place(link.span)) for link in found.links),
        tuple(replace(link, span=place(link.span)) for link in found.masked),
        tuple(map(place, found.markup)),
        tuple((place(span), target) for span, target in found.disguised),
    )


def _links_in(text: str) -> Links:
    links = list(islice(_written_links(text), MATCH_LIMIT))
    masked = []
    for match in (
        find_matches(_MASKED, text, MATCH_LIMIT) if "." in text or "dot" in text.lower() else ()
    ):
        whole, name, suffix = (text[slice(*match.span(group))] for group in (0, 1, 2))
        host = f"{name}.{suffix}".lower() if suffix else host_of(whole)
        if domain := domain_of(host):
            masked.append(Link(Span(*match.span()), host, domain))
    markup, disguised = [], []
    for match in find_matches(_MARKUP, text, MATCH_LIMIT) if "<" in text or "[" in text else ():
        markup.append(Span(*match.span()))
        groups = [text[slice(*match.span(group))] for group in range(1, 8)]
        target = groups[0] or groups[2] or groups[6]
        anchor = (groups[1] or groups[3] or groups[5] or "").strip()
        if (
            target
            and (claimed := _domain_claimed(anchor))
            and claimed != (target_domain := _domain_or_host(target))
        ):
            disguised.append((Span(*match.span()), target_domain))
    for link in links:
        # https://bank.example@evil.example/ shows a user name that browsers ignore
        written = text[link.span.start : link.span.end].partition("://")[2].partition("/")[0]
        user = written.rpartition("@")[0]
        if user and _domain_claimed(user):
            disguised.append((link.span, link.domain or link.host))
    return Links(tuple(links), tuple(masked), tuple(markup), tuple(disguised))


def _written_links(text: str) -> Iterator[Link]:
    for match in find_matches(_LINK, text, 4 * MATCH_LIMIT):
        start, end = match.span()
        written = text[start:end].rstrip(_TRAILING_PUNCTUATION)
        if text[start - 1 : start] == "@":  # the host of an e-mail address
            continue
        host = host_of(written)
        domain = domain_of(host)
        if not _is_bare(written) or _is_name(written, host, domain):
            yield Link(Span(start, start + len(written)), host, domain)


def _is_bare(written: str) -> bool:
    start = written[:8].lower()
    return not (start.startswith("www.") or "://" in start)


def _is_name(written: str, host: str, domain: str) -> bool:
    if not domain:
        return False
    suffix = host.rpartition(".")[2]
    if len(written) > len(host):
        return True  # with a path any suffix will do
    as_typed = written.rpartition(".")[2]
    return suffix in _BARE_NAME_SUFFIXES and (as_typed.islower() or written.isupper())


def _domain_claimed(anchor: str) -> str:
    """The domain that an anchor text names; '' where it names none."""
    if " " in anchor or "." not in anchor or len(anchor) > 300:
        return ""
    return domain_of(host_of(anchor))


def _domain_or_host(target: str) -> str:
    return domain_of(host_of(target)) or host_of(target)


@lru_cache(maxsize=1024)  # asked for every comment of a page, several times
def own_domain(page_url: str) -> str:
    """The domain of a page; its host where that has no registrable domain, as in an office network."""
    host = host_of(page_url) if page_url else ""
    return domain_of(host) or host


def find_heuristics(candidate: Candidate, trusted: Collection[str] = ()) -> Iterator[Signal]:
    """`links` and every `link_...`. Links to the page's own domain and to `trusted` domains do not count."""
    links = links_in(candidate.text)
    own_domains = {own_domain(candidate.page_url), *trusted} - {""}
    counted = [link for link in links.links if not under(link.host, own_domains)]
    if counted:
        domains = list(dict.fromkeys(link.domain or link.host for link in counted))
        yield heuristic_signal(
            "links", len(counted), [link.span for link in counted], _domain_list(domains)
        )
        yield heuristic_signal("link_domains", len(domains))
        share = sum(link.span.end - link.span.start for link in counted) / len(candidate.text)
        yield heuristic_signal("link_share", share)
    for name, matching in (
        ("link_shortener", [link for link in counted if link.domain in SHORTENERS]),
        ("link_address", [link for link in counted if _is_address(link.host)]),
        (
            "link_punycode",
            [link for link in counted if "xn--" in link.host or not link.host.isascii()],
        ),
        ("link_masked", [link for link in links.masked if not under(link.host, own_domains)]),
    ):
        if matching:
            yield heuristic_signal(
                name,
                len(matching),
                [link.span for link in matching],
                matching[0].domain or matching[0].host,
            )
    if links.markup:
        yield heuristic_signal("link_markup", len(links.markup), links.markup)
    if links.disguised:
        spans = [span for span, _ in links.disguised]
        yield heuristic_signal("link_disguised", len(spans), spans, links.disguised[0][1])
    name = candidate.author_name
    if name and (linked_domains := links_in(name).domains or links_in(plain_name(name)).domains):
        yield heuristic_signal("link_in_name", 1, note=linked_domains[0])
    if candidate.author_url:
        host = host_of(candidate.author_url)
        yield heuristic_signal("link_in_website", 1, note=domain_of(host) or host)


def _domain_list(domains: list[str]) -> str:
    first_two = ", ".join(domains[:2])
    return first_two if len(domains) <= 2 else f"{first_two} and {len(domains) - 2} more"
