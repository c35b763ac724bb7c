"""Public answers that are kept: never older than the request, the same for all who ask at once, bounded."""

import asyncio
import threading

from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from moderation.reading.thread_versions import NamedPage
from service.api.responses import public_json
from service.queues import kept_answers
from service.queues.kept_answers import KeptAnswers, KeptRoute
from tests.service.api.conftest import Api
from tests.service.api.test_pages import HARBOUR, approve

THREAD = {"page_url": HARBOUR}


def shown(api: Api) -> list[str]:
    """What the thread, its count and the fragment say, each asked twice: made, then kept."""
    found = []
    for _ in range(2):
        thread = api.client.get("/api/v1/threads", params=THREAD)
        counts = api.client.get("/api/v1/counts", params=THREAD)
        fragment = api.client.get("/embed/thread", params=THREAD | {"site": api.site.id})
        texts = [comment["text"] for comment in thread.json()["comments"]]
        assert counts.json()["counts"][HARBOUR] == len(texts)
        assert all(text in fragment.text for text in texts if text)
        found.append((texts, fragment.text))
    assert found[0] == found[1]
    return found[0][0]


def test_a_kept_answer_is_gone_with_the_comment_whoever_takes_it_away(api):
    def receipt(text: str):
        answer = api.hand_in(page={"url": HARBOUR}, text=text)
        approve(api, answer)
        return answer.json()

    def as_writer(comment):
        return {"Authorization": f"Bearer {comment['author_token']}"}

    assert shown(api) == []
    rejected, changed, withdrawn, erased = map(receipt, ("One.", "Two.", "Three.", "Four."))
    assert shown(api) == ["One.", "Two.", "Three.", "Four."]
    api.post(f"/api/v1/comments/{rejected['id']}/decisions", {"outcome": "reject"})
    assert shown(api) == ["Two.", "Three.", "Four."]
    path = f"/api/v1/comments/{changed['id']}"
    assert api.client.patch(path, json={"text": "Pending words."}, headers=as_writer(changed)).is_success  # fmt: skip
    assert shown(api) == ["Three.", "Four."]
    path = f"/api/v1/comments/{withdrawn['id']}"
    assert api.client.delete(path, headers=as_writer(withdrawn)).is_success
    assert shown(api) == ["Four."]
    secret = {"Authorization": f"Bearer {api.secret}"}
    assert api.client.delete(f"/api/v1/comments/{erased['id']}", headers=secret).is_success
    assert shown(api) == []


def test_what_the_site_lets_readers_do_and_the_state_of_the_page_hold_at_once(api):
    approve(api, api.hand_in(page={"url": HARBOUR}, text="*One*"))
    for _ in range(2):
        assert "html" not in api.client.get("/api/v1/threads", params=THREAD).json()["comments"][0]
    rules = api.get("/api/v1/readers").json()
    assert api.put("/api/v1/readers", rules | {"markdown": True}).is_success
    [comment] = api.client.get("/api/v1/threads", params=THREAD).json()["comments"]
    assert "<em>One</em>" in comment["html"]


def test_a_kept_answer_keeps_its_headers_and_its_etag(api):
    approve(api, api.hand_in(page={"url": HARBOUR}))
    for path, query in (
        ("/api/v1/threads", THREAD),
        ("/api/v1/counts", THREAD),
        ("/embed/thread", THREAD | {"site": api.site.id}),
        ("/embed/feed", THREAD | {"site": api.site.id}),
    ):
        made = api.client.get(path, params=query)
        kept = api.client.get(path, params=query)
        assert kept.content == made.content
        names = ("etag", "cache-control", "content-type", "access-control-allow-origin")
        assert [kept.headers[name] for name in names] == [made.headers[name] for name in names]
        seen = api.client.get(path, params=query, headers={"If-None-Match": made.headers["etag"]})
        assert (seen.status_code, seen.content) == (304, b"")
        assert "content-type" not in seen.headers


class Page:
    """An app with one kept route, and a database that a test holds up."""

    def __init__(self) -> None:
        self.version = "1"
        self.looks = 0
        self.made = 0
        self.may_look = threading.Event()
        self.may_look.set()
        self.app = FastAPI()
        self.app.state.kept_answers = kept = KeptAnswers(self.look)
        self.app.router.add_api_route("/page", self.answer, route_class_override=KeptRoute)
        self._kept = kept

    def look(self, named):
        seen = self.version
        self.looks += 1
        assert self.may_look.wait(60)
        return dict.fromkeys(named, seen)

    def answer(self, request: Request):
        self._kept.about(request, NamedPage("site", "/page"))
        self.made += 1
        return public_json(request, {"version": self.version}, "public")


def test_a_look_that_began_before_the_request_does_not_count():
    async def go() -> None:
        page = Page()
        async with AsyncClient(transport=ASGITransport(page.app), base_url="http://test") as client:
            assert (await client.get("/page")).json() == {"version": "1"}
            page.may_look.clear()
            early = asyncio.create_task(client.get("/page"))
            while page.looks < 2:
                await asyncio.sleep(0)
            page.version = "2"  # it has looked already
            late = asyncio.create_task(client.get("/page"))
            for _ in range(20):
                await asyncio.sleep(0)
            page.may_look.set()
            assert (await early).json() == {"version": "1"}
            assert (await late).json() == {"version": "2"}

    asyncio.run(go())


def test_many_who_ask_at_once_share_the_look_and_the_making():
    async def go() -> None:
        page = Page()
        async with AsyncClient(transport=ASGITransport(page.app), base_url="http://test") as client:
            answers = await asyncio.gather(*(client.get("/page") for _ in range(50)))
            assert {answer.text for answer in answers} == {'{"version": "1"}'}
            assert page.made == 1
            assert page.looks <= 3

    asyncio.run(go())


def test_a_look_that_fails_fails_those_who_wait_and_no_others():
    async def go() -> None:
        page = Page()
        async with AsyncClient(
            transport=ASGITransport(page.app, raise_app_exceptions=False), base_url="http://test"
        ) as client:
            assert (await client.get("/page")).is_success
            page.may_look = None
            assert (await client.get("/page")).status_code == 500
            page.may_look = threading.Event()
            page.may_look.set()
            assert (await client.get("/page")).is_success

    asyncio.run(go())


def test_no_more_is_kept_than_fits(monkeypatch):
    async def go() -> None:
        monkeypatch.setattr(kept_answers, "MOST_BYTES", 5_000)
        page = Page()
        async with AsyncClient(transport=ASGITransport(page.app), base_url="http://test") as client:
            for number in range(20):
                assert (await client.get(f"/page?{number}")).is_success
            assert page._kept._kept.currsize <= 5_000
            assert len(page._kept._kept) == 4

    asyncio.run(go())
