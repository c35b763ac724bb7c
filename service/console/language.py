"""The language of a console page: chosen for each request, and its words from languages/*/LC_MESSAGES/console.po.

English is the source, so it has no catalogue. `_`, `ngettext` and `pgettext` translate where a page is made; `N_` only
marks words that are translated later, as those of a table at the top of a module.
"""

import gettext as standard
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request

from service.console import mirrored

# What a person may choose, each in its own language.
LANGUAGES = {"en": "English", "de": "Deutsch"}
FOLDER = Path(__file__).parent / "languages"

_WANTED = re.compile(
    r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?"
)
_ENTRY = re.compile(r'^(msg\w+(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.M)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_CONTEXT = "\x04"  # between a context and its words, as in gettext's own files


def _unescaped(escape: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(escape[1], escape[1])


class Catalogue(standard.NullTranslations):
    """The words of a .po file. The file is read as it is: nothing has to be compiled, so nothing can be stale."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.messages: dict[str, list[str]] = {}
        context, key = "", ""
        for keyword, quoted in _ENTRY.findall(text):
            words = _ESCAPED.sub(_unescaped, "".join(_QUOTED.findall(quoted)))
            if keyword == "msgctxt":
                context = words + _CONTEXT
            elif keyword == "msgid":
                key, context = context + words, ""
            elif keyword.startswith("msgstr"):
                self.messages.setdefault(key, []).append(words)
        header = self.messages.pop("", [""])[0]
        rule = re.search(r"plural=([^;\n]+)", header)
        self._form = standard.c2py(rule[1] if rule else "n != 1")

    def gettext(self, message: str) -> str:
        return self.messages.get(message, [""])[0] or message

    def ngettext(self, one: str, many: str, n: int) -> str:
        forms = self.messages.get(one, [])
        form = self._form(n)
        return (forms[form] if form < len(forms) else "") or super().ngettext(one, many, n)

    def pgettext(self, context: str, message: str) -> str:
        return self.messages.get(context + _CONTEXT + message, [""])[0] or message


class ConsoleLanguage:
    """One language. code: for <html lang>. direction: ltr or rtl. thousands, decimal: the signs in numbers."""

    def __init__(self, code: str, words: standard.NullTranslations) -> None:
        self.code, self.words = code, words
        self.direction = "rtl" if code == mirrored.CODE else "ltr"
        self.thousands, self.decimal = (".", ",") if code == "de" else (",", ".")

    def in_digits(self, english: str) -> str:
        """A number as this language writes it. english: '12,345.6'."""
        return english.translate({ord(","): self.thousands, ord("."): self.decimal})


@cache
def language(code: str) -> ConsoleLanguage:
    """code: of LANGUAGES, or the mirrored one's."""
    if code == mirrored.CODE:
        return ConsoleLanguage(code, mirrored.Mirrored())
    path = FOLDER / code / "LC_MESSAGES" / "console.po"
    words = Catalogue(path.read_text("utf-8")) if path.exists() else standard.NullTranslations()
    return ConsoleLanguage(code, words)


_request: ContextVar[list[ConsoleLanguage] | None] = ContextVar("language", default=None)


def begin(request: Request) -> None:
    """From here on, whoever answers this request speaks the language that its browser asks for."""
    _request.set([language(_accepted(request.headers.get("accept-language", "")))])


def choose(code: str) -> None:
    """What a person has chosen counts for more than what the browser says. code: '' where they have not.

    A list holds the language, for this is called in another thread than the page is made in.
    """
    held = _request.get()
    if held is not None and code in LANGUAGES:
        held[0] = language(code)


def current() -> ConsoleLanguage:
    held = _request.get()
    return held[0] if held else language("en")


def _accepted(header: str) -> str:
    """The language that a browser wants most, of those that we have."""
    wanted: list[tuple[float, int, str]] = []
    for part in header[:1_000].split(","):
        if found := _WANTED.fullmatch(part):
            code = found[1] if found[1] == mirrored.CODE else found[1].partition("-")[0].lower()
            weight = float(found[2] or 1)
            if weight and (code == mirrored.CODE or code in LANGUAGES):
                wanted.append((-weight, len(wanted), code))
    return min(wanted, default=(0, 0, "en"))[2]


def _(message: str, **values: Any) -> str:
    """The words in the language of the page. values: of the placeholders %(name)s; a text without any stays as it is."""
    found = current().words.gettext(message)
    return found % values if values else found


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """The form for n, with the placeholder %(n)s filled in as the language writes numbers, and others by `values`."""
    return current().words.ngettext(one, many, n) % {"n": number(n), **values}


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks words for the catalogue that are translated where they are shown."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - as N_, for what is counted
    """Marks both forms of what ngettext() gets later."""
    return one, many


def number(value: float, digits: int = 0) -> str:
    """'12,345', '0.93', or as the language of the page writes it. digits: after the decimal sign."""
    return current().in_digits(f"{value:,.{digits}f}")


def upfirst(words: str) -> str:
    """With a capital at the beginning; the rest stays, for German nouns have theirs anywhere."""
    return words[:1].upper() + words[1:]


# The functions of jinja2.ext.i18n; it fills in the placeholders, and escapes what it puts there.
FOR_TEMPLATES: Mapping[str, Callable[..., str]] = {
    "gettext": lambda message: current().words.gettext(message),
    "ngettext": lambda one, many, n: current().words.ngettext(one, many, n),
    "pgettext": lambda context, message: current().words.pgettext(context, message),
}
