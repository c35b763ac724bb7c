"""A site's own filters: compiled once a version, looked for in text, name, website, e-mail, network."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from unicodedata import normalize

import re2
from cachetools import LRUCache

from moderation.domain.errors import Invalid
from moderation.domain.filter import (
    BYTES_LIMIT,
    ENTRY_LIMIT,
    NAME_LIMIT,
    Filter,
    FilterAction,
    FilterDraft,
    FilterField,
    FilterKind,
    FilterSet,
    email_of_entry,
    without_comment,
)
from moderation.domain.normalise import plain_name
from moderation.domain.patterns import contains as found_in
from moderation.domain.patterns import find_spans
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.site.wordlist import Wordlist
from moderation.scorers.spam.links import domain_of, host_of, in_ascii, links_in, under

PATTERN_LIMIT = 500  # characters
PATTERNS_LIMIT = 200  # of a filter
_AT_ONCE = 50  # patterns that one search looks for, before each is asked where
_PATTERN_MEMORY = 4 << 20  # bytes of one: what needs more is refused
_MOST = 100  # places of one filter in one comment
# What is kept of an address: nothing narrower can be recognised.
_KEPT = {4: 24, 6: 48}
_WIDEST = {4: 8, 6: 16}
_SETS_KEPT = 256  # sites whose compiled filters stay in memory


@dataclass(frozen=True, slots=True)
class FilterMatch:
    """Where a filter matched. span: in the original text; None where it was elsewhere."""

    field: str
    span: Span | None = None
    written: str = ""


class CompiledFilter:
    """One filter, ready to look.

    draft: raises Invalid, with a pointer to the entry, for what
    cannot be one. keys: as in FilterSet.
    """

    def __init__(self, draft: FilterDraft, keys: Mapping[str, str]) -> None:
        _check(draft)
        self.draft = draft
        self._languages = frozenset(one.lower() for one in draft.languages)
        self._exceptions: Wordlist | None = None
        if any(map(_meant, draft.exceptions)):
            self._exceptions = Wordlist(draft.exceptions, "/exceptions")
        entries = [
            (at, entry) for at, line in enumerate(draft.entries, 1) if (entry := _meant(line))
        ]
        self._words: Wordlist | None = None
        self._patterns: list[tuple[Any, list[Any]]] = []
        self._domains: frozenset[str] = frozenset()
        self._emails: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._networks: dict[tuple[int, int], set[int]] = defaultdict(set)
        self._addresses: frozenset[str] = frozenset()
        match draft.kind:
            case FilterKind.WORDS:
                self._words = Wordlist(draft.entries, "/entries")
            case FilterKind.PATTERNS:
                self._patterns = _patterns(entries)
            case FilterKind.DOMAINS:
                self._domains = frozenset(_domain(at, entry) for at, entry in entries)
            case FilterKind.EMAILS:
                self._emails = _emails(entries, keys)
            case FilterKind.NETWORKS:
                self._addresses = self._read_networks(entries, keys)

    def places(self, candidate: Candidate) -> list[FilterMatch]:
        """Where it matches a comment, up to _MOST places; [] where it does not apply or match."""
        page = candidate.language.lower()
        if self._languages and not {page, page.partition("-")[0]} & self._languages:
            return []
        found = self._places(candidate)
        return list(islice(found, _MOST))

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
                for written in dict.fromkeys((value, plain_name(value))):
                    if found := self._find(written):
                        yield FilterMatch(field.value, None, written[slice(*found[0])])
                        break

    def _find(self, text: str) -> list[tuple[int, int]]:
        if self._words is not None:
            found = [(one.start, one.end) for one in self._words.find(text)]
        else:
            found = [
                span
                for gate, patterns in self._patterns
                if found_in(gate, text)
                for pattern in patterns
                for span in find_spans(pattern, text, _MOST)
                if span[0] < span[1]
            ]
        if found and self._exceptions is not None:
            spared = self._exceptions.find(text)
            found = [
                (start, end)
                for start, end in found
                if not any(one.start <= start and end <= one.end for one in spared)
            ]
        return sorted(set(found))[:_MOST]

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
        self, entries: Iterable[tuple[int, str]], keys: Mapping[str, str]
    ) -> frozenset[str]:
        addresses = []
        for at, entry in entries:
            network = _network(at, entry)
            if network.num_addresses == 1:
                if key := keys.get(email_of_entry(entry)):
                    addresses.append(key)
                continue
            number = int(network.network_address)
            self._networks[network.version, network.prefixlen].add(number)
        return frozenset(addresses)

    def _is_within(self, kept: str) -> bool:
        if not kept or not self._networks:
            return False
        network = ipaddress.ip_network(kept)
        bits = network.max_prefixlen
        number = int(network.network_address)
        return any(
            number >> (bits - length) << (bits - length) in known
            for (version, length), known in self._networks.items()
            if version == network.version
        )


def _check(draft: FilterDraft) -> None:
    if not 0 < len(draft.name) <= NAME_LIMIT or not draft.name.isprintable():
        raise Invalid(f"A filter's name has 1 to {NAME_LIMIT} visible characters.", "/name")
    for field, lines in (("entries", draft.entries), ("exceptions", draft.exceptions)):
        if len(lines) > ENTRY_LIMIT or sum(len(one.encode()) + 1 for one in lines) > BYTES_LIMIT:
            raise Invalid(
                f"A filter has at most {ENTRY_LIMIT:,} entries and {BYTES_LIMIT // 1024} kB.",
                f"/{field}",
            )
    if not any(map(_meant, draft.entries)):
        raise Invalid("A filter needs at least one entry.", "/entries")
    if draft.action is FilterAction.TRUST and draft.kind is not FilterKind.DOMAINS:
        raise Invalid("Only domains can be trusted.", "/action")
    written = draft.kind in (FilterKind.WORDS, FilterKind.PATTERNS)
    if any(map(_meant, draft.exceptions)) and not written:
        raise Invalid("Only words and patterns have exceptions.", "/exceptions")
    if not draft.fields and draft.kind not in (FilterKind.EMAILS, FilterKind.NETWORKS):
        raise Invalid("A filter looks in the text, the name or the website.", "/fields")
    for language in draft.languages:
        if not language.replace("-", "").isalnum() or not 2 <= len(language) <= 20:
            raise Invalid("A language is written like en or pt-BR.", "/languages")


def _meant(line: str) -> str:
    """An entry without its comment. In patterns '#' is a character like any other after the first."""
    line = line.strip()
    return "" if line.startswith("#") else line


def _entry(at: int) -> str:
    return f"/entries/{at - 1}"  # people count from 1, JSON Pointers from 0


def _patterns(entries: Sequence[tuple[int, str]]) -> list[tuple[Any, list[Any]]]:
    """Patterns in groups, each group with one that finds what any of them would."""
    if len(entries) > PATTERNS_LIMIT:
        raise Invalid(f"A filter has at most {PATTERNS_LIMIT} patterns.", "/entries")
    groups = []
    for first in range(0, len(entries), _AT_ONCE):
        some = entries[first : first + _AT_ONCE]
        patterns = [_pattern(at, entry) for at, entry in some]
        either = "|".join(f"(?:{normalize('NFC', entry)})" for _, entry in some)
        try:
            groups.append((_compile(either, _AT_ONCE * _PATTERN_MEMORY), patterns))
        except re2.error:
            raise Invalid(
                "The patterns are too large to be searched at once.", "/entries"
            ) from None
    return groups


def _compile(pattern: str, memory: int) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = memory
    options.log_errors = False  # it would log the pattern
    options.never_capture = True
    return re2.compile(pattern, options)


def _pattern(at: int, entry: str) -> Any:
    where = _entry(at)
    if len(entry) > PATTERN_LIMIT:
        raise Invalid(f"Pattern {at} is longer than {PATTERN_LIMIT} characters.", where)
    try:
        pattern = _compile(normalize("NFC", entry), _PATTERN_MEMORY)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        why = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise Invalid(f"Pattern {at} cannot be read: {why}.", where) from None
    if pattern.search("") or all(pattern.search(one) for one in ("a", "1", " ", "é")):
        raise Invalid(f"Pattern {at} would match almost any text.", where)
    return pattern


def _domain(at: int, entry: str) -> str:
    entry = without_comment(entry).lower()
    if entry.startswith("."):
        suffix = in_ascii(entry)
        if suffix and all(part.replace("-", "").isalnum() for part in suffix.split(".")):
            return f".{suffix}"
    elif domain_of(host := host_of(entry.removeprefix("*."))):
        return in_ascii(host)
    raise Invalid(
        f"Entry {at} is no domain: example.com, or .xyz for all that ends so.", _entry(at)
    )


def _emails(
    entries: Iterable[tuple[int, str]], keys: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str]]:
    keyed, domains = set(), set()
    for at, line in entries:
        entry = without_comment(line).lower()
        local, mark, domain = entry.rpartition("@")
        if not mark or not (domain_of(domain) or domain.endswith((".test", ".example"))):
            raise Invalid(
                f"Entry {at} is neither an e-mail address nor @ and a domain.", _entry(at)
            )
        if not local:
            domains.add(domain)
        elif key := keys.get(entry):
            keyed.add(key)
    return frozenset(keyed), frozenset(domains)


def _network(at: int, entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    where = _entry(at)
    try:
        network = ipaddress.ip_network(without_comment(entry), strict=False)
    except ValueError:
        raise Invalid(f"Entry {at} is neither an address nor a network.", where) from None
    kept, widest = _KEPT[network.version], _WIDEST[network.version]
    if network.num_addresses > 1 and network.prefixlen > kept:
        raise Invalid(
            f"Entry {at}: of addresses only the /{kept} is kept; give one address or a wider network.",
            where,
        )
    if network.prefixlen < widest:
        raise Invalid(f"Entry {at} is wider than /{widest}.", where)
    return network


class FilterSignals:
    """Signals `filter_hold`, `filter_spam`, `filter_reject`: the number of places where the site's
    own filters matched, with those in the text as spans; note: the filters' names and versions.
    """

    name = "filters"

    def __init__(self) -> None:
        self._kept: LRUCache[str, tuple[int, list[CompiledFilter]]] = LRUCache(_SETS_KEPT)

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [self._signals(candidate) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The places in the text, from the beginning."""
        own = {one.name: one.spans for one in self._signals(candidate)}
        return own.get(label, ())

    def _signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        if not candidate.filters.version:
            return ()
        found: dict[FilterAction, list[tuple[FilterDraft, list[FilterMatch]]]] = defaultdict(list)
        for one in self._compiled(candidate.filters):
            if one.draft.action is not FilterAction.TRUST and (places := one.places(candidate)):
                found[one.draft.action].append((one.draft, places))
        return tuple(self._signal(action, hits) for action, hits in found.items())

    def _signal(
        self, action: FilterAction, hits: Sequence[tuple[FilterDraft, list[FilterMatch]]]
    ) -> Signal:
        places = [place for _, some in hits for place in some]
        names = ", ".join(f"{one.name} (version {getattr(one, 'version', 0)})" for one, _ in hits)
        spans = sorted({place.span for place in places if place.span})
        return Signal(
            f"filter_{action.value}", float(len(places)), self.name, spans=tuple(spans), note=names
        )

    def _compiled(self, given: FilterSet) -> list[CompiledFilter]:
        known = self._kept.get(given.site_id)
        if known is None or known[0] != given.version:
            known = (given.version, [CompiledFilter(one, given.keys) for one in given.filters])
            self._kept[given.site_id] = known
        return known[1]


def trusted_domains(given: Iterable[Filter]) -> frozenset[str]:
    """Domains of the filters that trust, as `links.signs` compares them."""
    return frozenset(
        _domain(at, entry)
        for one in given
        if one.action is FilterAction.TRUST
        for at, line in enumerate(one.entries, 1)
        if (entry := _meant(line))
    )
