"""The commands about toxicity models: model list, model add."""

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
from typing import Annotated, Any

import typer

from moderation.domain.errors import Invalid, ScorerUnavailable
from moderation.scorers.models.checkpoint import (
    RELEASES,
    fetch_release,
    find_checkpoint,
    is_installed,
    open_checkpoint,
)
from moderation.scorers.models.model_names import BUNDLED, Models, check_model, name_of, spec_of
from moderation.settings import Settings
from moderation.startup import checked_settings, models_of

model = typer.Typer(help="The toxicity models.", no_args_is_help=True)

# What a killed `model add` left behind is removed after so long. Seconds.
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
    from moderation.scorers.models.bundled import FOLDER

    settings = checked_settings()
    models = models_of(settings)
    found = {BUNDLED: _facts(FOLDER)}
    if models.folder.is_dir():
        for folder in sorted(models.folder.iterdir()):
            if not folder.name.startswith(".") and (folder / "model.json").is_file():
                found[f"detoxify:{folder.name}"] = _facts(folder)
    named = {f"detoxify:{name}" for name in RELEASES}
    named |= {one for one in (settings.toxicity_model, settings.multilingual_model) if one}
    for name in sorted(named - found.keys()):
        found[name] = _facts(models.place(name)) if models.runs_on(name) == "onnx" else {}
    for name, facts in found.items():
        line = {"model": name, "use": _use(name, settings), **_place(name, facts, models)}
        if as_json:
            print(json.dumps(line))
        else:
            print(_line(line))


def _facts(folder: Path) -> dict[str, Any]:
    """What the card of a folder says, and how much the folder takes."""
    try:
        facts: dict[str, Any] = json.loads((folder / "model.json").read_bytes())
    except (OSError, ValueError):
        return {}
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    weights = facts.get("files", {}).get("model.onnx", "") or facts.get("sha256", "")
    return {
        "id": f"{facts.get('id')}-{facts.get('version')}",
        "sha256": weights,
        "languages": facts.get("languages", []),
        "precision": facts.get("precision", ""),
        "megabytes": round(size / 1e6, 1),
    }


def _place(name: str, facts: dict[str, Any], models: Models) -> dict[str, Any]:
    if facts:
        return {"here": True, **facts}
    if models.runs_on(name) == "torch":
        return {"here": True, "runtime": "torch"}
    return {"here": False}


def _use(name: str, settings: Settings) -> str:
    models = models_of(settings)
    if name == models.serving and name != models.missing:
        return "serves" if name == models.toxicity else f"serves instead of {models.toxicity}"
    if name == models.toxicity:
        return "wanted"
    return "other languages" if name == models.multilingual else ""


def _line(facts: dict[str, Any]) -> str:
    if facts.get("id"):
        what = (
            f"{facts['id']} {facts['precision']}".strip()
            + f", {facts['megabytes']:g} MB, {' '.join(facts['languages'])}, SHA-256 {facts['sha256'][:12]}"
        )
    elif facts["here"]:
        what = "served by the Detoxify library (torch); `gatehouse model add` converts it"
    elif is_installed():
        what = "not here: `gatehouse model add`"
    else:
        what = "not here; adding it needs the extra: pip install 'gatehouse[detoxify]'"
    mark = {"": " ", "wanted": "!"}.get(facts["use"], "*")
    use = f" ({facts['use']})" if facts["use"] not in ("", "serves") else ""
    return f"{mark} {facts['model']:26}{what}{use}"


@model.command("add")
def add_model(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="detoxify:original, unbiased, multilingual, original-small, unbiased-small, or"
            " detoxify:PATH; those of the settings without this.",
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
        bool, typer.Option(help="Convert anew what is here, or another checkpoint of this name.")
    ] = False,
    optional: Annotated[
        bool, typer.Option(help="Exit 0 where it cannot be had: the fallback then serves.")
    ] = False,
) -> None:
    """Fetch a Detoxify model, convert it once, check it against the library.

    Afterwards it is served without torch.
    """
    settings = checked_settings()
    wanted = names or [
        one
        for one in (settings.toxicity_model, settings.multilingual_model)
        if one and one != BUNDLED
    ]
    if not wanted:
        _say("The settings name no model to add.")
    for name in wanted:
        check_model(name, detoxify_only=True)
    if sha256 and len(wanted) != 1:
        raise Invalid("--sha256 is for one model.")
    for name in wanted:
        try:
            _add(models_of(settings), spec_of(name), precision, languages, sha256.lower(), replace)
        except ScorerUnavailable as error:
            if not optional:
                raise
            serves = settings.model_fallback or "nothing: comments are held"
            _say(f"WARNING: {name} was not added. {error.message} Serving instead: {serves}.")


def _add(
    models: Models, spec: str, precision: Precision, languages: str, sha256: str, replace: bool
) -> None:
    from moderation.scorers.models.convert import convert, install

    name = name_of(spec)
    target = models.folder / name
    if target.exists() and not replace and _is_same(target, spec, sha256):
        _say(f"{name} is here already, as it was converted.")
        return
    if spec in RELEASES:
        if not _found(spec):
            _say(f"Fetching {spec}, {RELEASES[spec].megabytes} MB ...")
        path = fetch_release(spec, progress=sys.stderr.isatty())
    else:
        path = find_checkpoint(spec)
    _say(f"Opening {path.name} ...")
    checkpoint = open_checkpoint(path, offline=False)
    if sha256 and checkpoint.digest != sha256:
        raise Invalid(f"The checkpoint's SHA-256 is {checkpoint.digest}, not the one given.")
    learned = frozenset(code.strip().lower() for code in languages.split(",") if code.strip())
    if not learned:
        learned = RELEASES[spec].languages if spec in RELEASES else frozenset({"en"})
    began = time.monotonic()
    with _workshop(models.folder) as workshop:
        made = workshop / name
        made.mkdir()
        convert(checkpoint, made, name=name, languages=learned, precision=precision.value, say=_say)
        install(made, target)
    _say(
        f"{name} is in {target} ({time.monotonic() - began:.0f} s, checkpoint"
        f" {checkpoint.digest[:12]}, languages {' '.join(sorted(learned))})."
        " Processes that run take it up when they are started again."
    )


def _found(spec: str) -> Path | None:
    """The checkpoint, where it is on this machine."""
    try:
        return find_checkpoint(spec)
    except ScorerUnavailable:
        return None


def _is_same(target: Path, spec: str, sha256: str) -> bool:
    """Whether the folder was made of that checkpoint and is whole. Raises Invalid for another one."""
    from moderation.scorers.models.onnx_classifier import Network

    try:
        before = Network(target).card.facts.get("checkpoint", {}).get("sha256", "")
    except ScorerUnavailable:
        return False  # damaged: to be made again
    if spec in RELEASES:
        digest = RELEASES[spec].digest
    elif path := _found(spec):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    else:
        digest = ""  # the checkpoint is gone; what was made of it is not
    if before.startswith(digest) and before.startswith(sha256):
        return True
    raise Invalid(
        f"Another checkpoint was added as '{target.name}' ({before[:12]}): --replace puts this one"
        " in its place."
    )


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder beside the finished models, gone in the end; abandoned ones go, too."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.glob(".adding-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=folder) as workshop:
        yield Path(workshop)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
