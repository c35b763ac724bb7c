"""The programs of examples/, started as their README says, each with a site of its own."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest

from gatehouse_client import Gatehouse
from harness.gatehouse_process import GatehouseProcess, Process
from harness.servers import wait_until
from moderation.store import sites
from tests.conftest import skip_loudly
from tests.factories import key_of, newspaper

ROOT = Path(__file__).parents[2]
README = (ROOT / "examples" / "README.md").read_text()
PORTS = {"flask": 5001, "django": 5002, "php": 5003}
# How each proves that its runtime is here.
_IS_HERE = {
    "flask": lambda: find_spec("flask"),
    "django": lambda: find_spec("django"),
    "php": lambda: shutil.which("php"),
}
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def hidden(page: str) -> dict[str, str]:
    """The fields that a form carries along."""
    return dict(_HIDDEN.findall(page))


@dataclass
class Paper:
    """An example that runs. secret: of its endpoint. gatehouse: its site's own client."""

    secret: str
    gatehouse: Gatehouse
    reader: httpx2.Client = field(repr=False)

    def read(self, path: str = "/") -> str:
        """The article with its comments. It does without them where a busy Gatehouse takes longer than a second."""
        return wait_until(lambda: self._read_whole(path), "the article has its comments")

    def _read_whole(self, path: str) -> str:
        page = self.reader.get(path).raise_for_status().text
        return "" if '<h2 id="replies">Replies<' in page else page

    def send(self, page: str = "", **typed: str) -> httpx2.Response:
        """Fills in the form of a page, of the article's as it is now if ''."""
        fields = {"name": "Carol", "email": "", **hidden(page or self.read()), **typed}
        return self.reader.post("/reply", data=fields)

    def wait_for(self, sentence: str, path: str) -> None:
        wait_until(lambda: sentence in self.read(path), f"{path} says: {sentence}")


@contextmanager
def started(name: str, folder: Path, port: int, **settings: str) -> Iterator[httpx2.Client]:
    """A reader of the example, which runs under the command that the README gives, answering at the port."""
    if not _IS_HERE[name]():
        skip_loudly(
            f"NO {name.upper()}: examples/{name} did not run (make dev; apt install php-cli)"
        )
    [command] = re.findall(rf"^cd examples/{name} && .*{PORTS[name]}.*$", README, re.MULTILINE)
    command = command.replace("../../.venv/bin/", f"{Path(sys.executable).parent}/")
    url = f"http://127.0.0.1:{port}"
    variables = {"PAPER_URL": url, "PAPER_DATABASE": str(folder / "paper.db"), **settings}
    log = folder / "log"
    process = Process(
        ["sh", "-c", f"cd {ROOT} && {command.replace(str(PORTS[name]), str(port))}"],
        {"PATH": os.environ["PATH"], "TZ": "America/Chicago", **variables},
        log,
    )
    with httpx2.Client(base_url=url, timeout=30) as reader:

        def answers() -> bool:
            assert process.lives, log.read_text()
            try:
                return reader.get("/nowhere").status_code == 404
            except httpx2.TransportError:
                return False

        try:
            wait_until(answers, f"examples/{name} answers", 30)
            yield reader
        finally:
            process.kill()


@pytest.fixture(scope="module", params=PORTS)
def paper(
    request: pytest.FixtureRequest,
    running: GatehouseProcess,
    receivers: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Paper]:
    name, port = request.param, receivers.pop()
    url, gatehouse_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{running.port}"
    site = newspaper(running.store, f"The Tide Table on {name}", url)
    key = key_of(running.store, site, sites.SECRET)
    with Gatehouse(key, gatehouse_url) as gatehouse:
        secret = gatehouse.add_endpoint(f"{url}/gatehouse").secret
        settings = {
            "GATEHOUSE_URL": gatehouse_url,
            "GATEHOUSE_KEY": key,
            "GATEHOUSE_WEBHOOK_SECRET": secret,
        }
        with started(name, tmp_path_factory.mktemp(name), port, **settings) as reader:
            yield Paper(secret, gatehouse, reader)
