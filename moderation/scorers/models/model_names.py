"""Which model a name stands for, where its files lie, and which one serves when it is not there."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from moderation.domain.errors import Invalid, ScorerUnavailable
from moderation.scorers.models.checkpoint import RELEASES, find_checkpoint, is_installed

BUNDLED = "bundled"
_DETOXIFY = "detoxify:"
# auto: the converted model, else the library where torch and the checkpoint are here.
RUNTIMES = ("auto", "onnx", "torch")


@dataclass(frozen=True, slots=True)
class Models:
    """The toxicity models a process is to have.

    toxicity: 'bundled' or 'detoxify:<name or path>'. multilingual: one for comments in languages
    that the first has not learned, '' for none. fallback: what serves while the first is not on this
    machine, '' for nothing: comments are then held. runtime: one of RUNTIMES. folder: where
    `gatehouse model add` puts them. threads: of each model. cascade: of the bundled model, see there.
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
        """The toxicity model that really serves: the fallback where the one asked for is missing."""
        return self.fallback if self.missing and self.fallback else self.toxicity

    def is_here(self, model: str) -> bool:
        """Whether a model's files are on this machine. That they are sound is found out at its load."""
        return model == BUNDLED or self.runs_on(model) != ""

    def runs_on(self, model: str) -> str:
        """'onnx' or 'torch', whichever serves a Detoxify model; '' where neither can."""
        if self.runtime != "torch" and (self.place(model) / "model.json").is_file():
            return "onnx"
        if self.runtime != "onnx" and _library_has(model):
            return "torch"
        return ""

    def place(self, model: str) -> Path:
        """The folder of a converted Detoxify model, whether it is there or not."""
        spec = spec_of(model)
        path = Path(spec)
        if (path / "model.json").is_file():
            return path  # a converted folder, named itself
        return self.folder / name_of(spec)


def check_model(model: str, *, detoxify_only: bool = False) -> str:
    """The model's name again. Raises Invalid where it is none."""
    if model == BUNDLED and not detoxify_only:
        return model
    if not model.startswith(_DETOXIFY) or model == _DETOXIFY:
        bundled_or = "" if detoxify_only else "'bundled' or "
        raise Invalid(f"A toxicity model is {bundled_or}'detoxify:<name or path>'.")
    return model


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spec_of(model: str) -> str:
    """What stands behind 'detoxify:'."""
    return model.removeprefix(_DETOXIFY)


def name_of(spec: str) -> str:
    """The name of a model's folder: of a path, the file's or folder's own name."""
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
