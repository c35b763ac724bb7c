"""The author's name and website, read by the same models as the text, in the same pass."""

import re
from collections.abc import Sequence
from dataclasses import replace

from cachetools import LRUCache

from moderation.domain.names import name_words
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, Scorer, Signal, Span
from moderation.scorers.spam.heuristic import word_set
from moderation.scorers.spam.links import domain_of, host_of

_KEPT = 8_192  # names whose measurement is remembered: most come again
_LENGTH_LIMIT = 250  # characters that are read of each
_WORD = re.compile(r"[^\W\d_]+")
# First names and surnames of many people that also mean something else. They are read as _OTHER where the rest of a name
# does not make a phrase of them.
_REAL_NAMES = word_set("""
    adcock alcock assman balls bich butt butts cock cockburn cocks coon coons crapper cumming cummings death dick dickens
    dickerson dickinson dickman dicks dyke dykes fagan fagg faggs fagin fanny fick ficker fuchs fuk fuks gay gaye hoe
    hooker kike killen killick kuntz laycock lick lynch negro negron nutter phuc phuck pigg pocock prickett rapp savage
    semen sexauer shitrit shittu slaughter slutsky stupak stupka suk twatt
""")
_OTHER = "Smith"
_WORDS_OF_A_NAME = 4
_PHRASE = word_set("""
    a an the my your his her our their i you u we they me it is are am was be and or with for to of in on off out
    up all this that no not big huge giant long small tiny hard wet hairy fat head heads hole face eat eats lick licks suck
    sucks sucker licker lover lovers hater haters muncher fucker fucking fuck shit shitty ass stupid dirty filthy bloody
    die dies kill kills hate hates must should will go get like likes love loves old sore pain flaps plug
    cheese wipe lord jews muslims women men blacks whites gays who power pride trash scum
""")


class WithAuthorNames:
    """A scorer that also measures names and websites.

    Its own signals are those of the text. `name_X` and `website_X` are the author's, where X is the name of the
    first of its signals or, of a model's several scores, `toxicity` for the highest; the note says of what. No
    spans: there is nothing to mark in the text. Ordinary names are ordinary, whatever else they mean.
    scorer: the one that measures.
    """

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self._known: LRUCache[tuple[str, str], tuple[Signal, ...]] = LRUCache(_KEPT)

    @property
    def name(self) -> str:
        return self.scorer.name

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return getattr(self.scorer, "languages", frozenset())

    def load(self) -> None:
        """Raises ScorerUnavailable."""
        load = getattr(self.scorer, "load", None)
        if load:
            load()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...] | None]:
        """As the scorer does; None too where a name could not be measured."""
        fields = [list(_fields(candidate)) for candidate in batch]
        keys = [[(_language(candidate), text) for _, text in texts] for candidate, texts in zip(batch, fields, strict=True)]  # fmt: skip
        unknown: dict[tuple[str, str], Candidate] = {}
        for candidate, keys_of_candidate in zip(batch, keys, strict=True):
            for key in keys_of_candidate:
                if key not in self._known:
                    unknown[key] = replace(candidate, text=key[1], view=normalise(key[1]))
        answers = list(self.scorer.measure([*batch, *unknown.values()]))
        new = dict(zip(unknown, answers[len(batch) :], strict=True))
        measured = {key: self._known.get(key, new.get(key)) for some in keys for key in some}
        self._known.update({key: found for key, found in new.items() if found is not None})
        return [
            _together(answer, [(field, text, measured[key]) for (field, text), key in zip(texts, some, strict=True)])
            for answer, texts, some in zip(answers, fields, keys, strict=False)
        ]  # fmt: skip

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        if label.startswith(("name_", "website_")):
            return ()
        return self.scorer.explain(candidate, label)


def _fields(candidate: Candidate) -> list[tuple[str, str]]:
    """What is read of the author: the field with each of its readings."""
    texts = []
    if name := candidate.author_name[:_LENGTH_LIMIT]:
        readings = (_ordinary(name), _ordinary(" ".join(name_words(name))))
        texts += [("name", text) for text in dict.fromkeys(readings) if text]
    if url := candidate.author_url[:_LENGTH_LIMIT]:
        host = host_of(url)
        registered = domain_of(host).partition(".")[0] or host
        path = (url.partition("://")[2] or url).partition("/")[2]
        words = _WORD.findall(f"{host.partition(registered)[0]} {registered} {path}")
        texts.append(("website", _ordinary(" ".join(word for word in words if word != "www"))))
    return [(field, text) for field, text in texts if text]


def _ordinary(name: str) -> str:
    """A name in which real names that also mean something else are others."""
    words = name.split()
    plain = [word.casefold().strip(".,'’") for word in words]
    if len(words) > _WORDS_OF_A_NAME or not _PHRASE.isdisjoint(plain):
        return name
    return " ".join(
        _OTHER if word in _REAL_NAMES or set(word.split("-")) & _REAL_NAMES else written
        for word, written in zip(plain, words, strict=True)
    )


def _language(candidate: Candidate) -> str:
    """By which a model for some languages may choose."""
    names = ("language", "language_unsupported")
    return " ".join(signal.note for signal in candidate.signals if signal.name in names)


def _together(
    answer: tuple[Signal, ...] | None,
    fields: Sequence[tuple[str, str, tuple[Signal, ...] | None]],
) -> tuple[Signal, ...] | None:
    if answer is None or any(signals is None for _, _, signals in fields):
        return None
    worst: dict[str, Signal] = {}
    for field, text, signals in fields:
        for signal in signals or ():
            # One word threatens nobody: people are called Lynch and Slaughter.
            if signal.name == "unread" or (signal.name == "threat" and " " not in text):
                continue
            name = f"{field}_{'toxicity' if signal.is_score else signal.name}"
            if name not in worst or signal.value > worst[name].value:
                note = signal.name.replace("_", " ") if signal.is_score else ""
                worst[name] = replace(signal, name=name, note=note, spans=(), vector=b"")
    return (*answer, *worst.values())
