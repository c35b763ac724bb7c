"""WordPress with its Akismet plugin, old and new, unmodified: where a comment ends in every case. `make test-wordpress`.

WORDPRESS names folders with a WordPress and a MariaDB runs beside it: Debian's packages wordpress, mariadb-server
and php-mysql, and newer ones as they are published.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from gatehouse_client import Gatehouse
from harness.gatehouse_process import GatehouseProcess, Process, free_port
from harness.servers import wait_until
from moderation.store import compat_apis, sites
from tests.conftest import skip_loudly
from tests.factories import NOON, key_of, newspaper

pytestmark = pytest.mark.wordpress

HERE = Path(__file__).parent
PLUGIN = HERE.parents[1] / "examples" / "wordpress" / "gatehouse-akismet.php"
FOLDERS = [Path(name) for name in os.environ.get("WORDPRESS", "/usr/share/wordpress").split(":")]
PUBLISHED, PENDING, SPAM = "1", "0", "spam"
# Many comments come from one machine here.
NO_FLOOD = "<?php add_filter( 'comment_flood_filter', '__return_false', 99 );"
CONFIGURATION = """<?php
define( 'DB_NAME', '{database}' ); define( 'DB_USER', 'root' ); define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' ); define( 'DB_CHARSET', 'utf8mb4' ); define( 'DB_COLLATE', '' );
define( 'WP_HOME', '{url}' ); define( 'WP_SITEURL', '{url}' ); define( 'DISABLE_WP_CRON', true );
define( 'WP_CONTENT_DIR', __DIR__ . '/wp-content' ); define( 'WPMU_PLUGIN_DIR', '{plugins}' );
define( 'GATEHOUSE_URL', getenv( 'GATEHOUSE_URL' ) ); define( 'WPCOM_API_KEY', getenv( 'GATEHOUSE_KEY' ) );
$table_prefix = 'wp_';
define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a MariaDB of these tests' own."""
    if not shutil.which("mariadbd"):
        skip_loudly("NO MARIADB: WordPress did not run (apt install mariadb-server)")
    folder = tmp_path_factory.mktemp("mariadb")
    socket = folder / "socket"
    user = ["--user=root"]
    subprocess.run(
        ["mariadb-install-db", *user, f"--datadir={folder}/data"], check=True, capture_output=True
    )
    command = ["mariadbd", *user, f"--datadir={folder}/data", f"--socket={socket}"]
    server = Process([*command, "--skip-networking"], {"PATH": os.environ["PATH"]}, folder / "log")
    try:
        wait_until(socket.exists, "MariaDB listens", 120)
        yield socket
    finally:
        server.kill()


@dataclass
class WordPress:
    """An installed WordPress. environment: of PHP, with GATEHOUSE_URL and GATEHOUSE_KEY."""

    folder: Path
    url: str
    log: Path
    environment: dict[str, str]
    server: Process | None = None

    def start(self, **environment: str) -> None:
        """Again, with other settings."""
        if self.server:
            self.server.kill()
        port = self.url.rpartition(":")[2]
        self.server = Process(
            ["php", "-S", f"127.0.0.1:{port}", "-t", str(self.folder)],
            self.environment | {"PHP_CLI_SERVER_WORKERS": "4"} | environment,
            self.log,
        )
        wait_until(self._answers, "WordPress answers", 120)

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/", timeout=60).status_code < 500
        except httpx2.TransportError:
            return False

    def php(self, task: str) -> dict[str, object]:
        done = subprocess.run(
            ["php", HERE / "wordpress_live.php", self.folder, task],
            capture_output=True,
            text=True,
            env=self.environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def comment(self, text: str, **typed: str) -> str:
        """Posts a comment as a reader's browser does; where it ended."""
        form = {"author": "Carol", "email": "carol@reader.example", "comment_post_ID": "1", **typed}
        answer = httpx2.post(
            f"{self.url}/wp-comments-post.php", data={"comment": text, **form}, timeout=120
        )
        assert answer.status_code in (302, 200, 409), answer.text
        return self.where(text)

    def where(self, text: str) -> str:
        comments = self.php("show")["comments"]
        assert isinstance(comments, dict)
        return str(comments.get(text, "nowhere"))


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def wordpress(
    request: pytest.FixtureRequest,
    mariadb: Path,
    receivers: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[WordPress]:
    """A WordPress at a port where the running Gatehouse may call; its database is new."""
    if not (request.param / "wp-load.php").exists():
        skip_loudly(f"NO WORDPRESS in {request.param} (apt install wordpress)")
    home = tmp_path_factory.mktemp("wordpress")
    folder, plugins = home / "site", home / "mu-plugins"
    shutil.copytree(request.param, folder, ignore=shutil.ignore_patterns("wp-config.php"))
    plugins.mkdir()
    shutil.copy(PLUGIN, plugins)
    (plugins / "no-flood.php").write_text(NO_FLOOD)
    url, database = f"http://127.0.0.1:{receivers.pop()}", f"wp{abs(hash(request.param))}"
    (folder / "wp-config.php").write_text(
        CONFIGURATION.format(database=database, socket=mariadb, url=url, plugins=plugins)
    )
    subprocess.run(
        ["mariadb", f"--socket={mariadb}", "-e", f"CREATE DATABASE {database}"], check=True
    )
    site = WordPress(folder, url, home / "log", {"PATH": os.environ["PATH"]})
    site.php("install")
    yield site
    if site.server:
        site.server.kill()


def test_where_a_comment_ends(running: GatehouseProcess, wordpress: WordPress) -> None:
    store, gatehouse_url = running.store, f"http://127.0.0.1:{running.port}"
    site = newspaper(store, wordpress.url, wordpress.url)

    def switch(limit: str | None) -> None:
        with store.write() as connection:
            if limit is None:
                compat_apis.switch_off(connection, site.id, "akismet")
            else:
                compat_apis.switch_on(connection, site.id, "akismet", limit, NOON)

    def check() -> httpx2.Response:
        """What Gatehouse answers now: a change of the site is seen within seconds."""
        body = {"api_key": key, "blog": wordpress.url, "user_ip": "192.0.2.1", "is_test": "1"}
        return httpx2.post(f"{gatehouse_url}/1.1/comment-check", data=body, timeout=60)

    switch("")
    key = key_of(store, site, sites.AKISMET)
    right = {"GATEHOUSE_URL": gatehouse_url, "GATEHOUSE_KEY": key}
    wordpress.start(**right)
    told = wordpress.php("show")
    rude = "You are a stupid idiot, lock keeper, number {}."
    table: dict[str, str] = {}
    with Gatehouse(key_of(store, site, sites.SECRET), gatehouse_url) as gatehouse:
        page = f"{wordpress.url}/hello-world/"
        table["a kind comment"] = wordpress.comment("The lock keeper waves at every barge.")
        table["guaranteed spam"] = wordpress.comment(
            "Good.", email="akismet-guaranteed-spam@example.com"
        )
        table["an insult"] = wordpress.comment(rude.format(0))
        insults = [wordpress.comment(rude.format(number)) for number in range(1, 15)]
        table["each of fourteen insults within a minute"] = "/".join(sorted(set(insults)))
        gatehouse.set_page_state(page, "closed")
        table["on a page closed in Gatehouse"] = wordpress.comment("Kind words on a closed page.")
        gatehouse.set_page_state(page, "open")
        switch("1/hour")
        wait_until(lambda: check().status_code == 429, "the limit is reached", 120)
        table["above the limit"] = wordpress.comment("Kind words above the limit.")
        switch(None)
        wait_until(lambda: check().text == "invalid", "Akismet is off", 120)
        table["with Akismet switched off"] = wordpress.comment("Kind words while it is off.")
        switch("")
        wait_until(lambda: check().text == "false", "Akismet is on again", 120)
        wordpress.start(**right | {"GATEHOUSE_KEY": "000000000000"})
        table["with a wrong key"] = wordpress.comment("Kind words with a wrong key.")
        wordpress.start(**right | {"GATEHOUSE_URL": f"http://127.0.0.1:{free_port()}"})
        table["while Gatehouse is down"] = wordpress.comment("Kind words while it is down.")
        wordpress.start(**right)
        held = list(gatehouse.queue("held"))
        assert len(held) == 15
        later = rude.format(0)
        [first] = [comment for comment in held if comment.text == later]
        gatehouse.decide(first.id, "approve")
        if tuple(map(int, str(told["akismet"]).split("."))) >= (5, 5):
            wait_until(lambda: wordpress.where(later) == PUBLISHED, "the decision arrives", 120)
    print(f"\nWordPress {told['wordpress']}, Akismet {told['akismet']}")
    for case, where in table.items():
        print(f"| {case} | {where} |")
    assert table == dict.fromkeys(table, PENDING) | {
        "a kind comment": PUBLISHED,
        "guaranteed spam": SPAM,
    }
