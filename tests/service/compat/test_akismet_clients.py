"""The real clients of Akismet, unmodified, against a Gatehouse that runs; set up as docs/compat/akismet.md says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from moderation.store import compat_apis
from tests.conftest import skip_loudly
from tests.factories import NOON, newspaper
from tests.service.compat.node import CLIENTS, run_node
from tests.service.compat.test_akismet import SPAM, Site

PAGE = (Path(__file__).parents[3] / "docs" / "compat" / "akismet.md").read_text()
PLUGIN = "examples/wordpress/gatehouse-akismet.php"


@pytest.fixture
def site(running):
    """One for each client: what one of them corrects, its site learns."""
    blog = newspaper(running.store, "A Blog")
    with running.store.write() as connection:
        compat_apis.switch_on(connection, blog.id, compat_apis.AKISMET, "", NOON)
    made = Site(running, blog)
    yield made
    made.client.close()


def setup(client: str, site: Site, address: str) -> str:
    """The lines of the page that set a client up, with this site's key and this address."""
    [code] = [
        block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if client in block
    ]
    return code.replace("3f9c21d07a5e", site.key).replace("https://gatehouse.example", address)


def test_python_akismet_of_ubernostrum(site) -> None:
    page: dict[str, object] = {}
    exec(setup("akismet.SyncClient", site, site.url), page)
    import akismet

    client = page["client"]
    assert isinstance(client, akismet.SyncClient)
    reader = {"comment_author": "Carol", "user_agent": "Firefox", "referrer": "https://herald.test"}
    kind = reader | {"comment_content": "I walked there in May, and the swallows were back."}
    with client:
        assert client.verify_key() is True
        assert client.comment_check(user_ip="192.0.2.7", **kind) == akismet.CheckResponse.HAM
        spam = client.comment_check(user_ip="192.0.2.7", **reader, comment_content=SPAM + " py")
        assert spam == akismet.CheckResponse.DISCARD
        assert client.submit_spam(user_ip="192.0.2.7", **kind) is True
        assert client.submit_ham(user_ip="192.0.2.7", **kind) is True
        assert client.usage_limit()["limit"] == "none"
        with pytest.raises(akismet.APIKeyError):  # 25.10.1 sends no key with it
            client.key_sites()
        assert client.verify_key(key="0123456789ab", url="https://herald.test") is False
    with httpx.Client(transport=page["ToGatehouse"]()) as http:
        config = akismet.Config(key="0" * 12, url="https://herald.test")
        stranger = akismet.SyncClient(config=config, http_client=http)
        with pytest.raises(akismet.APIKeyError):
            stranger.comment_check(user_ip="192.0.2.7", **kind)


RUNNER = """
import json, socket
found = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: found(
    "127.0.0.1" if host.endswith("gatehouse.test") else host, *rest, **more
)
SETUP
kind = dict(user_ip="192.0.2.8", user_agent="Firefox", comment_content="The pears are early this year.")
spam = dict(user_ip="192.0.2.8", user_agent="Firefox", comment_content="Python " + SPAM)
facts = {"kind": client.check(**kind), "spam": client.check(**spam)}
client.submit_spam(**kind)
client.submit_ham(**spam)
facts["test"] = Gatehouse(client.api_key, blog=client.blog, is_test=True).check(**kind)
from akismet.exceptions import AkismetServerError
try:
    Gatehouse("0123456789ab", blog=client.blog).check(**kind)
except AkismetServerError as error:
    facts["stranger"] = str(error)
print(json.dumps(facts))
"""


def test_python_akismet_of_nekmo(site) -> None:
    if not (CLIENTS / "python" / "akismet").is_dir():
        skip_loudly("NO PYTHON-AKISMET: it did not run (make clients)")
    port = site.url.rpartition(":")[2]
    code = setup("Akismet)", site, "").replace('"gatehouse.example"', f'"gatehouse.test:{port}"')
    code = RUNNER.replace("SETUP", code.replace('"https"', '"http"')).replace("SPAM", repr(SPAM))
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(CLIENTS / "python")},
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    # Its words: Ham 0, ProbableSpam 2, DefiniteSpam 3.
    facts = json.loads(process.stdout)
    assert (facts["kind"], facts["spam"], facts["test"]) == (0, 3, 0)
    assert facts["stranger"].endswith("The key is not known.")


def test_npm_akismet_api(site) -> None:
    texts = ["Our choir sings there every second Sunday.", f"Node {SPAM}"]
    answers = run_node("akismet-api.mjs", site.url, site.key, TEXTS=json.dumps(texts))
    assert answers == {
        "valid": True,
        "kind": False,
        "spam": True,
        "trapped": True,
        "submitted": "Thanks for making the web a better place.",
        "taken_back": "Thanks for making the web a better place.",
        "stranger": False,
        "refused": "Invalid API key",
    }


def test_npm_cedx_akismet(site) -> None:
    texts = ["The lighthouse keeper was my uncle, for thirty years.", f"Cedx {SPAM}"]
    answers = run_node("cedx-akismet.mjs", site.url, site.key, TEXTS=json.dumps(texts))
    # Its words: ham 0, spam 1, pervasiveSpam 2.
    assert answers == {
        "valid": True,
        "kind": 0,
        "spam": 2,
        "staff": 0,
        "stranger": False,
        "refused": "The key is not known.",
    }


def test_the_page_shows_what_there_is() -> None:
    assert PLUGIN in PAGE and (Path(__file__).parents[3] / PLUGIN).is_file()
