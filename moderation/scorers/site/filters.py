"""A site's own filters: compiled once a version, matched with text, name, website, e-mail and network."""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from unicodedata import normalize

import re2

from moderation.domain.errors import Invalid, read_each, together
from moderation.domain.filter import (
    BYTES_LIMIT,
    ENTRY_LIMIT,
    NAME_LIMIT,
    FilterAction,
    FilterDraft,
    FilterField,
    FilterKind,
    address_of_entry,
    without_comment,
)
from moderation.domain.names import looks_like
from moderation.domain.normalise import plain_name
from moderation.domain.patterns import contains as found_in
from moderation.domain.patterns import find_spans
from moderation.domain.score import Candidate, Span
from moderation.domain.sender_address import canonical_network
from moderation.scorers.site.wordlist import Wordlist
from moderation.scorers.spam.links import domain_of, host_of, in_ascii, links_in, under

PATTERN_LIMIT = 500  # characters
PATTERNS_LIMIT = 200  # of a filter
_GROUP_SIZE = 50  # patterns that one search looks for, before each is searched by itself
_PATTERN_MEMORY = 4 << 20  # bytes; a pattern that needs more is refused
_NAME_ENTRIES = 1_000  # of a list of words, that are compared with the look of a name
_MATCH_LIMIT = 100  # of one filter in one comment
# The prefix that is stored of an address: nothing narrower can be recognised.
_KEPT_PREFIX = {4: 24, 6: 48}
_WIDEST_PREFIX = {4: 8, 6: 16}
_AUTHOR = re.compile(r"(author|email):[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FilterMatch:
    """Where a filter matched. span: in the original text; None where it matched elsewhere."""

    field: str
    span: Span | None = None
    written: str = ""


class CompiledFilter:
    """One filter, ready to match.

    draft: raises Invalid, with a pointer to the entry, for one that cannot be used. keys: as in FilterSet.
    """

    def __init__(self, draft: FilterDraft, keys: Mapping[str, str]) -> None:
        _check(draft)
        self.draft = draft
        self._languages = frozenset(language.lower() for language in draft.languages)
        self._exceptions: Wordlist | None = None
        if any(map(without_remark, draft.exceptions)):
            self._exceptions = Wordlist(draft.exceptions, "/exceptions")
        entries = [
            (number, entry)
            for number, line in enumerate(draft.entries, 1)
            if (entry := without_remark(line))
        ]
        self._words: Wordlist | None = None
        # As names are compared; more of them would cost every comment too much.
        self._name_entries = [
            without_comment(entry)
            for _, entry in entries[:_NAME_ENTRIES]
            if draft.kind is FilterKind.WORDS and "*" not in without_comment(entry)[:-1]
        ]
        self._patterns: list[tuple[Any, list[Any]]] = []
        self._domains: frozenset[str] = frozenset()
        self._emails: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._networks: dict[tuple[int, int], set[int]] = defaultdict(set)
        self._addresses: frozenset[str] = frozenset()
        self._authors: frozenset[str] = frozenset()
        match draft.kind:
            case FilterKind.WORDS:
                # All names: only to be trusted.
                is_trusting = draft.action is FilterAction.TRUST
                lines = [
                    "" if is_trusting and without_remark(line) == "*" else line
                    for line in draft.entries
                ]
                self._words = Wordlist(lines, "/entries")
            case FilterKind.PATTERNS:
                self._patterns = _patterns(entries)
            case FilterKind.DOMAINS:
                self._domains = frozenset(read_each(entries, read_domain))
            case FilterKind.EMAILS:
                self._emails = _emails(entries, keys)
            case FilterKind.NETWORKS:
                self._addresses = self._read_networks(entries, keys)
            case FilterKind.AUTHORS:
                self._authors = frozenset(read_each(entries, _author))

    def places(self, candidate: Candidate) -> list[FilterMatch]:
        """The matches in a comment, up to _MATCH_LIMIT; [] where it does not apply or match."""
        page = candidate.language.lower()
        if self._languages and not {page, page.partition("-")[0]} & self._languages:
            return []
        matches = self._places(candidate)
        return list(islice(matches, _MATCH_LIMIT))

    def _places(self, candidate: Candidate) -> Iterator[FilterMatch]:
        traces = candidate.traces
        match self.draft.kind:
            case FilterKind.WORDS | FilterKind.PATTERNS:
                yield from self._written(candidate)
            case FilterKind.DOMAINS:
                yield from self._linked(candidate)
            case FilterKind.EMAILS:
                keyed, domains = self._emails
                if traces.email_key in keyed or under(traces.email_domain, domains):
                    yield FilterMatch("e-mail")
            case FilterKind.NETWORKS:
                if traces.address_key in self._addresses or self._is_within(traces.network):
                    yield FilterMatch("network")
            case FilterKind.AUTHORS:
                if self._authors & known_as(candidate):
                    yield FilterMatch("author")

    def _written(self, candidate: Candidate) -> Iterator[FilterMatch]:
        fields = self.draft.fields
        if FilterField.TEXT in fields:
            text, view = candidate.text, candidate.view
            spans = set(self._find(text))
            if view.text != text:
                spans |= {view.original(start, end) for start, end in self._find(view.text)}
            for start, end in sorted(spans):
                yield FilterMatch("text", Span(start, end), text[start:end])
        for field, value in (
            (FilterField.NAME, candidate.author_name),
            (FilterField.WEBSITE, candidate.author_url),
        ):
            if field in fields and value:
                if field is FilterField.NAME and self._is_name_like(value):
                    yield FilterMatch(field.value, None, value)
                    continue
                for written in dict.fromkeys((value, plain_name(value))):
                    if spans_found := self._find(written):
                        yield FilterMatch(field.value, None, written[slice(*spans_found[0])])
                        break

    def _is_name_like(self, name: str) -> bool:
        """Whether words of the name look like an entry: HeraId Editor and HeraldEditor like Herald Editor."""
        if self._words is None or not any(looks_like(name, entry) for entry in self._name_entries):
            return False
        return self._exceptions is None or not self._exceptions.find(name)

    def _find(self, text: str) -> list[tuple[int, int]]:
        if self._words is not None:
            spans = [(span.start, span.end) for span in self._words.find(text)]
        else:
            spans = [
                span
                for gate, patterns in self._patterns
                if found_in(gate, text)
                for pattern in patterns
                for span in find_spans(pattern, text, _MATCH_LIMIT)
                if span[0] < span[1]
            ]
        if spans and self._exceptions is not None:
            exceptions = self._exceptions.find(text)
            spans = [
                (start, end)
                for start, end in spans
                if not any(
                    exception.start <= start and end <= exception.end for exception in exceptions
                )
            ]
        return sorted(set(spans))[:_MATCH_LIMIT]

    def _linked(self, candidate: Candidate) -> Iterator[FilterMatch]:
        fields = self.draft.fields
        if FilterField.TEXT in fields:
            links = links_in(candidate.text)
            for link in (*links.links, *links.masked):
                if under(link.host, self._domains):
                    yield FilterMatch("text", link.span, link.host)
        if FilterField.NAME in fields and candidate.author_name:
            for host in links_in(plain_name(candidate.author_name)).domains:
                if under(host, self._domains):
                    yield FilterMatch("name", None, host)
        if FilterField.WEBSITE in fields and candidate.author_url:
            host = host_of(candidate.author_url)
            if under(host, self._domains):
                yield FilterMatch("website", None, host)

    def _read_networks(
        self, entries: Sequence[tuple[int, str]], keys: Mapping[str, str]
    ) -> frozenset[str]:
        addresses = []
        networks = read_each(entries, _network)
        for (_, entry), network in zip(entries, networks, strict=True):
            if network.num_addresses == 1:
                if key := keys.get(address_of_entry(entry)):
                    addresses.append(key)
                continue
            address = int(network.network_address)
            self._networks[network.version, network.prefixlen].add(address)
        return frozenset(addresses)

    def _is_within(self, sender_network: str) -> bool:
        if not sender_network or not self._networks:
            return False
        network = ipaddress.ip_network(sender_network)
        bits = network.max_prefixlen
        address = int(network.network_address)
        return any(
            address >> (bits - length) << (bits - length) in networks
            for (version, length), networks in self._networks.items()
            if version == network.version
        )


def _check(draft: FilterDraft) -> None:
    if broken := list(_broken_rules(draft)):
        raise together(broken)


def _broken_rules(draft: FilterDraft) -> Iterator[Invalid]:
    if not 0 < len(draft.name) <= NAME_LIMIT or not draft.name.isprintable():
        yield Invalid(f"A filter's name has 1 to {NAME_LIMIT} visible characters.", "/name")
    for field, lines in (("entries", draft.entries), ("exceptions", draft.exceptions)):
        if len(lines) > ENTRY_LIMIT or sum(len(line.encode()) + 1 for line in lines) > BYTES_LIMIT:
            yield Invalid(
                f"A filter has at most {ENTRY_LIMIT:,} entries and {BYTES_LIMIT // 1024} kB.",
                f"/{field}",
            )
    if not any(map(without_remark, draft.entries)):
        yield Invalid("A filter needs at least one entry.", "/entries")
    trusts_names = draft.kind is FilterKind.WORDS and draft.fields == (FilterField.NAME,)
    may_trust = trusts_names or draft.kind in (FilterKind.DOMAINS, FilterKind.AUTHORS)
    if draft.action is FilterAction.TRUST and not may_trust:
        rule = "Only domains, authors, and words in the name alone, can be trusted."
        yield Invalid(rule, "/action")
    has_exceptions = draft.kind in (FilterKind.WORDS, FilterKind.PATTERNS)
    if any(map(without_remark, draft.exceptions)) and not has_exceptions:
        yield Invalid("Only words and patterns have exceptions.", "/exceptions")
    if not draft.fields and draft.kind in (
        FilterKind.WORDS,
        FilterKind.PATTERNS,
        FilterKind.DOMAINS,
    ):
        yield Invalid("A filter looks in the text, the name or the website.", "/fields")
    for index, language in enumerate(draft.languages):
        if not language.replace("-", "").isalnum() or not 2 <= len(language) <= 20:
            yield Invalid("A language is written like en or pt-BR.", f"/languages/{index}")


def without_remark(line: str) -> str:
    """An entry, '' for a comment. In patterns '#' begins a comment only as the first character."""
    line = line.strip()
    return "" if line.startswith("#") else line


def _pointer(number: int) -> str:
    return f"/entries/{number - 1}"  # people count from 1, JSON Pointers from 0


def _patterns(entries: Sequence[tuple[int, str]]) -> list[tuple[Any, list[Any]]]:
    """Patterns in groups, each with one pattern that matches what any of its members does."""
    if len(entries) > PATTERNS_LIMIT:
        raise Invalid(f"A filter has at most {PATTERNS_LIMIT} patterns.", "/entries")
    groups = []
    every_pattern = read_each(entries, _pattern)
    for first in range(0, len(entries), _GROUP_SIZE):
        group = entries[first : first + _GROUP_SIZE]
        patterns = every_pattern[first : first + _GROUP_SIZE]
        alternatives = "|".join(f"(?:{normalize('NFC', entry)})" for _, entry in group)
        try:
            groups.append((_compile(alternatives, _GROUP_SIZE * _PATTERN_MEMORY), patterns))
        except re2.error:
            raise Invalid(
                "The patterns are too large to be searched at once.", "/entries"
            ) from None
    return groups


def _compile(pattern: str, memory: int) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = memory
    options.log_errors = False  # they would quote the pattern
    options.never_capture = True
    return re2.compile(pattern, options)


def _pattern(numbered: tuple[int, str]) -> Any:
    number, entry = numbered
    pointer = _pointer(number)
    if len(entry) > PATTERN_LIMIT:
        raise Invalid(f"Pattern {number} is longer than {PATTERN_LIMIT} characters.", pointer)
    try:
        pattern = _compile(normalize("NFC", entry), _PATTERN_MEMORY)
    except re2.error as error:
        detail = error.args[0] if error.args else b""
        message = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
        rule = message.partition(":")[0]  # behind it RE2 repeats a part of the pattern
        raise Invalid(f"Pattern {number} cannot be read: {rule}.", pointer) from None
    if pattern.search("") or all(pattern.search(sample) for sample in ("a", "1", " ", "é")):
        raise Invalid(f"Pattern {number} would match almost any text.", pointer)
    return pattern


def read_domain(numbered: tuple[int, str]) -> str:
    """A domain as links.under() compares it, of a numbered entry. Raises Invalid."""
    number, entry = numbered[0], without_comment(numbered[1]).lower()
    if entry.startswith("."):
        suffix = in_ascii(entry)
        if suffix and all(part.replace("-", "").isalnum() for part in suffix.split(".")):
            return f".{suffix}"
    elif domain_of(host := host_of(entry.removeprefix("*."))):
        return in_ascii(host)
    raise Invalid(
        f"Entry {number} is no domain: example.com, or .xyz for all that ends so.", _pointer(number)
    )


def _emails(
    entries: Iterable[tuple[int, str]], keys: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str]]:
    keyed, domains = set(), set()
    for entry in read_each(entries, _email):
        if entry.startswith("@"):
            domains.add(entry[1:])
        elif key := keys.get(entry):
            keyed.add(key)
    return frozenset(keyed), frozenset(domains)


def _email(numbered: tuple[int, str]) -> str:
    number, entry = numbered[0], without_comment(numbered[1]).lower()
    _, separator, domain = entry.rpartition("@")
    if not separator or not (domain_of(domain) or domain.endswith((".test", ".example"))):
        raise Invalid(
            f"Entry {number} is neither an e-mail address nor @ and a domain.", _pointer(number)
        )
    return entry


def _author(numbered: tuple[int, str]) -> str:
    number, entry = numbered[0], without_comment(numbered[1])
    if not _AUTHOR.fullmatch(entry):
        raise Invalid(
            f"Entry {number} is no author: author: or email: and a keyed hash, as a comment's page puts it here.",
            _pointer(number),
        )
    return entry


def known_as(candidate: Candidate) -> set[str]:
    """How a filter of authors names who wrote the comment; nothing where that is not known."""
    traces = candidate.traces
    keys = {"author": traces.author_key, "email": traces.email_key}
    return {f"{name}:{key}" for name, key in keys.items() if key}


def _network(numbered: tuple[int, str]) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    number, entry = numbered
    pointer = _pointer(number)
    try:
        network = canonical_network(without_comment(entry))
    except ValueError:
        raise Invalid(f"Entry {number} is neither an address nor a network.", pointer) from None
    kept_prefix, widest_prefix = _KEPT_PREFIX[network.version], _WIDEST_PREFIX[network.version]
    if network.num_addresses > 1 and network.prefixlen > kept_prefix:
        raise Invalid(
            f"Entry {number}: of addresses only the /{kept_prefix} is kept; give one address or a wider network.",
            pointer,
        )
    if network.prefixlen < widest_prefix:
        raise Invalid(f"Entry {number} is wider than /{widest_prefix}.", pointer)
    return network
