"""Sentences that other rooms have made, in the language of the page: why something was refused, why a comment is held.

They come in English and whole. The catalogue has them with {names} where something was filled in, and finds what that was.
"""

import re
from functools import cache, lru_cache

from service.console import language, mirrored

_PLACE = re.compile(r"\{(\w+)\}")


def translated(sentence: str) -> str:
    """The sentence in the language of the page; in English where the catalogue does not have it."""
    return _translated(language.current().code, sentence) if sentence else ""


@lru_cache(2_048)
def _translated(code: str, sentence: str) -> str:
    words = language.language(code).words
    if code == mirrored.CODE or not isinstance(words, language.Catalogue):
        return words.gettext(sentence)
    if (known := words.gettext(sentence)) != sentence:
        return known
    for pattern, form in _patterns(code):
        if found := pattern.fullmatch(sentence):
            filled = {name: words.gettext(value) for name, value in found.groupdict().items()}
            return form.format(**filled)
    return sentence


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
        f"(?P<{piece}>.+)" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)
    )
