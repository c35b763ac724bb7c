"""Converts a Detoxify checkpoint to a folder for onnx_classifier.py, checked against the library itself.

Needs the extra `detoxify` (torch, onnx); serving the result does not.
"""

import hashlib
import json
import logging
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moderation.domain.errors import Invalid, ScorerUnavailable
from moderation.scorers.models.checkpoint import Checkpoint
from moderation.scorers.models.onnx_classifier import OnnxClassifier

# Tokens that two windows of a long text share, so that a sentence or two is whole in one of them.
OVERLAP = 64
# The same arithmetic in another order: with random and trained weights 2e-6 at most was seen.
FP32_BOUND = 1e-4
# Policies have thresholds in steps of a tenth: a score that moved further would mean something else.
# Trained networks were seen to move single probabilities by .17 (MiniLM, one scale per matrix).
INT8_BOUND = 0.1

# Compared one by one: harmless, hostile, disguised, of another language, empty, long.
TEXTS = (
    "Thank you, that was an interesting article.",
    "The minister is a liar and should resign.",
    "You are an idiot and nobody wants you here.",
    "I will find you and I will kill you.",
    "What a load of f***ing rubbish, you stupid cow.",
    "I am a gay man and I like this town.",
    "All of them should be deported, they are vermin.",
    "Black people vote too.",
    "Shital and Nishit wrote a kind letter to the editor.",
    "go away",
    "no",
    "",
    "!!!",
    "SHUT UP SHUT UP SHUT UP",
    "You're not wrong; it's just that the council's vote (7 to 5) came too late...",
    "See https://example.com/news?id=1 for the figures of 2019 and 2020.",
    "Quel idiot, va te faire voir ailleurs.",
    "Eres un imbécil y tu familia también.",
    "Che bella giornata, grazie a tutti.",
    "Você é um idiota.",
    "Seni aptal, defol git buradan.",
    "Ты идиот, убирайся отсюда.",
    "naïve café, Übermut und Größe, 東京 は 晴れ",
    "so funny 😂😂 you clown 🤡",
    "The bridge was closed in March. The council met four times. " * 25 + "You fool.",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference between the library's probabilities and the converted model's, and the
    label and number of the text in TEXTS where it was."""

    largest: float
    label: str
    text: int


def convert(
    checkpoint: Checkpoint,
    folder: Path,
    *,
    name: str,
    languages: frozenset[str],
    precision: str,
    say: Callable[[str], None],
) -> None:
    """Fills an empty folder with model.onnx, tokenizer.json, model.json and CARD.md.

    name: of the model, without 'detoxify:'. languages: codes it has learned. precision: 'int8',
    'fp32', or 'auto': int8 unless that differs too much. say: gets what happens, line by line.
    Raises Invalid when the converted model differs by more than FP32_BOUND or INT8_BOUND from the
    library, ScorerUnavailable when it cannot be converted at all.
    """
    say("Converting to ONNX ...")
    _export(checkpoint, folder / "fp32.onnx")
    _write_tokenizer(checkpoint, folder / "tokenizer.json")
    say("Converting to int8 ...")
    _quantise(folder / "fp32.onnx", folder / "int8.onnx")
    facts: dict[str, Any] = {
        "id": f"detoxify-{name}",
        "version": checkpoint.digest[:8],
        "labels": checkpoint.labels,
        "languages": sorted(languages),
        "window": checkpoint.window,
        "overlap": OVERLAP,
        "checkpoint": {"file": checkpoint.path.name, "sha256": checkpoint.digest},
        "made_with": {
            package: version(package) for package in ("detoxify", "torch", "transformers", "onnx")
        },
    }
    say(f"Comparing with Detoxify.predict on {len(TEXTS)} texts ...")
    differences = {}
    for kind in ("fp32", "int8"):
        _write_card(folder, facts, kind, weights=f"{kind}.onnx")
        difference = differences[kind] = _difference(
            OnnxClassifier(folder, weights=f"{kind}.onnx"), checkpoint
        )
        say(
            f"  {kind}: largest difference {difference.largest:.2g}"
            f" ({difference.label}, text {difference.text + 1})"
        )
    chosen = _choose(precision, differences, say)
    for kind in differences:
        if kind != chosen:
            (folder / f"{kind}.onnx").unlink()
    (folder / f"{chosen}.onnx").rename(folder / "model.onnx")
    facts["differences"] = {
        kind: float(f"{difference.largest:.3g}") for kind, difference in differences.items()
    }
    _write_card(folder, facts, chosen, weights="model.onnx")
    (folder / "CARD.md").write_text(describe(facts, chosen), encoding="utf-8")


def _choose(precision: str, differences: dict[str, Difference], say: Callable[[str], None]) -> str:
    if differences["fp32"].largest > FP32_BOUND:
        raise Invalid(
            f"The converted model does not answer as Detoxify does (more than {FP32_BOUND:g} apart);"
            " it was not added. GATEHOUSE_MODEL_RUNTIME=torch serves the library itself."
        )
    if precision == "fp32" or differences["int8"].largest <= INT8_BOUND:
        return "fp32" if precision == "fp32" else "int8"
    if precision == "int8":
        raise Invalid(
            f"In int8 the model is more than {INT8_BOUND:g} apart from Detoxify; it was not added."
            " --precision fp32 adds it as it is, larger and slower."
        )
    say(f"  int8 is more than {INT8_BOUND:g} apart: fp32 is kept, larger and slower.")
    return "fp32"


def _export(checkpoint: Checkpoint, path: Path) -> None:
    import torch

    class Whole(torch.nn.Module):  # type: ignore[misc,unused-ignore]
        """Token ids in, the logits of the published labels out: 9 of 16 outputs are not."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = checkpoint.model.model

        def forward(self, ids: Any) -> Any:
            # One text a pass, so nothing is padding and nothing is masked.
            return self.inner(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[
                :, : len(checkpoint.labels)
            ]

    # In train mode the exporter would leave dropout on in the original.
    module = Whole().eval()
    ids = torch.tensor([checkpoint.model.tokenizer("Warmed up before the first one.").input_ids])
    axes = {"input_ids": {0: "one", 1: "tokens"}, "logits": {0: "one"}}
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module, (ids,), str(path), dynamo=False, opset_version=17,
                input_names=["input_ids"], output_names=["logits"], dynamic_axes=axes,
            )  # fmt: skip
    except Exception as error:
        raise ScorerUnavailable(
            f"The model cannot be converted ({type(error).__name__})."
            " GATEHOUSE_MODEL_RUNTIME=torch serves the library itself."
        ) from None


def _write_tokenizer(checkpoint: Checkpoint, path: Path) -> None:
    backend = getattr(checkpoint.model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ScorerUnavailable(
            "The model's tokenizer exists in Python only and cannot be converted."
            " GATEHOUSE_MODEL_RUNTIME=torch serves the library itself."
        )
    path.write_text(backend.to_str(), encoding="utf-8")


def _quantise(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it recommends a preparation that only static scales need
    try:
        quantize_dynamic(
            source, target, weight_type=QuantType.QInt8,
            # A scale per column. Seven bits, because on processors without VNNI two products of
            # eight overflow: the same text has the same score everywhere.
            per_channel=True, reduce_range=True,
        )  # fmt: skip
    finally:
        root.setLevel(level)


def _difference(network: OnnxClassifier, checkpoint: Checkpoint) -> Difference:
    worst = Difference(0.0, network.labels[0], 0)
    for number, text in enumerate(TEXTS):
        while (
            len(network.windows(text)) > 1
        ):  # the library would cut off what does not fit into one pass
            text = text[: len(text) // 2]
        expected = checkpoint.predict(text)
        for label, value in zip(network.labels, network.probabilities([text])[0], strict=True):
            distance = abs(float(value) - expected[label])
            if not distance <= worst.largest:  # a NaN is worse than all
                worst = Difference(distance, label, number)
    return worst


def _write_card(folder: Path, facts: dict[str, Any], precision: str, *, weights: str) -> None:
    facts["precision"] = precision
    facts["files"] = {name: _sha256(folder / name) for name in (weights, "tokenizer.json")}
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    (folder / "model.json").write_text(text, encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe(facts: dict[str, Any], precision: str) -> str:
    """The card for people, in Markdown."""
    differences = facts["differences"]
    packages = ", ".join(f"{name} {number}" for name, number in facts["made_with"].items())
    return f"""# {facts["id"]} {facts["version"]}

A Detoxify checkpoint (github.com/unitaryai/detoxify), converted once by `gatehouse model add`.

- **Labels**: {", ".join(facts["labels"])}. Not calibrated: they are the library's own probabilities.
- **Languages**: {", ".join(facts["languages"])}. Others are held, or go to a multilingual model.
- **Checkpoint**: `{facts["checkpoint"]["file"]}`, SHA-256 {facts["checkpoint"]["sha256"]}
- **Served**: {precision}, `model.onnx`, SHA-256 {facts["files"]["model.onnx"]}
- **Made with**: {packages}
- **Checked** against `Detoxify.predict` on {len(TEXTS)} texts; largest difference of a probability:
  fp32 {differences["fp32"]:g} (allowed {FP32_BOUND:g}), int8 {differences["int8"]:g} (allowed {INT8_BOUND:g}).
- **One pass** takes {facts["window"]} tokens. Longer comments are read in overlapping windows, cut between
  sentences; each label is the highest of them. (The library itself cuts off what is over 512.)
"""


def install(new_folder: Path, target: Path) -> None:
    """Moves a finished folder to `target`, in place of what was there; readers never see half of one."""
    old_folder = None
    if target.exists():
        old_folder = new_folder.with_name(new_folder.name + ".old")
        target.rename(old_folder)
    new_folder.rename(target)
    if old_folder:
        shutil.rmtree(old_folder, ignore_errors=True)
