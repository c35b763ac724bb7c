"""docker-compose.yml, run for real by an engine: `make test-compose`. The images are built, the containers talk.

It has its own project, port, secrets, images and volumes, and removes them. PYTHON_IMAGE, POSTGRES_IMAGE
and VALKEY_IMAGE may name other base images, as those that deploy/base-images/make.sh makes.
"""

import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from harness.gatehouse_process import free_port
from harness.servers import wait_until
from tests.conftest import skip_loudly

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
CODE = ("moderation", "service", "workers", "gatehouse", "gatehouse_client", "pyproject.toml")
MIGRATIONS = "moderation/store/sql/migrations/versions"

# It prints what it gets, for the log; a line is one request.
RECEIVER = """
import http.server, json
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        print(json.dumps([{name.lower(): value for name, value in self.headers.items()}, body]), flush=True)
        self.send_response(204); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("", 8080), Receiver).serve_forever()
"""
ALLOWED = {"environment": {"GATEHOUSE_WEBHOOK_ALLOW": "receiver:8080"}}
# A machine that others share may take long for a check that starts a Python.
PATIENT = {"healthcheck": {"timeout": "60s", "start_period": "900s"}}
OVERRIDE = {
    "services": {
        "api": ALLOWED | PATIENT,
        "courier": ALLOWED | PATIENT,
        "worker": PATIENT,
        "receiver": {
            "image": "${IMAGE_NAME}",
            "entrypoint": ["python", "-c", RECEIVER],
            "networks": ["outside"],
            "init": True,
        },
    }
}


@dataclass
class Installation:
    """A copy of the project in a folder of its own, run by Compose."""

    folder: Path
    name: str
    port: int

    def compose(self, *arguments: str, check: bool = True) -> str:
        """What `docker compose` prints. Fails with its errors."""
        command = ["docker", "compose", "--project-name", self.name, *arguments]
        process = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if check and process.returncode:
            logs = "" if arguments[0] in ("build", "logs") else self.compose("logs", "--tail=20")
            pytest.fail(f"{' '.join(command)}: {process.stderr[-4000:]}\n{logs[-6000:]}")
        return process.stdout

    def start(self, *options: str) -> None:
        self.compose("build", "migrate", "models")  # the others have the same image
        self.compose("up", "--detach", "--wait", *options)

    def gatehouse(self, *arguments: str) -> Any:
        """The JSON that a command of ours prints in the container of the API."""
        return json.loads(self.compose("exec", "-T", "api", "gatehouse", *arguments, "--json"))

    def containers(self, *options: str) -> list[dict[str, Any]]:
        """What the engine knows about each container."""
        ids = self.compose("ps", "--quiet", *options).split()
        inspected = subprocess.run(["docker", "inspect", *ids], capture_output=True, check=True)
        return list(json.loads(inspected.stdout))

    def ask(self, path: str, key: str, body: object = None) -> Any:
        """The JSON answered to GET, or to POST where there is a body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def post(self, site: dict[str, Any], text: str) -> str:
        """Hands in a comment; its id."""
        comment = {
            "page": {"url": "https://herald.example/harbour"},
            "author": {"name": "Alice"},
            "text": text,
        }
        return str(self.ask("/comments", site["secret_key"], comment)["id"])

    def judged(self, site: dict[str, Any], comment: str) -> Any:
        """The comment as soon as it is decided; a database that is away is waited for."""

        def decided() -> Any:
            try:
                found = self.ask(f"/comments/{comment}", site["secret_key"])
            except urllib.error.HTTPError as error:
                assert error.code == 503
                return None
            return found if found["status"] != "pending" else None

        return wait_until(decided, f"{comment} is judged", 600)


def _engine() -> str:
    """Why nothing can be run here, or ''."""
    if not shutil.which("docker"):
        return "there is no docker command"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        process = subprocess.run(command, capture_output=True, text=True)
        if process.returncode:
            return f"{' '.join(command)}: {process.stderr.strip().splitlines()[-1]}"
    return ""


def _git(*arguments: str) -> bytes:
    """What git prints; nothing where it cannot tell."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True).stdout


def _migrations(commit: str) -> dict[str, str]:
    """The revision before each, by revision."""
    found = _git("grep", "-hE", "^(down_)?revision = ", commit, "--", MIGRATIONS).decode()
    values = re.findall(r'^revision = "(\w+)"\ndown_revision = (?:"(\w+)"|None)$', found, re.M)
    return dict(values)


def _version_before() -> str:
    """The newest commit without the newest migration; '' where git cannot tell.

    Between two merges there may be commits that nobody could install: their migrations are not in one line.
    """
    now = _migrations("HEAD")
    for commit in _git("log", "--first-parent", "--format=%H^", "--", MIGRATIONS).decode().split():
        before = _migrations(commit)
        heads = before.keys() - before.values()
        if before.items() < now.items() and len(heads) == 1:
            return commit
    return ""


def _code_before(into: Path) -> bool:
    """Replaces the code in a folder by that of before the newest migration; False where git cannot tell."""
    if not (commit := _version_before()):
        return False
    archive = _git("archive", commit, *CODE)
    for name in CODE[:-1]:
        shutil.rmtree(into / name)
    subprocess.run(["tar", "-x"], cwd=into, input=archive, check=True)
    return True


def _code_of_now(into: Path) -> None:
    for name in CODE[:-1]:
        shutil.rmtree(into / name, ignore_errors=True)
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / CODE[-1], into)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The project in a folder, with secrets, and nothing built."""
    if why_not := _engine():
        skip_loudly(f"NO DOCKER ENGINE, docker-compose.yml was not run: {why_not}")
    folder = tmp_path_factory.mktemp("installation")
    name = f"gatehouse-test-{uuid.uuid4().hex[:8]}"
    for file in ("Dockerfile", ".dockerignore", "docker-compose.yml", "README.md"):
        shutil.copy(ROOT / file, folder)
    shutil.copytree(ROOT / "locks", folder / "locks")
    _code_of_now(folder)
    (folder / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "make-secrets.sh", folder / "deploy")
    subprocess.run(["sh", "deploy/make-secrets.sh"], cwd=folder, check=True)
    (folder / "docker-compose.override.yml").write_text(json.dumps(OVERRIDE))
    installation = Installation(folder, name, free_port())
    settings = {
        "IMAGE_NAME": f"{name}:now",
        "HOST_PORT": installation.port,
        "MODELS_TARGET": "slim",
        "GATEHOUSE_TOXICITY_MODEL": "bundled",
    }
    for base in ("PYTHON_IMAGE", "POSTGRES_IMAGE", "VALKEY_IMAGE", "PIP_INDEX_URL"):
        if base in os.environ:
            settings[base] = os.environ[base]
    (folder / ".env").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    yield installation
    installation.compose("down", "--volumes", "--timeout=10")
    subprocess.run(["docker", "image", "rm", f"{name}:now", f"{name}:now-detoxify"], check=True)


@pytest.fixture(scope="module")
def first(empty: Installation) -> dict[str, Any]:
    """A site and its comment, made by the code of before the newest migration; then that of now is started."""
    upgraded = _code_before(empty.folder)
    empty.start()
    site = empty.gatehouse("site", "add", "The Herald", "--origin", "https://herald.example")
    comment = empty.judged(site, empty.post(site, "Thank you, that was worth reading."))
    if upgraded:
        _code_of_now(empty.folder)
        empty.start()
    return {"site": site, "comment": comment, "upgraded": upgraded}


@pytest.fixture
def running(empty: Installation, first: dict[str, Any]) -> Installation:
    """The installation, after the upgrade."""
    return empty


@pytest.fixture
def site(first: dict[str, Any]) -> dict[str, Any]:
    return dict(first["site"])


def test_an_upgrade_keeps_what_the_image_before_took(
    running: Installation, first: dict[str, Any]
) -> None:
    if not first["upgraded"]:
        skip_loudly("NO GIT HISTORY, the upgrade was not run: there is no version before this one")
    found = running.ask(f"/comments/{first['comment']['id']}", first["site"]["secret_key"])
    assert found["text"] == first["comment"]["text"]
    assert found["status"] == first["comment"]["status"]


def test_a_comment_is_judged_and_its_webhook_delivered(
    running: Installation, site: dict[str, Any]
) -> None:
    endpoint = running.gatehouse("endpoint", "add", site["id"], "http://receiver:8080/hook")
    comment = running.judged(site, running.post(site, "I never knew that about our harbour."))
    assert comment["status"] == "approved"

    def delivered() -> Any:
        (receiver,) = running.containers("receiver")
        log = subprocess.run(["docker", "logs", receiver["Id"]], capture_output=True, check=True)
        requests = [json.loads(line) for line in log.stdout.splitlines()]
        return [
            message
            for head, body in requests
            if (message := json.loads(body))["type"] == "comment.approved"
            and message["data"]["comment_id"] == comment["id"]
            and Webhook(endpoint["secret"]).verify(body, head)
        ]

    (message, *_) = wait_until(delivered, "the webhook is delivered", 600)
    assert message["data"]["status"] == "approved"


def test_two_workers_share_the_work_and_one_may_be_killed(
    running: Installation, site: dict[str, Any]
) -> None:
    running.compose("up", "--detach", "--wait", "--no-recreate", "--scale=worker=2")
    assert len(running.containers("worker")) == 2
    comments = [running.post(site, f"Reading {n} of our series.") for n in range(40)]
    subprocess.run(["docker", "kill", running.containers("worker")[0]["Id"]], check=True)
    for comment in comments:
        running.judged(site, comment)
    running.compose("up", "--detach", "--wait", "--no-recreate", "--scale=worker=1")


def test_work_goes_on_when_the_database_was_restarted(
    running: Installation, site: dict[str, Any]
) -> None:
    comment = running.post(site, "A letter from before the restart.")
    running.compose("restart", "postgres")
    running.judged(site, comment)

    def posted() -> str:
        try:
            return running.post(site, "A letter from after the restart.")
        except urllib.error.HTTPError as error:
            assert error.code == 503
            return ""

    running.judged(site, wait_until(posted, "comments are accepted again", 600))


def test_data_outlives_down_and_up(running: Installation, site: dict[str, Any]) -> None:
    before = running.judged(site, running.post(site, "A letter to keep."))
    running.compose("down", "--timeout=30")
    running.compose("up", "--detach", "--wait")
    assert running.ask(f"/comments/{before['id']}", site["secret_key"]) == before
    running.judged(site, running.post(site, "A letter of the next day."))


def test_nobody_can_write_outside_the_volumes_or_gain_rights(
    running: Installation, first: dict[str, Any]
) -> None:
    for container in running.containers():
        host, name = container["HostConfig"], container["Config"]["Labels"]
        if name["com.docker.compose.service"] == "receiver":
            continue
        assert host["ReadonlyRootfs"] and "no-new-privileges:true" in host["SecurityOpt"]
        assert host["CapDrop"] == ["ALL"] and not host["Privileged"] and host["PidsLimit"] > 0


def test_the_broker_answers_nobody_without_the_password(
    running: Installation, first: dict[str, Any]
) -> None:
    ping = ("exec", "-T", "valkey", "valkey-cli", "ping")
    assert "NOAUTH" in running.compose(*ping, check=False)
    password = (running.folder / "deploy/secrets/valkey_conf").read_text().split()[1]
    (valkey,) = running.containers("valkey")
    assert password not in json.dumps(valkey)
    assert password not in running.compose("top", "valkey") + running.compose("logs")
