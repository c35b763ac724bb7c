"""The Detoxify library itself as a scorer, run by torch: slower and larger than the converted model.

For GATEHOUSE_MODEL_RUNTIME=torch, and for a checkpoint that has not been added yet.
"""

import math
from collections.abc import Sequence, Set
from functools import lru_cache
from importlib.metadata import version

from moderation.domain.markup import as_displayed
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.models.checkpoint import (
    RELEASES,
    Checkpoint,
    find_checkpoint,
    open_checkpoint,
)
from moderation.scorers.models.occlusion import occlude
from moderation.scorers.models.sampling import sample, unread_share, unread_signals

_OVERLAP_TOKENS = (
    64  # tokens that two windows share, so that a sentence or two is whole in one of them
)
_PREDICTIONS_KEPT = 1024  # evidence asks for the same predictions once per label
_Scores = dict[str, float]


class Detoxify:
    """The labels of the checkpoint (toxicity, severe_toxicity, obscene, ...), each 0..1.

    model: a name of checkpoint.RELEASES (taken from torch's cache), or the path of a checkpoint or
    of the folder that holds one. Loaded at first use.
    """

    def __init__(self, model: str, *, name: str = "detoxify") -> None:
        self.name = name
        self._spec = model
        self._loaded: Checkpoint | None = None
        self._predict = lru_cache(_PREDICTIONS_KEPT)(self._predict_text)

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        release = RELEASES.get(self._spec)
        return release.languages if release else frozenset({"en"})

    def load(self) -> None:
        """Reads the model, unless that is done. Raises ScorerUnavailable."""
        self._checkpoint()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Raises ScorerUnavailable when library or checkpoint is missing, damaged or not the pinned one."""
        checkpoint = self._checkpoint()
        model = f"detoxify-{self._spec if self._spec in RELEASES else checkpoint.path.stem}"
        runtime = f"torch-{version('torch')}/fp32"
        measured = []
        for candidate in batch:
            text = as_displayed(candidate.view, candidate.parent_text).text
            windows, unread = _windows_read(checkpoint, text)
            scores = self._scores(checkpoint, {text[start:end] for start, end in windows})
            signals = [
                Signal(label, value, self.name, model, checkpoint.digest, runtime=runtime)
                for label, value in scores.items()
            ]
            measured.append((*signals, *unread_signals(self.name, unread)))
        return measured

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words that raise a label, those with the most effect first; of a long text, in its
        worst window."""
        checkpoint = self._checkpoint()
        if label not in checkpoint.labels:
            return ()
        view = as_displayed(candidate.view, candidate.parent_text)
        text = view.text

        def logit(piece: str) -> float:
            # A part of one window, so it fits: counting its tokens costs more than reading it.
            value = min(max(self._predict(piece)[label], 1e-9), 1 - 1e-9)
            return math.log(value / (1 - value))

        windows, _ = _windows_read(checkpoint, text)
        start, end = max(windows, key=lambda window: logit(text[slice(*window)]))
        return tuple(
            Span(*view.original(start + first, start + last))
            for first, last in occlude(
                text[start:end], logit, lambda piece: len(_token_offsets(checkpoint, piece))
            )
        )

    def _checkpoint(self) -> Checkpoint:
        if self._loaded is None:
            self._loaded = open_checkpoint(find_checkpoint(self._spec))
        return self._loaded

    def _scores(self, checkpoint: Checkpoint, pieces: Set[str]) -> _Scores:
        """Each label's highest value over the pieces of a text.

        Each distinct piece once: 65 kB of dots are the same 500 again and again.
        """
        scores_of_windows = [self._predict(piece) for piece in pieces]
        return {
            label: max(scores[label] for scores in scores_of_windows) for label in checkpoint.labels
        }

    def _predict_text(self, text: str) -> _Scores:
        return self._checkpoint().predict(text)


def _windows_read(checkpoint: Checkpoint, text: str) -> tuple[list[tuple[int, int]], float]:
    """The windows of a text that are read, and the share of it that is not."""
    windows = _windows(checkpoint, text)
    tokens = [checkpoint.window] * len(windows)
    positions = sample(tokens)
    if len(positions) == len(windows):
        return windows, 0.0
    return [windows[position] for position in positions], unread_share(tokens, positions)


def _token_offsets(checkpoint: Checkpoint, text: str) -> list[tuple[int, int]]:
    """Start and end of each token of a text, in code points."""
    try:
        offsets = checkpoint.model.tokenizer(
            text, add_special_tokens=False, truncation=False, return_offsets_mapping=True,
            return_attention_mask=False, verbose=False,
        )["offset_mapping"]  # fmt: skip
    except (
        NotImplementedError
    ):  # tokenizers without offsets: by the same rule, character by character
        offsets = [(position, position + 1) for position in range(len(text))]
    return [offset for offset in offsets if offset[1] > offset[0]]


def _windows(checkpoint: Checkpoint, text: str) -> list[tuple[int, int]]:
    """Pieces that fit into one pass and together cover the text."""
    if len(text) < checkpoint.window:  # a token is at least a character
        return [(0, len(text))]
    tokens = _token_offsets(checkpoint, text)
    if len(tokens) <= checkpoint.window:
        return [(0, len(text))]
    # Half the room is left for a word that makes more tokens when it is cut.
    size = checkpoint.window
    step = size - _OVERLAP_TOKENS if size > 2 * _OVERLAP_TOKENS else size // 2
    window_tokens = step + (size - step) // 2
    pieces = []
    for position in range(0, len(tokens), step):
        last_token = min(position + window_tokens, len(tokens)) - 1
        pieces.append((tokens[position][0], tokens[last_token][1]))
        if last_token == len(tokens) - 1:
            break
    pieces[0] = (0, pieces[0][1])
    pieces[-1] = (pieces[-1][0], len(text))
    return pieces
