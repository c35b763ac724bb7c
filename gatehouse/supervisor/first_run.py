"""What `gatehouse up` makes at its first start, and what it says when everything runs."""

import json
import os
import shlex
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatehouse.database import entropy
from moderation.clock import now_ms
from moderation.domain.roles import Role
from moderation.settings import Settings, read_settings

if TYPE_CHECKING:
    from moderation.store.sql.engine import Connection, Store

OPERATOR = "operator@localhost"  # who the printed log-in link is for
_MARK = b'{"gatehouse_welcome": '


@dataclass(frozen=True, slots=True)
class FirstRun:
    """site_id, publishable: of the demo site, '' without one. secret: its key, '' but at first start.
    link: token of a log-in link.
    """

    site_id: str
    publishable: str
    secret: str
    link: str

    def text(self, settings: Settings) -> str:
        """What the operator reads."""
        url = settings.public_url
        lines = [
            "",
            "  Gatehouse is open.",
            "",
            f"  Article with a form  {url}/demo",
            f"  Console              {url}/console/login?link={self.link}",
            "                       (opens once, within 15 minutes; the next one:",
            f"                       {_command(settings)} moderator login-link {OPERATOR})",
            f"  Data                 {settings.data}",
        ]
        if self.publishable:
            lines += ["", "  Hand in a comment:", "", *_curl(url, self.publishable)]
        if self.secret:
            lines += [
                "",
                "  The demo site's secret key, for servers. It is shown this once:",
                "",
                f"    {self.secret}",
            ]
        return "\n".join([*lines, ""])


def _command(settings: Settings) -> str:
    """How to call `gatehouse` from another terminal in the same folder, so that it finds all this."""
    words, usual = [], read_settings({})
    if settings.data != usual.data.absolute():
        words.append(f"GATEHOUSE_DATA={shlex.quote(str(settings.data))}")
    if settings.public_url != usual.public_url:
        words.append(f"GATEHOUSE_PUBLIC_URL={settings.public_url}")
    return " ".join([*words, sys.argv[0]])


def _curl(url: str, key: str) -> list[str]:
    comment = {
        "page": {"url": f"{url}/demo"},
        "author": {"name": "Alice"},
        "text": "Thank you, that was worth reading.",
    }
    return [
        f"    curl -s {url}/api/v1/comments \\",
        f"      -H 'Authorization: Bearer {key}' \\",
        f"      -H 'Origin: {url}' -H 'Content-Type: application/json' \\",
        f"      -d '{json.dumps(comment)}'",
    ]


def write_welcome(welcome: FirstRun) -> str:
    """One line, from the process that prepares to the one that greets; it is never logged."""
    return _MARK.decode() + json.dumps(asdict(welcome)) + "}"


def read_welcome(line: bytes) -> FirstRun | None:
    """The welcome, if the line is one."""
    if not line.startswith(_MARK):
        return None
    return FirstRun(**json.loads(line)["gatehouse_welcome"])


def prepare(store: "Store", settings: Settings) -> FirstRun:
    """Makes the demo site where there is none, and a log-in link each time.

    Where other sites are there is none, so that a service in use is left alone. A demo site is for
    one address: on another port there is another.
    """
    from moderation.store import moderators, sites

    remembered = _Remembered(settings.data / "demo.json")
    secret = ""
    with store.write() as connection:
        known = {one.id: one for one in sites.all_sites(connection)}
        site_id, publishable = remembered.read()
        demo = known.get(site_id)
        if not known or (demo and settings.public_url not in demo.origins):
            site_id, publishable, secret = _found_site(connection, settings)
        elif demo is None:
            site_id = publishable = ""
        operator = moderators.by_email(connection, OPERATOR)
        operator_id = (
            operator.id if operator else moderators.add(connection, OPERATOR, "", now_ms(), entropy)
        )
        granted = [] if operator else list(known)
        for one in [*granted, *([site_id] if secret else [])]:
            moderators.grant(connection, operator_id, one, Role.ADMIN)
        link = moderators.add_login_link(connection, operator_id, now_ms(), entropy)
    if secret:  # after the commit: the site is there
        remembered.write(site_id, publishable)
    return FirstRun(site_id, publishable, secret, link)


def _found_site(connection: "Connection", settings: Settings) -> tuple[str, str, str]:
    """The demo site: its id, publishable key and secret key."""
    from moderation.store import compat_apis, sites

    # A browser may be pointed at either name of this machine.
    origins = {settings.public_url, settings.public_url.replace("//127.0.0.1", "//localhost")}
    site = sites.add_site(connection, "Demo", sorted(origins), "en", now_ms(), entropy)
    for face in compat_apis.ON_BY_DEFAULT:
        compat_apis.switch_on(connection, site.id, face, "", now_ms())
    publishable = sites.add_key(connection, site.id, sites.PUBLISHABLE, now_ms(), entropy)
    return site.id, publishable, sites.add_key(connection, site.id, sites.SECRET, now_ms(), entropy)


class _Remembered:
    """The demo site's publishable key, which is no secret, for the next start's curl."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[str, str]:
        try:
            kept = json.loads(self._path.read_text())
            return str(kept["site_id"]), str(kept["publishable_key"])
        except (OSError, ValueError, KeyError):
            return "", ""

    def write(self, site_id: str, publishable: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"site_id": site_id, "publishable_key": publishable}, file)
