"""What the middle layers say is added to the logit of toxicity, and only where they are sure; sentences like the kept ones are left out."""

# ruff: noqa: E402 - what is imported last may be missing

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.training import datasets

MISSING = [name for name in ("sklearn", "scipy", "onnx") if importlib.util.find_spec(name) is None]
if MISSING:
    pytest.skip(f"NO {', '.join(MISSING).upper()}, training was not tried", allow_module_level=True)

import onnx
import onnxruntime

from moderation.scorers.models.bundled import FOLDER, Bundled
from moderation.scorers.models.onnx_classifier import OnnxClassifier
from training import middle
from training.corpus import Example
from training.plain import plain_sentences, unlike

pytestmark = [pytest.mark.timeout(300)]
TEXT_IDS = {"input_ids": np.array([[2, 232, 231, 319, 3]], np.int64)}


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model, its middle layers read as some dozen texts teach it."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("model")
    datasets.write_all(data)
    for file in FOLDER.iterdir():
        shutil.copyfile(file, folder / file.name)
    middle.main([
        "--data", str(data), "--work", str(data), "--out", str(folder), "--rows", "600", "--plain", "200",
    ])  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def base() -> onnx.ModelProto:
    return middle.without_reading(onnx.load(FOLDER / "model.onnx"))


def logits(model: onnx.ModelProto, *more: str) -> list[np.ndarray]:
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    shown.graph.output.extend(onnx.ValueInfoProto(name=name) for name in more)
    session = onnxruntime.InferenceSession(
        shown.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return [np.asarray(output) for output in session.run(None, TEXT_IDS)]


def test_the_reading_is_added_where_it_is_sure(base: onnx.ModelProto) -> None:
    alone, *layers = logits(base, *middle.TENSORS)
    seen = np.concatenate([layer[0].mean(axis=0) for layer in layers])
    weights = seen / (seen @ seen)  # of this text: 1
    for bias, added in ((-1.0, 0.0), (middle.SURE - 0.5, 0.5 * middle.STEP), (9.0, 4.0)):
        [together] = logits(middle.with_reading(base, weights, bias, share=2.0))
        assert together[0, 1:] == pytest.approx(alone[0, 1:], abs=1e-6)
        assert together[0, 0] - alone[0, 0] == pytest.approx(added / 2.0, abs=1e-3)
    [together] = logits(middle.with_reading(base, weights, 9.0, share=0.1))
    assert together[0, 0] == pytest.approx(middle.CEILING, abs=1e-3) and alone[0, 0] < 0


def test_it_is_taken_off_again_before_it_is_learned_anew(base: onnx.ModelProto) -> None:
    shown = middle.with_reading(base, np.ones(1152), 0.5, share=0.5)
    assert shown != base
    assert middle.without_reading(shown) == middle.without_reading(base) == base


def test_the_model_is_served_and_hears_what_it_was_taught(taught: Path) -> None:
    """Pieces of a text are read without what is added to whole ones."""
    Bundled(taught).load()
    network = OnnxClassifier(taught)
    own, is_hate = middle.own_sentences()
    added = network.logits(own) - network.logits(own, of_pieces=True)
    assert (added[:, 1:] == 0).all() and (added >= 0).all()
    assert added[is_hate, 0].mean() > 0.5 > 0.1 > added[~is_hate, 0].mean()


def test_sentences_like_the_kept_ones_are_left_out() -> None:
    kept = "somebody should pay him a visit"
    examples = [Example(text, (1.0,) * 6) for text in (f"Well, {kept}!", "pay the man, please")]
    assert [example.text for example in unlike(examples, [kept])] == ["pay the man, please"]
    written = list(plain_sentences(5, 200))
    assert not [example.text for example in written if "{" in example.text]
    assert sum(example.labels[0] == 1 for example in written) == len(written) // 2
