"""The address of a page: the one spelling by which a page is known, and whether it lies on a site."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yarl import URL

from moderation.domain.tracking_parameters import is_tracking, unescaped

# What a site may have told apart; by default none is.
SCHEME, WWW, SLASH = "scheme", "www", "slash"
DISTINCTIONS = (SCHEME, WWW, SLASH)

# What URL parsers disagree about: with it one of them may see another host.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_AUTHORITY = re.compile(r"(https?)://([^/?#@%]+)", re.IGNORECASE | re.ASCII)
_NON_ASCII = re.compile(r"(?:%[89A-F][0-9A-F])+", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PageRules:
    """How a site tells its pages apart.

    origins: the site's. ignored: query parameters that do not name a page, besides those of
    tracking_parameters.py; kept: those that do, although they are listed there; both in lower case. apart: of
    DISTINCTIONS. Without them http and https, with and without www., are one where both are origins of the
    site, and a path is the same with and without a slash at its end.
    """

    origins: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()

    def ignores(self, parameter: str) -> bool:
        """parameter: its name, in lower case."""
        return parameter in self.ignored or (parameter not in self.kept and is_tracking(parameter))


def origin_of(url: str) -> str:
    """'https://news.example' of a URL on it, as browsers write it; '' where it has none.

    Nor has a URL in which another parser could see another host: with a user, a backslash, an escape in
    the host, or letters that only look like those of a plain name.
    """
    return "" if (parts := _split(url)) is None else parts[0]


def within(url: str, origins: Iterable[str]) -> bool:
    """Whether a URL lies on one of the origins."""
    return (origin := origin_of(url)) != "" and origin in origins


def plain_url(url: str) -> str:
    """The URL with its origin spelled as by origin_of, so that every browser goes there; the rest as it is.

    Raises ValueError where it has no origin.
    """
    if (parts := _split(url)) is None:
        raise ValueError("no address of a page")
    return parts[0] + parts[1]


@lru_cache(maxsize=16_384)
def page_key(url: str, rules: PageRules) -> str:
    """The spelling that stands for all spellings of a page's URL; the URL itself where it has no origin.

    Equal for URLs that differ in: upper and lower case of scheme and host; default port; fragment; dot
    segments; how letters are escaped or composed; the order of parameters; parameters that do not name a
    page; and what the rules do not tell apart. Its own key is the same again.
    """
    if (parts := _split(url)) is None:
        return url
    origin, rest = parts
    rest = rest.partition("#")[0]
    if "%" in rest or not rest.isascii():
        rest = unicodedata.normalize("NFC", _NON_ASCII.sub(_letters, rest))
    address = URL(f"{origin}{rest}")
    path = address.raw_path or "/"
    if path.endswith("/") and SLASH not in rules.apart:
        path = path.rstrip("/") or "/"
    query = _query(address.raw_query_string, rules)
    return f"{_joined_origin(origin, rules)}{path}{'?' if query else ''}{query}"


def _split(url: str) -> tuple[str, str] | None:
    """The origin of a URL and what follows it; None where it is none, or an ambiguous one."""
    match = _AUTHORITY.match(url)
    if match is None or _AMBIGUOUS.search(url):
        return None
    rest = url[match.end() :]
    origin = "" if rest.startswith(("@", "%")) else _origin(match[1].lower(), match[2])
    return (origin, rest) if origin else None


@lru_cache(maxsize=4_096)
def _origin(scheme: str, authority: str) -> str:
    """The origin as browsers write it; '' where there is no such host or port."""
    try:
        address = URL(f"{scheme}://{authority}/")
        port = address.explicit_port
    except ValueError:
        return ""
    host = (address.raw_host or "").removesuffix(".")
    if not host or (not authority.isascii() and "xn--" not in host):
        return ""
    if ("[" in authority) != (":" in host):
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" + ("" if port in (None, _PORTS[scheme]) else f":{port}")


def _letters(match: re.Match[str]) -> str:
    """Escapes as the letters they stand for; as they are where they are no UTF-8."""
    try:
        return bytes.fromhex(match[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return match[0]


def _query(query: str, rules: PageRules) -> str:
    """The parameters that name a page, by name; those of one name in the order they had."""
    if not query:
        return ""
    named: list[tuple[str, str]] = []
    for parameter in query.replace("%20", "+").split("&"):
        name = parameter.partition("=")[0]
        if parameter and not rules.ignores(unescaped(name.lower())):
            named.append((name, parameter))
    return "&".join(parameter for _, parameter in sorted(named, key=lambda pair: pair[0]))


@lru_cache(maxsize=4_096)
def _joined_origin(origin: str, rules: PageRules) -> str:
    """The first of the site's origins that are one with this."""
    if origin not in rules.origins:
        return origin
    loose = _loosely(origin, rules)
    alike = (other for other in rules.origins if _loosely(other, rules) == loose)
    return min(alike, key=lambda other: (not other.startswith("https:"), len(other), other))


def _loosely(origin: str, rules: PageRules) -> str:
    scheme, _, host = origin.partition("://")
    if WWW not in rules.apart:
        host = host.removeprefix("www.")
    return f"{scheme}://{host}" if SCHEME in rules.apart else host


def onto_site(url: str, origins: Collection[str]) -> str:
    """The URL on an origin of the site; '' where it lies on none. For what is older than the site's origins.

    An origin with another scheme, or with or without www., becomes the site's; a path alone is one of the first.
    A site without origins has every URL.
    """
    if url.startswith("/") and not url.startswith("//") and origins:
        return next(iter(origins)) + url
    if (parts := _split(url)) is None:
        return ""
    origin, rest = parts
    if not origins or origin in origins:
        return url
    loose = _loosely(origin, PageRules())
    alike = (other for other in origins if _loosely(other, PageRules()) == loose)
    return f"{other}{rest}" if (other := next(alike, "")) else ""


def rules_of(origins: tuple[str, ...], stored: dict[str, Any]) -> PageRules:
    """The rules of a site. stored: lists by the name of the field; a missing one is empty."""
    sets = {name: frozenset(stored.get(name, ())) for name in ("ignored", "kept", "apart")}
    return PageRules(origins, **sets)


@dataclass(frozen=True, slots=True)
class PageAddress:
    """A URL that leads to a page. key: of the URL. has_own_id: whether the site gave the page an id.

    created_at: of the page, ms.
    """

    key: str
    page_id: str
    has_own_id: bool
    created_at: int

    def claim(self) -> tuple[bool, int, str]:
        """The greatest claim to a key has the newest page with an id of the site's, else the oldest page."""
        age = self.created_at if self.has_own_id else -self.created_at
        return self.has_own_id, age, self.page_id


def joined_pages(addresses: Iterable[PageAddress]) -> tuple[dict[str, str], dict[str, str]]:
    """The page that each key leads to, and for each page that is another one, that other.

    Pages with ids of the site's are never joined: of two, the newer has the URL.
    """
    plain: list[PageAddress] = []
    first: dict[str, PageAddress] = {}
    for address in addresses:
        if not address.has_own_id:
            plain.append(address)
        if address.key not in first or address.claim() > first[address.key].claim():
            first[address.key] = address
    # A claim is always to a page with a greater one, so these lead on, and never in a circle.
    into: dict[str, PageAddress] = {}
    for address in plain:
        winner = first[address.key]
        if winner.page_id != address.page_id and (
            address.page_id not in into or winner.claim() > into[address.page_id].claim()
        ):
            into[address.page_id] = winner

    def final(page_id: str) -> str:
        while page_id in into:
            page_id = into[page_id].page_id
        return page_id

    pages_by_key = {key: final(address.page_id) for key, address in first.items()}
    return pages_by_key, {page_id: final(page_id) for page_id in into}
