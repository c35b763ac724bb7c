"""The training path from tiny datasets to models that are served: every command of training/README.md, in its order.

A hundred made-up comments and a network of two thin layers: whether it runs and learns, not how well.
"""

# ruff: noqa: E402 - what is imported last may be missing

import importlib.util
import json
import random
from pathlib import Path

import numpy as np
import pytest

from tests.training import datasets

MISSING = [
    name
    for name in ("torch", "transformers", "sklearn", "scipy", "onnx")
    if importlib.util.find_spec(name) is None
]
if MISSING:
    pytest.skip(
        f"NO {', '.join(MISSING).upper()}, training was not tried: make test EXTRAS=detoxify",
        allow_module_level=True,
    )

import tokenizers
import torch
import transformers

from gatehouse.evaluation.evaluated_model import EvaluatedModel, toxicity_only
from gatehouse.evaluation.report import report
from gatehouse.evaluation.sets import LABELS
from moderation.policies import load_policy
from moderation.scorers.models.bundled import Bundled
from moderation.scorers.spam.spam_model import load_prior
from training import assemble, blatant, linear, prepare, spam, teacher, transformer
from training.examples import split
from training.learning import TrainingPlan, predict_logits
from training.rows import read_rows

WIDTH, LAYERS = 64, 2
torch.set_num_threads(1)  # threads for matrices as small as these only wait for each other
pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    datasets.write_all(folder)
    return folder


def write_tokenizer(folder: Path, data: Path) -> int:
    """A tokenizer of word pieces that knows the words of the texts; gives the number of pieces."""
    texts = [example.text.lower() for part in split(data, 20) for example in part]
    words = sorted({word.strip(".,!?") for text in texts for word in text.split()} - {""})
    letters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += dict.fromkeys([*letters, *(f"##{letter}" for letter in letters), *words])
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    bert = tokenizers.BertWordPieceTokenizer(vocabulary, lowercase=True)
    bert.save(str(folder / "tokenizer.json"))
    return len(vocabulary)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory, data: Path) -> tuple[Path, Path]:
    """MiniLM and MPNet, as thin as can be, with random weights."""
    thin, larger = tmp_path_factory.mktemp("minilm"), tmp_path_factory.mktemp("mpnet")
    sizes = {
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": WIDTH // transformer.HEAD_WIDTH,
        "intermediate_size": 4 * WIDTH,
        "max_position_embeddings": 200,
    }
    words = write_tokenizer(thin, data)
    transformers.BertModel(
        transformers.BertConfig(vocab_size=words, **sizes), add_pooling_layer=False
    ).save_pretrained(thin)
    words = write_tokenizer(larger, data)
    transformers.MPNetModel(
        transformers.MPNetConfig(vocab_size=words, **sizes), add_pooling_layer=False
    ).save_pretrained(larger)
    return thin, larger


@pytest.fixture(scope="module")
def own_decisions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `gatehouse export` writes: one comment approved, one rejected, one that nobody decided."""
    chance = random.Random(9)
    moderator = {"kind": "moderator"}
    comments = [
        {"text": text, "decisions": [{"actor": actor, "outcome": outcome}]}
        for text, actor, outcome in (
            (datasets.kind(chance), moderator, "approve"),
            (datasets.foul(chance), moderator, "reject"),
            (datasets.foul(chance), {"kind": "policy"}, "hold"),
        )
    ]
    file = tmp_path_factory.mktemp("own") / "own.jsonl"
    file.write_text("".join(json.dumps(comment) + "\n" for comment in comments))
    return file


@pytest.fixture(scope="module")
def work(
    tmp_path_factory: pytest.TempPathFactory,
    data: Path,
    bases: tuple[Path, Path],
    own_decisions: Path,
) -> Path:
    """The work folder after prepare.py, for two epochs."""
    folder = tmp_path_factory.mktemp("work")
    thin, larger = bases
    prepare.main([
        "--data", str(data), "--work", str(folder), "--base", str(thin), "--teacher", str(larger),
        "--epochs", "2", "--written", "60", "--own", str(own_decisions),
    ])  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def taught(work: Path, bases: tuple[Path, Path]) -> Path:
    """After the teacher and the transformer."""
    teacher.main([
        "--base", str(bases[1]), "--work", str(work), "--parts", "2", "--epochs", "1", "--device", "cpu",
    ])  # fmt: skip
    transformer.main(["--work", str(work), "--epochs", "8", "--rate", "1e-3", "--device", "cpu"])
    return work


@pytest.fixture(scope="module")
def model(
    taught: Path, data: Path, own_decisions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a whole model, as the service reads it."""
    folder = tmp_path_factory.mktemp("model")
    linear.main([
        "--data", str(data), "--work", str(taught), "--written", "60", "--steps", "8", "--own", str(own_decisions),
    ])  # fmt: skip
    assemble.main(["--data", str(data), "--work", str(taught), "--out", str(folder)])
    return folder


def test_texts_become_rows_of_tokens(work: Path, data: Path) -> None:
    base, held_out = read_rows(work / "base.npz"), read_rows(work / "held.npz")
    train, kept_apart = split(data, 20)
    assert len(held_out) == len(kept_apart) == 12
    # The two that moderators decided, and what has no labels: a third of sbic, half of edos.
    assert len(base) == len(train) + 2 + 4 + 6
    pieces = json.loads((work / "tokenizer.json").read_text())["model"]["vocab"]
    assert base.ids.max() < len(pieces)
    is_own = base.weights == 2.0
    assert is_own.sum() == 2 and (base.origin[is_own] == -1).all()
    assert sorted(base.labels[is_own, 0]) == [0.0, 1.0]
    assert (base.labels < 0).all(1).sum() == 10
    for epoch in range(2):
        more = read_rows(work / f"more-{epoch}.npz")
        assert len(more) > 60 and more.labels.shape[1] == len(LABELS)


def test_the_teacher_labels_every_example_and_the_network_learns(
    taught: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = np.load(taught / "teacher.npz")["said"]
    assert labels.shape == read_rows(taught / "base.npz").labels.shape
    assert ((labels > 0) & (labels < 1)).all()
    held_out = read_rows(taught / "held.npz")
    course = TrainingPlan(1, 512, 1e-3, 0.85, 0, 20, "cpu")
    toxicity = predict_logits(transformer.load_reader(taught), held_out, course)[:, 0]
    toxic = held_out.labels[:, 0] == 1
    assert toxicity[toxic].min() > toxicity[~toxic].max()


def test_a_teacher_of_other_examples_is_refused(work: Path, tmp_path: Path) -> None:
    for file in work.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    np.savez_compressed(tmp_path / "teacher.npz", said=np.zeros((3, 6), np.float16))
    with pytest.raises(SystemExit, match=r"run training\.teacher again"):
        transformer.main(["--work", str(tmp_path), "--device", "cpu"])


def test_the_model_is_served_and_tells_foul_from_kind(model: Path) -> None:
    card = json.loads((model / "model.json").read_text())
    assert set(card["mix"]) == set(LABELS) and card["precision"] == "int8"
    chance = random.Random(11)
    subject = EvaluatedModel(Bundled(model), toxicity_only(load_policy("newsroom")), lambda _: None)
    foul = subject.scores([datasets.foul(chance) for _ in range(50)])[:, 0]
    kind = subject.scores([datasets.kind(chance) for _ in range(50)])[:, 0]
    # A network of a few hundred rows misses a text now and then, another one on another processor.
    assert (foul[:, None] > kind[None, :]).mean() > 0.9


def test_the_table_of_the_card_is_printed(model: Path, data: Path) -> None:
    subject = EvaluatedModel(Bundled(model), toxicity_only(load_policy("newsroom")), lambda _: None)
    table = dict(report(data, subject, ""))
    assert subject.texts > 40
    figures = [figure for lines in table.values() for _, figure in lines]
    assert figures and "nan" not in " ".join(figures)


def test_the_prior_of_spam_is_made_measured_and_tells_spam(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spam.main(
        ["--data", str(data), "--out", str(tmp_path), "--honest", "8", "--marks", "0", "4", "12"]
    )
    printed = capsys.readouterr().out
    for part in ("left out", "never learned from", "worst order", "SHA-256"):
        assert part in printed
    prior = load_prior(tmp_path)
    train, strangers = spam.corpus(data, 20, honest=8)
    values = spam.scores(prior, train)
    assert values[train.truth].mean() > values[~train.truth].mean() + 1
    assert len(strangers.replies) == 8 + 8 + 9  # news sites, Wikipedia talk, the forum
    assert not strangers.truth.any()


def test_a_prior_without_a_source(data: Path, tmp_path: Path) -> None:
    spam.main(["--data", str(data), "--out", str(tmp_path / "all"), "--without", "nothing"])
    spam.main(["--data", str(data), "--out", str(tmp_path / "some"), "--without", "SMS"])
    whole, part = load_prior(tmp_path / "all"), load_prior(tmp_path / "some")
    assert (whole.weights != part.weights).any()


def test_what_honest_comments_reach_is_printed(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blatant.main(["--data", str(data), "--honest", "8"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "honest, news sites",
        "honest, Wikipedia talk",
        "honest, forums",
        "spam, YouTube",
        "spam, SMS",
    ]
