"""`gatehouse model`: the toxicity models listed, and models of Detoxify added."""

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatehouse.commands.evaluate import evaluate
from gatehouse.commands.output import print_line
from gatehouse.database import checked_settings
from moderation.domain.errors import Invalid, ScorerUnavailable

if TYPE_CHECKING:
    from moderation.scorers.models.model_names import Models
    from moderation.settings import Settings

model = typer.Typer(help="The toxicity models.", no_args_is_help=True)

# What a killed `model add` left behind is removed after this. Seconds.
_ABANDONED = 24 * 3600


class Precision(StrEnum):
    AUTO = "auto"
    INT8 = "int8"
    FP32 = "fp32"


@model.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the models: what is here, and which is in use (*)."""
    from moderation.scorers.models import checkpoint as checkpoints
    from moderation.scorers.models import model_names
    from moderation.scorers.models.bundled import FOLDER
    from moderation.startup import models_of

    settings = checked_settings()
    models = models_of(settings)
    cards = {model_names.BUNDLED: _card(FOLDER)}
    if models.folder.is_dir():
        for folder in sorted(models.folder.iterdir()):
            if not folder.name.startswith(".") and (folder / "model.json").is_file():
                cards[f"detoxify:{folder.name}"] = _card(folder)
    names = {f"detoxify:{name}" for name in checkpoints.RELEASES}
    names |= {name for name in (settings.toxicity_model, settings.multilingual_model) if name}
    for name in sorted(names - cards.keys()):
        cards[name] = _card(models.place(name)) if models.runs_on(name) == "onnx" else {}
    for name, card in cards.items():
        fields = {"model": name, "use": _use(name, settings), **_presence(name, card, models)}
        print_line(fields, _text(fields), as_json)


def _card(folder: Path) -> dict[str, Any]:
    """The facts of a model card that are listed, and the size of its folder; empty without a card."""
    try:
        card: dict[str, Any] = json.loads((folder / "model.json").read_bytes())
    except (OSError, ValueError):
        return {}
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    return {
        "id": f"{card.get('id')}-{card.get('version')}",
        "sha256": card.get("files", {}).get("model.onnx", "") or card.get("sha256", ""),
        "languages": card.get("languages", []),
        "precision": card.get("precision", ""),
        "megabytes": round(size / 1e6, 1),
    }


def _presence(name: str, card: dict[str, Any], models: "Models") -> dict[str, Any]:
    if card:
        return {"here": True, **card}
    if models.runs_on(name) == "torch":
        return {"here": True, "runtime": "torch"}
    return {"here": False}


def _use(name: str, settings: "Settings") -> str:
    from moderation.startup import models_of

    models = models_of(settings)
    if name == models.serving and name != models.missing:
        return "serves" if name == models.toxicity else f"serves instead of {models.toxicity}"
    if name == models.toxicity:
        return "wanted"
    return "other languages" if name == models.multilingual else ""


def _text(fields: dict[str, Any]) -> str:
    from moderation.scorers.models import checkpoint as checkpoints

    if fields.get("id"):
        languages, digest = " ".join(fields["languages"]), fields["sha256"][:12]
        state = f"{fields['id']} {fields['precision']}".strip()
        state += f", {fields['megabytes']:g} MB, {languages}, SHA-256 {digest}"
    elif fields["here"]:
        state = "served by the Detoxify library (torch); `gatehouse model add` converts it"
    elif checkpoints.is_installed():
        state = "not here: `gatehouse model add`"
    else:
        state = "not here; adding it needs the extra: make env EXTRAS=detoxify"
    sign = {"": " ", "wanted": "!"}.get(fields["use"], "*")
    use = f" ({fields['use']})" if fields["use"] not in ("", "serves") else ""
    return f"{sign} {fields['model']:26}{state}{use}"


@model.command("add")
def add_model(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="detoxify:original, unbiased, multilingual, original-small, unbiased-small, or"
            " detoxify:PATH; without this, those that the settings name.",
        ),
    ] = None,
    precision: Annotated[
        Precision, typer.Option(help="auto: int8, unless that differs too much from Detoxify.")
    ] = Precision.AUTO,
    languages: Annotated[
        str, typer.Option(help="Codes of the languages it has learned, for a PATH: en,de")
    ] = "",
    sha256: Annotated[str, typer.Option(help="The SHA-256 that the checkpoint must have.")] = "",
    replace: Annotated[
        bool,
        typer.Option(help="Convert again, or put another checkpoint of this name in its place."),
    ] = False,
    optional: Annotated[
        bool, typer.Option(help="Exit 0 where it cannot be fetched: the fallback then serves.")
    ] = False,
) -> None:
    """Fetch a Detoxify model, convert it, and check it against the library.

    Afterwards it is served without torch.
    """
    from moderation.scorers.models import model_names
    from moderation.startup import models_of

    settings = checked_settings()
    names = names or [
        name
        for name in (settings.toxicity_model, settings.multilingual_model)
        if name and name != model_names.BUNDLED
    ]
    if not names:
        _report("The settings name no model to add.")
    for name in names:
        model_names.check_model(name, detoxify_only=True)
    if sha256 and len(names) != 1:
        raise Invalid("--sha256 is for one model.")
    for name in names:
        try:
            _add(
                models_of(settings),
                model_names.spec_of(name),
                precision=precision,
                languages=languages,
                sha256=sha256.lower(),
                replace=replace,
            )
        except ScorerUnavailable as error:
            if not optional:
                raise
            fallback = settings.model_fallback or "nothing: comments are held"
            _report(f"WARNING: {name} was not added. {error.message} Serving instead: {fallback}.")


def _add(
    models: "Models",
    spec: str,
    *,
    precision: Precision,
    languages: str,
    sha256: str,
    replace: bool,
) -> None:
    from moderation.scorers.models import checkpoint as checkpoints
    from moderation.scorers.models import model_names
    from moderation.scorers.models.convert import convert, install

    name = model_names.folder_name_of(spec)
    target = models.folder / name
    if target.exists() and not replace and _is_made_of(target, spec, sha256):
        _report(f"{name} is here already, as it was converted.")
        return
    if spec in checkpoints.RELEASES:
        if not _checkpoint_path(spec):
            _report(f"Fetching {spec}, {checkpoints.RELEASES[spec].megabytes} MB ...")
        path = checkpoints.fetch_release(spec, progress=sys.stderr.isatty())
    else:
        path = checkpoints.find_checkpoint(spec)
    _report(f"Opening {path.name} ...")
    checkpoint = checkpoints.open_checkpoint(path, offline=False)
    if sha256 and checkpoint.digest != sha256:
        raise Invalid(f"The checkpoint's SHA-256 is {checkpoint.digest}, not the one given.")
    codes = frozenset(code.strip().lower() for code in languages.split(",") if code.strip())
    if not codes:
        codes = (
            checkpoints.RELEASES[spec].languages
            if spec in checkpoints.RELEASES
            else frozenset({"en"})
        )
    started = time.monotonic()
    with _temporary_folder(models.folder) as temporary:
        converted = temporary / name
        converted.mkdir()
        convert(
            checkpoint,
            converted,
            name=name,
            languages=codes,
            precision=precision.value,
            say=_report,
        )
        install(converted, target)
    _report(
        f"{name} is in {target} ({time.monotonic() - started:.0f} s, checkpoint"
        f" {checkpoint.digest[:12]}, languages {' '.join(sorted(codes))})."
        " Running processes use it once they are restarted."
    )


def _checkpoint_path(spec: str) -> Path | None:
    """The checkpoint's file; None where it is not on this machine."""
    from moderation.scorers.models import checkpoint as checkpoints

    try:
        return checkpoints.find_checkpoint(spec)
    except ScorerUnavailable:
        return None


def _is_made_of(target: Path, spec: str, sha256: str) -> bool:
    """Whether the folder was made of that checkpoint and is whole. Raises Invalid for another checkpoint."""
    from moderation.scorers.models import checkpoint as checkpoints
    from moderation.scorers.models.onnx_classifier import OnnxClassifier

    try:
        converted = OnnxClassifier(target).card.facts.get("checkpoint", {}).get("sha256", "")
    except ScorerUnavailable:
        return False  # damaged: it is converted again
    if spec in checkpoints.RELEASES:
        digest = checkpoints.RELEASES[spec].digest
    elif path := _checkpoint_path(spec):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    else:
        digest = ""  # the checkpoint is gone; what was made of it is not
    if converted.startswith(digest) and converted.startswith(sha256):
        return True
    raise Invalid(
        f"Another checkpoint was added as '{target.name}' ({converted[:12]}): --replace puts this one"
        " in its place."
    )


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder beside the finished models; abandoned ones are removed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for leftover in folder.glob(".adding-*"):
        if time.time() - leftover.stat().st_mtime > _ABANDONED:
            shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=folder) as temporary:
        yield Path(temporary)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


model.command("eval")(evaluate)
