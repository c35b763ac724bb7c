"""The coverage report counts every file of the packages, those that were never imported as well."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from coverage import Coverage

SCRIPT = Path(__file__).parents[2] / "deploy" / "coverage_report.py"
PROJECT = '[tool.coverage.run]\nsource_pkgs = ["paper"]\nparallel = true\n'


@pytest.fixture
def report() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_report", SCRIPT)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a package of two files, of which the tests ran two lines of one."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    package = tmp_path / "paper"
    package.mkdir()
    (package / "news.py").write_text("kept = 1\nif not kept:\n    kept = 2\n    kept = 3\n")
    (package / "never.py").write_text("first = 1\nsecond = 2\n")
    data = Coverage(data_file=str(tmp_path / ".coverage"), config_file=False).get_data()
    data.add_lines({str(package / "news.py"): [1, 2]})
    data.write()
    return tmp_path


def test_the_share_and_the_least_covered_files_are_printed(
    report: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report.main(project) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Coverage: 33.3% of 6 lines. Least of:",
        "    0.0%  paper/never.py (2 of 2 lines not run)",
        "   50.0%  paper/news.py (2 of 4 lines not run)",
    ]


def test_packages_without_a_file_are_no_measurement(
    report: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (project / "paper").iterdir():
        path.unlink()
    assert report.main(project) == 1
    assert capsys.readouterr().err == "No coverage: nothing was measured.\n"


def test_a_file_that_is_not_a_measurement_is_one_line(
    report: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".coverage").write_text("not a database")
    assert report.main(project) == 1
    error = capsys.readouterr().err
    assert error.startswith("No coverage: ") and error.count("\n") == 1
