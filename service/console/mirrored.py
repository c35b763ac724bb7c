"""A language for tests that nobody speaks: English with accents, in double brackets, from right to left.

Words without brackets have not gone through the catalogue; what stands on the wrong side is laid out by left and right.
A browser gets it by asking for `ar-XB`, as CLDR calls such a language.
"""

import gettext
import re

CODE = "ar-XB"
OPEN, CLOSE = "⟦", "⟧"
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒǧĥíĵķłɱñóþɋřšţúṽŵẋýžÁƁÇĐÉƑǦĤÍĴĶŁṀÑÓÞɊŘŠŢÚṼŴẊÝŽ",
)
# What is no word in a message: placeholders, elements, entities.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]*>|&#?\w+;|\{\w+\})")


class Mirrored(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        pieces = _KEPT.split(message)
        pieces[::2] = [words.translate(_LETTERS) for words in pieces[::2]]
        return f"{OPEN}{''.join(pieces)}{CLOSE}" if message else ""

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)
