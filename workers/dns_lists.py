"""Asks DNS block lists (SURBL, URIBL, Spamhaus DBL) whether a linked domain is on them.

Only where GATEHOUSE_DNS_LISTS names some. Linked domains are sent, never a text or an address. A question
that is not answered in time counts as not asked.
"""

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.links import domain_of, host_of, links_in
from workers.external_lookup import Clock, ExternalLookup

SECONDS = 1.0  # for all questions of one batch together
# Lists change by the minute; their operators ask for no more queries than necessary.
KEPT_SECONDS = 3600.0
DOMAINS = 5  # of one comment

_Question = tuple[str, str]  # a domain, and the list

Resolve = Callable[[str], Sequence[str]]


def resolve(name: str) -> list[str]:
    """The IPv4 addresses of an absolute name; [] where there is no such name. Raises OSError."""
    try:
        addresses = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            return []
        raise
    return [str(entry[4][0]) for entry in addresses]


class DnsLists:
    """Signal `dns_listed`: how many linked domains are on a list; note: the first; absent for none.

    zones: such as multi.surbl.org. Nothing is asked about links to the page's own domain. Never raises.
    clock: seconds.
    """

    is_external = True
    name = "dns"

    def __init__(
        self,
        zones: Sequence[str],
        resolve: Resolve = resolve,
        clock: Clock = time.monotonic,
        seconds: float = SECONDS,
    ) -> None:
        self._resolve, self._zones = resolve, tuple(dict.fromkeys(zones))
        self._lookup: ExternalLookup[_Question, bool] = ExternalLookup(
            self._ask_list,
            lambda question: question[1],
            seconds=seconds,
            kept_seconds=KEPT_SECONDS,
            clock=clock,
        )

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        domains_by_comment = [_domains(candidate) for candidate in batch]
        answers = self._lookup.answers(
            self._questions(
                domain for comment_domains in domains_by_comment for domain in comment_domains
            )
        )
        listed = {domain for (domain, _), is_listed in answers.items() if is_listed}
        return [
            tuple(self._signals([domain for domain in comment_domains if domain in listed]))
            for comment_domains in domains_by_comment
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The links to listed domains."""
        answers = self._lookup.cached_answers(self._questions(_domains(candidate)))
        listed = {domain for (domain, _), is_listed in answers.items() if is_listed}
        return tuple(link.span for link in links_in(candidate.text).links if link.domain in listed)

    def _questions(self, domains: Iterable[str]) -> list[_Question]:
        return [(domain, zone) for domain in domains for zone in self._zones]

    def _ask_list(self, question: _Question) -> bool | None:
        domain, zone = question
        return _listed_by(self._resolve(f"{domain}.{zone}."))

    def _signals(self, listed: Sequence[str]) -> Iterator[Signal]:
        if listed:
            yield Signal("dns_listed", float(len(listed)), self.name, note=listed[0][:80])


def _listed_by(addresses: Sequence[str]) -> bool | None:
    """Whether the answers mean listed; None where they mean that the query is refused.

    127.0.0.1 at SURBL and URIBL, 127.255.255.x and 127.0.1.255 at Spamhaus are refusals; what is not
    in 127.0.0.0/8 comes from a resolver that makes up addresses.
    """
    if not addresses:
        return False
    for address in addresses:
        if not address.startswith("127.0.") or address in ("127.0.0.1", "127.0.1.255"):
            return None
    return True


def _domains(candidate: Candidate) -> list[str]:
    """The registrable domains that a comment links to, without the page's own."""
    page_domain = domain_of(host_of(candidate.page_url)) if candidate.page_url else ""
    links = links_in(candidate.text)
    domains = [link.domain for link in (*links.links, *links.masked)]
    if candidate.author_url:
        domains.append(domain_of(host_of(candidate.author_url)))
    return [domain for domain in dict.fromkeys(domains) if domain and domain != page_domain][
        :DOMAINS
    ]
