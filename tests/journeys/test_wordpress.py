"""The must-use plugins under PHP: requests reach a Gatehouse that runs, and comments wait where none does."""

import json
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from moderation.store import sites
from service.compat.akismet.routes import RECHECK_TOLD
from tests.conftest import skip_loudly
from tests.factories import key_of
from tests.service.compat.akismet_plugin import BEFORE_55, FROM_55, PENDING, SPAM, agent, check

HERE = Path(__file__).parent
PLUGINS = HERE.parents[1] / "examples" / "wordpress"
KIND, RUDE = "The lock keeper waves at every barge.", "You are a stupid idiot, lock keeper."


def php(script: str, plugin: str, **environment: str) -> dict[str, Any]:
    """What a script says with one of the plugins; environment: for the script to read."""
    if not (program := shutil.which("php")):
        skip_loudly("NO PHP: the WordPress plugins did not run (apt install php-cli)")
    done = subprocess.run(
        [program, HERE / script, PLUGINS / plugin],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "TEXTS": json.dumps([KIND, RUDE]), **environment},
    )
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def akismet(url: str, key: str, version: str = FROM_55) -> dict[str, Any]:
    return php(
        "wordpress_akismet.php",
        "gatehouse-akismet.php",
        GATEHOUSE_URL=url,
        GATEHOUSE_KEY=key,
        AGENT=agent(version),
    )


def test_akismet_s_requests_and_no_others_go_to_gatehouse(running) -> None:
    url = f"http://127.0.0.1:{running.port}"
    told = akismet(url, key_of(running.store, running.site, sites.AKISMET))
    assert told["key"][0] == "valid"
    body, headers = told["kind"]
    assert body == "false" and "x-akismet-recheck-after" not in headers
    body, headers = told["rude"]  # it waits, for the moderator's word
    assert (body, headers["x-akismet-recheck-after"]) == ("false", str(RECHECK_TOLD))
    assert check(FROM_55, *told["trapped"]).where == SPAM
    assert [where for where, _ in told["sent"]] == [
        f"{url}/1.1/verify-key",
        *[f"{url}/1.1/comment-check"] * 3,
    ]
    assert all(names == ["Content-Type", "User-Agent"] for _, names in told["sent"])
    assert told["others"] == [False] * 4


class _NoGatehouse(BaseHTTPRequestHandler):
    """What stands in front of a Gatehouse that is down. answer: the status and the body."""

    answer = (502, b"<html>Bad Gateway</html>")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(
    params=[None, (502, b"<html>Bad Gateway</html>"), (503, b""), (200, b"false"), (200, b"true")],
    ids=["nothing listens", "502", "503", "200 false", "200 true"],
)
def no_gatehouse(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a Gatehouse that cannot be reached, or for which something else answers."""
    handler = type("Handler", (_NoGatehouse,), {"answer": request.param})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        if request.param is None:
            server.server_close()
            yield url
            return
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield url
        server.shutdown()
        thread.join(20)


@pytest.mark.parametrize("version", [BEFORE_55, FROM_55])
def test_while_gatehouse_is_down_comments_wait(no_gatehouse: str, version: str) -> None:
    told = akismet(no_gatehouse, "0123456789ab", version)
    guids = set()
    for comment in ("kind", "rude", "trapped"):
        body, headers = told[comment]
        placed = check(version, body, headers)
        assert (placed.where, placed.asks_again) == (PENDING, True)
        guids.add(headers["x-akismet-guid"])
    assert len(guids) == 3  # each comment is matched by its own
    # Other calls are answered as they were: the plugin says itself that it cannot verify its key.
    assert told["key"] is None or told["key"][0] != "valid"


def ai(url: str, key: str) -> dict[str, Any]:
    return php("wordpress_ai.php", "gatehouse-ai.php", GATEHOUSE_URL=url, GATEHOUSE_KEY=key)


def test_the_ai_plugin_asks_gatehouse_and_no_provider(running) -> None:
    url = f"http://127.0.0.1:{running.port}"
    told = ai(url, key_of(running.store, running.site, "perspective"))
    assert told["held"] == [RUDE]
    assert (
        told["sent"]
        == [[f"{url}/v1alpha1/comments:analyze", ["Content-Type", "X-Goog-Api-Key"]]] * 2
    )
    assert told["provider_asked"] == 0
    assert (
        told["credentials_elsewhere"] is False
    )  # its other features do not take us for a provider


def test_the_ai_plugin_holds_what_gatehouse_did_not_score(running, no_gatehouse: str) -> None:
    assert ai(no_gatehouse, "ghf_wrong")["held"] == [KIND, RUDE]
    wrong_key = ai(f"http://127.0.0.1:{running.port}", "ghf_wrong")
    assert (wrong_key["held"], wrong_key["provider_asked"]) == ([KIND, RUDE], 0)
