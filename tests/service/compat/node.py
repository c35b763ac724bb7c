"""Running a client of tests/clients under Node against a house, as published on npm."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import skip_loudly

CLIENTS = Path(__file__).parents[2] / "clients"
OLDEST = 20


def node() -> list[str]:
    """The command that runs a client; skips loudly where it cannot."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # first the wheel's
    path_of_node = shutil.which("node", path=path)
    if path_of_node is None:
        skip_loudly("NO NODE: the npm clients did not run (make dev, or install Node 20)")
    version = subprocess.run([path_of_node, "--version"], capture_output=True, text=True).stdout
    if int(version.lstrip("v").partition(".")[0] or 0) < OLDEST:
        skip_loudly(f"NODE {version.strip()} IS TOO OLD: the npm clients did not run")
    if not (CLIENTS / "node_modules").is_dir():
        skip_loudly("NO NPM CLIENTS: they did not run (make clients)")
    return [path_of_node]


def run_node(script: str, url: str, key: str, **environment: str) -> Any:
    """The JSON object that tests/clients/<script> prints."""
    process = subprocess.run(
        [*node(), script],
        cwd=CLIENTS,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "GATEHOUSE_URL": url, "GATEHOUSE_KEY": key, **environment},
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
