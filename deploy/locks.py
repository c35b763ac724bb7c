"""Writes the lock files with uv, and checks offline whether they still match pyproject.toml.

usage: deploy/locks.py write|check|cpu [options of uv]
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
# The versions that pyproject.toml admits; uv resolves for the oldest and every newer one at once.
OLDEST_PYTHON = "3.11"
_FIRST_LINE = "# for pyproject.toml with dependencies of SHA-256 "


def digest() -> str:
    """SHA-256 hex of everything in the project that a lock file depends on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tables = [
        project["build-system"],
        project["project"]["requires-python"],
        project["project"]["dependencies"],
        project["project"]["optional-dependencies"],
        (LOCKS / "build.in").read_text(),
    ]
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def write() -> None:
    """Resolves again; versions already locked stay unless pyproject.toml or --upgrade says otherwise."""
    _compile("run", "locks/build.in")
    _compile("dev", "locks/build.in", "--extra", "dev", "-c", "locks/run.lock")
    _compile("detoxify", "--extra", "detoxify", "-c", "locks/dev.lock")
    _compile("notices", "--extra", "notices", "-c", "locks/dev.lock")
    _compile("oidc", "--extra", "oidc", "-c", "locks/dev.lock")


def write_cpu() -> None:
    """locks/detoxify-cpu.lock, with the builds of torch for CPUs that uv's settings lead to.

    It is not part of the project: these builds have other files, and hashes, on every index.
    """
    _compile("detoxify-cpu", "--extra", "detoxify", "-c", "locks/dev.lock")


def _compile(name: str, *options: str) -> None:
    path = LOCKS / f"{name}.lock"
    command = ["uv", "pip", "compile", "pyproject.toml", *options, "-o", str(path), "--quiet"]
    command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", *sys.argv[2:]]
    # uv takes the index from the environment and its own settings, and writes neither into the file.
    subprocess.run(command, cwd=ROOT, check=True)
    path.write_text(
        f"{_FIRST_LINE}{digest()}\n{path.read_text().removeprefix(_first_line_of(path))}"
    )


def _first_line_of(path: Path) -> str:
    first = path.read_text().partition("\n")[0]
    return first + "\n" if first.startswith(_FIRST_LINE) else ""


def check() -> list[str]:
    """The faults of the lock files, one sentence each."""
    faults = []
    for name in ("run", "dev", "detoxify", "notices", "oidc"):
        path = LOCKS / f"{name}.lock"
        if not path.exists():
            faults.append(f"locks/{name}.lock is missing: run `make lock`.")
        elif _first_line_of(path).strip() != _FIRST_LINE + digest():
            faults.append(f"locks/{name}.lock is not for this pyproject.toml: run `make lock`.")
        elif "://" in path.read_text():
            faults.append(f"locks/{name}.lock names a host; installers choose their own registry.")
    return faults


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write()
    if sys.argv[1:2] == ["cpu"]:
        write_cpu()
    for sentence in (faults := check()):
        print(sentence, file=sys.stderr)
    sys.exit(bool(faults))
