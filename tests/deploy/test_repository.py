"""What stands beside the code: the workflow, the hooks, the forms for issues, and the index of the documentation."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def read(path: Path) -> dict[Any, Any]:
    document = yaml.safe_load(path.read_text())
    assert isinstance(document, dict)
    return document


def pythons() -> list[str]:
    """The versions that pyproject.toml admits."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"])
    assert bounds
    return [f"3.{minor}" for minor in range(int(bounds[1]), int(bounds[2]))]


def test_the_classifiers_name_every_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: "
    named = [line for line in project["classifiers"] if line.startswith(prefix)]
    assert named == [prefix + version for version in pythons()]


def test_the_workflow_runs_everything_on_every_python() -> None:
    (job,) = read(GITHUB / "workflows" / "ci.yml")["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == pythons()
    assert job["container"] == "python:${{ matrix.python }}-bookworm"
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_hook_calls_what_is_there() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    checked = re.findall(r"ruff format|ruff check|mypy|lint-imports|locks\.py", str(repository))
    assert {"ruff format", "ruff check", "mypy", "lint-imports", "locks.py"} <= set(checked)
    for hook in repository["hooks"]:
        program, *arguments = hook["entry"].split()
        assert program.startswith(".venv/bin/") and os.access(ROOT / program, os.X_OK)
        for script in (argument for argument in arguments if argument.endswith(".py")):
            assert (ROOT / script).is_file()


def test_every_folder_that_dependabot_reads_has_something_for_it() -> None:
    wanted = {
        "pip": "pyproject.toml",
        "npm": "package.json",
        "docker": "Dockerfile",
        "docker-compose": "docker-compose.yml",
        "github-actions": ".github/workflows/ci.yml",
    }
    updates = read(GITHUB / "dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == set(wanted)
    for update in updates:
        folder = ROOT / update["directory"].lstrip("/")
        assert (folder / wanted[update["package-ecosystem"]]).is_file()


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_every_form_for_issues_is_one(form: Path) -> None:
    described = read(form)
    if form.stem == "config":
        assert described["blank_issues_enabled"] is True
        return
    assert described["name"] and described["description"]
    fields = [field for field in described["body"] if field["type"] != "markdown"]
    names = [field["id"] for field in fields]
    assert names and len(set(names)) == len(names)
    assert all(field["attributes"]["label"] for field in fields)


def linked(page: Path) -> set[Path]:
    """The files that a page of Markdown links to."""
    targets = _LINK.findall(page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


def test_every_page_of_the_documentation_is_reached_from_its_index() -> None:
    index = ROOT / "docs" / "README.md"
    assert index in linked(ROOT / "README.md")
    reached, waiting = {index}, [index]
    while waiting:
        targets = {target for target in linked(waiting.pop()) if target not in reached}
        reached |= targets
        waiting += [target for target in targets if target.suffix == ".md" and target.is_file()]
    pages = {path for path in (ROOT / "docs").rglob("*") if path.is_file()}
    assert pages <= reached
    assert all(target.exists() for target in linked(index))
