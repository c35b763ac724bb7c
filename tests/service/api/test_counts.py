"""Counts of comments for many pages in one call: approved ones only, each site's own, cacheable."""

from tests.factories import newspaper
from tests.service.api.conftest import Api
from tests.service.api.test_pages import HARBOUR, approve

BRIDGE = "https://herald.test/bridge"


def counts(api: Api, *page_urls: str, **query: str) -> dict[str, int | None]:
    answer = api.client.get("/api/v1/counts", params={"page_url": list(page_urls), **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["counts"]


def test_only_approved_comments_count_whatever_the_spelling(api):
    for url in (HARBOUR, f"{HARBOUR}/?utm_source=x"):
        approve(api, api.hand_in(page={"url": url}))
    api.hand_in(page={"url": HARBOUR}, text="It waits.")
    rejected = api.hand_in(page={"url": HARBOUR}, text="No.").json()["id"]
    api.post(f"/api/v1/comments/{rejected}/decisions", {"outcome": "reject"})
    spellings = [f"{HARBOUR}#comments", "HTTPS://HERALD.test/harbour/?fbclid=1"]
    assert counts(api, *spellings, BRIDGE) == {spellings[0]: 2, spellings[1]: 2, BRIDGE: 0}


def test_a_url_is_counted_on_its_own_site_alone(api):
    approve(api, api.hand_in(page={"url": HARBOUR}))
    foreign = "https://nowhere.test/harbour"
    assert counts(api, HARBOUR, foreign) == {HARBOUR: 1, foreign: None}
    second = newspaper(api.store, "Bob's Herald")  # with the same origin
    assert counts(api, HARBOUR) == {HARBOUR: None}
    assert counts(api, HARBOUR, site_id=api.site.id) == {HARBOUR: 1}
    assert counts(api, HARBOUR, site_id=second.id) == {HARBOUR: 0}
    assert counts(api, HARBOUR, site_id="site_0") == {HARBOUR: None}


def test_a_page_that_moved_counts_at_both_urls(api):
    approve(api, api.hand_in(page={"url": HARBOUR}))
    api.post("/api/v1/pages/move", {"old": HARBOUR, "new": BRIDGE})
    assert counts(api, HARBOUR, BRIDGE) == {HARBOUR: 1, BRIDGE: 1}


def test_counts_are_cached_by_anybody_until_they_change(api):
    query = {"page_url": [HARBOUR]}
    first = api.client.get("/api/v1/counts", params=query)
    assert first.headers["cache-control"] == "public, max-age=5"
    assert first.headers["access-control-allow-origin"] == "*"
    for seen in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        again = api.client.get("/api/v1/counts", params=query, headers={"If-None-Match": seen})
        assert (again.status_code, again.content) == (304, b"")
    approve(api, api.hand_in(page={"url": HARBOUR}))
    header = {"If-None-Match": first.headers["etag"]}
    changed = api.client.get("/api/v1/counts", params=query, headers=header)
    assert changed.json()["counts"] == {HARBOUR: 1}


def test_what_is_wrong_with_the_urls_is_told(api):
    for query in ({}, {"page_url": [HARBOUR] * 101}, {"page_url": ["", "h" * 2_001]}):
        answer = api.client.get("/api/v1/counts", params=query)
        assert answer.status_code == 422
        assert [error["parameter"] for error in answer.json()["errors"]] == ["page_url"]
    for url in ("", "not a url", "https://herald.test\x00/"):
        assert counts(api, url) == {url: None}
    twice = api.client.get("/api/v1/counts", params={"page_url": HARBOUR, "site_id": ["a", "b"]})
    assert (twice.status_code, twice.json()["errors"][0]["parameter"]) == (422, "site_id")
