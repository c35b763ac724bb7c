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
    if not (found := shutil.which("php")):
        skip_loudly("NO PHP: the WordPress plugin did not run (apt install php-cli)")
    done = subprocess.run(
        [found, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_akismet_s_requests_and_no_others_go_to_gatehouse(running) -> None:
    url = f"http://127.0.0.1:{running.port}"
    texts = ["The lock keeper waves at every barge.", "You are a stupid idiot, lock keeper."]
    told = json.loads(
        php(
            Path(__file__).with_name("wordpress.php"),
            PLUGIN,
            GATEHOUSE_URL=url,
            GATEHOUSE_KEY=key_of(running.store, running.site, sites.AKISMET),
            TEXTS=json.dumps(texts),
        )
    )
    assert told["key"] == "valid"
    assert told["kind"] == ["false", None]
    assert told["rude"] == ["false", str(RECHECK_TOLD)]  # it waits, for the moderator's word
    assert told["trapped"] == "true"
    assert [where for where, _ in told["sent"]] == [
        f"{url}/1.1/verify-key",
        *[f"{url}/1.1/comment-check"] * 3,
    ]
    assert all(names == ["Content-Type", "User-Agent"] for _, names in told["sent"])
    assert told["others"] == [False] * 4
