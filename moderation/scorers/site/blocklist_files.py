"""Looks for domains, addresses, networks and e-mails in block lists, which are files of this machine.

For files such as those of stopforumspam.com, which the operator fetches. Nothing of a comment leaves the
machine, and a file that cannot be read does not change how a comment is judged.
"""

import ipaddress
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.domain.filter import address_of_entry
from moderation.domain.score import Candidate, Signal, Span
from moderation.domain.sender_address import canonical_network
from moderation.scorers.spam.links import domain_of, host_of, in_ascii, links_in, under

log = logging.getLogger("gatehouse.scorers")

SECONDS_BETWEEN_READS = 60.0  # until the folder is checked again
ENTRY_LIMIT = 3_000_000  # entries of all files; a year of StopForumSpam's addresses are 1.5 million
LINE_LIMIT = 400  # characters of a line
# The prefix that is stored of an address: nothing narrower can be recognised (scorers/site/filter_entries.py).
_KEPT_PREFIX = {4: 24, 6: 48}
_WIDEST_PREFIX = {4: 8, 6: 16}

_Key = Callable[[str], str]
_State = tuple[tuple[str, int, int], ...]  # of each file: name, time of change, size


@dataclass(slots=True)
class _Lists:
    """hashes: of addresses and e-mails, sorted; the first 64 bits of their keyed hashes."""

    hashes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    domains: set[str] = field(default_factory=set)
    networks: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    entries: int = 0
    skipped: int = 0

    def has(self, key: str) -> bool:
        """Whether a keyed hash (hex) is listed."""
        if not key or not len(self.hashes):
            return False
        hash_ = np.uint64(int(key[:16], 16))
        position = int(np.searchsorted(self.hashes, hash_))
        return position < len(self.hashes) and bool(self.hashes[position] == hash_)

    def has_network(self, candidate_network: str) -> bool:
        """Whether the /24 or /48 of an address lies in a listed network."""
        if not candidate_network or not self.networks:
            return False
        network = ipaddress.ip_network(candidate_network)
        address, bits = int(network.network_address), network.max_prefixlen
        return any(
            address >> (bits - length) << (bits - length) in networks
            for (version, length), networks in self.networks.items()
            if version == network.version and length <= network.prefixlen
        )


class BlocklistFiles:
    """Signals `listed_domain` (linked domains on a list; note: the first), `listed_address`,
    `listed_network`, `listed_email` (1 each; an e-mail's domain counts as it does); absent where not.

    folder: its *.txt files are read, one entry a line, '#' begins a comment; what is neither an
    address, a network, an e-mail nor a domain is skipped and counted in the log. Changed files are read again
    by a separate thread. address_key, email_key: as in store/sql/crypto.py. clock: seconds. Never raises: while a
    file cannot be read, what was read before counts.
    """

    name = "listed"

    def __init__(
        self, folder: Path, address_key: _Key, email_key: _Key, clock: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._address_key, self._email_key = address_key, email_key
        self._clock = clock
        self._lists = _Lists()
        self._state: _State | None = None
        self._checked_at: float | None = None
        self._reading: threading.Thread | None = None

    def load(self) -> None:
        """Reads the files before the first comment; files that take long are read on in the background."""
        self._read_if_due()
        self.wait_until_read(10.0)

    def wait_until_read(self, timeout: float) -> None:
        """Waits until reading has finished. timeout: seconds."""
        if self._reading is not None:
            self._reading.join(timeout)

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        self._read_if_due()
        lists = self._lists
        return [tuple(_signals(lists, candidate)) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The links on a list."""
        return tuple(_listed_links(self._lists, candidate)) if label == "listed_domain" else ()

    def _read_if_due(self) -> None:
        now = self._clock()
        if self._checked_at is not None and now - self._checked_at < SECONDS_BETWEEN_READS:
            return
        if self._reading is not None and self._reading.is_alive():
            return
        self._checked_at = now
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        try:
            files = sorted(self._folder.glob("*.txt"))
            state = tuple(
                (file.name, (file_status := file.stat()).st_mtime_ns, file_status.st_size)
                for file in files
            )
            if state == self._state:
                return
            lists = self._read_entries(files)
        except Exception as error:  # its message is left out: it may quote a line
            log.warning("lists cannot be read", extra={"error": type(error).__name__})
            return
        self._lists, self._state = lists, state
        log.info(
            "lists read",
            extra={"files": len(files), "entries": lists.entries, "skipped": lists.skipped},
        )

    def _read_entries(self, files: Sequence[Path]) -> _Lists:
        lists = _Lists()
        hashes: list[int] = []
        for line in _lines(files):
            if lists.entries >= ENTRY_LIMIT:
                lists.skipped += 1
            elif self._add_entry(line, lists, hashes):
                lists.entries += 1
            else:
                lists.skipped += 1
        lists.hashes = np.unique(np.array(hashes, np.uint64))
        return lists

    def _add_entry(self, entry: str, lists: _Lists, hashes: list[int]) -> bool:
        if "@" in entry:
            local, _, domain = entry.lower().rpartition("@")
            if local:
                hashes.append(int(self._email_key(entry)[:16], 16))
            elif domain_of(domain):
                lists.domains.add(in_ascii(domain))
            return bool(local or domain_of(domain))
        if ":" in entry or entry[-1].isdigit():
            try:
                network = canonical_network(entry)
            except ValueError:
                return False
            if network.num_addresses == 1:
                hashes.append(
                    int(self._address_key(address_of_entry(entry.partition("/")[0]))[:16], 16)
                )
                return True
            if (
                not _WIDEST_PREFIX[network.version]
                <= network.prefixlen
                <= _KEPT_PREFIX[network.version]
            ):
                return False
            networks = lists.networks.setdefault((network.version, network.prefixlen), set())
            networks.add(int(network.network_address))
            return True
        host = in_ascii(entry)
        if not domain_of(host):
            return False
        lists.domains.add(host)
        return True


def _lines(files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if entry := line[:LINE_LIMIT].partition("#")[0].strip():
                    yield entry


def _listed_links(lists: _Lists, candidate: Candidate) -> Iterator[Span]:
    links = links_in(candidate.text)
    for link in (*links.links, *links.masked):
        if under(link.host, lists.domains):
            yield link.span


def _signals(lists: _Lists, candidate: Candidate) -> Iterator[Signal]:
    traces = candidate.traces
    links = links_in(candidate.text)
    listed = [link for link in (*links.links, *links.masked) if under(link.host, lists.domains)]
    domains = list(dict.fromkeys(link.domain or link.host for link in listed))
    if candidate.author_url and under(host := host_of(candidate.author_url), lists.domains):
        domains.append(domain_of(host) or host)
    if domains:
        spans = tuple(sorted({link.span for link in listed}))[:50]
        yield _signal("listed_domain", len(set(domains)), domains[0][:80], spans)
    if lists.has(traces.address_key):
        yield _signal("listed_address", 1)
    if lists.has_network(traces.network):
        yield _signal("listed_network", 1)
    if lists.has(traces.email_key) or under(traces.email_domain, lists.domains):
        yield _signal("listed_email", 1)


def _signal(name: str, value: float, note: str = "", spans: tuple[Span, ...] = ()) -> Signal:
    return Signal(name, float(value), BlocklistFiles.name, spans=spans, note=note)
