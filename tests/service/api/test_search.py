"""GET /api/v1/comments and the reasons of a queue: parameters, pages, refusals; nobody else's comments."""

import re

import pytest

from moderation.upkeep.search_index import index_due
from tests.factories import key_of, newspaper
from tests.service.api.conftest import Api
from tests.service.console.console_browser import held


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
def stored(api: Api) -> list[str]:
    """Five comments, the even ones held."""
    made = held(
        api.store, api.site, *(f"{'bad' if n % 2 == 0 else 'good'} tea {n}" for n in range(5))
    )
    index_due(api.store)
    return made


def test_comments_are_found_in_pages(api: Api, stored: list[str]) -> None:
    seen, path = [], "/api/v1/comments?query=TEA&limit=2"
    while path:
        answer = api.get(path)
        assert len(ids(answer)) <= 2
        seen += ids(answer)
        path = answer.json()["next"]
        assert answer.headers.get("link", "") == (f'<{path}>; rel="next"' if path else "")
    assert seen == stored[::-1]
    assert ids(api.get("/api/v1/comments?query=tea&status=held&order=oldest")) == stored[::2]
    assert ids(api.get("/api/v1/comments?reason=toxic")) == stored[::-2]
    assert ids(api.get("/api/v1/comments?query=tea&decided_by=policy&author=carol")) == stored[::-1]
    assert ids(api.get("/api/v1/comments?since=2100-01-01T00:00:00Z")) == []
    assert ids(api.get("/api/v1/comments?until=2100-01-01T00:00:00Z")) == stored[::-1]
    assert ids(api.get(f"/api/v1/comments?query={stored[1]}")) == [stored[1]]
    assert (
        ids(api.get("/api/v1/comments?page_url=https://HERALD.test/news/1/%23top")) == stored[::-1]
    )


def test_a_cursor_is_good_for_its_search_alone(api: Api, stored: list[str]) -> None:
    following = api.get("/api/v1/comments?query=tea&limit=2").json()["next"]
    other = api.get(following.replace("query=tea", "query=good"))
    assert other.status_code == 422
    assert other.json()["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("query=!!!", "query"),
        ("query=" + "a+" * 90, "query"),
        ("query=" + "a" * 201, "query"),
        ("query=a%00b", "query"),
        ("author=...", "author"),
        ("author=198.51.0.0/16", "author"),
        ("status=lost", "status"),
        ("reason=%22", "reason"),
        ("since=yesterday", "since"),
        ("since=2026-11-25T12:00:00", "since"),
        ("age=4h", "age"),
        ("order=best", "order"),
        ("decided_by=ada", "decided_by"),
        ("status=held&score=toxicity&score_from=1.5", "score_from"),
        ("status=held&score_to=0.5", "score"),
        ("querry=tea", "querry"),
    ],
)
def test_each_parameter_has_its_rule(api: Api, query: str, parameter: str) -> None:
    answer = api.get(f"/api/v1/comments?{query}")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["parameter"] == parameter
    assert "yesterday" not in answer.text and "198.51" not in answer.text


def test_only_the_sites_own_key_searches(api: Api, stored: list[str]) -> None:
    other = newspaper(api.store, "Bob's Blog", "https://bob.test")
    assert ids(api.get("/api/v1/comments?query=tea", key_of(api.store, other))) == []
    assert api.get("/api/v1/comments?query=tea", api.publishable).status_code in (401, 403)
    assert api.get("/api/v1/comments?query=tea", "ghs_none").status_code == 401


def test_the_reasons_of_a_queue_are_counted(api: Api, stored: list[str]) -> None:
    reasons = api.get("/api/v1/queues/held/reasons").json()["items"]
    assert reasons == [{"code": "toxic", "count": 3, "url": "/api/v1/queues/held?reason=toxic"}]
    assert ids(api.get(reasons[0]["url"])) == stored[::2]
    assert api.get("/api/v1/queues/approved/reasons").json() == {"items": []}
    assert api.get("/api/v1/queues/none/reasons").status_code == 404


def test_what_is_searched_for_is_in_no_answer_about_errors(api: Api) -> None:
    answer = api.get("/api/v1/comments?query=canary@reader.test&limit=0")
    assert answer.status_code == 422 and not re.search("canary", answer.text)
