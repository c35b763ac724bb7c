"""What a reader tries who wants to see what is not public: nothing of it is in any public answer, nor can its coming be told."""

import secrets

import pytest

from moderation.clock import now_ms
from moderation.domain.reader_rules import ReaderRules
from moderation.reading.thread_versions import address_of, versions_of
from moderation.review import reader_rules
from tests.factories import key_of, newspaper
from tests.service.api.conftest import Api
from tests.service.api.test_pages import HARBOUR, approve


def canary() -> str:
    return f"canary{secrets.token_hex(6)}"


def everything_public(api: Api, *ids: str) -> dict[str, str]:
    """Each public answer about the page, asked for twice, with its headers."""
    site = {"site": api.site.id, "page_url": HARBOUR}
    asked = [
        ("/api/v1/counts", {"page_url": HARBOUR}),
        ("/embed/thread", site),
        ("/embed/feed", site),
    ]
    for sort in ("oldest", "newest", "replies", "picks"):
        asked += [("/api/v1/threads", {"page_url": HARBOUR, "sort": sort, "limit": limit}) for limit in ("1", "100")]  # fmt: skip
    for id in ids:
        asked += [("/embed/thread", site | {name: id}) for name in ("replytocom", "before")]
        asked += [("/api/v1/threads", {"page_url": HARBOUR, "version": id})]
    found = {}
    for path, query in asked * 2:
        answer = api.client.get(path, params=query)
        headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        found[f"{path} {query}"] = f"{answer.status_code} {headers} {answer.text}"
    for number, id in enumerate(ids):
        elsewhere = {
            "X-Forwarded-For": f"198.51.100.{number + 1}"
        }  # each address may report so often
        for name, body in (("reports", {"reason": "spam"}), ("notices", NOTICE)):
            answer = api.client.post(f"/api/v1/comments/{id}/{name}", json=body, headers=elsewhere)
            assert answer.status_code == 404, answer.text
            found[f"{name} {id}"] = answer.text
        for token in ("gha_1", api.publishable):
            answer = api.get(f"/api/v1/comments/{id}", token)
            assert answer.status_code in (401, 403), answer.text
            found[f"{token} {id}"] = answer.text
    return found


NOTICE = {"why": "It is.", "name": "Nora", "email": "nora@private.test", "good_faith": True}


@pytest.mark.parametrize("markdown", [False, True])
def test_no_word_of_what_is_not_published_is_in_any_public_answer(api, markdown):
    reader_rules.set_rules(api.store, api.site.id, ReaderRules(markdown=markdown))
    words = []

    def hand_in(**changes):
        words.extend((canary(), canary()))
        said = {"text": f"*{words[-1]}*", "author": {"name": words[-2]}, "page": {"url": HARBOUR, "title": canary()}}  # fmt: skip
        return api.hand_in(**said | changes).json()

    def as_writer(comment):
        return {"Authorization": f"Bearer {comment['author_token']}"}

    public = api.hand_in(page={"url": HARBOUR}, text="A fine article.")
    parent = approve(api, public)
    pending, held, rejected, spam, edited, withdrawn = (hand_in(parent_id=parent) for _ in range(6))
    for comment, outcome in ((held, "hold"), (rejected, "reject"), (spam, "spam")):
        path = f"/api/v1/comments/{comment['id']}/decisions"
        assert api.post(path, {"outcome": outcome}).status_code == 201
    path = f"/api/v1/comments/{edited['id']}"
    assert api.post(f"{path}/decisions", {"outcome": "approve"}).status_code == 201
    everything_public(api)  # and what was public then is kept
    words.append(canary())
    assert api.client.patch(path, json={"text": words[-1]}, headers=as_writer(edited)).is_success
    path = f"/api/v1/comments/{withdrawn['id']}"
    assert api.client.delete(path, headers=as_writer(withdrawn)).is_success
    ids = [each["id"] for each in (pending, held, rejected, spam, edited, withdrawn)]
    for asked, answer in everything_public(api, *ids).items():
        assert not [word for word in words if word in answer], asked


def test_nobody_can_tell_that_something_waits(api):
    approve(api, api.hand_in(page={"url": HARBOUR}))
    address = address_of(api.store, api.site.id, HARBOUR)
    before = everything_public(api), versions_of(api.store, [address], now_ms())
    waiting = api.hand_in(page={"url": HARBOUR}, text="It waits.").json()["id"]
    assert (everything_public(api), versions_of(api.store, [address], now_ms())) == before
    api.post(f"/api/v1/comments/{waiting}/decisions", {"outcome": "hold"})
    assert (everything_public(api), versions_of(api.store, [address], now_ms())) == before
    api.post(f"/api/v1/comments/{waiting}/decisions", {"outcome": "reject"})
    assert (everything_public(api), versions_of(api.store, [address], now_ms())) == before


def test_what_belongs_to_another_site_is_worth_nothing(api):
    other = newspaper(api.store, "Bob's Blog", "https://blog.test")
    theirs = key_of(api.store, other)
    mine = api.hand_in(page={"url": HARBOUR}).json()
    yours = api.hand_in(theirs, page={"url": "https://blog.test/1"}).json()
    path = f"/api/v1/comments/{yours['id']}"
    token = {"Authorization": f"Bearer {mine['author_token']}"}
    assert api.client.get(path, headers=token).status_code in (401, 403, 404)
    assert api.client.patch(path, json={"text": "Mine now."}, headers=token).status_code in (401, 403, 404)  # fmt: skip
    assert api.client.delete(path, headers=token).status_code in (401, 403, 404)
    assert api.client.post(f"{path}/appeal", headers=token).status_code in (401, 403, 404)
    assert api.get(path).status_code == 404  # with the secret key of the first site
    answer = api.hand_in(page={"url": HARBOUR}, parent_id=yours["id"], text="To another site.")
    assert answer.status_code == 422
    thread = {"page_url": "https://blog.test/1", "site_id": api.site.id}
    assert api.client.get("/api/v1/threads", params=thread).json()["comments"] == []


@pytest.mark.parametrize("size", [246, 65_536])
def test_a_name_as_long_as_a_comment_is_refused_and_not_repeated(api, size):
    name = ("x" * 239 + canary())[-size:].rjust(size, "y")
    answer = api.hand_in(page={"url": HARBOUR}, author={"name": name})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/author/name"
    assert name[-18:] not in answer.text and len(answer.content) < 2_000
