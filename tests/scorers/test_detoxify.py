"""Detoxify through the real library, with a tiny BERT that these tests make; skipped without torch."""

import hashlib
import json
import os
import pickle
import random
from pathlib import Path
from typing import Any

import pytest

from moderation.domain.errors import ScorerUnavailable
from moderation.scorers.models.detoxify import Detoxify
from tests.scorers.candidates import candidate
from tests.scorers.test_contract import ScorerContract

try:
    import torch
    import transformers

    torch.set_num_threads(1)  # of so little work two threads make more
except ImportError:
    torch = transformers = None

pytestmark = pytest.mark.filterwarnings("ignore")  # torch and transformers warn of themselves
needs_torch = pytest.mark.skipif(
    torch is None,
    reason="NOT TESTED: the real Detoxify library. torch is not installed; run `make test EXTRAS=detoxify`.",
)
CLASSES = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
SENTENCES = [
    "the minister is a liar and should resign",
    "you are an idiot",
    "great article thanks",
    "i will find you",
    "the council votes on the bridge",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a user would make one: checkpoint, config.json, tokenizer. 100 KB, random weights
    but for one thing: 'idiot' pulls every label up."""
    from tokenizers import BertWordPieceTokenizer

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = BertWordPieceTokenizer()
    tokenizer.train_from_iterator(SENTENCES * 20, vocab_size=300, show_progress=False)
    tokenizer.save_model(str(folder))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {"model_max_length": 512, "tokenizer_class": "BertTokenizer", "do_lower_case": True}
        )
    )
    torch.manual_seed(4)
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=2,
        num_attention_heads=2, intermediate_size=64, num_labels=len(CLASSES),
    )  # fmt: skip
    config.save_pretrained(folder)
    model = transformers.BertForSequenceClassification(config).eval()
    teach(model, transformers.BertTokenizer.from_pretrained(str(folder)))
    save(folder / "tiny.ckpt", model.state_dict())
    return folder


def teach(model: Any, tokenizer: Any) -> None:
    """A few steps of training: 'idiot' is toxic, the rest is not."""
    random_ = random.Random(5)
    words = sorted({word for sentence in SENTENCES for word in sentence.split()} - {"idiot"})
    optimiser = torch.optim.Adam(model.parameters(), 0.003)
    model.train()
    for _ in range(60):
        texts, wanted = [], []
        for _ in range(16):
            chosen = [random_.choice(words) for _ in range(random_.randrange(2, 12))]
            toxic = random_.random() < 0.5
            if toxic:
                chosen[random_.randrange(len(chosen))] = "idiot"
            texts.append(" ".join(chosen))
            wanted.append([float(toxic)] * len(CLASSES))
        logits = model(**tokenizer(texts, return_tensors="pt", padding=True)).logits
        torch.nn.functional.binary_cross_entropy_with_logits(
            logits, torch.tensor(wanted)
        ).backward()
        optimiser.step()
        optimiser.zero_grad()
    model.eval()


def save(path: Path, state: Any, **more: Any) -> None:
    """A checkpoint in the format of Detoxify's releases."""
    arch = {
        "num_classes": len(CLASSES), "model_type": "bert-base-uncased",
        "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer", **more,
    }  # fmt: skip
    config = {"arch": {"args": arch}, "dataset": {"args": {"classes": CLASSES}}}
    torch.save({"config": config, "state_dict": state}, path)


def copied(folder: Path, to: Path) -> Path:
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to / "tiny.ckpt"


def toxicity(scorer: Detoxify, text: str) -> float:
    return scorer.measure([candidate(text)])[0][0].value


@needs_torch
class TestContract(ScorerContract):
    of = (Detoxify,)
    cost_floor = 1.0  # the model is tiny; what costs is the tokenizer

    @pytest.fixture(scope="class")
    @classmethod
    def scorer(cls, folder: Path) -> Detoxify:
        return Detoxify(str(folder))


@needs_torch
class TestReal:
    @pytest.fixture(scope="class")
    @classmethod
    def scorer(cls, folder: Path) -> Detoxify:
        return Detoxify(str(folder / "tiny.ckpt"))

    def test_answers_as_the_library_does(
        self, scorer: Detoxify, folder: Path, tmp_path: Path
    ) -> None:
        import detoxify

        state = torch.load(folder / "tiny.ckpt", weights_only=True)["state_dict"]
        save(tmp_path / "direct.ckpt", state, model_type=str(folder))
        direct = detoxify.Detoxify(checkpoint=str(tmp_path / "direct.ckpt"))
        for sentence in SENTENCES:
            (signals,) = scorer.measure([candidate(sentence)])
            expected = direct.predict(sentence)
            assert [signal.name for signal in signals] == LABELS == list(expected)
            assert [signal.value for signal in signals] == pytest.approx(list(expected.values()))

    def test_every_score_names_its_weights(self, scorer: Detoxify, folder: Path) -> None:
        digest = hashlib.sha256((folder / "tiny.ckpt").read_bytes()).hexdigest()
        for signal in scorer.measure([candidate(SENTENCES[0])])[0]:
            assert (signal.scorer, signal.model, signal.sha256) == (
                "detoxify",
                "detoxify-tiny",
                digest,
            )

    def test_an_insult_is_found_wherever_it_stands_in_a_long_text(self, scorer: Detoxify) -> None:
        around = ["bridge"] * 2_500
        assert toxicity(scorer, "you idiot the bridge") > 0.5 > toxicity(scorer, " ".join(around))
        for position in (0, 509, 511, 1_200, 2_499):
            text = " ".join([*around[:position], *["idiot"] * 40, *around[position:]])
            assert toxicity(scorer, text) > 0.5, position

    def test_the_words_behind_a_score(self, scorer: Detoxify) -> None:
        text = "great article, you 1d10t, thanks"
        spans = scorer.explain(candidate(text), "toxicity")
        assert "1d10t" in text[spans[0].start : spans[0].end]
        assert toxicity(scorer, text) > toxicity(scorer, text.replace("1d10t", ""))


@needs_torch
class TestRefusals:
    def test_a_checkpoint_that_runs_code_is_not_loaded(self, folder: Path, tmp_path: Path) -> None:
        path = copied(folder, tmp_path)
        trace = tmp_path / "it ran"

        class Evil:
            def __reduce__(self) -> Any:
                return os.mkdir, (str(trace),)

        path.write_bytes(pickle.dumps({"config": Evil(), "state_dict": {}}))
        with pytest.raises(ScorerUnavailable, match="more than weights"):
            toxicity(Detoxify(str(path)), "hello")
        torch.save({"config": Evil(), "state_dict": {}}, path)
        with pytest.raises(ScorerUnavailable, match="more than weights"):
            toxicity(Detoxify(str(path)), "hello")
        assert not trace.exists()

    def test_a_pinned_checkpoint_must_be_that_one(self, folder: Path, tmp_path: Path) -> None:
        path = copied(folder, tmp_path)
        pin = tmp_path / "tiny.ckpt.sha256"
        pin.write_text(hashlib.sha256(path.read_bytes()).hexdigest() + "  tiny.ckpt\n")
        assert 0 <= toxicity(Detoxify(str(path)), "hello") <= 1
        pin.write_text("0" * 64 + "  tiny.ckpt\n")
        with pytest.raises(ScorerUnavailable, match="not the one pinned"):
            toxicity(Detoxify(str(path)), "hello")

    @pytest.mark.parametrize(
        "change", [{"model_name": "AutoModel"}, {"tokenizer_name": "pipeline"}, {"model_name": 3}]
    )
    def test_only_classifiers_and_tokenizers_are_built(
        self, folder: Path, tmp_path: Path, change: dict[str, Any]
    ) -> None:
        path = copied(folder, tmp_path)
        save(path, torch.load(path, weights_only=True)["state_dict"], **change)
        with pytest.raises(ScorerUnavailable, match="not a Detoxify checkpoint"):
            toxicity(Detoxify(str(path)), "hello")

    def test_what_is_not_a_checkpoint(self, tmp_path: Path) -> None:
        path = tmp_path / "some.ckpt"
        path.write_bytes(b"nothing of the kind")
        with pytest.raises(ScorerUnavailable, match="damaged"):
            toxicity(Detoxify(str(path)), "hello")
        torch.save({"state_dict": {}}, path)
        with pytest.raises(ScorerUnavailable, match="not a Detoxify checkpoint"):
            toxicity(Detoxify(str(path)), "hello")

    def test_what_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(ScorerUnavailable, match="no Detoxify checkpoint"):
            toxicity(Detoxify(str(tmp_path / "none.ckpt")), "hello")
        with pytest.raises(ScorerUnavailable, match="exactly one"):
            toxicity(Detoxify(str(tmp_path)), "hello")
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        with pytest.raises(ScorerUnavailable, match="fetches it once"):
            toxicity(Detoxify("original"), "hello")

    def test_it_can_be_asked_again_once_the_checkpoint_is_there(
        self, folder: Path, tmp_path: Path
    ) -> None:
        scorer = Detoxify(str(tmp_path / "tiny.ckpt"))
        with pytest.raises(ScorerUnavailable):
            toxicity(scorer, "hello")
        copied(folder, tmp_path)
        assert 0 <= toxicity(scorer, "hello") <= 1


@pytest.mark.skipif(torch is not None, reason="torch is installed: its absence cannot be shown")
def test_without_the_library_the_scorer_is_unavailable() -> None:
    with pytest.raises(ScorerUnavailable, match="not on this machine"):
        Detoxify("original").measure([candidate("hello")])


def test_languages() -> None:
    assert Detoxify("original").languages == {"en"}
    assert "fr" in Detoxify("multilingual").languages
