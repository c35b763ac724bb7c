"""A classifier out of a folder: every token is read, between sentences, and nothing damaged is served."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.domain.errors import ScorerUnavailable
from moderation.scorers.models.model_card import read_card
from moderation.scorers.models.onnx_classifier import OnnxClassifier
from tests.scorers.candidates import HOSTILE
from tests.scorers.onnx_classifiers import HARMLESS, LABELS, make_folder

SENTENCE = "The minister is a liar. "


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> OnnxClassifier:
    return OnnxClassifier(make_folder(tmp_path_factory.mktemp("plain") / "model"))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> OnnxClassifier:
    """Twenty tokens at a time."""
    return OnnxClassifier(
        make_folder(tmp_path_factory.mktemp("narrow") / "model", window=20, overlap=5)
    )


def test_logits_and_probabilities(network: OnnxClassifier) -> None:
    texts = ["You IDIOT!", "great article", "kill the bridge", ""]
    rows = network.logits(texts)
    assert network.labels == LABELS
    assert rows.tolist() == [[4, 2], [HARMLESS] * 2, [2, HARMLESS], [HARMLESS] * 2]
    assert network.probabilities(texts) == pytest.approx(1 / (1 + np.exp(-rows)))
    assert network.logits([]).shape == (0, 2)


def test_it_says_what_it_is(network: OnnxClassifier) -> None:
    assert network.runtime.startswith("onnxruntime-") and network.runtime.endswith("/fp32")
    assert network.sha256 == network.card.files["model.onnx"]
    assert (network.card.id, network.card.version) == ("by-hand", "1")


def test_a_comment_does_not_depend_on_its_neighbours(network: OnnxClassifier) -> None:
    texts = [SENTENCE * 50, "idiot", "thanks"]
    alone = np.concatenate([network.logits([text]) for text in texts])
    assert (network.logits(texts) == alone).all()


@pytest.mark.parametrize("position", range(10))
def test_an_insult_is_found_wherever_it_stands(network: OnnxClassifier, position: int) -> None:
    words = ["bridge"] * 5_000
    words[position * 555] = "idiot"
    assert network.logits([" ".join(words)])[0].tolist() == [4, 2]


@settings(max_examples=60)
@given(st.text(alphabet="ab \n.,!?。é😀\u0301", max_size=400))
def test_the_windows_read_every_token(narrow: OnnxClassifier, text: str) -> None:
    everything = narrow.tokens(text)
    windows = narrow.windows(text)
    assert windows[0].start == 0 and windows[-1].end == len(text)
    read = 0
    for window in windows:
        assert len(window.ids) // 4 - 2 <= 20
        inside = [index for index, span in enumerate(everything) if span[0] >= window.start]
        first = inside[0] if inside else len(everything)
        assert first <= read  # no gap
        read = max(read, first + len(window.ids) // 4 - 2)
    assert read >= len(everything)


def test_windows_begin_with_a_sentence(narrow: OnnxClassifier) -> None:
    text = "The minister is a liar. You should resign! Great\narticle, thanks. " * 6
    for window in narrow.windows(text)[1:]:
        before = text[: window.start].rstrip(" ")
        assert before[-1] in ".!\n", text[window.start :]


def test_without_sentences_windows_begin_with_a_word(narrow: OnnxClassifier) -> None:
    text = "xyzzy plugh " * 20  # five tokens each: none is in the vocabulary
    assert all(text[window.start - 1] == " " for window in narrow.windows(text)[1:])


class Counted(str):
    """A text that counts how often one of its characters is looked at."""

    looks = 0

    def __getitem__(self, place):
        Counted.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("signs", ["\"'", ")", "\u201d\u2019"])
def test_windows_of_signs_alone_are_cut_in_a_time_that_grows_with_the_text(
    narrow: OnnxClassifier, signs: str
) -> None:
    """Minutes for one comment would stop the worker that measures it, and hold what others wrote."""
    text = Counted(signs * (10_000 // len(signs)))
    Counted.looks = 0
    assert len(narrow.windows(text)) > 100
    assert Counted.looks < 300 * len(text)


def test_a_word_of_more_letters_than_the_tokenizer_takes_is_read(network: OnnxClassifier) -> None:
    assert len(network.tokens("z" * 250)) == 250
    text = "z" * 300 + " idiot"
    assert network.tokens(text)[-1] == (301, 306)
    assert network.tokens(text)[299] == (299, 300)
    # Each hundred letters begin a word of their own.
    assert network.logits(["z" * 100 + "idiot"])[0].tolist() == [4, 2]


def test_special_tokens_cannot_be_typed(network: OnnxClassifier) -> None:
    special = set(np.frombuffer(network.windows("")[0].ids, np.int32))
    typed = np.frombuffer(network.windows("you [SEP] [CLS]")[0].ids, np.int32)
    assert not special & set(typed[1:-1])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text(narrow: OnnxClassifier, text: str) -> None:
    assert np.isfinite(narrow.logits([text])).all()
    places = narrow.tokens(text)
    assert all(0 <= start <= end <= len(text) for start, end in places)


def test_damage_is_noticed(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "model")
    for name in ("model.onnx", "tokenizer.json"):
        good = (folder / name).read_bytes()
        (folder / name).write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(ScorerUnavailable, match=f"{name} of the model model is damaged"):
            OnnxClassifier(folder)
        (folder / name).unlink()
        with pytest.raises(ScorerUnavailable, match="cannot be read"):
            OnnxClassifier(folder)
        (folder / name).write_bytes(good)
    assert OnnxClassifier(folder).logits(["idiot"])[0, 0] == 4


@pytest.mark.parametrize(
    "change", [{"labels": []}, {"window": 0}, {"window": "many"}, {"files": []}, {"overlap": -1}]
)
def test_a_card_that_makes_no_sense(tmp_path: Path, change: dict[str, object]) -> None:
    folder = make_folder(tmp_path / "model")
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**facts, **change}))
    with pytest.raises(ScorerUnavailable, match="card of the model"):
        read_card(folder)


def test_another_number_of_outputs_than_the_card_says(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "model", labels=["toxicity"])
    with pytest.raises(ScorerUnavailable, match="other outputs"):
        OnnxClassifier(folder)


def test_no_model_no_scores(tmp_path: Path) -> None:
    with pytest.raises(ScorerUnavailable, match="no model in nothing"):
        OnnxClassifier(tmp_path / "nothing")


def test_the_runtime_reports_to_nobody(tmp_path: Path) -> None:
    """It would keep an id of the machine, and what it is about to send, in the home folder."""
    folder = make_folder(tmp_path / "model")
    load = (
        "from pathlib import Path; from moderation.scorers.models.onnx_classifier import OnnxClassifier; "
        f"OnnxClassifier(Path({str(folder)!r})).logits(['You IDIOT!'])"
    )
    home = tmp_path / "home"
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    }
    subprocess.run([sys.executable, "-c", load], env={**kept, "HOME": str(home)}, check=True)
    assert list(home.rglob("*")) == []
