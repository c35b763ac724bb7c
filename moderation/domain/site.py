"""What people write about a site: its name, where its pages are, their language; the rules for each."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from moderation.domain.errors import Invalid
from moderation.domain.page_url import DISTINCTIONS, PageRules, origin_of, plain_url

NAME_LIMIT = 80  # characters
ORIGINS_LIMIT = 50  # of a site
ORIGIN_LIMIT = 300  # characters
LANGUAGE_LIMIT = 35  # characters (RFC 5646, section 4.4.1)
PARAMETERS_LIMIT = 200  # of a query, ignored and kept together
SITES_LIMIT = 1_000  # of an installation, for those that are not made by its command

# Letters of Persian and of Indian scripts are joined or kept apart by these, which print nothing by themselves.
_JOINERS = "\u200c\u200d"
_PARAMETER = re.compile(r"[^\s&=#%\x00-\x1f\x7f]{1,100}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What a site has set about itself. language: BCP 47, '' unknown. rules: its origins, and how its pages are told apart.

    closed_at: since when it takes no comments, ms; None while it is open.
    """

    name: str
    language: str
    rules: PageRules
    closed_at: int | None = None


def check_name(name: str) -> str:
    """A site's name as it is kept. Raises Invalid for one that is empty, long, or has signs that are not seen."""
    # Spaces alone: what else splits a line is refused below.
    spaced = re.sub(" {2,}", " ", unicodedata.normalize("NFC", name))
    plain = spaced.strip()
    visible = "".join(char for char in plain if char not in _JOINERS)
    if len(plain) > NAME_LIMIT or not visible.isprintable():
        raise Invalid(f"A name is one line of at most {NAME_LIMIT} characters.", "/name")
    if not any(char.isalnum() for char in visible):
        raise Invalid("A name has a letter or a number.", "/name")
    if name_key(plain).startswith("site_"):
        raise Invalid("A name does not begin like the id of a site.", "/name")
    return plain


def name_key(name: str) -> str:
    """The spelling that is equal for names which people take for the same."""
    visible = "".join(char for char in name if char not in _JOINERS)
    return " ".join(unicodedata.normalize("NFKC", visible).casefold().split())


def normal_origin(origin: str) -> str:
    """An origin as browsers write it: lower case, punycode, no default port. Raises Invalid."""
    written = origin.strip()
    normal = origin_of(written) if len(written) <= ORIGIN_LIMIT else ""
    if not normal:
        raise Invalid("An origin is written https://news.example.", "/origins")
    if plain_url(written) not in (normal, f"{normal}/"):
        raise Invalid("An origin has no path: https://news.example.", "/origins")
    return normal


def check_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """Origins as they are kept, each once. Raises Invalid."""
    normal = tuple(dict.fromkeys(normal_origin(origin) for origin in origins))
    if len(normal) > ORIGINS_LIMIT:
        raise Invalid(f"A site has at most {ORIGINS_LIMIT} origins.", "/origins")
    return normal


def check_language(language: str) -> str:
    """'' or a language, such as en or pt-BR. Raises Invalid."""
    language = language.strip()
    if language and (len(language) > LANGUAGE_LIMIT or not _LANGUAGE.fullmatch(language)):
        raise Invalid("A language is written en or pt-BR.", "/language")
    return language


def check_parameters(names: Iterable[str], pointer: str) -> frozenset[str]:
    """Names of parameters of a query, in lower case. Raises Invalid."""
    plain = frozenset(name.strip().lower() for name in names)
    if len(plain) > PARAMETERS_LIMIT or not all(_PARAMETER.fullmatch(name) for name in plain):
        raise Invalid(
            f"At most {PARAMETERS_LIMIT} names of parameters, such as ref, without & and =.",
            pointer,
        )
    return plain


def check_change(settings: SiteSettings, old: SiteSettings) -> SiteSettings:
    """Settings as they are kept; what is as it was is not asked about again. Raises Invalid for the first that breaks a rule."""
    new, before = settings.rules, old.rules
    if new == before:
        rules = before
    else:
        origins = before.origins if new.origins == before.origins else check_origins(new.origins)
        if before.origins and not origins:
            raise Invalid("A site keeps an origin.", "/origins")
        ignored, kept = (
            check_parameters(new.ignored, "/ignored"),
            check_parameters(new.kept, "/kept"),
        )
        if ignored & kept:
            raise Invalid("A parameter is ignored or kept, not both.", "/kept")
        if new.apart - set(DISTINCTIONS):
            raise Invalid(f"Told apart are {', '.join(DISTINCTIONS)}.", "/apart")
        rules = PageRules(origins, ignored, kept, new.apart)
    is_same_name, is_same_language = settings.name == old.name, settings.language == old.language
    return SiteSettings(
        old.name if is_same_name else check_name(settings.name),
        old.language if is_same_language else check_language(settings.language),
        rules,
        old.closed_at,
    )
