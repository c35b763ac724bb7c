"""The must-use plugin under PHP: Akismet's requests reach a Gatehouse that runs, and no others do."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from moderation.store import sites
from service.compat.akismet.routes import RECHECK_TOLD
from tests.conftest import skip_loudly
from tests.factories import key_of

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "examples" / "wordpress" / "gatehouse-akismet.php"


def php(*arguments: object, **environment: str) -> str:
    if not (path := shutil.which("php")):
        skip_loudly("NO PHP: the WordPress plugin did not run (apt install php-cli)")
    process = subprocess.run(
        [path, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], **environment},
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_akismet_s_requests_and_no_others_go_to_gatehouse(running) -> None:
    url = f"http://127.0.0.1:{running.port}"
    texts = ["The lock keeper waves at every barge.", "You are a stupid idiot, lock keeper."]
    requests = json.loads(
        php(
            Path(__file__).with_name("wordpress.php"),
            PLUGIN,
            GATEHOUSE_URL=url,
            GATEHOUSE_KEY=key_of(running.store, running.site, sites.AKISMET),
            TEXTS=json.dumps(texts),
        )
    )
    assert requests["key"] == "valid"
    assert requests["kind"] == ["false", None]
    assert requests["rude"] == ["false", str(RECHECK_TOLD)]  # it waits, for the moderator's word
    assert requests["trapped"] == "true"
    assert [where for where, _ in requests["sent"]] == [
        f"{url}/1.1/verify-key",
        *[f"{url}/1.1/comment-check"] * 3,
    ]
    assert all(names == ["Content-Type", "User-Agent"] for _, names in requests["sent"])
    assert requests["others"] == [False] * 4
