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
        "administrator",
        "support",
        "newsroom",
        "desk",
        "redaktion",
    ]
)
# Names that claim an office whatever the site is called.
_OFFICES = (
    "moderator",
    "administrator",
    "admin",
    "site admin",
    "comment moderator",
    "editor in chief",
)


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """A name as it looks: without case, spaces and marks; I, l, i, 1 and | are one letter, so are 0 and o, rn and m."""
    letters = "".join(filter(str.isalnum, plain_name(name).replace("|", "l").replace("!", "i")))
    if len(letters) < _SHORT:
        return letters.casefold().translate(_ALIKE_SHORT)
    folded = letters.translate(_ALIKE).casefold()
    return folded.replace("rn", "m").replace("vv", "w")


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
        key = name_key(name)
        if any(key == name_key(name_of_staff) for name_of_staff in (*self.staff, *_OFFICES)):
            return "staff"
        return "site" if self.site and _core(name) == _core(self.site) else ""


@lru_cache(maxsize=8192)
def _core(name: str) -> str:
    """The key of a name without its titles; of one that has nothing else, with them."""
    words = name_words(name)
    kept = [
        word
        for word in words
        if word.casefold() not in _TITLES and name_key(word) not in _TITLE_KEYS
    ]
    return name_key("".join(kept or words))


_TITLE_KEYS = frozenset(map(name_key, _TITLES))


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
