"""Resolves names of toxicity models: to files, to a runtime, and to a fallback where a model is missing."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from moderation.domain.errors import Invalid, ScorerUnavailable
from moderation.scorers.models.checkpoint import RELEASES, find_checkpoint, is_installed

BUNDLED = "bundled"
_DETOXIFY = "detoxify:"


@dataclass(frozen=True, slots=True)
class Models:
    """The toxicity models of a process, by name.

    toxicity: 'bundled' or 'detoxify:<name or path>'. multilingual: one for comments in languages
    that the first has not learned, '' for none. fallback: serves while the first is not on this machine,
    '' for none: comments are then held. runtime: onnx, torch, or auto: the converted model, else the library where torch and the
    checkpoint are on this machine. folder: where `gatehouse model add` puts
    models. threads: of each model. cascade: of the bundled model (bundled.py).
    """

    toxicity: str = BUNDLED
    multilingual: str = ""
    fallback: str = ""
    runtime: str = "auto"
    folder: Path = Path("gatehouse-data/models")
    threads: int = 1
    cascade: float = 0.0

    @property
    def missing(self) -> str:
        """The toxicity model, where it is not on this machine; '' where it is."""
        return "" if self.is_here(self.toxicity) else self.toxicity

    @property
    def serving(self) -> str:
        """The toxicity model that serves: the fallback where the configured one is missing."""
        return self.fallback if self.missing and self.fallback else self.toxicity

    def is_here(self, model: str) -> bool:
        """Whether a model's files are on this machine. They are checked when it is loaded."""
        return model == BUNDLED or self.runs_on(model) != ""

    def runs_on(self, model: str) -> str:
        """'onnx' or 'torch': what serves a Detoxify model; '' where neither can."""
        if self.runtime != "torch" and (self.place(model) / "model.json").is_file():
            return "onnx"
        if self.runtime != "onnx" and _library_has(model):
            return "torch"
        return ""

    def place(self, model: str) -> Path:
        """The folder of a converted Detoxify model, whether it exists or not."""
        spec = spec_of(model)
        path = Path(spec)
        if (path / "model.json").is_file():
            return path  # the name is the path of a converted folder
        return self.folder / folder_name_of(spec)


def check_model(model: str, *, detoxify_only: bool = False) -> str:
    """The model's name, unchanged. Raises Invalid where no model is called so."""
    if model == BUNDLED and not detoxify_only:
        return model
    if not model.startswith(_DETOXIFY) or model == _DETOXIFY:
        bundled_or = "" if detoxify_only else "'bundled' or "
        raise Invalid(f"A toxicity model is {bundled_or}'detoxify:<name or path>'.")
    return model


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spec_of(model: str) -> str:
    """The part after 'detoxify:'."""
    return model.removeprefix(_DETOXIFY)


def folder_name_of(spec: str) -> str:
    """The name of a model's folder; for a path, the name of that file or folder."""
    if spec in RELEASES:
        return spec
    path = Path(spec)
    name = re.sub(
        r"[^a-z0-9._-]+", "-", (path.stem if path.suffix == ".ckpt" else path.name).lower()
    )
    return name.strip(".-") or "model"


def _library_has(model: str) -> bool:
    if not is_installed():
        return False
    try:
        find_checkpoint(spec_of(model))
    except ScorerUnavailable:
        return False
    return True
