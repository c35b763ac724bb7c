"""Names of authors: which of them look alike, and which nobody but staff should use."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from moderation.domain.normalise import plain_name

# What looks like an l or an i in some fonts, and like an o. Shorter names are told apart by less.
_ALIKE = str.maketrans("iI1L0O", "lllloo")
_ALIKE_SHORT = str.maketrans("1|0", "llo")
_SHORT = 5  # letters
# Signs that stand for letters, or for none; digraphs of one sign.
_SIGNS = str.maketrans(
    {
        "|": "l",
        "!": "i",
        "€": "e",
        "£": "l",
        "¢": "c",
        "¥": "y",
        "™": "",
        "℠": "",
        "œ": "oe",
        "Œ": "Oe",
        "æ": "ae",
        "Æ": "Ae",
    }
)
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_NUMBER = re.compile(r"[\W\d_]+$")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_TITLES = frozenset(
    [
        "the",
        "official",
        "real",
        "editor",
        "editors",
        "editorial",
        "team",
        "staff",
        "moderator",
        "moderators",
        "moderation",
        "mod",
        "mods",
        "admin",
        "admins",
        "administrator",
        "administrators",
        "support",
        "newsroom",
        "desk",
        "redaktion",
    ]
)
# Between a title and what it is of.
_JOINERS = frozenset(
    ["at", "of", "from", "for", "by", "a", "an", "and", "bot", "von", "der", "die", "das"]
)
# Names that claim an office whatever the site is called; with other titles around them as well.
_OFFICES = frozenset(
    [
        "moderator",
        "moderators",
        "moderation",
        "mods",
        "admin",
        "admins",
        "administrator",
        "administrators",
    ]
)
_OFFICE_NAMES = ("site admin", "comment moderator", "editor in chief")


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """A name as it looks: without case, spaces and marks; I, l, i, 1 and | are one letter, so are 0 and o, rn and m."""
    letters = "".join(filter(str.isalnum, plain_name(name.translate(_SIGNS)).translate(_SIGNS)))
    if len(letters) < _SHORT:
        return letters.casefold().translate(_ALIKE_SHORT)
    return _folded(letters)


def _folded(letters: str) -> str:
    """Letters as they look in a longer name."""
    return letters.translate(_ALIKE).casefold().replace("rn", "m").replace("vv", "w")


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name; 'HeraldEditor' and 'herald_editor' have two, 'Hera1d' has one."""
    spaced = _HUMP.sub(" ", name.replace("_", " ").replace(".", " ").replace("-", " "))
    return tuple(spaced.split())


def looks_like(name: str, entry: str) -> bool:
    """Whether words of a name, with or without spaces, look like all of an entry; a final * is the rest of a word."""
    wanted = name_key(entry.rstrip("*"))
    if not wanted:
        return False
    keys = _keys_of_runs(name)
    if entry.endswith("*"):
        return any(key.startswith(wanted) for key in keys)
    return wanted in keys


_WORDS_JOINED = 8


@lru_cache(maxsize=4096)
def _keys_of_runs(name: str) -> frozenset[str]:
    """The keys of all runs of words of a name."""

    def runs() -> Iterator[str]:
        for words in {name_words(name), tuple(name.split())}:
            for start in range(min(len(words), _WORDS_JOINED)):
                for end in range(start + 1, min(len(words), start + _WORDS_JOINED) + 1):
                    yield "".join(words[start:end])

    return frozenset(map(name_key, runs())) - {""}


@dataclass(frozen=True, slots=True)
class SiteNames:
    """Names that only a site's staff should use. site: its own name. staff: the names of its moderators.
    staff_keys: the keyed hashes of their proved identities.
    """

    site: str = ""
    staff: tuple[str, ...] = ()
    staff_keys: frozenset[str] = frozenset()

    def used_by(self, name: str) -> str:
        """'site' where a name looks like the site's own, 'staff' like one of its moderators', '' like neither.

        Around the site's name words such as Editor or Team change nothing.
        """
        if not name:
            return ""
        keys = {name_key(name), _core(name)}
        if keys & {name_key(office) for office in _OFFICE_NAMES} or _claims_office(name):
            return "staff"
        words = _plain_words(name)
        for staff in self.staff:
            # With titles or the site's name around it, or the surname first.
            key = name_key(staff)
            if key in keys or (" " in staff and _is_among(staff, words, self.site)):
                return "staff"
        return "site" if self.site and _is_titled(name, self.site) else ""


def _plain_words(name: str) -> tuple[str, ...]:
    """The words of a name without possessives and without signs around them."""
    plain = plain_name(_POSSESSIVE.sub("", name.translate(_SIGNS)))
    return tuple(word for word in name_words(plain) if any(map(str.isalnum, word)))


def _is_title(word: str) -> bool:
    return word.casefold() in _TITLES | _JOINERS or name_key(word) in _TITLE_KEYS


@lru_cache(maxsize=8192)
def _core(name: str) -> str:
    """The key of a name without its titles; of one that has nothing else, with them."""
    words = _plain_words(name)
    return name_key("".join([word for word in words if not _is_title(word)] or words))


def _is_among(staff: str, words: tuple[str, ...], site: str) -> bool:
    """Whether words are a person's, in any order, and else only titles and words of the site's name."""
    wanted = sorted(map(name_key, staff.split()))
    of_site = set(map(name_key, _plain_words(site)))
    kept = [word for word in words if not _is_title(word) and name_key(word) not in of_site]
    return sorted(map(name_key, kept)) == wanted


def _claims_office(name: str) -> bool:
    """Whether a name is nothing but titles, an office among them, with a number or not: 'The Moderators', 'Admin 2'."""
    words = _plain_words(_NUMBER.sub("", name))
    return all(map(_is_title, words)) and any(
        word.casefold() in _OFFICES or name_key(word) in _OFFICE_KEYS for word in words
    )


@lru_cache(maxsize=8192)
def _is_titled(name: str, site: str) -> bool:
    """Whether a name is the site's, with titles around it, apart or run together, or with a number."""
    core = _core(site)
    if core in (_core(name), _core(_NUMBER.sub("", name))):
        return True
    words = [word for word in _plain_words(site) if not _is_title(word)]
    if not words:
        return False
    wanted = _folded("".join(filter(str.isalnum, "".join(words))))
    run = _folded("".join(filter(str.isalnum, "".join(_plain_words(name)))))
    return re.fullmatch(f"(?:{_TITLES_RUN})*{re.escape(wanted)}(?:{_TITLES_RUN})*", run) is not None


_TITLE_KEYS = frozenset(map(name_key, _TITLES))
_OFFICE_KEYS = frozenset(map(name_key, _OFFICES))
_TITLES_RUN = "|".join(sorted(map(_folded, _TITLES), key=len, reverse=True))


def staff_names(emails: Iterable[str]) -> tuple[str, ...]:
    """What moderators may be called, by their e-mails: the address, and 'jane doe' for jane.doe@...

    One word is no name of somebody in particular: anybody may be called Jane.
    """
    names = []
    for email in emails:
        names.append(email)
        words = re.findall(r"[^\W\d_]{2,}", email.partition("@")[0])
        if len(words) > 1:
            names.append(" ".join(words))
    return tuple(names)


NO_NAMES = SiteNames()
