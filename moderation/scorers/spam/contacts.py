"""Heuristics about contact details: phone numbers, e-mails and messengers, also spelled out or taken apart."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import re2

from moderation.domain.patterns import contains, find_matches, find_spans
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.heuristic import MATCH_LIMIT, heuristic_signal
from moderation.scorers.spam.links import links_in

# Eight digits or more with the usual separators, or with letters that stand for digits.
_PHONE = re2.compile(r"(?:\+|\b)[0-9](?:[ ().\-/_*~]{0,3}[0-9]){7,14}\b")
_AS_DIGITS = str.maketrans("OoQlI|", "000111")
_REAL_DIGITS = 6
# As many digits but no number to call: dates, amounts with their thousands, lists of years.
_DATE = re.compile(
    r"(?:1[0-9]|20)\d\d([-./ ])\d\d?\1\d\d?.*|\d\d?([-./ ])\d\d?\2(?:1[0-9]|20)?\d\d.*"
)
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:([ .])\d{3})(?:\1\d{3})+|\d+\.\d+")
_DOTTED_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:\.\d+)*")
# Digits alone may be the number of anything; they count as a phone number after one of these words.
_DIGITS_ONLY = re.compile(r"[1-9]\d*")
_YEARS = re.compile(r"(?:(?:1[0-9]|20)\d\d[ /.()-]*)+")
_CALL_TO_DIAL = re.compile(
    r"(?i)(?:call|phone|tel|mobile|whats ?app|text|ring|number|contact|dial)\W*\w{0,3}\W*$"
)
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|oh|double|triple|hundred|thousand"
    "|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun"
    "|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
    "|un|deux|trois|quatre|cinq|sept|huit|neuf"
)
_SPELLED_NUMBER = re2.compile(
    rf"(?i)(?:^|[^\pL\pN])((?:{_NUMBER_WORDS}|[0-9]{{1,4}})(?:[\s,.\-–]{{1,3}}(?:{_NUMBER_WORDS}|[0-9]{{1,4}})){{5,24}})(?:$|[^\pL\pN])"
)
_ENGLISH_DIGITS = _NUMBER_WORDS.split("|")[:10]
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
_MESSENGER_CONTACT = re2.compile(
    rf"(?i)\b(?:{_MESSENGER})\b\W{{0,3}}(?:(?:me|us|at|on|via|number|no|id|now|chat|here|is|handle)\W{{1,3}}){{0,3}}"
    r"(?:@[\w.]{2,32}|\+?[0-9][0-9 ()\-]{5,18}[0-9]|[\w.]{0,30}[0-9_][\w.]{1,30})"
    r"|\b(?:t|wa|m)\.me/\+?[\w.]{3,64}|\b(?:api|chat)\.whatsapp\.com/\S{1,80}|\bdiscord\.gg/\w{2,32}|\bjoin\.skype\.com/\w{2,32}"
)
# At the end of what _MESSENGER_CONTACT matches.
_HANDLE_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{4,18}[0-9]/?$")
# Addresses of Bitcoin, Ethereum, Monero, Tron, Solana and the like, and IBANs.
_ACCOUNT = re2.compile(
    r"\b(?:0x[0-9a-fA-F]{40}|(?:bc|ltc|tb)1[02-9ac-hj-np-z]{11,71}"
    r"|[1-9A-HJ-NP-Za-km-z]{26,44}|[48][1-9A-HJ-NP-Za-km-z]{94}"
    r"|[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?)\b"
)
_TARGET_TEXT_LIMIT = 4_000  # characters that are read for contacts to compare
# A cheap first check.
_CONTACT_HINT = re2.compile(
    r"(?i)[@+0-9]|\.me/|whats|telegram|discord|skype|kik|zero|null|\b(?:at|dot)\b"
)


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`contact`: how many contact details. `contact_disguised`: those of them written in disguise."""
    text, view = candidate.text, candidate.view
    if not (
        contains(_CONTACT_HINT, text)
        or (view.text is not text and contains(_CONTACT_HINT, view.text))
    ):
        if contains(_SPELLED_NUMBER, text):
            yield from _contact_signals(_spelled_numbers(text), [])
        return
    links = [link.span for link in links_in(text).links]
    messengers = _spans(_MESSENGER_CONTACT, text)
    emails = _spans(_EMAIL, text)
    phones = _phones(text)
    visible = _without_overlaps([*messengers, *phones, *emails], ())
    hidden = [mail for mail in emails if "@" not in text[mail.start : mail.end]]
    hidden += _spelled_numbers(text)
    if view.text != text:
        # Those that show only once letters are joined again or digits outside ASCII are read.
        spans_in_view = _spans(_MESSENGER_CONTACT, view.text) + _spans(_EMAIL, view.text)
        spans_in_view += [] if text.isascii() else _phones(view.text)
        original_spans = [Span(*view.original(span.start, span.end)) for span in spans_in_view]
        hidden += _without_overlaps(original_spans, visible)
    hidden = _without_overlaps(hidden, ())
    # Digits inside a link are no phone number; a link into a messenger is a contact all the same.
    standalone = _without_overlaps(set(visible) - {*emails, *messengers}, links)
    contacts = _without_overlaps([*standalone, *messengers, *emails, *hidden], ())
    yield from _contact_signals(hidden, contacts)


@lru_cache(maxsize=128)  # asked for more than once of a batch
def contact_targets(*texts: str) -> tuple[str, ...]:
    """What an author can be reached or paid by, so that equal ones are equal: 'tel:' and the digits; 'mail:',
    'chat:' or 'pay:' and a hash of the e-mail, the messenger handle, the account.

    texts: the comment's, as written and normalised.
    """
    found: dict[str, None] = {}
    for text in dict.fromkeys(texts):
        text = text[:_TARGET_TEXT_LIMIT]
        links = [link.span for link in links_in(text).links]
        # Digits and letters inside a link are its own; a link into a messenger is a contact all the same.
        for span in _without_overlaps([*_spans(_ACCOUNT, text)], links):
            written = text[span.start : span.end]
            if _is_account(written):
                found[_hashed("pay", written)] = None
        if not contains(_CONTACT_HINT, text):
            continue
        messengers = _spans(_MESSENGER_CONTACT, text)
        for span in messengers:
            found[_messenger_target(text[span.start : span.end])] = None
        emails = _spans(_EMAIL, text)
        for span in emails:
            found[_email_target(text[span.start : span.end])] = None
        for span in _without_overlaps(_phones(text), sorted([*links, *messengers, *emails])):
            found[_phone_target(text[span.start : span.end])] = None
    return tuple(found)


def _messenger_target(written: str) -> str:
    """Of 'Telegram: @name', 't.me/name' or a number after a messenger's name."""
    handle = re.split(r"[\s/:@]", written.rstrip("./ "))[-1]
    number = _HANDLE_NUMBER.search(written)
    if number and sum(character.isdigit() for character in number.group()) >= _REAL_DIGITS:
        return _phone_target(number.group())
    return _hashed("chat", handle.lower())


def _email_target(written: str) -> str:
    plain = re.sub(r"(?i)[\s(\[{]+(?:at|@)[\s)\]}]+", "@", written)
    plain = re.sub(r"(?i)[\s(\[{]+(?:dot|\.)[\s)\]}]+", ".", plain).lower()
    name, _, domain = plain.partition("@")
    return _hashed("mail", f"{name.partition('+')[0]}@{domain}")


def _phone_target(written: str) -> str:
    digits = "".join(filter(str.isdigit, written.translate(_AS_DIGITS)))
    return f"tel:{digits.removeprefix('00')}"


def _is_account(written: str) -> bool:
    """Whether letters and digits are mixed as no word or name mixes them."""
    if written[:2].isupper() and written[2:4].isdigit():
        return True
    digits = sum(character.isdigit() for character in written)
    return digits >= 2 and any(map(str.isalpha, written))


def _hashed(kind: str, value: str) -> str:
    digest = hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=8)
    return f"{kind}:{digest.hexdigest()}"


def _contact_signals(hidden: Sequence[Span], contacts: Sequence[Span]) -> Iterator[Signal]:
    contacts = contacts or hidden
    if contacts:
        yield heuristic_signal("contact", len(contacts), contacts)
    if hidden:
        yield heuristic_signal("contact_disguised", len(hidden), hidden)


def _spans(pattern: object, text: str) -> list[Span]:
    return [Span(*span) for span in find_spans(pattern, text, MATCH_LIMIT)]


def _phones(text: str) -> list[Span]:
    with_digits = text.translate(_AS_DIGITS)
    return [span for span in _spans(_PHONE, with_digits) if _is_phone(text, span)]


def _is_phone(text: str, span: Span) -> bool:
    written = text[span.start : span.end]
    if sum(character.isdigit() for character in written) < _REAL_DIGITS:
        return False
    if _DATE.fullmatch(written) or _YEARS.fullmatch(written) or _DOTTED_NUMBERS.fullmatch(written):
        return False
    if not _DIGITS_ONLY.fullmatch(written) and not _AMOUNT.fullmatch(written):
        return True
    return bool(_CALL_TO_DIAL.search(text[max(0, span.start - 30) : span.start]))


def _spelled_numbers(text: str) -> list[Span]:
    """Runs of number words that make seven digits or more and do not just count up or down."""
    runs = []
    for match in find_matches(_SPELLED_NUMBER, text, MATCH_LIMIT // 10):
        span = match.span(1)
        parts = re.split(r"[\s,.\-–]+", text[slice(*span)].lower())
        number_words = [part for part in parts if not part.isdigit()]
        digits = len(number_words) + sum(len(part) for part in parts if part.isdigit())
        if len(number_words) < 3 or digits < 7 or _is_counting(number_words):
            continue
        runs.append(Span(*span))
    return runs


def _is_counting(words: Sequence[str]) -> bool:
    if any(word not in _ENGLISH_DIGITS for word in words):
        return False
    positions = [_ENGLISH_DIGITS.index(word) for word in words]
    steps = {after - before for before, after in pairwise(positions)}
    return steps in ({1}, {-1}, {0})


def _without_overlaps(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The spans that overlap none of the others; of those that overlap each other, the first and longest."""
    remaining_others = iter(sorted(others))
    other_span = next(remaining_others, None)
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.start, -span.end)):
        while other_span is not None and other_span.end <= span.start:
            other_span = next(remaining_others, None)
        is_free = not kept or kept[-1].end <= span.start
        if is_free and (other_span is None or span.end <= other_span.start):
            kept.append(span)
    return kept
