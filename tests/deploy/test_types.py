"""`make check` looks at every Python file of the repository, and at what tests import, name and call."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
MYPY = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
OTHERS = """\
def hand_in(text, *, key=""):
    return text
"""
# A name that another test module no longer has, one that no package has, and calls that cannot be made.
WRONG = """\
import os

import moderation.gone
from tests.others import hand_in, newspaper


def test_it():
    hand_in("words", secret="k")
    hand_in()
    os.newspaper
"""


def test_all_python_files_are_looked_at() -> None:
    folders = {
        *MYPY["packages"],
        *(f"{path}/{name}" for path in MYPY["mypy_path"] for name in MYPY["packages"]),
    }
    modules = {f"{path}/{name}.py" for path in MYPY["mypy_path"] for name in MYPY["modules"]}
    sources = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(sources) > 1_000
    assert not [
        source
        for source in sources
        if source not in modules and not any(source.startswith(f"{folder}/") for folder in folders)
    ]


def test_a_test_that_imports_names_or_calls_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for name, text in (("__init__", ""), ("others", OTHERS), ("test_wrong", WRONG)):
        (tmp_path / f"tests/{name}.py").write_text(text)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", tmp_path / "cache", "-p", "tests"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert checked.returncode == 1, checked.stdout + checked.stderr
    found = {line.split(":")[1] for line in checked.stdout.splitlines() if ": error: " in line}
    assert found == {"3", "4", "8", "9", "10"}
    assert '"newspaper"' in checked.stdout
