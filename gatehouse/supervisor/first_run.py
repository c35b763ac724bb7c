"""What `gatehouse up` sets up at its first start, and what it prints when everything runs."""

import json
import os
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatehouse.database import entropy
from moderation.clock import now_ms
from moderation.domain.audit import SERVICE
from moderation.domain.roles import Role
from moderation.environment import read_settings
from moderation.settings import Settings

if TYPE_CHECKING:
    from moderation.store.sql.engine import Connection, Store

OPERATOR = "operator@localhost"  # the account that the printed log-in link is for
_LINE_START = b'{"gatehouse_first_run": '


@dataclass(frozen=True, slots=True)
class FirstRun:
    """site_id, publishable_key: of the demo site, '' without one. secret_key: its own, '' after the
    first start. login_token: of a log-in link.
    """

    site_id: str
    publishable_key: str
    secret_key: str
    login_token: str

    def text(self, settings: Settings) -> str:
        """What `up` prints for the operator."""
        url = settings.public_url
        lines = [
            "",
            "  Gatehouse is open.",
            "",
            f"  Demo newspaper       {url}/demo",
            f"  Console              {url}/console/login?link={self.login_token}",
            "                       (opens once, within 15 minutes; the next one:",
            f"                       {_command(settings)} moderator login-link {OPERATOR})",
            f"  Data                 {settings.data}",
        ]
        if self.publishable_key:
            lines += ["", "  Hand in a comment:", "", *_curl(url, self.publishable_key)]
        if self.secret_key:
            lines += [
                "",
                "  The demo site's secret key, for servers. It is shown this once:",
                "",
                f"    {self.secret_key}",
            ]
        return "\n".join([*lines, ""])


def _command(settings: Settings) -> str:
    """The `gatehouse` command for another terminal: with its path where the shell would not find it."""
    found = shutil.which("gatehouse")
    command = (
        "gatehouse"
        if found and Path(found).resolve() == Path(sys.argv[0]).resolve()
        else shlex.quote(sys.argv[0])
    )
    if settings.data == read_settings({}).data.absolute():
        return command
    return f"{command} --data {shlex.quote(str(settings.data))}"


def _curl(url: str, key: str) -> list[str]:
    comment = {
        "page": {"url": f"{url}/demo/ferry"},
        "author": {"name": "Alice"},
        "text": "Thank you, that was worth reading.",
    }
    return [
        f"    curl -s {url}/api/v1/comments \\",
        f"      -H 'Authorization: Bearer {key}' \\",
        f"      -H 'Origin: {url}' -H 'Content-Type: application/json' \\",
        f"      -d '{json.dumps(comment)}'",
    ]


def write_line(first_run: FirstRun) -> str:
    """The line by which `gatehouse prepare` hands it to `gatehouse up`; it is never logged."""
    return _LINE_START.decode() + json.dumps(asdict(first_run)) + "}"


def read_line(line: bytes) -> FirstRun | None:
    """What write_line wrote; None for any other line."""
    if not line.startswith(_LINE_START):
        return None
    return FirstRun(**json.loads(line)["gatehouse_first_run"])


def prepare(store: "Store", settings: Settings) -> FirstRun:
    """Adds a demo site where there is no site yet, and a log-in link each time.

    A service that has other sites gets no demo site. On another port the demo site gets one more origin.
    """
    from moderation.accounts.moderators import grant
    from moderation.accounts.sites import add_origins
    from moderation.store import moderators, sessions, sites

    demo_file = _DemoFile(settings.data / "demo.json")
    secret_key = ""
    with store.write() as connection:
        sites_by_id = {site.id: site for site in sites.all_sites(connection)}
        site_id, publishable_key = demo_file.read()
        demo = sites_by_id.get(site_id)
        if demo:
            add_origins(connection, demo, _origins(settings), SERVICE)
        elif not sites_by_id:
            site_id, publishable_key, secret_key = _add_demo_site(connection, settings)
        else:
            site_id = publishable_key = ""
        operator = moderators.by_email(connection, OPERATOR)
        operator_id = (
            operator.id if operator else moderators.add(connection, OPERATOR, "", now_ms(), entropy)
        )
        if operator is None:
            moderators.set_owner(connection, operator_id, True)
        granted = [] if operator else list(sites_by_id)
        if secret_key:
            granted.append(site_id)
        for granted_id in granted:
            grant(connection, operator_id, granted_id, Role.ADMIN, SERVICE)
        login_token = sessions.add_login_link(connection, operator_id, now_ms(), entropy)
    if secret_key:  # after the commit: the site is stored
        demo_file.write(site_id, publishable_key)
    if site_id:
        _set_page_states(store, site_id, settings.public_url)
    return FirstRun(site_id, publishable_key, secret_key, login_token)


def _add_demo_site(connection: "Connection", settings: Settings) -> tuple[str, str, str]:
    """The id, publishable key and secret key of a new demo site."""
    from moderation.accounts.sites import NewSite, add_site
    from moderation.store import compat_apis, sites

    new = NewSite("Demo", _origins(settings), "en", compat_apis.ON_BY_DEFAULT)
    site, keys = add_site(connection, new, SERVICE, now=now_ms(), entropy=entropy)
    return site.id, keys[sites.PUBLISHABLE], keys[sites.SECRET]


def _set_page_states(store: "Store", site_id: str, url: str) -> None:
    """What the demo newspaper's articles do with comments, where nobody has said or written anything yet."""
    from moderation.domain.comment import PageRef
    from moderation.review.page_states import PageChange, get_page, set_page
    from service.embed.demo_articles import ARTICLES

    for article in ARTICLES:
        page = PageRef(url + article.path, article.title, by_server=True)
        if not get_page(store, site_id, page, now_ms()).id:
            set_page(store, site_id, page, PageChange(article.state), now_ms(), entropy)


def _origins(settings: Settings) -> list[str]:
    """Of the demo site. A browser may use either name of this machine."""
    url = settings.public_url
    return sorted({url, url.replace("//127.0.0.1", "//localhost")})


class _DemoFile:
    """Keeps the demo site's publishable key, which is no secret, for the curl of the next start."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[str, str]:
        try:
            fields = json.loads(self._path.read_text())
            return str(fields["site_id"]), str(fields["publishable_key"])
        except (OSError, ValueError, KeyError):
            return "", ""

    def write(self, site_id: str, publishable_key: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"site_id": site_id, "publishable_key": publishable_key}, file)
