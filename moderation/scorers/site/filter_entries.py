"""What the entries of a site's filters may be, one a line: patterns, domains, e-mails, authors, networks; what is read of them.

An entry comes with its number, by which people count; a broken one raises Invalid with the pointer to it.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import normalize

import re2

from moderation.domain.errors import Invalid, read_each
from moderation.domain.filter import without_comment
from moderation.domain.sender_address import canonical_network
from moderation.scorers.spam.links import domain_of, host_of, in_ascii

PATTERN_LIMIT = 500  # characters
PATTERNS_LIMIT = 200  # of a filter
_GROUP_SIZE = 50  # patterns that one search looks for, before each is searched by itself
_PATTERN_MEMORY = 4 << 20  # bytes; a pattern that needs more is refused
# The prefix that is stored of an address: nothing narrower can be recognised.
_KEPT_PREFIX = {4: 24, 6: 48}
_WIDEST_PREFIX = {4: 8, 6: 16}
_AUTHOR = re.compile(r"(author|email):[0-9a-f]{64}")


def without_remark(line: str) -> str:
    """An entry, '' for a comment. In patterns '#' begins a comment only as the first character."""
    line = line.strip()
    return "" if line.startswith("#") else line


def _pointer(number: int) -> str:
    return f"/entries/{number - 1}"  # people count from 1, JSON Pointers from 0


def read_patterns(entries: Sequence[tuple[int, str]]) -> list[tuple[Any, list[Any]]]:
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


def read_emails(
    entries: Iterable[tuple[int, str]], keys: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Keyed hashes of addresses, and domains of which every address matches. keys: as in FilterSet."""
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


def read_author(numbered: tuple[int, str]) -> str:
    """A keyed hash of an author, of a numbered entry, as known_as() has it."""
    number, entry = numbered[0], without_comment(numbered[1])
    if not _AUTHOR.fullmatch(entry):
        raise Invalid(
            f"Entry {number} is no author: author: or email: and a keyed hash, as a comment's page puts it here.",
            _pointer(number),
        )
    return entry


def read_network(numbered: tuple[int, str]) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A network, or one address, of a numbered entry."""
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
