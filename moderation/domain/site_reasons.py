"""The reasons that a site's moderators choose from: each a code with its names, and a sentence to the writer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.errors import Invalid, together
from moderation.domain.labels import label_of
from moderation.domain.reason_codes import ReasonCode

REASONS_LIMIT = 40
CODE_LIMIT = 64  # characters, as of every reason code
LABEL_LIMIT = 60
SENTENCE_LIMIT = 500
ANY = "any"  # stands for every language that has no text of its own
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
# A line break may stand in a text; the other control characters and half surrogates may not.
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*|any")
# Codes that mean how something was decided, and not why.
_RESERVED = frozenset(ReasonCode) - {ReasonCode.SPAM}


@dataclass(frozen=True, slots=True)
class SiteReason:
    """labels: its name by language, 'en', 'de' or ANY. sentences: likewise, what the writer is told where the moderator
    writes nothing; {} for nothing.
    """

    code: str
    labels: Mapping[str, str]
    sentences: Mapping[str, str]

    def label(self, language: str) -> str:
        return _in_language(self.labels, language)

    def sentence(self, language: str) -> str:
        return _in_language(self.sentences, language)


@dataclass(frozen=True, slots=True)
class SiteReasons:
    """A site's list in its order. version: rises with every change; 0: the list is the default, which binds nobody.
    language: of the site's pages, '' unknown.
    """

    reasons: tuple[SiteReason, ...]
    version: int = 0
    language: str = ""

    def name_of(self, code: str) -> str:
        """Its name in the site's language; in plain words where it is not in the list."""
        found = (reason.label(self.language) for reason in self.reasons if reason.code == code)
        return next(found, label_of(code))

    def choose(self, code: str) -> SiteReason:
        """The reason of this code. As long as the list is the default, programs may have codes of their own; those of the code itself always hold.

        Raises Invalid with the pointer /reason, naming those that there are.
        """
        for reason in self.reasons:
            if reason.code == code:
                return reason
        if self.version == 0 or code in _RESERVED:
            return SiteReason(code, {ANY: label_of(code)}, {})
        codes = ", ".join(reason.code for reason in self.reasons)
        raise Invalid(
            f"/reason: Not one of the site's reasons: {codes or 'it has none'}.", "/reason"
        )


def _default(code: str, english: str, german: str) -> SiteReason:
    return SiteReason(code, {"en": english, "de": german}, {})


# The field's usual ones, the most frequent first: nine keys choose the first nine.
DEFAULT_REASONS = (
    _default("offensive", "Offensive", "Beleidigend"),
    _default("personal_attack", "Personal attack", "Persönlicher Angriff"),
    _default("hate_speech", "Hate speech", "Hassrede"),
    _default("off_topic", "Off topic", "Nicht zum Thema"),
    _default("spam", "Spam", "Spam"),
    _default("advertising", "Advertising", "Werbung"),
    _default("illegal", "Illegal content", "Rechtswidriger Inhalt"),
    _default("personal_information", "Personal information", "Persönliche Daten"),
    _default("impersonation", "Impersonation", "Falsche Identität"),
    _default("misinformation", "Misinformation", "Falschinformation"),
    _default("other", "Against the rules", "Regelverstoß"),
)


def check_reasons(reasons: Sequence[SiteReason]) -> tuple[SiteReason, ...]:
    """The list as it may be stored. Raises Invalid with everything that is wrong, each with its pointer."""
    broken = []
    if len(reasons) > REASONS_LIMIT:
        broken.append(Invalid(f"/reasons: Takes {REASONS_LIMIT} at most.", "/reasons"))
    codes = [reason.code for reason in reasons]
    for number, reason in enumerate(reasons[:REASONS_LIMIT]):
        place = f"/reasons/{number}"
        if not _CODE.fullmatch(reason.code):
            rule = f"Takes 1 to {CODE_LIMIT} of a-z, 0-9 and _, beginning with a letter."
            broken.append(Invalid(f"{place}/code: {rule}", f"{place}/code"))
        elif reason.code in _RESERVED:
            broken.append(Invalid(f"{place}/code: Has another meaning already.", f"{place}/code"))
        elif reason.code in codes[:number]:
            broken.append(Invalid(f"{place}/code: Is there before.", f"{place}/code"))
        if not reason.labels:
            broken.append(Invalid(f"{place}/labels: Needs one at least.", f"{place}/labels"))
        broken += _broken_texts(reason.labels, f"{place}/labels", LABEL_LIMIT)
        broken += _broken_texts(reason.sentences, f"{place}/sentences", SENTENCE_LIMIT)
    if broken:
        raise together(broken)
    return tuple(reasons)


def sentence_text(text: str) -> str:
    """A sentence to a writer as it is stored. Raises Invalid with the pointer /sentence."""
    text = text.replace("\r\n", "\n").strip()
    if rule := _broken_rule(text, SENTENCE_LIMIT):
        raise Invalid(f"/sentence: {rule}", "/sentence")
    return text


def _broken_texts(texts: Mapping[str, str], place: str, limit: int) -> list[Invalid]:
    broken = []
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(language):
            rule = "Languages are written like en or pt-BR; 'any' stands for every other."
            broken.append(Invalid(f"{place}: {rule}", place))
        elif rule := _broken_rule(text, limit) if text.strip() else "Must not be empty.":
            broken.append(Invalid(f"{place}/{language}: {rule}", f"{place}/{language}"))
    return broken


def _broken_rule(text: str, limit: int) -> str:
    if len(text) > limit:
        return f"Takes {limit} characters at most."
    return "Must not contain control characters." if _UNFIT.search(text) else ""


def _in_language(texts: Mapping[str, str], language: str) -> str:
    """The text for readers of a language: its own, that of its main language, of any, English, or the first."""
    for name in (language, language.partition("-")[0], ANY, "en"):
        if name in texts:
            return texts[name]
    return next(iter(texts.values()), "")
