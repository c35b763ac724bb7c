"""DNS block lists (SURBL, URIBL, Spamhaus DBL): whether a linked domain is on one.

Off unless GATEHOUSE_DNS_LISTS names some. Only linked domains are asked for, never a text or an address.
What is not answered in time, or at all, is as if nobody had been asked.
"""

import logging
import queue
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.links import domain_of, host_of, links_in

log = logging.getLogger("gatehouse.scorers")

SECONDS = 1.0  # for the questions of one batch in all
KEPT_SECONDS = (
    3600.0  # lists change by the minute; their operators ask for no more questions than need be
)
KEPT = 10_000  # answers
DOMAINS = 5  # of one comment
THREADS = 4
WAITING = 200  # questions; what is more is not asked
FAILURES = 5  # in a row, until a list is left alone
REST_SECONDS = 300.0

Resolve = Callable[[str], Sequence[str]]
Clock = Callable[[], float]


def resolve(name: str) -> list[str]:
    """The IPv4 addresses of an absolute name; [] where there is no such name. Raises OSError."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            return []
        raise
    return [str(entry[4][0]) for entry in found]


@dataclass(slots=True)
class _Breaker:
    """failures: in a row. closed_until: when the list may be asked again, by the clock."""

    failures: int = 0
    closed_until: float = 0.0


class DnsLists:
    """Signal `dns_listed`: how many linked domains are on a list; note: the first; absent for none.

    zones: such as multi.surbl.org. Links to the page's own domain are not asked for. Never raises.
    clock: seconds.
    """

    name = "dns"

    def __init__(
        self,
        zones: Sequence[str],
        resolve: Resolve = resolve,
        clock: Clock = time.monotonic,
        seconds: float = SECONDS,
    ) -> None:
        self._resolve, self._clock, self._seconds = resolve, clock, seconds
        self._breakers = {zone: _Breaker() for zone in zones}
        self._known: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()
        self._asked: set[tuple[str, str]] = set()
        self._questions: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        domains = [_domains(one) for one in batch]
        wanted = {(domain, zone) for some in domains for domain in some for zone in self._breakers}
        with self._change:
            self._ask(wanted)
            self._change.wait_for(lambda: not (wanted & self._asked), self._seconds)
            for _, zone in wanted & self._asked:
                self._failed(zone)
            return [tuple(self._signals(some)) for some in domains]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The links to listed domains."""
        with self._change:
            listed = {one for one in _domains(candidate) if self._is_listed(one)}
        return tuple(one.span for one in links_in(candidate.text).links if one.domain in listed)

    def _signals(self, domains: Sequence[str]) -> Iterator[Signal]:
        listed = [one for one in domains if self._is_listed(one)]
        if listed:
            yield Signal("dns_listed", float(len(listed)), self.name, note=listed[0][:80])

    def _is_listed(self, domain: str) -> bool:
        return any(self._known.get((domain, zone), (0.0, False))[1] for zone in self._breakers)

    def _ask(self, wanted: set[tuple[str, str]]) -> None:
        now = self._clock()
        for question in sorted(wanted - self._asked):
            known = self._known.get(question)
            if known is not None and now - known[0] < KEPT_SECONDS:
                continue
            self._known.pop(question, None)
            if now < self._breakers[question[1]].closed_until or len(self._asked) >= WAITING:
                continue
            self._asked.add(question)
            self._questions.put(question)
        if self._asked and not self._threads:  # at first use: threads do not survive a fork
            self._threads = [
                threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)
            ]
            for thread in self._threads:
                thread.start()

    def _work(self) -> None:
        while True:
            domain, zone = question = self._questions.get()
            try:
                if self._clock() < self._breakers[zone].closed_until:
                    raise OSError
                said = _reading(self._resolve(f"{domain}.{zone}."))
            except Exception:  # never with its message: it may quote the name
                said = None
            with self._change:
                self._asked.discard(question)
                if said is None:
                    self._failed(zone)
                else:
                    self._breakers[zone].failures = 0
                    self._known[question] = (self._clock(), said)
                    while len(self._known) > KEPT:
                        self._known.popitem(last=False)
                self._change.notify_all()

    def _failed(self, zone: str) -> None:
        breaker, now = self._breakers[zone], self._clock()
        breaker.failures += 1
        if breaker.failures >= FAILURES and now >= breaker.closed_until:
            breaker.closed_until = now + REST_SECONDS
            breaker.failures = FAILURES - 1  # after the rest one more is enough
            log.warning("a DNS list is left alone for a while", extra={"zone": zone})


def _reading(answers: Sequence[str]) -> bool | None:
    """Whether the answers say listed; None where they say that we may not ask.

    127.0.0.1 at SURBL and URIBL, 127.255.255.x and 127.0.1.255 at Spamhaus are refusals; what is not
    in 127.0.0.0/8 comes from a resolver that invents addresses.
    """
    if not answers:
        return False
    for one in answers:
        if not one.startswith("127.0.") or one in ("127.0.0.1", "127.0.1.255"):
            return None
    return True


def _domains(candidate: Candidate) -> list[str]:
    """The registrable domains that a comment links to, the page's own aside."""
    own = domain_of(host_of(candidate.page_url)) if candidate.page_url else ""
    found = links_in(candidate.text)
    named = [one.domain for one in (*found.links, *found.masked)]
    if candidate.author_url:
        named.append(domain_of(host_of(candidate.author_url)))
    return [one for one in dict.fromkeys(named) if one and one != own][:DOMAINS]
