"""A site's own filters: compiled once a version, matched with text, name, website, e-mail and network."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

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
from moderation.domain.website import public_website
from moderation.scorers.site.filter_entries import (
    read_author,
    read_domain,
    read_emails,
    read_network,
    read_patterns,
    without_remark,
)
from moderation.scorers.site.wordlist import Wordlist
from moderation.scorers.spam.links import host_of, links_in, under

_NAME_ENTRIES = 1_000  # of a list of words, that are compared with the look of a name
_MATCH_LIMIT = 100  # of one filter in one comment


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
                self._patterns = read_patterns(entries)
            case FilterKind.DOMAINS:
                self._domains = frozenset(read_each(entries, read_domain))
            case FilterKind.EMAILS:
                self._emails = read_emails(entries, keys)
            case FilterKind.NETWORKS:
                self._addresses = self._read_networks(entries, keys)
            case FilterKind.AUTHORS:
                self._authors = frozenset(read_each(entries, read_author))

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
        # Readers are led to a website as to the links of the text.
        if candidate.author_url and {FilterField.TEXT, FilterField.WEBSITE} & set(fields):
            typed = candidate.author_url
            for host in (host_of(typed), host_of(public_website(typed))):
                if under(host, self._domains):
                    yield FilterMatch("website", None, host)
                    break

    def _read_networks(
        self, entries: Sequence[tuple[int, str]], keys: Mapping[str, str]
    ) -> frozenset[str]:
        addresses = []
        networks = read_each(entries, read_network)
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


def known_as(candidate: Candidate) -> set[str]:
    """How a filter of authors names who wrote the comment; nothing where that is not known."""
    traces = candidate.traces
    keys = {"author": traces.author_key, "email": traces.email_key}
    return {f"{name}:{key}" for name, key in keys.items() if key}


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
