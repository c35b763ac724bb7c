"""docs/compat/*.md are true: what is there to be copied runs, with another address and key and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import skip_loudly
from tests.service.compat.conftest import ORIGIN
from tests.service.compat.node import CLIENTS, node

PAGES = Path(__file__).parents[3] / "docs" / "compat"


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text()


def blocks(name: str, having: str) -> list[str]:
    all_blocks = re.findall(r"```\w*\n(.*?)```", page(name), re.DOTALL)
    return [block for block in all_blocks if having in block]


def shell(house, command: str, key: str) -> str:
    """What a command of a page prints."""
    if not shutil.which("curl"):
        skip_loudly("NO CURL: the commands of docs/compat did not run")
    command = command.replace("https://comments.herald.example", house.url).replace("ghf_...", key)
    process = subprocess.run(
        ["sh", "-ec", command],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_perspective_by_curl(house) -> None:
    [command] = blocks("perspective", "curl ")
    answer = json.loads(shell(house, command, house.keys["perspective"]))
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8


def test_openai_by_curl_and_by_its_library(house) -> None:
    by_library, by_curl = blocks("openai", "stupid idiot")
    assert json.loads(shell(house, by_curl, house.keys["openai"]))["results"][0]["flagged"] is True
    assert "flagged=True" in shell(house, by_library, house.keys["openai"])


def test_akismet_in_node(house) -> None:
    verify = "\nconsole.log(await client.verifyKey());"
    [cedx] = blocks("akismet", "@cedx/akismet")
    [node_code] = blocks("akismet", '"akismet-api"')
    # A name server would know KEY.HOST; that one it asks is shown by test_akismet_clients.
    for code, expected in ((cedx + verify, "true"), (node_code + "\nconsole.log(client.host);", "gatehouse.example")):  # fmt: skip
        code = code.replace("3f9c21d07a5e", house.keys["akismet"])
        code = code.replace("https://gatehouse.example", house.url)
        process = subprocess.run(
            [*node(), "--input-type=module", "-e", code],
            cwd=CLIENTS,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert process.stdout.strip() == expected, process.stderr


@pytest.mark.parametrize("path", ["/reply/{}", "/wp-comments-post.php"])
def test_the_form_of_the_page(house, path: str) -> None:
    [form] = blocks("forms", "<form")
    assert (
        '<form action="https://gatehouse.example/reply/SITE" method="post" accept-charset="utf-8">'
        in form
    )
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    fields = {name: value.replace("https://news.example", ORIGIN) for name, value in fields.items()}
    typed = dict.fromkeys(re.findall(r'name="(\w+)"', form), "")
    typed |= {"comment": f"By the form of the page, to {path}.", "author": "Carol"}
    answer = house.post(
        path.format(house.site.id),
        data=typed | fields,
        headers={"Origin": ORIGIN},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{ORIGIN}/2026/harbour?gatehouse=received#respond"
