"""Sentences that other rooms have made, in the language of the page: why something was refused, why a comment is held.

They come in English and whole. The catalogue has them with {names} where something was filled in, and finds what that was.
"""

import re
from functools import cache, lru_cache

from service.console import language, mirrored
from service.console.language import N_

# Those that are put together elsewhere, so that the catalogue could not read them from there. {n…} is a number.
PUT_TOGETHER = (
    N_("Same text from {facts}; the same {contact}."),
    N_("Same text from {facts}; link to {domain}."),
    N_("Same text from {facts}; link to {domain}, first seen today."),
    N_("Same text from {facts}; link to {domain}, first seen 1 day ago."),
    N_("Same text from {facts}; link to {domain}, first seen {n_days} days ago."),
    N_("{n_sources} addresses on {n_pages} pages in {time}"),
    N_("{n_sources} addresses on 1 page in {time}"),
    N_("1 address on {n_pages} pages in {time}"),
    N_("1 address on 1 page in {time}"),
    N_("{n_sources} names on {n_pages} pages in {time}"),
    N_("{n_sources} names on 1 page in {time}"),
    N_("1 name on {n_pages} pages in {time}"),
    N_("1 name on 1 page in {time}"),
    N_("a minute"),
    N_("{n} minutes"),
    N_("{n} hours"),
    N_("{n} days"),
    N_("telephone number"),
    N_("e-mail address"),
    N_("messenger handle"),
    N_("account for payments"),
    N_("has been removed"),
    N_("is not decided yet"),
    N_("1 published earlier was left as it is: decide singly, if need be."),
    N_("{n} published earlier were left as they are: decide singly, if need be."),
    N_("hold at {n_at}: {n_share} % held; nobody decided about what it publishes"),
    N_("hold at {n_at}: {n_share} % held, misses none of {n} (95 %: at most 1 in {n_most})"),
    N_("hold at {n_at}: {n_share} % held, misses 1 in {n} (95 %: {n_low} to {n_high})"),
    N_("needs {n} more decisions by people"),
    N_("needs {n} more removals by people"),
    N_("needs {n} more decisions and {n_removals} more removals by people"),
    N_("no threshold misses that little"),
    # Of the log-in provider (service/access/provider.py).
    N_("{name} does not answer, or not as it should. Try again, or log in with a password."),
    N_("{name} did not let you in."),
    N_("What {name} said of you could not be verified. Please try again."),
    N_("This log-in took too long, or began in another browser. Please try again."),
)
_LONGEST = 1_000  # characters; a pattern has several places, and whatever fills them is tried
_NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?")
_PLACE = re.compile(r"\{(\w+)\}")


def translated(sentence: str) -> str:
    """The sentence in the language of the page; in English where the catalogue does not have it."""
    if not sentence or len(sentence) > _LONGEST:
        return sentence
    return _translated(language.current().code, sentence)


@lru_cache(2_048)
def _translated(code: str, sentence: str) -> str:
    words = language.language(code).words
    if code == mirrored.CODE or not isinstance(words, language.Catalogue):
        return words.gettext(sentence)
    if (known := words.gettext(sentence)) != sentence:
        return known
    for pattern, form in _patterns(code):
        if found := pattern.fullmatch(sentence):
            filled = {name: _part(code, value) for name, value in found.groupdict().items()}
            return form.format(**filled)
    return sentence


def _part(code: str, value: str) -> str:
    """What was filled in: a sentence's part may be one of ours, as 'admins', or several, as 'links, capitals'."""
    if _NUMBER.fullmatch(value):
        return language.language(code).in_digits(value)
    whole = _translated(code, value)
    if whole != value or ", " not in value:
        return whole
    return ", ".join(language.language(code).words.gettext(part) for part in value.split(", "))


@cache
def _patterns(code: str) -> list[tuple[re.Pattern[str], str]]:
    """What a sentence looks like, and its translation; the longest first, for it says most."""
    words = language.language(code).words
    messages = words.messages if isinstance(words, language.Catalogue) else {}
    forms = [(key, forms[0]) for key, forms in messages.items() if _PLACE.search(key) and forms[0]]
    return [
        (re.compile(_pattern(key), re.S), form)
        for key, form in sorted(forms, key=lambda pair: -len(_PLACE.sub("", pair[0])))
    ]


def _pattern(message: str) -> str:
    pieces = _PLACE.split(message)
    return "".join(
        re.escape(piece)
        if place % 2 == 0
        else f"(?P<{piece}>{r'[0-9.,]+' if piece[:2] in ('n', 'n_') else '.+'})"
        for place, piece in enumerate(pieces)
    )
