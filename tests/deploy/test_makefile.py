"""The Makefile, the lock files and the page of settings: they do what they say, without the network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_make_alone_lists_every_target() -> None:
    shown = make()
    assert shown.returncode == 0
    for target in ("env", "run", "test", "test-compose", "check", "lock", "bench", "docs"):
        assert re.search(rf"^  make {target} +\S", shown.stdout, re.MULTILINE)


@pytest.mark.parametrize("target", ["env", "run", "check", "lock", "bench", "docs"])
def test_what_a_target_would_run_exists(target: str) -> None:
    planned = make("--dry-run", "--always-make", target)
    assert planned.returncode == 0, planned.stderr
    for path in re.findall(r"(deploy/[\w.-]+)", planned.stdout):
        assert os.access(ROOT / path, os.R_OK)


def test_run_and_env_ask_for_nothing_but_what_runs() -> None:
    planned = make("--dry-run", "--always-make", "run").stdout
    assert "environment.sh run" in planned and "environment.sh dev" not in planned


def test_the_locks_match_the_project_and_name_no_host() -> None:
    checked = subprocess.run(
        [sys.executable, "deploy/locks.py", "check"], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["run", "dev", "detoxify", "notices", "oidc"])
def test_every_locked_version_has_its_hashes(name: str) -> None:
    text = (ROOT / "locks" / f"{name}.lock").read_text()
    for entry in re.split(r"\n(?=\w)", text)[1:]:
        assert "--hash=sha256:" in entry, entry


def test_a_changed_dependency_is_noticed(tmp_path: Path) -> None:
    for name in ("deploy", "locks"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("secrets", "__pycache__")
        )
    project = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(project.replace('"alembic>=', '"alembic>=1.0,>='))
    checked = subprocess.run(
        [sys.executable, str(tmp_path / "deploy" / "locks.py"), "check"],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 1
    assert "make lock" in checked.stderr


@pytest.mark.parametrize("name", ["settings", "routes", "commands"])
def test_the_pages_written_from_the_code_are_up_to_date(name) -> None:
    checked = subprocess.run(
        [sys.executable, f"deploy/{name}_table.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


UNSUITABLE = 'case "$2" in *print*) echo {} ;; *) exit 1 ;; esac'
TOO_OLD_OR_NEW = (("python3", "3.10"), ("python3.9", "3.9"), ("python3.10", "3.10"), ("python3.15", "3.15"))  # fmt: skip


@pytest.mark.parametrize(
    ("pythons", "says"),
    [
        ({}, "needs Python 3.11 to 3.14, found none."),
        ({"python3": "exit 127"}, "needs Python 3.11 to 3.14, found none."),
        (
            # They run, and are too old or too new.
            {name: UNSUITABLE.format(version) for name, version in TOO_OLD_OR_NEW},
            "needs Python 3.11 to 3.14, found 3.10, 3.9, 3.15.",
        ),
        (
            # It runs and is new enough, but Debian's python3-venv is not installed.
            {"python3": 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac'},
            "apt install python3.11-venv",
        ),
    ],
)
def test_a_machine_without_python_is_told_in_one_sentence(
    tmp_path: Path, pythons: dict[str, str], says: str
) -> None:
    deploy, programs = tmp_path / "deploy", tmp_path / "bin"
    deploy.mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "deploy" / "environment.sh", deploy)
    for name, body in pythons.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    for needed in ("sh", "dirname"):
        (programs / needed).symlink_to(shutil.which(needed) or "")
    tried = subprocess.run(
        [str(deploy / "environment.sh"), "run"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 1
    assert says in tried.stderr and tried.stderr.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("newest", "chosen"),
    [("python3.14", "python3.14"), ("python3.15", "python3.11"), ("python3", "python3.11")],
)
def test_the_newest_python_that_will_do_makes_the_environment(
    tmp_path: Path, newest: str, chosen: str
) -> None:
    deploy, programs = tmp_path / "deploy", tmp_path / "bin"
    deploy.mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "deploy" / "environment.sh", deploy)
    # Instead of an environment it leaves a note of who was asked for one.
    for name in {newest, "python3.11"}:
        body = 'case "$1" in -m) echo "${0##*/}" > asked; exit 1 ;; esac'
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    for needed in ("sh", "dirname", "rm"):
        (programs / needed).symlink_to(shutil.which(needed) or "")
    made = subprocess.run(
        [str(deploy / "environment.sh"), "run"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
    )
    assert (tmp_path / "asked").read_text().strip() == chosen
    assert made.stderr.startswith("Making .venv with Python")  # the first thing takes seconds, too


FAKE_PIP = """#!/bin/sh
case "$*" in
  *--editable*) exit 0 ;;
  *"pip install"*)
    echo "Ignoring package0: markers do not match your environment"
    for number in $(seq 22); do echo "Collecting package$number"; done
    for number in $(seq 22); do echo "Processing /wheels/package$number.whl"; done
    echo "Installing collected packages: package1"
    [ ! -e refuse ] || { echo "ERROR: a hash differs" >&2; exit 3; } ;;
esac
"""


@pytest.mark.parametrize("refused", [False, True])
def test_installing_shows_how_far_it_is_and_fails_where_pip_does(
    tmp_path: Path, refused: bool
) -> None:
    for folder in ("deploy", "locks", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "environment.sh", tmp_path / "deploy")
    shutil.copy(ROOT / "locks" / "run.lock", tmp_path / "locks")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(FAKE_PIP)
    python.chmod(0o755)
    if refused:
        (tmp_path / "refuse").touch()
    tried = subprocess.run(
        [str(tmp_path / "deploy" / "environment.sh"), "run"], capture_output=True, text=True
    )
    assert tried.returncode == int(refused), tried.stderr
    # What pip says goes another way than how far it is, and may come between.
    said = tried.stderr.replace("ERROR: a hash differs\n", "")
    assert re.search(r"20 of \d+ packages\n +40 of \d+ packages\n", said)
    assert ("a hash differs" in tried.stderr) == refused
