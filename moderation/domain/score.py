"""What scorers read and measure, and the contract of every scorer."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.filter import NO_FILTERS, FilterSet
from moderation.domain.history import NO_HISTORY, History
from moderation.domain.names import NO_NAMES, SiteNames
from moderation.domain.normalised_text import NormalisedText

# The signal of a model that has not read a text whole: the share of it, 0..1, that nobody has read.
UNREAD = "unread"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of the original text: code points, start inclusive, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured fact about a revision.

    name: what was measured ('links', 'wordlist:newsroom', 'toxicity'). value: a finite number.
    scorer: who measured. model: id and version of the model, '' for a plain measurement; a signal
    with a model is a Score, a probability 0..1. sha256: of the model's weights, hex. runtime: what
    ran it, with its version and precision ('onnxruntime-1.32.0/int8').
    spans: the evidence. note: a short machine word (a language code, a host), never the text. vector: how the
    model saw the text, one signed byte a number, for lessons of the site to learn from; b'' where it does not say.
    """

    name: str
    value: float
    scorer: str
    model: str = ""
    sha256: str = ""
    spans: tuple[Span, ...] = ()
    note: str = ""
    runtime: str = ""
    vector: bytes = field(default=b"", repr=False)

    @property
    def is_score(self) -> bool:
        return bool(self.model)


@dataclass(frozen=True, slots=True)
class SenderTraces:
    """What scorers may know about the sender: never an e-mail or an address.

    email_domain: in lower case. email_key, address_key: keyed hashes (store/sql/crypto.py). network: the
    /24 or /48 of the address; network_key: its keyed hash. author_key: the keyed hash of the author's proved
    identity. Each '' where unknown or already forgotten.
    """

    email_domain: str = ""
    email_key: str = ""
    address_key: str = ""
    network: str = ""
    user_agent: str = ""
    referrer: str = ""
    author_key: str = ""
    network_key: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A revision as scorers see it.

    text: the original. view: the same, normalised. language: of the page, '' where unknown. author_name,
    author_url: as typed in. author_badge: staff or author by the word of the site's server, '' for neither. parent_text: of the comment that it replies to. created_at: when it was
    submitted, ms. trap_filled: whether a field that people do not see was. Ids are '' for a text that is scored
    and not stored. filters: the site's. names: that only the site's staff should use. history: what the store
    knows about it. signals: those of the scorers that ran before this one.
    """

    text: str
    view: NormalisedText
    language: str = ""
    author_name: str = ""
    author_url: str = ""
    author_badge: str = ""
    page_url: str = ""
    page_title: str = ""
    parent_text: str = ""
    comment_id: str = ""
    site_id: str = ""
    page_id: str = ""
    created_at: int = 0
    traces: SenderTraces = SenderTraces()
    trap_filled: bool = False
    filters: FilterSet = NO_FILTERS
    names: SiteNames = NO_NAMES
    history: History = NO_HISTORY
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was measured of one revision: the signals, and the names of the scorers that failed."""

    signals: tuple[Signal, ...] = ()
    failed: tuple[str, ...] = field(default=())

    def get(self, name: str) -> Signal | None:
        return next((signal for signal in self.signals if signal.name == name), None)

    def score(self, name: str) -> float | None:
        """The probability of this label, 0..1; None where no model has given it."""
        signal = self.get(name)
        return signal.value if signal and signal.is_score else None


class Scorer(Protocol):
    """Computes signals for a batch of revisions.

    name: short and stable; it appears in reasons, metrics and the log.
    measure: one tuple of signals per candidate, in order; None for a candidate that it should have measured
    and could not. Raises ScorerUnavailable when it cannot measure at all. It is called from one
    thread at a time, except that of a call which did not return in time, and may be called again after failing.
    explain: the spans of one candidate that raise `label`, strongest first; () where it does not know.
    """

    @property
    def name(self) -> str: ...

    def measure(self, batch: Sequence[Candidate]) -> Sequence[tuple[Signal, ...] | None]: ...

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]: ...


class CommentScorer(ABC):
    """A scorer that looks at each comment by itself, and explains a signal by its spans."""

    name: str

    @abstractmethod
    def signals(self, candidate: Candidate) -> Iterable[Signal]:
        """What is measured of one comment."""

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [tuple(self.signals(candidate)) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The spans of the signal of this name, as they are in it."""
        spans_by_name = {signal.name: signal.spans for signal in self.signals(candidate)}
        return spans_by_name.get(label, ())


def measure_all(scorer: Scorer, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
    """The signals of every candidate, for callers that need all of them.

    Raises ScorerUnavailable where one or all could not be measured.
    """
    measured: list[tuple[Signal, ...]] = []
    for signals in scorer.measure(batch):
        if signals is None:
            raise ScorerUnavailable(f"The scorer '{scorer.name}' could not measure a text.")
        measured.append(signals)
    return measured
