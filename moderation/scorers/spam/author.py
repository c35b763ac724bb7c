"""Heuristics about the author: a name made of search keywords or gibberish, a disposable e-mail domain."""

from collections.abc import Iterator
from functools import lru_cache

import re2

from moderation.domain.normalise import plain_name
from moderation.domain.patterns import find_spans
from moderation.domain.score import Candidate, Signal
from moderation.scorers.spam.gibberish import gibberish_share
from moderation.scorers.spam.heuristic import heuristic_signal

# Phrases that people want to be found for in searches, and that are nobody's name.
_SEO = re2.compile(
    r"(?i)\b(?:cheap(?:est)?|best|buy|online|discount|affordable|free|top|professional|trusted|get) (?:\w+ ){0,3}"
    r"(?:services?|shop|store|pills?|loans?|insurance|hosting|casino|watches|shoes|handbags|jerseys|essays?|writing|movers?"
    r"|repairs?|cleaning|lawyers?|attorneys?|dentists?|plumbers?|escorts?|agency|company|price|deals?|software|tools?|apps?|vpn|seo)\b"
    r"|\b(?:seo|web ?design|digital marketing|link ?building|backlinks?|payday|casino|slots?|betting|poker|viagra|cialis|xanax|tramadol|kamagra"
    r"|escorts?|porn|forex|crypto ?(?:trading|investment)|essay ?writ(?:ing|er)|dissertation|assignment help|replica|weight ?loss|keto|cbd|vape"
    r"|locksmith|movers and packers|packers and movers|web ?hosting|mod apk|followers)\b"
    r"|\b(?:customer|technical|tech|toll ?free) (?:service|support|care|helpline|number)s?\b|\bsupport (?:phone )?number\b"
    r"|\b(?:services?|repairs?|movers|dealers?|clinic|hospital|company|agency) in \w{3,}|\bnear me\b"
)
_LONGEST_NAME = 6  # words


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`seo_name` (1; note: the phrase), `gibberish_name` (1), `disposable_email` (1; note: its domain)."""
    name = candidate.author_name
    if name:
        plain = plain_name(name)
        if phrases := find_spans(_SEO, plain, 1):
            yield heuristic_signal("seo_name", 1, note=plain[slice(*phrases[0])].lower())
        elif len(plain.split()) > _LONGEST_NAME:
            yield heuristic_signal("seo_name", 1, note=f"{len(plain.split())} words")
        if gibberish_share(plain) > 0.5:
            yield heuristic_signal("gibberish_name", 1)
    if domain := _disposable(candidate.traces.email_domain):
        yield heuristic_signal("disposable_email", 1, note=domain)


@lru_cache(maxsize=4096)
def _disposable(domain: str) -> str:
    """The listed domain that an e-mail's domain is or lies under; '' where none is."""
    from disposable_email_domains import blocklist

    parts = domain.split(".")
    parents = (".".join(parts[start:]) for start in range(max(0, len(parts) - 4), len(parts) - 1))
    return next((parent for parent in parents if parent in blocklist), "")
