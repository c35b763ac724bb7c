"""Detoxify checkpoints of every architecture, converted: the same answers, without torch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.domain.errors import Invalid, ScorerUnavailable
from moderation.scorers.models.transformer import Transformer
from tests.scorers.candidates import candidate

pytest.importorskip(
    "torch",
    reason="NOT TESTED: conversion. torch is not installed; run `make test EXTRAS=detoxify`.",
)

from moderation.scorers.models.checkpoint import Checkpoint, open_checkpoint
from moderation.scorers.models.convert import FP32_BOUND, INT8_BOUND, TEXTS, convert, install
from tests.scorers.checkpoints import ARCHITECTURES, DEBIASED, LABELS, make_checkpoint

pytestmark = pytest.mark.filterwarnings("ignore")  # torch and transformers warn of themselves


@pytest.fixture(scope="module", params=ARCHITECTURES)
def checkpoint(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Checkpoint:
    folder = tmp_path_factory.mktemp(request.param)
    return open_checkpoint(make_checkpoint(folder, request.param))


def converted(checkpoint: Checkpoint, folder: Path, precision: str = "fp32") -> list[str]:
    """Fills the folder; what was said meanwhile."""
    lines: list[str] = []
    folder.mkdir(parents=True)
    convert(
        checkpoint, folder, name="tiny", languages=frozenset({"en", "fr"}), precision=precision,
        say=lines.append,
    )  # fmt: skip
    return lines


@pytest.mark.parametrize(("precision", "bound"), [("fp32", FP32_BOUND), ("int8", INT8_BOUND)])
def test_it_answers_as_the_library_does(
    checkpoint: Checkpoint, tmp_path: Path, precision: str, bound: float
) -> None:
    converted(checkpoint, tmp_path / "tiny", precision)
    scorer = Transformer(tmp_path / "tiny", name="detoxify")
    for text in ("You IDIOT, I will find you!", "The council votes on the bridge.", "", "é 東 😀"):
        (signals,) = scorer.measure([candidate(text)])
        wanted = checkpoint.predict(candidate(text).view.text)
        assert [signal.name for signal in signals] == list(wanted)
        assert [signal.value for signal in signals] == pytest.approx(
            list(wanted.values()), abs=bound
        )


def test_its_card(checkpoint: Checkpoint, tmp_path: Path) -> None:
    lines = converted(checkpoint, tmp_path / "tiny", "int8")
    facts = json.loads((tmp_path / "tiny" / "model.json").read_text())
    assert tuple(facts["labels"]) in (LABELS, DEBIASED)
    assert facts["checkpoint"]["sha256"] == checkpoint.digest
    assert facts["differences"]["fp32"] <= FP32_BOUND < facts["differences"]["int8"] <= INT8_BOUND
    assert {"detoxify", "torch", "transformers", "onnx"} == facts["made_with"].keys()
    card = (tmp_path / "tiny" / "CARD.md").read_text()
    assert checkpoint.digest in card and "en, fr" in card and f"{len(TEXTS)} texts" in card
    assert sum("largest difference" in line for line in lines) == 2
    names = {file.name for file in (tmp_path / "tiny").iterdir()}
    assert names == {"model.onnx", "tokenizer.json", "model.json", "CARD.md"}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_long_texts_meet_no_limit(architecture: str, tmp_path: Path) -> None:
    """38 tokens a pass: neither the library nor the converted model runs out of positions."""
    checkpoint = open_checkpoint(make_checkpoint(tmp_path / "made", architecture, positions=40))
    assert checkpoint.window == 38
    converted(checkpoint, tmp_path / "tiny")
    text = "you are an idiot " * 200
    assert checkpoint.predict(text)  # cut off by the library; ours is read whole
    scorer = Transformer(tmp_path / "tiny", name="detoxify")
    assert len(scorer.measure([candidate(text)])[0]) >= 6


def test_it_is_served_without_torch(tmp_path: Path) -> None:
    converted(open_checkpoint(make_checkpoint(tmp_path / "made", "bert")), tmp_path / "tiny")
    program = f"""
import sys
for name in ("torch", "transformers", "detoxify", "onnx"):
    sys.modules[name] = None
from moderation.scorers.models.model_names import Models
from moderation.scorers.build import build_scorers
from tests.scorers.candidates import candidate
scorer = build_scorers(Models("detoxify:tiny", folder=__import__("pathlib").Path({str(tmp_path)!r})))[-3]
print([one.runtime for one in scorer.measure([candidate("idiot")])[0]])
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "onnxruntime" in process.stdout, process.stderr


class TestRefusals:
    @pytest.fixture(scope="class")
    @classmethod
    def wild(cls, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
        """Weights so large that int8 cannot follow them."""
        folder = tmp_path_factory.mktemp("wild")
        return open_checkpoint(make_checkpoint(folder, "bert", spread=1.5))

    def test_int8_that_differs_is_refused(self, wild: Checkpoint, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match="In int8"):
            converted(wild, tmp_path / "tiny", "int8")

    def test_or_left_out(self, wild: Checkpoint, tmp_path: Path) -> None:
        lines = converted(wild, tmp_path / "tiny", "auto")
        assert any("fp32 is kept" in line for line in lines)
        assert json.loads((tmp_path / "tiny" / "model.json").read_text())["precision"] == "fp32"

    def test_a_model_that_answers_otherwise_is_refused(
        self, wild: Checkpoint, tmp_path: Path
    ) -> None:
        class Other(Checkpoint):
            def predict(self, text: str) -> dict[str, float]:
                return {label: value * 0.99 for label, value in super().predict(text).items()}

        with pytest.raises(Invalid, match="does not answer as Detoxify does"):
            converted(Other(wild.model, wild.path, wild.digest, wild.window), tmp_path / "tiny")

    def test_a_release_must_be_the_published_one(self, tmp_path: Path) -> None:
        path = make_checkpoint(tmp_path, "bert").rename(tmp_path / "toxic_original-c1212f89.ckpt")
        with pytest.raises(ScorerUnavailable, match="damaged or not Detoxify's"):
            open_checkpoint(path)


def test_a_finished_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    for folder, content in (("workshop/tiny", "new"), ("models/tiny", "old")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "model.json").write_text(content)
    for _ in range(2):
        install(tmp_path / "workshop" / "tiny", tmp_path / "models" / "tiny")
        assert (tmp_path / "models" / "tiny" / "model.json").read_text() == "new"
        assert list((tmp_path / "workshop").iterdir()) == []
        (tmp_path / "workshop" / "tiny").mkdir()
        (tmp_path / "workshop" / "tiny" / "model.json").write_text("new")
