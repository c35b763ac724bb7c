"""The import contracts of pyproject.toml cover a file that nobody has listed anywhere."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "root_packages"
]
UNLISTED = {
    "moderation/appeal.py": (
        "import celery\nimport sqlalchemy\n\nfrom moderation.review import campaigns, decisions\n"
    ),
    "moderation/review/appeal.py": "import sqlalchemy\n\nfrom moderation.notify import deliver\n",
    "service/reports.py": "import celery\n",
}


def lint(folder: Path, added: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """The contracts checked on a copy of the packages in an empty folder, with these files added."""
    for package in PACKAGES:
        for source in (ROOT / package).rglob("*.py"):
            copy = folder / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for path, text in added.items():
        (folder / path).write_text(text)
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    return lint(tmp_path_factory.mktemp("unlisted"), UNLISTED)


def test_the_packages_as_they_are_keep_every_contract(tmp_path: Path) -> None:
    checked = lint(tmp_path, {})
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert " 0 broken" in checked.stdout


@pytest.mark.parametrize(
    "named",
    [
        "- moderation.appeal\n",  # beside the rooms, and in none of the layers
        "moderation.appeal -> celery",
        "moderation.appeal -> sqlalchemy",
        "moderation.review.appeal -> sqlalchemy",
        "moderation.review.appeal -> moderation.notify.deliver",
        "- service.reports\n",
        "service.reports -> celery",
    ],
)
def test_a_new_file_is_refused_by_name(
    refused: "subprocess.CompletedProcess[str]", named: str
) -> None:
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert named in refused.stdout
