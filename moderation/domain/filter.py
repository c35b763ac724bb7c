"""A site's filters: lists of words, patterns, domains, e-mails or networks, and what happens to a match."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from moderation.domain.sender_address import canonical_address

FILTER_LIMIT = 100  # filters of a site
ENTRY_LIMIT = 20_000  # entries of a filter
BYTES_LIMIT = 256 * 1024  # of a filter's entries, and again of its exceptions
NAME_LIMIT = 80  # characters: it appears in reasons


class FilterKind(StrEnum):
    """What the entries of a filter are."""

    WORDS = "words"  # whole words and phrases; * stands for the rest of a word
    PATTERNS = "patterns"  # regular expressions (RE2)
    DOMAINS = "domains"  # example.com with its subdomains; .xyz for a whole suffix
    EMAILS = "emails"  # one@example.com, or @example.com
    NETWORKS = (
        "networks"  # an address, or a network no narrower than the part of addresses that is stored
    )
    AUTHORS = "authors"  # who they are known to be, as a keyed hash: author:..., or email:...


class FilterAction(StrEnum):
    """What happens to a comment that matches; the policy's rules for filter_* have the last word."""

    HOLD = "hold"
    SPAM = "spam"
    REJECT = "reject"
    # domains: links to them do not count; words in the name: not protected; authors: have a good name
    TRUST = "trust"


class FilterField(StrEnum):
    """Where words, patterns and domains are searched for."""

    TEXT = "text"
    NAME = "name"
    WEBSITE = "website"


@dataclass(frozen=True, slots=True)
class FilterDraft:
    """A filter as it was written; `scorers/site/filters.py` checks it.

    entries, exceptions: as typed, one per line, '#' begins a comment. exceptions: words and phrases;
    a match inside one of them does not count. languages: of pages, () for all. fields: domains that are searched for in the
    text are in the website, too. until: ms, None for always; then the sweep switches it off.
    """

    name: str
    kind: FilterKind
    action: FilterAction
    entries: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fields: tuple[FilterField, ...] = (FilterField.TEXT,)
    enabled: bool = True
    until: int | None = None

    def applies(self, now: int) -> bool:
        """Whether comments that are judged now (ms) meet it."""
        return self.enabled and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Filter(FilterDraft):
    """A stored filter. version: 1, 2, 3 ... with every change. changed_by: a moderator's or
    a key's id, 'command' for the command line. created_at, changed_at: ms.
    """

    id: str = ""
    site_id: str = ""
    version: int = 1
    changed_by: str = ""
    created_at: int = 0
    changed_at: int = 0


@dataclass(frozen=True, slots=True)
class FilterSet:
    """The enabled filters of a site, which are compiled together.

    version: of the set; 0 where the site has no filters. keys: the keyed hash of each entry that is an e-mail
    or a single address; of comments only these hashes are known.
    """

    site_id: str = ""
    version: int = 0
    filters: tuple[Filter, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


NO_FILTERS = FilterSet()


def without_comment(entry: str) -> str:
    """An entry without its comment, which begins with '#'."""
    return entry.partition("#")[0].strip()


def address_of_entry(entry: str) -> str:
    """A single address in the form that is hashed; '' for a network or anything else."""
    return canonical_address(without_comment(entry))


def entries_to_hash(draft: FilterDraft) -> Iterator[tuple[str, str]]:
    """The entries that can only be compared as keyed hashes, as ('email' or 'address', entry)."""
    for entry in map(without_comment, draft.entries):
        if draft.kind is FilterKind.EMAILS and entry.rpartition("@")[0]:
            yield "email", entry.lower()
        elif draft.kind is FilterKind.NETWORKS and (address := address_of_entry(entry)):
            yield "address", address
