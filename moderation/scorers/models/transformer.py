"""A scorer for the folder of a converted model: probabilities per label, and the words behind them."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.markup import as_displayed
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.models.model_card import read_card
from moderation.scorers.models.occlusion import occlude
from moderation.scorers.models.onnx_classifier import OnnxClassifier, Window, sigmoid
from moderation.scorers.models.sampling import sample, unread_share, unread_signals


class Transformer:
    """The labels of the folder's model.json, each 0..1; of a long text the highest of its windows.

    Of a text with more tokens than sampling.MOST_TOKENS some windows are read, and the signal `unread` says how
    much is not.

    name: of the scorer. threads: of one pass. The folder is read at first use, and again after a failure,
    so a model that is added later is found.
    """

    def __init__(self, folder: Path, *, name: str, threads: int = 1) -> None:
        self.name = name
        self._folder, self._threads = folder, threads
        self._loaded: OnnxClassifier | None = None

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned; none while there is no model."""
        try:
            return read_card(self._folder).languages
        except ScorerUnavailable:
            return frozenset()

    def load(self) -> None:
        """Reads and warms up the model, unless that is done. Raises ScorerUnavailable."""
        self._network()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Raises ScorerUnavailable when the model is missing, damaged or fails."""
        network = self._network()
        model = f"{network.card.id}-{network.card.version}"
        readings = [
            _windows_read(network, as_displayed(candidate.view, candidate.parent_text).text)
            for candidate in batch
        ]
        if not readings:
            return []
        # The whole batch at once, so that several passes can run at the same time.
        rows = network.rows([window for windows, _ in readings for window in windows])
        starts = accumulate((len(windows) for windows, _ in readings[:-1]), initial=0)
        highest = sigmoid(np.asarray(np.maximum.reduceat(rows, list(starts), axis=0)))
        return [
            (
                *(
                    Signal(label, value, self.name, model, network.sha256, runtime=network.runtime)
                    for label, value in zip(network.labels, row, strict=True)
                ),
                *unread_signals(self.name, unread),
            )
            for row, (_, unread) in zip(highest.tolist(), readings, strict=True)
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words that raise a label, those with the most effect first; of a long text, in its
        worst window. The passes are remembered: the next label of the same text is nearly free."""
        network = self._network()
        if label not in network.labels:
            return ()
        label_index = network.labels.index(label)
        view = as_displayed(candidate.view, candidate.parent_text)
        text = view.text
        windows, _ = _windows_read(network, text)
        worst = windows[int(network.rows(windows)[:, label_index].argmax())]
        pieces = occlude(
            text[worst.start : worst.end],
            lambda piece: float(network.logits([piece])[0, label_index]),
            lambda piece: len(network.tokens(piece)),
        )
        return tuple(
            Span(*view.original(worst.start + start, worst.start + end)) for start, end in pieces
        )

    def _network(self) -> OnnxClassifier:
        if self._loaded is None:
            if not (self._folder / "model.json").is_file():
                raise ScorerUnavailable(
                    f"The model {self._folder.name} is not on this machine: `gatehouse model add`."
                )
            # The threads of one pass idle between layers; a second pass uses them (docs/decisions/0020).
            self._loaded = OnnxClassifier(
                self._folder, threads=self._threads, at_once=min(2, self._threads)
            )
        return self._loaded


def _windows_read(network: OnnxClassifier, text: str) -> tuple[list[Window], float]:
    """The windows of a text that are read, and the share of it that is not."""
    windows = network.windows(text)
    tokens = [window.token_count for window in windows]
    positions = sample(tokens)
    if len(positions) == len(windows):
        return windows, 0.0
    return [windows[position] for position in positions], unread_share(tokens, positions)
