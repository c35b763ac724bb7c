"""A moderator at the console of a test: signs in as a browser would and presses buttons by name."""

import html
import os
import re
import time
from dataclasses import dataclass, field
from functools import cache

from starlette.testclient import TestClient

from moderation.accounts import passwords, sign_in
from moderation.judging.judge import judge
from moderation.store import memberships, moderators, sessions
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import POLICY, hand_in, panel, reply

PASSWORD = "correct horse battery"
ORIGIN = "http://127.0.0.1:8000"
_hash = cache(passwords.hash_password)  # made to be slow, and every test has the same few passwords
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def now() -> int:
    return time.time_ns() // 1_000_000


def moderator(store: Store, email: str, *sites: Site, password: str = PASSWORD) -> str:
    """Adds a moderator of these sites; the id."""
    hashed = _hash(password) if password else ""
    with store.write() as connection:
        moderator_id = moderators.add(connection, email, hashed, now(), os.urandom)
        for site in sites:
            memberships.grant(connection, moderator_id, site.id, "moderator")
    return moderator_id


def link_for(store: Store, moderator_id: str, created_at: int | None = None) -> str:
    with store.write() as connection:
        return sessions.add_login_link(connection, moderator_id, created_at or now(), os.urandom)


def held(store: Store, site: Site, *texts: str, **changes: object) -> list[str]:
    """Hands in comments and judges them; those with 'bad' in them are held. Their ids."""
    ids = hand_in(store, *(reply(site, text, at=now(), **changes) for text in texts))
    judge_all(store)
    return ids


def judge_all(store: Store) -> None:
    judge(
        store,
        panel(),
        POLICY,
        lease="test",
        lease_ms=60_000,
        limit=500,
        now=now,
        entropy=os.urandom,
    )


@dataclass
class ConsoleBrowser:
    """A client with the cookies of one browser."""

    client: TestClient
    store: Store
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str = "/console/", **headers: str):
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, fields: dict[str, str], **headers: str):
        return self.client.post(path, data=fields, headers=self.headers | headers)

    def follow(self, answer):
        """The page that a form leads to."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"].partition("#")[0])

    def fields(self, path: str = "/console/", action: str = "") -> dict[str, str]:
        """The hidden fields of the form on a page, the one with this action or the first."""
        text = self.get(path).text
        forms = [form for form in re.findall(r"<form.*?</form>", text, re.S) if action in form]
        return {name: html.unescape(value) for name, value in _FIELD.findall(forms[0])}

    def log_in(self, email: str, password: str = PASSWORD, **headers: str):
        fields = self.fields("/console/login", "/console/login")
        return self.post(
            "/console/login", fields | {"email": email, "password": password}, **headers
        )

    def sign_in(self, moderator_id: str) -> None:
        """Opens a session as a log-in ends with, for tests of what comes after: it takes a thirtieth of the time."""
        with self.store.write() as connection:
            token = sign_in.enter(connection, moderator_id, self.token, now(), os.urandom)
        self.client.cookies.set("gatehouse_session", token, domain="127.0.0.1", path="/")

    def press(self, comment_id: str, outcome: str, page: str = "/console/", **headers: str):
        """Sends the form on a page that approves, rejects, files as spam or undoes."""
        verb = "undo" if outcome == "undo" else "decisions"
        action = f"/console/comments/{comment_id}/{verb}"
        return self.post(action, self.fields(page, action) | {"outcome": outcome}, **headers)

    @property
    def token(self) -> str:
        return self.client.cookies.get("gatehouse_session") or ""
