"""The curl commands of the pages about the API: each is run against a real server, as it stands there."""

import os
import re
import shutil
import subprocess

import pytest

from moderation.domain.decision import Outcome
from tests.docs.pages import ROOT
from tests.factories import key_of
from tests.service.live import running

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl"),
]

PAGES = ("api", "embed", "insight", "moderating", "page-states", "readers")
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^curl .*(?:\n +.*)*", re.MULTILINE)


def commands(page: str) -> list[str]:
    text = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    found = [command for block in _SHELL.findall(text) for command in _COMMAND.findall(block)]
    return [command for command in found if "expected_count" not in command]  # needs a preview


COMMANDS = [(page, command) for page in PAGES for command in commands(page)]


@pytest.fixture
def live(settings, store):
    with running(settings()) as gatehouse:
        yield gatehouse


def test_every_command_is_answered_as_its_page_says(live):
    assert len(COMMANDS) > 10
    key = key_of(live.store, live.site)
    for page, command in COMMANDS:
        comment_id = live.comment(text=f"For {command[-200:]}")
        live.decide(comment_id, Outcome.REJECT if "/appeal" in command else Outcome.APPROVE)
        here = (
            command.replace("https://gatehouse.example", f"http://127.0.0.1:{live.port}")
            .replace("https://news.example", "https://herald.test")
            .replace("cmt_01m3...", comment_id)
            .replace("gha_...", live.store.crypto.author_token(comment_id))
            .partition(" | jq")[0]
        )
        done = subprocess.run(
            ["sh", "-c", f"{here} -sS -o /dev/stderr -w '%{{http_code}}'"],
            env=os.environ | {"KEY": key},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.startswith("2"), f"{page}.md: {command}\n{done.stdout} {done.stderr}"
