"""The Detoxify models (github.com/unitaryai/detoxify), through the real library, never downloading.

torch and transformers are imported when the model is first needed, and by nothing else.
"""

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Signal, Span

# The files that Detoxify 0.5.4 fetches, by the names under which torch.hub keeps them.
_RELEASES = {
    "original": "toxic_original-c1212f89.ckpt",
    "unbiased": "toxic_debiased-c7548aa0.ckpt",
    "multilingual": "multilingual_debiased-0b549669.ckpt",
    "original-small": "original-albert-0e1d6498.ckpt",
    "unbiased-small": "unbiased-albert-c8519128.ckpt",
}
# The Jigsaw Multilingual competition's languages; every other model has seen English only.
_MULTILINGUAL = frozenset({"en", "fr", "es", "it", "pt", "tr", "ru"})
_OVERLAP = 64  # tokens two windows share: a sentence or two is whole in one of them
_OCCLUDED = 48  # words tried one by one when a score is explained: at most a second or two
_SHARE, _MOST = 0.25, 8  # as in bundled.py


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: Any  # detoxify.Detoxify
    version: str
    sha256: str
    window: int  # tokens of text one pass can take


class Detoxify:
    """The labels of the checkpoint (toxicity, severe_toxicity, obscene, ...), each 0..1.

    model: original, unbiased, multilingual, original-small, unbiased-small (from torch's cache), or
    the path of a checkpoint or of the folder that holds one. Where config.json lies beside the
    checkpoint, so must its tokenizer, and nothing else is needed; else both come from the Hugging
    Face cache. Where `<checkpoint>.sha256` lies beside it, the file must have that SHA-256.
    """

    name = "detoxify"

    def __init__(self, model: str) -> None:
        self._spec = model
        self._loaded: _Loaded | None = None

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return _MULTILINGUAL if self._spec == "multilingual" else frozenset({"en"})

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Raises ScorerUnavailable when library or checkpoint is missing, damaged or not the pinned one."""
        loaded = self._ready()
        return [
            tuple(
                Signal(label, value, self.name, loaded.version, loaded.sha256)
                for label, value in self._scores(loaded, candidate.view.text).items()
            )
            for candidate in batch
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words without which the label would be lower, strongest first.

        Each of the first words is left out in turn; in a long text only the worst window is tried.
        """
        loaded = self._ready()
        text = candidate.view.text
        parts = _windows(loaded, text)
        seen = {piece: self._predict(loaded, piece) for piece in {text[s:e] for s, e in parts}}
        values = [seen[text[start:end]] for start, end in parts]
        if label not in values[0]:
            return ()
        worst = max(range(len(parts)), key=lambda at: values[at][label])
        start, end = parts[worst]
        drops = []
        for first, last in _words(text, start, end)[:_OCCLUDED]:
            without = self._predict(loaded, text[start:first] + text[last:end])[label]
            drops.append((values[worst][label] - without, first, last))
        strongest = sorted(drops, key=lambda one: (-one[0], one[1]))[:_MOST]
        return tuple(
            Span(*candidate.view.original(first, last))
            for drop, first, last in strongest
            if drop > 0 and drop >= _SHARE * strongest[0][0]
        )

    def _ready(self) -> _Loaded:
        if self._loaded is None:
            self._loaded = _load(self._spec)
        return self._loaded

    def _scores(self, loaded: _Loaded, text: str) -> dict[str, float]:
        """Each label's highest value over the windows of a text."""
        # Each distinct piece once: 65 kB of dots are the same 500 again and again.
        pieces = {text[start:end] for start, end in _windows(loaded, text)}
        parts = [self._predict(loaded, piece) for piece in pieces]
        return {label: max(part[label] for part in parts) for label in parts[0]}

    def _predict(self, loaded: _Loaded, text: str) -> dict[str, float]:
        # One text at a time: predict() pads a list to its longest, which on a CPU costs five times
        # the time and, with one long comment, the memory. A single text gives plain numbers.
        try:
            found = loaded.model.predict(text)
        except Exception as error:  # never with its message: it may quote the text
            raise ScorerUnavailable(f"Detoxify failed ({type(error).__name__}).") from None
        return {label: min(max(float(value), 0.0), 1.0) for label, value in found.items()}


def _load(spec: str) -> _Loaded:
    # Read by huggingface_hub at its import: what is not here is missing, not fetched.
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        import detoxify
        import torch
        from transformers.utils import logging  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise ScorerUnavailable(
            "Detoxify is not installed: pip install 'gatehouse[detoxify]'."
        ) from None
    path = _checkpoint(spec, torch.hub.get_dir())
    content = _content(path)
    digest = hashlib.sha256(content).hexdigest()
    _check_pin(path, digest)
    logging.disable_progress_bar()
    try:
        model = detoxify.Detoxify(checkpoint=_harmless(content, path.parent, torch))
        model.model.eval()
        limit = min(model.tokenizer.model_max_length, model.model.config.max_position_embeddings)
        window = min(limit, 512) - model.tokenizer.num_special_tokens_to_add()
        return _Loaded(model, f"detoxify-{_version(spec, path)}", digest, window)
    except ScorerUnavailable:
        raise
    except Exception as error:
        raise ScorerUnavailable(
            f"The Detoxify checkpoint {path.name} cannot be loaded ({type(error).__name__})."
        ) from None


def _checkpoint(spec: str, hub: str) -> Path:
    if spec in _RELEASES:
        path = Path(hub) / "checkpoints" / _RELEASES[spec]
        if not path.is_file():
            raise ScorerUnavailable(
                f"Detoxify '{spec}' is not on this machine: fetch it once with"
                f" python -c \"import detoxify; detoxify.Detoxify('{spec}')\"."
            )
        return path
    path = Path(spec)
    if path.is_dir():
        inside = sorted(path.glob("*.ckpt"))
        if len(inside) != 1:
            raise ScorerUnavailable("The Detoxify folder must hold exactly one .ckpt file.")
        return inside[0]
    if not path.is_file():
        raise ScorerUnavailable("There is no Detoxify checkpoint at the path that is set.")
    return path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ScorerUnavailable(
            f"The Detoxify checkpoint cannot be read: {error.strerror}."
        ) from None


def _check_pin(path: Path, digest: str) -> None:
    pin = path.with_name(path.name + ".sha256")
    if not pin.exists():
        return
    try:  # as sha256sum writes it: the sum, then the name
        pinned = pin.read_text(encoding="ascii").split()[:1]
    except (OSError, UnicodeDecodeError):
        pinned = []
    if pinned != [digest]:
        raise ScorerUnavailable(
            f"The Detoxify checkpoint {path.name} is not the one pinned in {pin.name}."
        )


def _harmless(content: bytes, folder: Path, torch: Any) -> io.BytesIO:
    """The checkpoint as a file that can run no code.

    Detoxify itself calls torch.load(weights_only=False), and an unpickled file may run anything. So
    the file is read here with weights_only=True, which takes nothing but tensors and plain values,
    and written again to memory: what Detoxify unpickles is what we have just written. Replacing
    torch.load while Detoxify runs would do too, but would change it for every thread.
    """
    try:
        loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:
        raise ScorerUnavailable(
            "The Detoxify checkpoint is damaged or holds more than weights; it was not loaded."
        ) from None
    try:
        arch = loaded["config"]["arch"]["args"]
        classes, state = loaded["config"]["dataset"]["args"]["classes"], loaded["state_dict"]
        # The library looks both names up in transformers, whatever they are.
        if not arch["model_name"].endswith("ForSequenceClassification"):
            raise ValueError
        if not arch["tokenizer_name"].removesuffix("Fast").endswith("Tokenizer"):
            raise ValueError
        if (folder / "config.json").is_file():
            # With a folder as model_type nothing is looked up in the hub.
            arch = {**arch, "model_type": str(folder)}
        config = {"arch": {"args": arch}, "dataset": {"args": {"classes": classes}}}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ScorerUnavailable("The file is not a Detoxify checkpoint.") from None
    again = io.BytesIO()
    torch.save({"config": config, "state_dict": state}, again)
    again.seek(0)
    return again


def _version(spec: str, path: Path) -> str:
    return spec if spec in _RELEASES else path.stem


def _windows(loaded: _Loaded, text: str) -> list[tuple[int, int]]:
    """Pieces of the text that fit into one pass and together leave out nothing."""
    if len(text) < loaded.window:  # a token is at least a character
        return [(0, len(text))]
    try:
        found = loaded.model.tokenizer(
            text, add_special_tokens=False, truncation=False, return_offsets_mapping=True,
            return_attention_mask=False, verbose=False,
        )["offset_mapping"]  # fmt: skip
    except (
        NotImplementedError
    ):  # tokenizers without offsets: by the same rule, character by character
        found = [(at, at + 1) for at in range(len(text))]
    places = [place for place in found if place[1] > place[0]]
    if len(places) <= loaded.window:
        return [(0, len(text))]
    # Half the room for the start of a word that a cut turns into more tokens than before.
    step = loaded.window - _OVERLAP if loaded.window > 2 * _OVERLAP else loaded.window // 2
    room = step + (loaded.window - step) // 2
    pieces = []
    for at in range(0, len(places), step):
        last = min(at + room, len(places)) - 1
        pieces.append((places[at][0], places[last][1]))
        if last == len(places) - 1:
            break
    pieces[0] = (0, pieces[0][1])
    pieces[-1] = (pieces[-1][0], len(text))
    return pieces


def _words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    words, at = [], start
    for word in text[start:end].split():
        at = text.index(word, at)
        words.append((at, at + len(word)))
        at += len(word)
    return words
