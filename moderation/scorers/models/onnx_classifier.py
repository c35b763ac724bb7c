"""Runs a text classifier from a folder with onnxruntime: windows of tokens in, logits out.

Converted Detoxify models (`gatehouse model add`) and the bundled transformer are such folders: model.onnx,
tokenizer.json, and model.json, which describes both. It needs neither torch nor a network.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.domain.errors import ScorerUnavailable
from moderation.scorers.models.model_card import read_basis, read_card, read_checked
from moderation.scorers.threads import map_in_threads

Logits = NDArray[np.float64]
# Rows kept of recent windows: evidence asks for the same ones once per label, and copies of a comment come
# in floods. At most 2 kB each.
REMEMBERED = 4096
_SENTENCE_ENDS = ".!?\u2026\u3002\uff01\uff1f"
# Characters around a token that are looked at: each of a long row of quotation marks is one, and would look at all before it.
_LOOK = 100
_CLOSING_PUNCTUATION = "\"')]}\u00bb\u201d\u2019"
# As BERT's pre-tokenizer sees a word: no blank, no punctuation (ASCII's, which is the most of it).
_UNBROKEN_WORD = r"[^\s!-/:-@\[-`{-~]{%d,}"
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}


# Fused by onnxruntime these take longer than their parts (training/export.py).
_SLOWER_FUSIONS = ["SkipLayerNormFusion"]


@dataclass(frozen=True, slots=True)
class Window:
    """One pass. start, end: the piece of the text it reads, in code points; ids: its tokens, special
    ones included, as bytes of int32."""

    start: int
    end: int
    ids: bytes

    @property
    def token_count(self) -> int:
        return len(self.ids) // 4


class OnnxClassifier:
    """A loaded classifier. Making one reads, checks and warms it up; safe to use from several threads.

    threads: of one pass: the cores of the machine, divided by the processes that share them.
    at_once: passes at the same time, for a model too small to use many cores in one. weights: the name of the
    ONNX file, where a folder has several. Raises ScorerUnavailable when files are missing, damaged or not
    those of the card.

    Every window runs alone. A batch would pad (in order of arrival 0.2 times the speed of one at a
    time, sorted by length none gained on a CPU), and in int8 the scale of the activations is taken
    over the batch: a comment's score would depend on its neighbours.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        at_once: int = 1,
        weights: str = "model.onnx",
        remember: int = REMEMBERED,
    ) -> None:
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise ScorerUnavailable(f"{error.name} is not installed.") from None
        self.card = read_card(folder)
        self._at_once = at_once
        files = {
            name: read_checked(folder, name, self.card) for name in (weights, "tokenizer.json")
        }
        self._center, self._basis = read_basis(folder, self.card)
        # Outputs beside the logits: what the vector is made of, and the logits that pieces of a text have.
        self._tensors = [
            tensor
            for tensor in (self.card.vector and self.card.vector[0], self.card.of_pieces)
            if tensor
        ]
        self.sha256 = self.card.files[weights]
        self.runtime = f"onnxruntime-{onnxruntime.__version__}/{self.card.precision}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only; its warnings about shapes help nobody
        # Waiting threads should sleep: they share the machine with a database and other workers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                _with_outputs(files[weights], self._tensors),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOWER_FUSIONS,
            )
            self._tokenizer = tokenizers.Tokenizer.from_str(files["tokenizer.json"].decode())
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            # "[SEP]" in a comment is five characters that somebody typed, not the end of the text.
            self._tokenizer.encode_special_tokens = True
            self._before, self._after = _special_tokens(self._tokenizer)
            # WordPiece reads any longer word as one unknown token.
            self._longest_word = int(
                getattr(self._tokenizer.model, "max_input_chars_per_word", 0) or 0
            )
            self._inputs = {node.name for node in self._session.get_inputs()}
            if not {"input_ids"} <= self._inputs <= _INPUTS:
                raise ValueError
            # At most a quarter: with half a window in common the next window might not get any further.
            self._overlap = min(self.card.overlap, self.card.window // 4)
            self._row = lru_cache(remember)(self._pass)
            self.logits(["Warmed up once, before the first comment."])
        except ScorerUnavailable:
            raise
        except Exception as error:
            raise ScorerUnavailable(
                f"The model {folder.name} cannot be loaded ({type(error).__name__})."
            ) from None

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the outputs, in order."""
        return self.card.labels

    @property
    def words(self) -> tuple[str, ...]:
        """The whole words of the vocabulary, in its order: the commonest first."""
        number_by_piece = self._tokenizer.get_vocab()
        words = [piece for piece in number_by_piece if piece.isalpha() and piece.islower()]
        return tuple(sorted(words, key=number_by_piece.__getitem__))

    def logits(self, texts: Sequence[str], *, of_pieces: bool = False) -> Logits:
        """One row a text, one column a label: the highest over the windows of the text.

        of_pieces: without what a model adds only to whole texts (Card.of_pieces).
        """
        if not texts:
            return np.empty((0, len(self.labels)))
        windows = [self.windows(text) for text in texts]
        starts = list(accumulate((len(text_windows) for text_windows in windows[:-1]), initial=0))
        every = [window for text_windows in windows for window in text_windows]
        rows = self.rows(every, of_pieces=of_pieces)
        return np.asarray(np.maximum.reduceat(rows, starts, axis=0))

    def probabilities(self, texts: Sequence[str]) -> Logits:
        """logits() through a sigmoid: 0..1, not calibrated."""
        return sigmoid(self.logits(texts))

    def rows(self, windows: Sequence[Window], *, of_pieces: bool = False) -> Logits:
        """The logits of each window. of_pieces: as logits(). Raises ScorerUnavailable when a pass fails."""
        rows, count = self._rows(windows), len(self.labels)
        return rows[:, -count:] if of_pieces and self.card.of_pieces else rows[:, :count]

    def readings(self, windows: Sequence[Window]) -> tuple[Logits, NDArray[np.float64]]:
        """The logits of each window, and how the model sees it: a vector, (windows, vector_size), of the same pass.

        Raises ScorerUnavailable when a pass fails.
        """
        rows, count = self._rows(windows), len(self.labels)
        return rows[:, :count], rows[:, count : count + self.vector_size]

    def _rows(self, windows: Sequence[Window]) -> Logits:
        """Of each window its logits, its vector and, where the card names them, its logits as a piece."""
        found = map_in_threads(self._row, [window.ids for window in windows], self._at_once)
        more = len(self.labels) if self.card.of_pieces else 0
        return np.array(found).reshape(len(windows), len(self.labels) + self.vector_size + more)

    @property
    def vector_size(self) -> int:
        """How many numbers a vector has; 0: the model gives none."""
        return int(self._basis.shape[1])

    def tokens(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of each token of a text in code points, without special ones."""
        return self._encoded(text)[1]

    def windows(self, text: str) -> list[Window]:
        """The passes that read a text: together all of its tokens, cut between sentences where possible.

        The tokens are those of the whole text: no word is torn and read as another.
        """
        ids, offsets = self._encoded(text)
        size, overlap = self.card.window, self._overlap
        windows = []
        first = 0
        while len(ids) - first > size:
            last = _cut_token(text, offsets, first + size - overlap, first + size)
            windows.append(self._window(ids, offsets, first, last))
            first = _cut_token(text, offsets, last - overlap, last - overlap // 2)
        windows.append(self._window(ids, offsets, first, len(ids)))
        # Whatever precedes the first token or follows the last belongs to it: punctuation, white space.
        windows[0] = Window(0, windows[0].end if len(windows) > 1 else len(text), windows[0].ids)
        windows[-1] = Window(windows[-1].start, len(text), windows[-1].ids)
        return windows

    def _window(
        self, ids: list[int], offsets: list[tuple[int, int]], first: int, last: int
    ) -> Window:
        start, end = (offsets[first][0], offsets[last - 1][1]) if first < last else (0, 0)
        tokens = [*self._before, *ids[first:last], *self._after]
        return Window(start, end, np.array(tokens, np.int32).tobytes())

    def _encoded(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        broken, breaks = _break_long_words(text, self._longest_word)
        # One at a time: encode_batch would use every core.
        encoding = self._tokenizer.encode(broken, add_special_tokens=False)
        if not breaks:
            return encoding.ids, encoding.offsets
        offsets = [
            (start - bisect_right(breaks, start), end - bisect_right(breaks, end - 1))
            for start, end in encoding.offsets
        ]
        return encoding.ids, offsets

    def _pass(self, ids: bytes) -> Logits:
        tokens = np.frombuffer(ids, np.int32).astype(np.int64)[None, :]
        feed = {"input_ids": tokens}
        if "attention_mask" in self._inputs:
            feed["attention_mask"] = np.ones_like(tokens)
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(tokens)
        try:
            outputs = self._session.run(None, feed)
            row = np.asarray(outputs[0], np.float64)
        except Exception as error:  # never with its message: it may quote what it was given
            raise ScorerUnavailable(f"The model failed ({type(error).__name__}).") from None
        if row.shape != (1, len(self.labels)):
            raise ScorerUnavailable("The model has other outputs than its card says.")
        first: Logits = row[0]
        if self.vector_size:
            # One text, so the first axis is 1; the mean of its tokens.
            mean = np.asarray(outputs[1][0], np.float32).mean(axis=0)
            seen = (mean - self._center) @ self._basis
            first = np.concatenate([first, seen])
        if self.card.of_pieces:
            first = np.concatenate([first, np.asarray(outputs[-1][0], np.float64)])
        first.flags.writeable = False  # the cache hands out the same array again
        return first


def sigmoid(logits: Logits) -> Logits:
    """Probabilities 0..1 of logits of any size."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))))


def _with_outputs(model: bytes, tensors: Sequence[str]) -> bytes:
    """An ONNX file with more outputs: tensors that it has computed anyway.

    Messages of protobuf that follow each other are one: ModelProto{graph(7): {output(12): {name(1)}}}.
    """
    for tensor in tensors:
        content = tensor.encode()
        for number in (1, 12, 7):
            content = bytes((number << 3 | 2, len(content))) + content
        model += content
    return model


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The special tokens that stand before and after every text: [CLS] and [SEP], or their like."""
    encoding = tokenizer.encode("a", add_special_tokens=True)
    text_positions = [
        position for position, special in enumerate(encoding.special_tokens_mask) if not special
    ]
    return encoding.ids[: text_positions[0]], encoding.ids[text_positions[-1] + 1 :]


def _break_long_words(text: str, longest: int) -> tuple[str, list[int]]:
    """The text with a space inserted into every word longer than `longest`, and the positions of those."""
    if not longest or len(text) <= longest:
        return text, []
    pieces: list[str] = []
    breaks: list[int] = []
    position = size = 0
    for word in re.finditer(_UNBROKEN_WORD % (longest + 1), text):
        for end_of_piece in range(word.start() + longest, word.end(), longest):
            pieces += text[position:end_of_piece], " "
            size += end_of_piece - position
            breaks.append(size)
            size += 1
            position = end_of_piece
    return "".join((*pieces, text[position:])), breaks


def _cut_token(text: str, offsets: list[tuple[int, int]], low: int, high: int) -> int:
    """The last token of low..high that begins a sentence, else a word, else the token `high`."""
    word_start = 0
    for token in range(high, low - 1, -1):
        boundary = _boundary_at(text, offsets[token][0])
        if boundary == "sentence":
            return token
        word_start = word_start or (token if boundary == "word" else 0)
    return word_start or high


def _boundary_at(text: str, start: int) -> str:
    """What begins at a position: 'sentence', 'word' or nothing ('')."""
    furthest = min(start + _LOOK, len(text))
    while start < furthest and text[start].isspace():  # some tokenizers count the space before
        start += 1
    before = start - 1
    nearest = max(start - _LOOK, 0)
    while before >= nearest and text[before].isspace():
        if text[before] == "\n":
            return "sentence"
        before -= 1
    after_space = before < start - 1
    while before > nearest and text[before] in _CLOSING_PUNCTUATION:
        before -= 1
    if before >= 0 and text[before] in _SENTENCE_ENDS and (after_space or text[before] > "\u2fff"):
        return "sentence"
    return "word" if after_space else ""
