"""Scopes: the part of a site that a policy of its own decides about: a page, a section or a language.

    page:https://news.example/2026/flood     section:/sport     language:de

The most specific one decides: a page, else the longest section, else a language, else the site.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.closed_hours import ClosedHours
from moderation.domain.errors import Invalid
from moderation.domain.page_url import PageRules, origin_of, page_key

WHOLE_SITE = ""  # the scope of the site's own policy
SCOPES_LIMIT = 50  # of one site
SCOPE_LENGTH = 2_000  # characters; a page's URL is the longest
_TAG = re.compile(r"[A-Za-z]{2,3}")
_ANY = PageRules()
_SLASHES = re.compile("(?:/|%2F)+", re.IGNORECASE)
# What the detector of languages may answer (the labels of fastText's lid.176).
_LABELS = """
    af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb co cs cv cy da de diq
    dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif hr hsb ht hu hy ia id ie ilo io is
    it ja jbo jv ka kk km kn ko krc ku kv kw ky la lb lez li lmo lo lrc lt lv mai mg mhr min mk ml mn mr mrj ms mt mwl
    my myv mzn nah nap nds ne new nl nn no oc or os pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah sc scn sco sd sh
    si sk sl so sq sr su sv sw ta te tg th tk tl tr tt tyv ug uk ur uz vec vep vi vls vo wa war wuu xal xmf yi yo yue zh
"""
LANGUAGES = frozenset(_LABELS.split())


class ScopeKind(StrEnum):
    """The kinds of scopes, the least specific first."""

    LANGUAGE = "language"
    SECTION = "section"
    PAGE = "page"


_RANK = {kind.value: rank for rank, kind in enumerate(ScopeKind)}


@dataclass(frozen=True, slots=True)
class ScopedPolicy:
    """A policy in force for a scope. number: of its version. page_id: of a page's scope, else ''. hours: its closed ones."""

    scope: str
    number: int
    page_id: str = ""
    hours: ClosedHours | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands. path: of its page's URL, as path_of() spells it."""

    page_id: str
    path: str


def place_of(page_id: str, url: str) -> Place:
    """page_id: '' for a page that is not known."""
    return Place(page_id, path_of(url))


def path_of(url: str) -> str:
    """The path of a page's URL, in the spelling that sections have; '' where it has no origin.

    Web servers take several slashes, and escaped ones, for one: no spelling leads out of a section whose pages it shows.
    """
    if not origin_of(url):
        return ""
    key = page_key(url, _ANY).partition("?")[0]
    return posixpath.normpath(_SLASHES.sub("/", key[key.index("/", len("https://")) :]))


class Scopes:
    """The scopes of a site with policies of their own, each under what it is found by. The same whatever their order."""

    def __init__(self, scopes: Iterable[ScopedPolicy]) -> None:
        self._pages: dict[str, ScopedPolicy] = {}
        self._sections: dict[str, ScopedPolicy] = {}
        self._languages: dict[str, ScopedPolicy] = {}
        for scope in sorted(scopes, key=lambda scoped: scoped.number):
            kind, _, value = scope.scope.partition(":")
            if kind == ScopeKind.SECTION:
                self._sections[value] = scope
            elif kind == ScopeKind.LANGUAGE:
                self._languages[value] = scope
            elif scope.page_id:  # of two pages that became one the newer policy counts
                self._pages[scope.page_id] = scope

    def deciding(self, place: Place, language: str = "") -> ScopedPolicy | None:
        """The most specific scope that a comment lies in; None for the site's. language: as measured, '' where it counts for nothing."""
        if scope := self._pages.get(place.page_id):
            return scope
        path = place.path if self._sections else ""
        while path:
            if scope := self._sections.get(path):
                return scope
            path = path.rpartition("/")[0]
        if language and self._languages:
            return self._languages.get(language.partition("-")[0].lower())
        return None


def is_language(scope: str) -> bool:
    """Whether a scope is of a language: that a comment lies in it is known only once it was measured."""
    return scope.startswith(f"{ScopeKind.LANGUAGE}:")


def specificity(scope: str) -> tuple[int, int, str]:
    """A sort key of scopes: the most specific first."""
    kind, _, value = scope.partition(":")
    return -_RANK.get(kind, -1), -len(value) if kind == ScopeKind.SECTION else 0, scope


def parse_scope(text: str) -> str:
    """A scope in its one spelling; '' stays '', the whole site. Raises Invalid with the rule that it breaks."""
    if text == WHOLE_SITE:
        return WHOLE_SITE
    if len(text) > SCOPE_LENGTH:
        raise Invalid(f"A scope has {SCOPE_LENGTH:,} characters at most.", "/scope")
    kind, _, value = text.partition(":")
    value = value.strip()
    if kind not in _RANK or not value:
        raise Invalid(
            "A scope is written page:URL, section:/path or language:de; empty it is the whole site.",
            "/scope",
        )
    read = {ScopeKind.PAGE: _page, ScopeKind.SECTION: _section, ScopeKind.LANGUAGE: _language}
    return f"{kind}:{read[ScopeKind(kind)](value)}"


def _page(value: str) -> str:
    if not origin_of(value):
        raise Invalid("A page is named by its URL: page:https://news.example/flood.", "/scope")
    return value.partition("#")[0]


def _section(value: str) -> str:
    if not value.startswith("/") or value.startswith("//") or "?" in value or "#" in value:
        raise Invalid(
            "A section is the beginning of the path of its pages, such as section:/sport.", "/scope"
        )
    path = path_of(f"https://section.example{value}")
    if path in ("", "/"):
        raise Invalid("This section is the whole site: leave the scope empty.", "/scope")
    return path


def _language(value: str) -> str:
    if not _TAG.fullmatch(value):
        raise Invalid("A language is named by its first part alone: language:pt.", "/scope")
    tag = value.lower()
    if tag not in LANGUAGES:
        raise Invalid(f"No comment is ever found to be in the language '{tag}'.", "/scope")
    return tag


@dataclass(frozen=True, slots=True)
class SiteHours:
    """The closed hours of a site. own: of its own policy. scopes: each with its hours."""

    own: ClosedHours | None = None
    scopes: tuple[ScopedPolicy, ...] = ()

    def at(self, page_id: str, url: str) -> ClosedHours | None:
        """Those of a page, whatever language somebody will write there; None where it is open at all hours."""
        here = Scopes(self.scopes).deciding(place_of(page_id, url)) if self.scopes else None
        return here.hours if here else self.own


ALWAYS_OPEN = SiteHours()
