"""Heuristics about how a reply was handed in: the form's trap, the user agent, the referrer."""

from collections.abc import Iterator
from functools import lru_cache

import re2

from moderation.domain.patterns import contains
from moderation.domain.score import Candidate, Signal
from moderation.scorers.spam.heuristic import heuristic_signal
from moderation.scorers.spam.links import domain_of, host_of

_PROGRAM = re2.compile(
    r"(?i)\b(?:curl|wget|libwww|python|httpx|aiohttp|okhttp|java/|go-http-client|ruby|perl|php/|node-fetch|axios"
    r"|scrapy|httpclient|winhttp|postman|insomnia|headlesschrome|phantomjs|slimerjs|selenium|puppeteer|playwright"
    r"|xrumer|scrapebox|gsa|senuke|bot|crawler|spider)"
)
# Browsers that nobody has used for ten years but spammers still claim to be.
_OUTDATED = re2.compile(r"MSIE [1-9]\.|Firefox/[1-3]?\d\.|Chrome/[1-4]?\d\.|Opera/[1-9]\.|Netscape")


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`form_trap`, `user_agent_odd`, `referrer_odd`."""
    if candidate.trap_filled:
        yield heuristic_signal("form_trap", 1)
    yield from _user_agent(candidate)
    yield from _referrer(candidate)


def _user_agent(candidate: Candidate) -> Iterator[Signal]:
    agent = candidate.traces.user_agent.strip()
    # The site's own program may leave it out.
    if agent and (odd := _describe_oddity(agent)):
        yield heuristic_signal("user_agent_odd", 1, note=odd)


@lru_cache(maxsize=1024)  # people share their browsers' names
def _describe_oddity(agent: str) -> str:
    if contains(_PROGRAM, agent):
        return "a program"
    if len(agent) < 20 or "/" not in agent:
        return "no browser"
    return "antique" if contains(_OUTDATED, agent) else ""


def _referrer(candidate: Candidate) -> Iterator[Signal]:
    """Odd where it is of another domain than the page. Browsers that protect privacy send none."""
    referrer, page_host = host_of(candidate.traces.referrer), host_of(candidate.page_url)
    if (
        referrer
        and page_host
        and referrer != page_host
        and (domain_of(referrer) or referrer) != (domain_of(page_host) or page_host)
    ):
        yield heuristic_signal("referrer_odd", 1, note=domain_of(referrer) or referrer)
