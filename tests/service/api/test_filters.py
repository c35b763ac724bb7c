"""/api/v1/filters: kept, changed under an ETag, tried; bad entries are named; another site's are not there."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request

from tests.factories import hand_in, key_of, newspaper, reply
from tests.service.console.console_browser import now

CASINO = {"name": "casino", "kind": "words", "action": "spam", "entries": ["casino", "# all"]}


def send(api, method: str, path: str, body: object = None, key: str = "", **headers: str):
    headers = {"Authorization": f"Bearer {key or api.secret}"} | headers
    options = {} if body is None else {"json": body}
    return api.client.request(method, f"/api/v1/filters{path}", headers=headers, **options)


def test_a_filter_is_kept_read_changed_and_taken_away(api):
    made = send(api, "POST", "", CASINO)
    assert made.status_code == 201, made.text
    body = made.json()
    assert made.headers["location"] == f"/api/v1/filters/{body['id']}"
    assert (body["version"], body["enabled"], body["fields"]) == (1, True, ["text"])
    assert body["entries"] == CASINO["entries"]
    path = f"/{body['id']}"
    changed = send(
        api, "PUT", path, CASINO | {"enabled": False}, **{"If-Match": made.headers["etag"]}
    )
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = send(api, "PUT", path, CASINO, **{"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    assert send(api, "DELETE", path, **{"If-Match": '"v1"'}).status_code == 412
    assert send(api, "GET", path).headers["etag"] == '"v2"'
    assert [listed["id"] for listed in send(api, "GET", "").json()["items"]] == [body["id"]]
    assert send(api, "DELETE", path).status_code == 204
    assert send(api, "GET", path).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "patterns", "entries": ["ok", "("]}, "/entries/1"),
        ({"kind": "domains", "entries": ["co.uk"]}, "/entries/0"),
        ({"entries": []}, "/entries"),
        ({"kind": "spells"}, "/kind"),
        ({"action": "approve"}, "/action"),
        ({"action": "trust"}, "/action"),
        ({"entries": ["a\nb"]}, "/entries/0"),
        ({"name": ""}, "/name"),
        ({"colour": "red"}, "/colour"),
        ({"fields": []}, "/fields"),
        ({"entries": "casino"}, "/entries"),
    ],
)
@pytest.mark.parametrize("path", ["", "/trial"])
def test_what_makes_no_sense_is_named(api, change, pointer, path):
    answer = send(api, "POST", path, CASINO | change)
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert errors[0]["pointer"] == pointer
    assert send(api, "GET", "").json() == {"items": []}


@pytest.mark.parametrize(
    ("until", "kept"),
    [
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_end_beyond_the_calendar_is_its_last_moment(api, until, kept):
    made = send(api, "POST", "", CASINO | {"until": until})
    assert (made.status_code, made.json()["until"]) == (201, kept)


def test_a_trial_keeps_nothing_and_shows_what_it_would_have_matched(api):
    hand_in(api.store, reply(api.site, "A <b>specialist</b> in cialis", at=now() - 1_000))
    draft = CASINO | {"kind": "patterns", "entries": ["cialis"]}
    trial = send(api, "POST", "/trial", draft).json()
    assert (trial["examined"], trial["matched"], trial["complete"]) == (1, 1, True)
    assert trial["by_status"] == {"pending": 1}
    assert trial["words"] == [{"word": "cialis", "count": 2}]
    assert trial["collisions"] == [{"word": "specialist", "count": 1}]
    match = trial["matches"][0]
    assert [match["excerpt"][start:end] for start, end in match["spans"]] == ["cialis", "cialis"]
    assert send(api, "GET", "").json() == {"items": []}


def test_filters_are_for_the_secret_key_of_their_site(api):
    path = f"/{send(api, 'POST', '', CASINO).json()['id']}"
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    for method, where, body in [
        ("GET", path, None), ("PUT", path, CASINO), ("DELETE", path, None),
    ]:  # fmt: skip
        assert send(api, method, where, body, other).status_code == 404
        assert send(api, method, where, body, "ghs_nonsense").status_code == 401
    assert send(api, "GET", "", key=other).json() == {"items": []}
    assert (
        send(api, "GET", "", key=api.publishable, Origin="https://herald.test").status_code == 403
    )
    assert send(api, "GET", path, **{"If-Match": "x"}).status_code == 200
    assert send(api, "DELETE", path, **{"If-Match": "x"}).status_code == 422


def test_trials_are_few_at_a_time_and_the_others_come_back(api):
    trials = api.client.app.state.filter_trials
    trials_at_once, begun, go_on = 2, threading.Semaphore(0), threading.Event()

    def wait(_):
        begun.release()
        assert go_on.wait(30)

    async def occupy():
        request = Request({"type": "http"}, _never_leaves)
        await asyncio.gather(*(trials.run(request, wait) for _ in range(trials_at_once)))

    with ThreadPoolExecutor() as pool:
        occupied = pool.submit(api.client.portal.call, occupy)
        for _ in range(trials_at_once):
            assert begun.acquire(timeout=30)
        refused = send(api, "POST", "/trial", CASINO)
        assert send(api, "GET", "").status_code == 200  # everything else is answered meanwhile
        go_on.set()
        occupied.result(30)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) > 0
    assert send(api, "POST", "/trial", CASINO).status_code == 200


def test_a_trial_ends_when_its_asker_leaves(api):
    trials = api.client.app.state.filter_trials
    left = threading.Event()

    def until_cancelled(is_cancelled):
        while not is_cancelled():
            left.set()
        return "ended"

    async def leave():
        async def receive():
            await asyncio.to_thread(left.wait, 30)
            return {"type": "http.disconnect"}

        return await asyncio.wait_for(
            trials.run(Request({"type": "http"}, receive), until_cancelled), 30
        )

    assert api.client.portal.call(leave) == "ended"
    assert trials.running == 0


async def _never_leaves():
    await asyncio.Event().wait()


def test_an_author_is_held_from_now_on_and_that_is_undone(api):
    made = api.hand_in(author={"name": "Ann", "id": "ann"}).json()["id"]
    path = f"/api/v1/comments/{made}/filters"
    body = {"about": "author", "action": "hold", "days": 7}
    named = api.post(path, body)
    assert named.status_code == 201 and named.json()["until"] and "Ann" not in named.text
    [author] = api.get(path).json()["items"]
    assert (author["about"], author["filters"][0]["id"]) == ("author", named.json()["id"])
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.post(path, body, other).status_code == 404
    refused = api.post(path, {"about": "author", "action": "spam"})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/action"]
    address = f"{path}/{named.json()['id']}"
    gone = api.client.delete(address, headers={"Authorization": f"Bearer {api.secret}"})
    assert gone.status_code == 204
    assert api.get(path).json()["items"][0]["filters"] == []
