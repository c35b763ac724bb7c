"""Finds, fetches and opens Detoxify checkpoints (github.com/unitaryai/detoxify) through that library.

The file cannot run code, and the library fetches nothing unasked. torch and transformers are
imported when a checkpoint is opened, and by nothing else.
"""

import hashlib
import io
import os
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.error import URLError

from moderation.domain.errors import ScorerUnavailable

_ENGLISH = frozenset({"en"})


@dataclass(frozen=True, slots=True)
class Release:
    """A model that Detoxify publishes: the file's name, which ends in the first 8 hex of its SHA-256,
    its size in MB, and the languages of the data it was trained on."""

    file: str
    megabytes: int
    languages: frozenset[str] = _ENGLISH

    @property
    def digest(self) -> str:
        return self.file.removesuffix(".ckpt").rpartition("-")[2]


# As Detoxify 0.5.4 names them; the languages are those of the Jigsaw Multilingual competition.
RELEASES = {
    "original": Release("toxic_original-c1212f89.ckpt", 418),
    "unbiased": Release("toxic_debiased-c7548aa0.ckpt", 476),
    "multilingual": Release(
        "multilingual_debiased-0b549669.ckpt",
        1_060,
        frozenset({"en", "fr", "es", "it", "pt", "tr", "ru"}),
    ),
    "original-small": Release("original-albert-0e1d6498.ckpt", 45),
    "unbiased-small": Release("unbiased-albert-c8519128.ckpt", 45),
}
# Families that leave positions free before the first token (their padding index and one more).
_OFFSET_FAMILIES = {"roberta", "xlm-roberta", "camembert", "xlm-roberta-xl"}
_TOKEN_LIMIT = 512
# Seconds without a byte until a download is given up; torch.hub itself would wait forever.
_DOWNLOAD_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An opened checkpoint. model: detoxify.Detoxify, ready to predict. digest: SHA-256 hex of the file.
    window: tokens of text that one pass takes, special ones not counted."""

    model: Any
    path: Path
    digest: str
    window: int

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.model.class_names)

    def predict(self, text: str) -> dict[str, float]:
        """Each label's probability. Raises ScorerUnavailable when the library fails."""
        # One text at a time: predict() pads a list to its longest, which on a CPU costs five times
        # the time and, with one long comment, the memory. A single text gives plain numbers.
        try:
            scores = self.model.predict(text)
        except Exception as error:  # never with its message: it may quote the text
            raise ScorerUnavailable(f"Detoxify failed ({type(error).__name__}).") from None
        return {label: min(max(float(value), 0.0), 1.0) for label, value in scores.items()}


def is_installed() -> bool:
    """Whether the library and torch are installed; neither is imported."""
    return all(find_spec(package) for package in ("detoxify", "torch"))


def find_checkpoint(spec: str) -> Path:
    """The file that a name of RELEASES or a path stands for; releases are in torch's cache.

    A path is a .ckpt file or the folder that holds the only one. Raises ScorerUnavailable.
    """
    if spec in RELEASES:
        path = _cache() / RELEASES[spec].file
        if not path.is_file():
            raise ScorerUnavailable(
                f"Detoxify '{spec}' is not on this machine: `gatehouse model add detoxify:{spec}`"
                " fetches it once."
            )
        return path
    path = Path(spec)
    if path.is_dir():
        files = sorted(path.glob("*.ckpt"))
        if len(files) != 1:
            raise ScorerUnavailable("The Detoxify folder must hold exactly one .ckpt file.")
        return files[0]
    if not path.is_file():
        raise ScorerUnavailable("There is no Detoxify checkpoint at the path that is set.")
    return path


def fetch_release(name: str, *, progress: bool) -> Path:
    """Downloads a release from the URL in Detoxify to torch's cache, unless it is there.

    progress: draw a bar on stderr. Raises ScorerUnavailable without a network, or when the file has another
    SHA-256. Nothing is unpickled.
    """
    path = _cache() / RELEASES[name].file
    if path.is_file():
        return path
    torch, detoxify = _libraries()
    previous_timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_DOWNLOAD_TIMEOUT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        url = detoxify.detoxify.MODEL_URLS[name]
        # It gets its name once it is complete and of that SHA-256.
        torch.hub.download_url_to_file(url, str(path), RELEASES[name].digest, progress=progress)
    except RuntimeError:
        raise ScorerUnavailable(
            f"What came for Detoxify '{name}' is not that file: its SHA-256 is another."
        ) from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise ScorerUnavailable(
            f"Detoxify '{name}' could not be fetched ({reason}). Without a network put the file"
            f" {path.name} into {path.parent}, or add the path of a checkpoint."
        ) from None
    finally:
        socket.setdefaulttimeout(previous_timeout)
    return path


def open_checkpoint(path: Path, *, offline: bool = True) -> Checkpoint:
    """The checkpoint as a ready detoxify.Detoxify.

    Where config.json lies beside the file, so must its tokenizer, and nothing else is needed; else
    both come from the Hugging Face cache, or, unless `offline`, from the hub. A release must have
    the SHA-256 its name begins, and a file with `<file>.sha256` beside it the one in there.
    Raises ScorerUnavailable.
    """
    if offline:
        # Read by huggingface_hub when it is imported: what is not on this machine is missing, not fetched.
        os.environ["HF_HUB_OFFLINE"] = "1"
    torch, detoxify = _libraries()
    from transformers.utils import logging  # type: ignore[import-not-found,unused-ignore]

    logging.disable_progress_bar()
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            _check_pin(path, digest)
            file.seek(0)
            safe_file = _without_code(file, path.parent, torch)
        model = detoxify.Detoxify(checkpoint=safe_file)
        model.model.eval()
        window = _set_token_limit(model) - model.tokenizer.num_special_tokens_to_add()
        return Checkpoint(model, path, digest, window)
    except ScorerUnavailable:
        raise
    except Exception as error:
        hint = (
            ""
            if (path.parent / "config.json").is_file()
            else " Without a network its config.json and tokenizer must lie beside it."
        )
        raise ScorerUnavailable(
            f"The Detoxify checkpoint {path.name} cannot be loaded ({type(error).__name__}).{hint}"
        ) from None


def _libraries() -> tuple[Any, Any]:
    try:
        import detoxify
        import detoxify.detoxify
        import torch
        import transformers  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError:
        raise ScorerUnavailable(
            "Detoxify is not installed: make env EXTRAS=detoxify, or pip install '.[detoxify]'."
        ) from None
    return torch, detoxify


def _cache() -> Path:
    """torch.hub.get_dir(), without the second or two that importing torch takes."""
    home = (
        os.environ.get("TORCH_HOME")
        or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "torch"
    )
    return Path(home).expanduser() / "hub" / "checkpoints"


def _set_token_limit(model: Any) -> int:
    """Sets and returns the tokens that one pass takes, including special ones.

    A tokenizer that comes without a limit would hand the model more than it has positions for.
    """
    config = model.model.config
    positions = int(config.max_position_embeddings)
    if config.model_type in _OFFSET_FAMILIES:
        positions -= int(config.pad_token_id) + 1
    limit = min(int(model.tokenizer.model_max_length), positions, _TOKEN_LIMIT)
    model.tokenizer.model_max_length = limit
    return limit


def _check_pin(path: Path, digest: str) -> None:
    for release in RELEASES.values():
        if path.name == release.file and not digest.startswith(release.digest):
            raise ScorerUnavailable(
                f"{path.name} is damaged or not Detoxify's: its SHA-256 is another. Delete it."
            )
    pin = path.with_name(path.name + ".sha256")
    if not pin.exists():
        return
    try:  # as sha256sum writes it: the sum, then the name
        pinned_digest = pin.read_text(encoding="ascii").split()[:1]
    except (OSError, UnicodeDecodeError):
        pinned_digest = []
    if pinned_digest != [digest]:
        raise ScorerUnavailable(
            f"The Detoxify checkpoint {path.name} is not the one pinned in {pin.name}."
        )


def _without_code(file: IO[bytes], folder: Path, torch: Any) -> io.BytesIO:
    """The checkpoint as a file that cannot run code.

    Detoxify itself calls torch.load(weights_only=False), and an unpickled file may run anything. So
    the file is read here with weights_only=True, which takes only tensors and plain values,
    and written again to memory: what Detoxify unpickles is what we have just written. Replacing
    torch.load while Detoxify runs would do too, but would change it for every thread.
    """
    try:
        loaded = torch.load(file, map_location="cpu", weights_only=True)
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
    rewritten = io.BytesIO()
    torch.save({"config": config, "state_dict": state}, rewritten)
    rewritten.seek(0)
    return rewritten
