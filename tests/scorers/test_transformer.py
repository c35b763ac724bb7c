"""A model's folder as a scorer, with a network made by hand; and evidence by leaving words out."""

from pathlib import Path

import pytest

from moderation.domain.errors import ScorerUnavailable
from moderation.scorers.models.occlusion import occlude
from moderation.scorers.models.transformer import Transformer
from tests.scorers.candidates import candidate
from tests.scorers.onnx_classifiers import make_folder
from tests.scorers.test_contract import ScorerContract


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("made") / "model")


@pytest.fixture(scope="module")
def scorer(folder: Path) -> Transformer:
    return Transformer(folder, name="transformer")


class TestContract(ScorerContract):
    of = (Transformer,)
    cost_floor = 1.0  # passes of this network cost nothing; the tokenizer is slow with long words


def test_every_score_names_its_model_its_weights_and_what_ran_it(scorer: Transformer) -> None:
    for signal in scorer.measure([candidate("You idiot")])[0]:
        assert (signal.scorer, signal.model) == ("transformer", "by-hand-1")
        assert len(signal.sha256) == 64
        assert signal.runtime.startswith("onnxruntime-")


def test_the_word_behind_a_score_in_the_original_text(scorer: Transformer) -> None:
    text = "Thanks, great article. You 1d\u200b10t should resign."
    (span,) = scorer.explain(candidate(text), "toxicity")
    assert text[span.start : span.end] == "1d\u200b10t"


def test_of_a_long_text_the_word_in_its_worst_window(scorer: Transformer) -> None:
    text = "The bridge. " * 500 + "You idiot! " + "The council. " * 500
    (span,) = scorer.explain(candidate(text), "insult")
    assert text[span.start : span.end] == "idiot!"


def test_a_harmless_text_has_no_evidence(scorer: Transformer) -> None:
    assert scorer.explain(candidate("The council votes on the bridge."), "toxicity") == ()


@pytest.mark.parametrize(
    "text",
    ["You idiot", "idiot. Idiot. Great.", "idiot you idiot, idiot", "kill, then: idiot", "idiot"],
)
@pytest.mark.parametrize("label", ["toxicity", "insult"])
def test_without_the_first_span_the_score_is_lower(
    scorer: Transformer, text: str, label: str
) -> None:
    """Deletion, as judged from outside. 'idiot. Idiot.' keeps its score whatever single word goes."""
    spans = scorer.explain(candidate(text), label)
    before, after = (
        next(
            signal.value
            for signal in scorer.measure([candidate(variant)])[0]
            if signal.name == label
        )
        for variant in (text, text[: spans[0].start] + text[spans[0].end :] if spans else text)
    )
    assert after < before if spans else text == "idiot. Idiot. Great."


def test_a_folder_that_comes_later_is_found(tmp_path: Path) -> None:
    scorer = Transformer(tmp_path / "model", name="transformer")
    with pytest.raises(ScorerUnavailable, match="not on this machine"):
        scorer.load()
    make_folder(tmp_path / "model")
    assert scorer.measure([candidate("idiot")])[0][0].value > 0.9


class TestOcclusion:
    def test_words_by_effect(self) -> None:
        worth = {"bad": 3.0, "worse": 5.0, "mild": 0.5, "good": -2.0}

        def logit(text: str) -> float:
            return sum(worth.get(word, 0.0) for word in text.split())

        text = "a mild bad thing, worse than good"
        assert [text[slice(*span)] for span in occlude(text, logit)] == ["worse", "bad"]

    def test_what_is_said_twice_is_the_sentence(self) -> None:
        text = "Fine. You bad bad man. Fine."
        spans = occlude(text, lambda text: float("bad" in text))
        assert [text[slice(*span)] for span in spans] == ["You bad bad man."]

    def test_only_the_worst_sentence_is_searched(self) -> None:
        texts = []

        def logit(text: str) -> float:
            texts.append(text)
            return float("bad" in text)

        text = "word " * 39 + "end. " + "more " * 200 + "bad " + "rest " * 100
        assert [text[slice(*span)] for span in occlude(text, logit)] == ["bad"]
        assert len(texts) < 60

    @pytest.mark.parametrize("text", ["", " \n ", "...", "?!"])
    def test_nothing_in_nothing_out(self, text: str) -> None:
        assert occlude(text, lambda text: 1.0) == []
