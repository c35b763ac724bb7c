"""Pages by the API: on the site only, found in every spelling, moved with the secret key."""

import pytest

from tests.service.api.conftest import Api

HARBOUR = "https://herald.test/harbour"
ORIGIN = {"Origin": "https://herald.test"}


def page_of(api: Api, receipt) -> dict[str, object]:
    return api.get(f"/api/v1/comments/{receipt.json()['id']}").json()["page"]


def approve(api: Api, receipt) -> str:
    id = receipt.json()["id"]
    assert api.post(f"/api/v1/comments/{id}/decisions", {"outcome": "approve"}).status_code == 201
    return id


def thread(api: Api, **query: str) -> list[str]:
    answer = api.client.get("/api/v1/threads", params=query)
    assert answer.status_code == 200, answer.text
    return [comment["id"] for comment in answer.json()["comments"]]


OUTSIDE = [
    "https://phish.example/login", "http://herald.test/harbour", "https://herald.test:8443/harbour", "https://herald.test.evil.test/",
    "https://www.herald.test/harbour", "https://herald.test@phish.example/", "https://phish.example@herald.test/", "https://herald.test%2ephish.example/",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["secret", "publishable"])
def test_a_page_outside_the_sites_origins_is_refused(api, kind):
    key, headers = (api.secret, {}) if kind == "secret" else (api.publishable, ORIGIN)
    for url in OUTSIDE:
        answer = api.hand_in(key, page={"url": url, "title": "Log in"}, headers=headers)
        assert answer.status_code == 422, url
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/page/url" and "phish" not in answer.text
    assert api.hand_in(key, page={"url": "HTTPS://HERALD.TEST:443/x"}, headers=headers).status_code == 202  # fmt: skip


def test_a_site_without_origins_is_known_to_its_server(api):
    from moderation.domain.page_url import PageRules
    from moderation.domain.site import SiteSettings
    from moderation.store import site_settings

    with api.store.write() as connection:
        site_settings.put(connection, api.site.id, SiteSettings("Herald", "en", PageRules()))
    id = approve(api, api.hand_in(page={"url": "https://anywhere.test/1", "id": "art-1"}))
    query = {"site_id": api.site.id}
    assert thread(api, page_url="https://anywhere.test/1?fbclid=1", **query) == [id]
    assert thread(api, page_id="art-1") == [id]


def test_a_thread_is_found_in_every_spelling_and_by_the_sites_id(api):
    ids = [approve(api, api.hand_in(page={"url": f"{HARBOUR}/?fbclid=1"}))]
    answer = api.hand_in(page={"url": f"{HARBOUR}?utm_source=x"}, parent_id=ids[0])
    ids.append(approve(api, answer))
    for url in (HARBOUR, f"{HARBOUR}#x", "https://HERALD.test/./harbour?gclid=2"):
        assert thread(api, page_url=url) == ids
    assert page_of(api, answer)["url"] == f"{HARBOUR}/?fbclid=1"
    for url in ("https://herald.test/old", "https://herald.test/new"):
        ids.append(approve(api, api.hand_in(page={"url": url, "id": "art-77"})))
    for query in ({"page_id": "art-77"}, {"page_url": "https://herald.test/old"}, {"page_url": "https://herald.test/new"}):  # fmt: skip
        assert thread(api, **query) == ids[2:]
    assert api.client.get("/api/v1/threads?page_id=art-77").json()["page_url"] == "https://herald.test/new"  # fmt: skip
    assert api.client.get("/api/v1/threads?page_id=art-78").status_code == 404
    assert thread(api, page_id="art-78", site_id=api.site.id) == []
    nothing = api.client.get("/api/v1/threads")
    assert nothing.status_code == 422 and "page_url" in nothing.text


def test_titles_of_publishable_keys_are_unverified_and_replaced(api):
    first = api.hand_in(api.publishable, page={"url": HARBOUR, "title": "Win a car"}, headers=ORIGIN)  # fmt: skip
    shown = page_of(api, first)
    assert (shown["title"], shown["title_verified"]) == ("Win a car", False)
    api.hand_in(page={"url": HARBOUR, "title": "The harbour"})
    shown = page_of(api, first)
    assert (shown["title"], shown["title_verified"]) == ("The harbour", True)


def test_a_page_is_moved_with_the_secret_key(api):
    ids = [approve(api, api.hand_in(page={"url": url})) for url in (HARBOUR, f"{HARBOUR}-2")]
    body = {"old": f"{HARBOUR}?fbclid=1", "new": f"{HARBOUR}-2"}
    assert api.post("/api/v1/pages/move", body, api.publishable, **ORIGIN).status_code == 403
    moved = api.post("/api/v1/pages/move", body)
    assert moved.status_code == 200 and moved.json()["joined"] is True
    assert moved.json()["page"]["url"] == f"{HARBOUR}-2"
    for url in (HARBOUR, f"{HARBOUR}-2"):
        assert thread(api, page_url=url) == ids
    for changed, status, pointer in (
        ({"new": "https://phish.example/"}, 422, "/new"), ({"new": "no"}, 422, "/new"), ({"old": "no"}, 422, "/old"),
        ({"old": f"{HARBOUR}-3"}, 404, ""),
    ):  # fmt: skip
        refused = api.post("/api/v1/pages/move", body | changed)
        assert refused.status_code == status
        assert not pointer or refused.json()["errors"][0]["pointer"] == pointer
