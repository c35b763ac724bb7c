"""Ways to be reached: phone numbers, e-mails and messengers, also spelled out or taken apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import re2

from moderation.domain.patterns import contains, find_matches, find_spans
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.heuristic import MOST, sign
from moderation.scorers.spam.links import links_in

# Eight digits or more with the usual separators, or with letters that stand for digits.
_PHONE = re2.compile(r"(?:\+|\b)[0-9](?:[ ().\-/_*~]{0,3}[0-9]){7,14}\b")
_AS_DIGITS = str.maketrans("OoQlI|", "000111")
_REAL_DIGITS = 6
# What has as many digits and is no number to call: dates, sums with their thousands, lists of years.
_DATE = re.compile(
    r"(?:1[0-9]|20)\d\d([-./ ])\d\d?\1\d\d?.*|\d\d?([-./ ])\d\d?\2(?:1[0-9]|20)?\d\d.*"
)
_SUM = re.compile(r"[1-9]\d{0,2}(?:([ .])\d{3})(?:\1\d{3})+|\d+\.\d+")
_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:\.\d+)*")
# A row of digits alone may be the number of anything; of a telephone where it says so.
_PLAIN = re.compile(r"[1-9]\d*")
_YEARS = re.compile(r"(?:(?:1[0-9]|20)\d\d[ /.()-]*)+")
_CALLED = re.compile(
    r"(?i)(?:call|phone|tel|mobile|whats ?app|text|ring|number|contact|dial)\W*\w{0,3}\W*$"
)
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|oh|double|triple|hundred|thousand"
    "|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun"
    "|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
    "|un|deux|trois|quatre|cinq|sept|huit|neuf"
)
_SPELLED = re2.compile(
    rf"(?i)(?:^|[^\pL\pN])((?:{_NUMBER_WORDS}|[0-9]{{1,4}})(?:[\s,.\-–]{{1,3}}(?:{_NUMBER_WORDS}|[0-9]{{1,4}})){{5,24}})(?:$|[^\pL\pN])"
)
_IN_ORDER = _NUMBER_WORDS.split("|")[:10]
_BRACKETED_AT = r"\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?"
_BRACKETED_DOT = r"\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?"
# a@b.com and a(at)b(dot)com in any mixture, but "look at b.com" only with its dot spelled too.
_EMAIL = re2.compile(
    rf"(?i)\b[a-z0-9._%+-]+(?:@|{_BRACKETED_AT})[a-z0-9-]+(?:(?:\.|{_BRACKETED_DOT}|\sdot\s)[a-z0-9-]+)*(?:\.|{_BRACKETED_DOT}|\sdot\s)[a-z]{{2,10}}\b"
    rf"|\b[a-z0-9._%+-]+\sat\s[a-z0-9-]+(?:{_BRACKETED_DOT}|\sdot\s)[a-z]{{2,10}}\b"
)
_MESSENGER = (
    r"whats ?app|telegram|viber|wechat|skype|signal|kik|snapchat|discord|instagram|line id|zalo|icq"
)
_REACH = re2.compile(
    rf"(?i)\b(?:{_MESSENGER})\b\W{{0,3}}(?:(?:me|us|at|on|via|number|no|id|now|chat|here|is|handle)\W{{1,3}}){{0,3}}"
    r"(?:@[\w.]{2,32}|\+?[0-9][0-9 ()\-]{5,18}[0-9]|[\w.]{0,30}[0-9_][\w.]{1,30})"
    r"|\b(?:t|wa|m)\.me/\+?[\w.]{3,64}|\b(?:api|chat)\.whatsapp\.com/\S{1,80}|\bdiscord\.gg/\w{2,32}|\bjoin\.skype\.com/\w{2,32}"
)
# A first, cheap look.
_MENTION = re2.compile(
    r"(?i)[@+0-9]|\.me/|whats|telegram|discord|skype|kik|zero|null|\b(?:at|dot)\b"
)


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`contact`: how many ways to be reached. `contact_disguised`: those that were hidden from view."""
    text, view = candidate.text, candidate.view
    if not (contains(_MENTION, text) or (view.text is not text and contains(_MENTION, view.text))):
        if contains(_SPELLED, text):
            yield from _told(_spelled(text), [])
        return
    links = [one.span for one in links_in(text).links]
    reach = _spans(_REACH, text)
    mails = _spans(_EMAIL, text)
    phones = _phones(text)
    plain = _apart([*reach, *phones, *mails], ())
    hidden = [one for one in mails if "@" not in text[one.start : one.end]]
    hidden += _spelled(text)
    if view.text != text:
        # What shows only once letters are joined again, or digits read that are no ASCII.
        seen = _spans(_REACH, view.text) + _spans(_EMAIL, view.text)
        seen += [] if text.isascii() else _phones(view.text)
        there = [Span(*view.original(one.start, one.end)) for one in seen]
        hidden += _apart(there, plain)
    hidden = _apart(hidden, ())
    # Digits inside a link are no phone number; a link into a messenger is a contact all the same.
    known = _apart(set(plain) - {*mails, *reach}, links)
    both = _apart([*known, *reach, *mails, *hidden], ())
    yield from _told(hidden, both)


def _told(hidden: Sequence[Span], both: Sequence[Span]) -> Iterator[Signal]:
    both = both or hidden
    if both:
        yield sign("contact", len(both), both)
    if hidden:
        yield sign("contact_disguised", len(hidden), hidden)


def _spans(pattern: object, text: str) -> list[Span]:
    return [Span(*one) for one in find_spans(pattern, text, MOST)]


def _phones(text: str) -> list[Span]:
    read = text.translate(_AS_DIGITS)
    return [one for one in _spans(_PHONE, read) if _is_phone(text, one)]


def _is_phone(text: str, span: Span) -> bool:
    written = text[span.start : span.end]
    if sum(sign.isdigit() for sign in written) < _REAL_DIGITS:
        return False
    if _DATE.fullmatch(written) or _YEARS.fullmatch(written) or _QUAD.fullmatch(written):
        return False
    if not _PLAIN.fullmatch(written) and not _SUM.fullmatch(written):
        return True
    return bool(_CALLED.search(text[max(0, span.start - 30) : span.start]))


def _spelled(text: str) -> list[Span]:
    """Runs of number words that make seven digits or more and do not just count up or down."""
    runs = []
    for match in find_matches(_SPELLED, text, MOST // 10):
        run = match.span(1)
        words = re.split(r"[\s,.\-–]+", text[slice(*run)].lower())
        said = [word for word in words if not word.isdigit()]
        digits = len(said) + sum(len(word) for word in words if word.isdigit())
        if len(said) < 3 or digits < 7 or _counts(said):
            continue
        runs.append(Span(*run))
    return runs


def _counts(words: Sequence[str]) -> bool:
    if any(word not in _IN_ORDER for word in words):
        return False
    places = [_IN_ORDER.index(word) for word in words]
    steps = {after - before for before, after in pairwise(places)}
    return steps in ({1}, {-1}, {0})


def _apart(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The spans that touch none of the others, nor each other; the longest of those that do."""
    taken = iter(sorted(others))
    other = next(taken, None)
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda one: (one.start, -one.end)):
        while other is not None and other.end <= span.start:
            other = next(taken, None)
        free = not kept or kept[-1].end <= span.start
        if free and (other is None or span.end <= other.start):
            kept.append(span)
    return kept
