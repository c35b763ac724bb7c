"""`gatehouse model add` and `model list`, from a checkpoint to scores."""

import json
from pathlib import Path

import pytest

from tests.gatehouse.conftest import Run
from tests.gatehouse.test_score import KIND, TOXIC, line

try:
    import torch
except ImportError:
    torch = None
needs_torch = pytest.mark.skipif(
    torch is None,
    reason="NOT TESTED: model add. torch is not installed; run `make test EXTRAS=detoxify`.",
)


def listed(gatehouse: Run, **settings: object) -> dict[str, dict[str, object]]:
    lines = gatehouse("model", "list", "--json", **settings).stdout.splitlines()
    return {facts["model"]: facts for facts in map(json.loads, lines)}


def test_models_are_listed(gatehouse: Run) -> None:
    process = gatehouse("model", "list")
    marked = [listing for listing in process.stdout.splitlines() if listing.startswith("*")]
    assert len(marked) == 1 and " bundled " in marked[0]
    assert "detoxify:multilingual" in process.stdout


def test_a_model_that_is_not_here_and_the_one_that_serves_instead(gatehouse: Run) -> None:
    wanted = {"toxicity_model": "detoxify:nowhere"}
    assert listed(gatehouse, **wanted)["detoxify:nowhere"]["use"] == "wanted"
    models = listed(gatehouse, **wanted, model_fallback="bundled")
    assert models["detoxify:nowhere"] == {
        "model": "detoxify:nowhere", "use": "wanted", "here": False
    }  # fmt: skip
    assert models["bundled"]["use"] == "serves instead of detoxify:nowhere"
    doctor = gatehouse("doctor", **wanted, model_fallback="bundled")
    assert "detoxify:nowhere is missing: `gatehouse model add detoxify:nowhere`" in doctor.stdout
    assert "bundled serves instead" in doctor.stdout
    scored = gatehouse("score", **wanted, model_fallback="bundled", stdin=line(1, TOXIC))
    assert json.loads(scored.stdout)["scores"]["toxicity"] > 0.5
    alone = json.loads(gatehouse("score", **wanted, stdin=line(1, TOXIC)).stdout)
    assert alone["failed"] == ["detoxify"] and "toxicity" not in alone["scores"]


@needs_torch
def test_added_once_and_served(gatehouse: Run, data: Path, tmp_path: Path) -> None:
    from tests.scorers.checkpoints import make_checkpoint

    path = make_checkpoint(tmp_path / "made", "xlm-roberta")
    name = f"detoxify:{path}"
    added = gatehouse("model", "add", name, "--languages", "en,fr")
    assert added.returncode == 0, added.stderr
    assert added.stderr.count("largest difference") == 2
    facts = listed(gatehouse, toxicity_model=name)[name]
    assert facts["use"] == "serves" and facts["here"] and facts["languages"] == ["en", "fr"]
    assert [model_folder.name for model_folder in (data / "models").iterdir()] == ["xlm-roberta"]
    path.unlink()  # no longer needed
    process = gatehouse("score", stdin=line(1, TOXIC) + line(2, KIND), toxicity_model=name)
    assert process.returncode == 0, process.stderr
    for scored in process.stdout.splitlines():
        assert {"toxicity", "insult", "sexual_explicit"} <= json.loads(scored)["scores"].keys()

    again = gatehouse("model", "add", name)
    assert again.returncode == 0 and "here already" in again.stderr
    make_checkpoint(tmp_path / "made", "xlm-roberta", seed=8)
    second = gatehouse("model", "add", name)
    assert second.returncode == 1 and "--replace" in second.stderr
    replaced = gatehouse("model", "add", name, "--replace", "--precision", "fp32")
    assert replaced.returncode == 0, replaced.stderr
    now = listed(gatehouse)["detoxify:xlm-roberta"]
    assert now["precision"] == "fp32" and now["sha256"] != facts["sha256"]


@needs_torch
def test_another_file_than_the_one_meant(gatehouse: Run, data: Path, tmp_path: Path) -> None:
    from tests.scorers.checkpoints import make_checkpoint

    path = make_checkpoint(tmp_path / "made", "bert")
    process = gatehouse("model", "add", f"detoxify:{path}", "--sha256", "0" * 64)
    assert process.returncode == 1 and "not the one given" in process.stderr
    assert not (data / "models").exists()


@needs_torch
def test_without_a_network_it_says_so(
    gatehouse: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))  # nothing was fetched before
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # and nobody answers
    process = gatehouse("model", "add", "detoxify:multilingual")
    assert process.returncode == 1
    assert "could not be fetched" in process.stderr and "Traceback" not in process.stderr
    settings = {"toxicity_model": "detoxify:multilingual", "model_fallback": "bundled"}
    process = gatehouse("model", "add", "--optional", **settings)
    assert process.returncode == 0
    assert "WARNING: detoxify:multilingual was not added" in process.stderr
    assert "Serving instead: bundled" in process.stderr


def test_nothing_to_add(gatehouse: Run) -> None:
    process = gatehouse("model", "add")
    assert process.returncode == 0 and "no model to add" in process.stderr
    process = gatehouse("model", "add", "bundled")
    assert process.returncode == 1 and "detoxify:<name or path>" in process.stderr
