"""A site's own filters: lists of words, patterns, domains, e-mails and networks, and what they do."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FILTER_LIMIT = 100  # of a site
ENTRY_LIMIT = 20_000  # of a filter
BYTES_LIMIT = 256 * 1024  # of a filter's entries, and of its exceptions
NAME_LIMIT = 80  # characters: it stands in reasons


class FilterKind(StrEnum):
    """What an entry is."""

    WORDS = "words"  # words and phrases, found whole; * for the rest of a word
    PATTERNS = "patterns"  # regular expressions (RE2)
    DOMAINS = "domains"  # example.com and what lies under it; .xyz for a whole suffix
    EMAILS = "emails"  # one@example.com, or @example.com
    NETWORKS = "networks"  # an address, or a network not narrower than what is kept of addresses


class FilterAction(StrEnum):
    """What becomes of a comment that matches; the policy's rules for filter_* say so in the end."""

    HOLD = "hold"
    SPAM = "spam"
    REJECT = "reject"
    TRUST = "trust"  # domains only: links there do not count as links


class FilterField(StrEnum):
    """Where words, patterns and domains are looked for."""

    TEXT = "text"
    NAME = "name"
    WEBSITE = "website"


@dataclass(frozen=True, slots=True)
class FilterDraft:
    """A filter as its writer sees it; `scorers/filters.py` says whether its entries can be any.

    entries, exceptions: as typed, one a line, '#' begins a comment. exceptions: words and phrases;
    what was found inside one of them does not count. languages: of pages, () for all.
    """

    name: str
    kind: FilterKind
    action: FilterAction
    entries: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fields: tuple[FilterField, ...] = (FilterField.TEXT,)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Filter(FilterDraft):
    """A draft that was kept. version: 1, 2, 3 ... with every change. changed_by: a moderator's or
    a key's id, 'command' for the command line. Times in milliseconds since 1970 UTC.
    """

    id: str = ""
    site_id: str = ""
    version: int = 1
    changed_by: str = ""
    created_at: int = 0
    changed_at: int = 0


@dataclass(frozen=True, slots=True)
class FilterSet:
    """The filters of a site that are switched on, as one thing to compile and keep.

    version: of the set; 0 where the site has no filters. keys: for e-mails and single addresses
    among the entries, the keyed hashes by which alone they are known of comments.
    """

    site_id: str = ""
    version: int = 0
    filters: tuple[Filter, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


NO_FILTERS = FilterSet()


def without_comment(entry: str) -> str:
    """An entry without what follows its '#'."""
    return entry.partition("#")[0].strip()


def email_of_entry(entry: str) -> str:
    """A single address in the form that is hashed; '' for a network or nonsense."""
    try:
        return str(ipaddress.ip_address(without_comment(entry)))
    except ValueError:
        return ""


def entries_to_hash(draft: FilterDraft) -> Iterator[tuple[str, str]]:
    """The entries that are known of comments only as keyed hashes: ('email' or 'address', entry)."""
    for entry in map(without_comment, draft.entries):
        if draft.kind is FilterKind.EMAILS and entry.rpartition("@")[0]:
            yield "email", entry.lower()
        elif draft.kind is FilterKind.NETWORKS and (address := email_of_entry(entry)):
            yield "address", address
