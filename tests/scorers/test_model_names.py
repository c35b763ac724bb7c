"""Which model a name stands for, what serves when it is not there, and who reads which language."""

from pathlib import Path

import pytest

from moderation.domain.errors import Invalid
from moderation.scorers.build import build_scorers
from moderation.scorers.language import Language
from moderation.scorers.models.author_names import WithAuthorNames
from moderation.scorers.models.by_language import ByLanguage
from moderation.scorers.models.model_names import Models, check_model, folder_name_of
from moderation.scorers.models.transformer import Transformer
from moderation.scorers.pipeline import ScorerPipeline
from tests.scorers.candidates import candidate
from tests.scorers.onnx_classifiers import make_folder
from tests.scorers.test_contract import ScorerContract

ENGLISH = "The council votes on the bridge, and you are an idiot if you resign."
FRENCH = "Le conseil vote aujourd'hui sur la construction du nouveau pont, espèce d'idiot."
GERMAN = "Der Stadtrat stimmt heute über den Bau der neuen Brücke ab, und das ist gut so."


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("original", "original"),
        ("/models/My Model.ckpt", "my-model"),
        ("/models/tiny", "tiny"),
        ("v1.2.ckpt", "v1.2"),
        ("../..", "model"),
        ("/", "model"),
        (".hidden", "hidden"),
    ],
)
def test_the_name_of_a_models_folder(spec: str, name: str) -> None:
    assert folder_name_of(spec) == name


@pytest.mark.parametrize("name", ["", "gpt", "detoxify", "detoxify:"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Invalid, match="toxicity model"):
        check_model(name)


class TestWhatServes:
    def test_what_is_here(self, tmp_path: Path) -> None:
        models = Models("detoxify:tiny", fallback="bundled", folder=tmp_path)
        assert (models.missing, models.serving) == ("detoxify:tiny", "bundled")
        assert build_scorers(models)[-3].name == "bundled"
        make_folder(tmp_path / "tiny")
        assert (models.missing, models.serving) == ("", "detoxify:tiny")
        assert models.runs_on("detoxify:tiny") == "onnx"
        reads_names = build_scorers(models)[-3]
        assert isinstance(reads_names, WithAuthorNames)
        assert isinstance(reads_names.scorer, Transformer)

    def test_a_folder_may_be_named_itself(self, tmp_path: Path) -> None:
        make_folder(tmp_path / "elsewhere")
        models = Models(f"detoxify:{tmp_path / 'elsewhere'}", folder=tmp_path / "models")
        assert models.place(models.toxicity) == tmp_path / "elsewhere"
        signals = build_scorers(models)[-3].measure([candidate(ENGLISH)])[0]
        assert signals and signals[0].name == "toxicity" and signals[0].value > 0.9

    def test_without_a_fallback_nothing_does(self, tmp_path: Path) -> None:
        pipeline = ScorerPipeline(build_scorers(Models("detoxify:tiny", folder=tmp_path)), 20)
        pipeline.load()
        assert pipeline.failing == ("detoxify",)
        assert pipeline.measure([candidate(ENGLISH)])[0].failed == ("detoxify",)

    def test_a_damaged_model_is_not_replaced_in_silence(self, tmp_path: Path) -> None:
        (make_folder(tmp_path / "tiny") / "model.onnx").write_bytes(b"other")
        pipeline = ScorerPipeline(
            build_scorers(Models("detoxify:tiny", fallback="bundled", folder=tmp_path)), 20
        )
        assert pipeline.measure([candidate(ENGLISH)])[0].failed == ("detoxify",)


class TestLanguages:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        make_folder(tmp_path / "english")
        make_folder(tmp_path / "many", id="many", languages=["en", "fr"])
        return tmp_path

    @pytest.fixture
    def pipeline(self, folder: Path) -> ScorerPipeline:
        models = Models("detoxify:english", multilingual="detoxify:many", folder=folder)
        return ScorerPipeline(build_scorers(models), 20)

    def test_each_comment_goes_to_the_model_that_has_learned_its_language(
        self, pipeline: ScorerPipeline
    ) -> None:
        english, french, german = pipeline.measure(
            [candidate(t) for t in (ENGLISH, FRENCH, GERMAN)]
        )
        for signals, scorer in ((english, "detoxify"), (french, "multilingual")):
            toxicity = signals.get("toxicity")
            assert toxicity and toxicity.scorer == scorer
            assert signals.get("language_unsupported") is None and not signals.failed
        assert german.get("language_unsupported") is not None
        assert pipeline.languages >= {"en", "fr"}

    def test_evidence_comes_from_the_model_that_scored(self, pipeline: ScorerPipeline) -> None:
        (span,) = pipeline.explain(candidate(FRENCH), "multilingual", "toxicity")
        assert "idiot" in FRENCH[span.start : span.end]

    def test_a_short_comment_is_in_the_language_of_its_page(self, pipeline: ScorerPipeline) -> None:
        (signals,) = pipeline.measure([candidate("idiot", language="fr-CA")])
        toxicity = signals.get("toxicity")
        assert toxicity and toxicity.model.startswith("many")

    def test_when_the_second_is_missing_only_its_comments_fail(self, folder: Path) -> None:
        models = Models("detoxify:english", multilingual="detoxify:gone", folder=folder)
        pipeline = ScorerPipeline(build_scorers(models), 20)
        pipeline.load()
        assert pipeline.failing == ("multilingual",)
        english, french = pipeline.measure([candidate(ENGLISH), candidate(FRENCH)])
        assert not english.failed
        # What it has learned is not known while it is not there: held as a language nobody knows.
        assert french.get("language_unsupported") is not None
        assert pipeline.failing == ("multilingual",)

    def test_when_the_second_fails_later_the_first_goes_on(self, folder: Path) -> None:
        second = Transformer(folder / "gone", name="multilingual")
        lanes = [Language(frozenset({"en", "fr"})), ByLanguage(second, lambda code: code == "fr")]
        pipeline = ScorerPipeline(lanes, 20)
        english, french = pipeline.measure([candidate(ENGLISH), candidate(FRENCH)])
        assert not english.failed and french.failed == ("multilingual",)
        assert pipeline.failing == ("multilingual",)
        assert pipeline.measure([candidate(ENGLISH)])[0].failed == ()
        assert pipeline.failing == ("multilingual",)  # nothing has shown that it is well again
        make_folder(folder / "gone", languages=["fr"])
        assert not pipeline.measure([candidate(FRENCH)])[0].failed
        assert pipeline.failing == ()


class TestContractOfARoutedModel(ScorerContract):
    of = (ByLanguage,)
    cost_floor = 1.0  # the network is tiny; what costs is the tokenizer

    @pytest.fixture(scope="class")
    @classmethod
    def scorer(cls, tmp_path_factory: pytest.TempPathFactory) -> ByLanguage:
        made = make_folder(tmp_path_factory.mktemp("routed") / "model")
        return ByLanguage(Transformer(made, name="multilingual"), lambda code: True)
