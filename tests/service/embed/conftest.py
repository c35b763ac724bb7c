"""The app of a form test: Alice's newspaper with its form, and the demo on the service's own origin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from harness.servers import SECRET
from moderation.environment import read_settings
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import comments, pages, revisions
from service.app import create_app
from tests.factories import newspaper

ORIGIN = "http://127.0.0.1:8000"
PAGE = "https://herald.test/news/1"
PROXY = ("127.0.0.1", 50_000)  # what it says in X-Forwarded-For is believed


@dataclass
class Reader:
    """Somebody with a browser. site: whose form they fill in."""

    client: TestClient
    store: Store
    site: Site
    demo: Site

    def send(self, site: str = "", headers: dict[str, str] | None = None, **fields: object):
        """WordPress's form with these fields changed; None leaves one out."""
        filled = {
            "author": "Carol",
            "email": "carol@private.test",
            "url": "",
            "comment": "A fine article.",
            "comment_post_ID": "1",
            "comment_parent": "0",
            "submit": "Post Comment",
            "page_url": PAGE,
        } | fields
        data = {name: value for name, value in filled.items() if value is not None}
        return self.client.post(f"/reply/{site or self.site.id}", data=data, headers=headers)

    def stored(self) -> list[sa.Row]:
        """What is in the database, oldest first."""
        with self.store.read() as connection:
            return list(
                connection.execute(
                    sa.select(comments, revisions.c.text, pages.c.url, pages.c.title)
                    .join(revisions, revisions.c.comment_id == comments.c.id)
                    .join(pages, pages.c.id == comments.c.page_id)
                    .order_by(comments.c.id)
                )
            )


def problem_of(answer) -> str:
    """What the page says was wrong."""
    return re.search(r'role="alert">([^<]*)<', answer.text)[1]


@pytest.fixture
def reader(store: Store, database_url: str, broker_url: str, tmp_path) -> Iterator[Reader]:
    settings = read_settings(
        {
            "GATEHOUSE_DATA": str(tmp_path / "data"),
            "GATEHOUSE_DATABASE_URL": database_url,
            "GATEHOUSE_REDIS_URL": broker_url,
            "GATEHOUSE_SECRET_KEY": SECRET.decode(),
            "GATEHOUSE_LIMIT_ADDRESS": "100000/minute",
            "GATEHOUSE_TRUSTED_PROXIES": PROXY[0],
        }
    )
    site, demo = newspaper(store), newspaper(store, "The Harbour Lantern", ORIGIN)
    app = create_app(settings)
    with TestClient(app, ORIGIN, follow_redirects=False, client=PROXY) as client:
        yield Reader(client, store, site, demo)
