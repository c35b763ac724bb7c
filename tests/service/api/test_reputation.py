"""/api/v1/reputation and /api/v1/learning: read, reset, taken back; nobody else's."""

import pytest

from moderation.learning import lessons
from moderation.scorers.spam.spam_model import load_prior
from tests.factories import key_of, newspaper
from tests.review.test_reputation import CAROL, HOME, author, harmless_text, submit_and_judge
from tests.service.api.conftest import Api
from tests.service.console.console_browser import now

SHOP = "shop.example"


@pytest.fixture
def decided(api: Api) -> list[str]:
    """Three of Carol's comments, one approved, two spam with a link; decided by API."""
    ids = submit_and_judge(
        api.store,
        api.site,
        harmless_text(1),
        *(f"{harmless_text(n)} http://{SHOP}/{n}" for n in (2, 3)),
        at=now() - 10_000,
    )
    for id, outcome in zip(ids, ("approve", "spam", "spam"), strict=True):
        assert api.post(f"/api/v1/comments/{id}/decisions", {"outcome": outcome}).status_code == 201
    return ids


def test_a_comments_reputations(api: Api, decided: list[str]) -> None:
    items = api.get(f"/api/v1/comments/{decided[1]}/reputation").json()["items"]
    kinds = {item["kind"]: item for item in items}
    assert set(kinds) == {"author", "domain", "network"}
    assert kinds["author"]["name"] == author(api.store, api.site).name
    for kind, approved in (("author", 1), ("network", 1), ("domain", 0)):
        assert (kinds[kind]["approved"], kinds[kind]["spam"]) == (approved, 2)
    assert kinds["domain"] | {"trust": 0.0, "rejected": 0, "name": SHOP} == kinds["domain"]
    assert kinds["domain"]["distrust"] == pytest.approx(0.05 ** (1 / 3), abs=0.01)
    text = str(items)
    assert CAROL.identity not in text and HOME.ip not in text


def test_read_reset_and_taken_back(api: Api, decided: list[str]) -> None:
    path = f"/api/v1/reputation/domain/{SHOP}"
    reputation = api.get(path).json()
    assert [decision["comment_id"] for decision in reputation["decisions"]] == [
        decided[2],
        decided[1],
    ]
    assert [item["name"] for item in api.get("/api/v1/reputation").json()["items"]] == [SHOP]
    reset = api.post(f"{path}/reset", {"sequence": 0})
    assert reset.status_code == 201
    assert (reset.json()["spam"], reset.json()["sequence"]) == (0, 1)
    assert [decision["counts"] for decision in reset.json()["decisions"]] == [False, False]
    assert api.get("/api/v1/reputation").json()["items"] == []
    assert api.post(f"{path}/reset", {"sequence": 0}).status_code == 409
    assert api.post(f"{path}/undo", {"sequence": 1}).json()["spam"] == 2
    assert api.post(f"{path}/undo", {}).status_code == 409


def test_pages_of_reputations(api: Api) -> None:
    names = [f"{letter}.example" for letter in "abcde"]
    ids = submit_and_judge(
        api.store, api.site, *(f"{harmless_text(n)} http://{name}/" for n, name in enumerate(names))
    )
    for id in ids:
        api.post(f"/api/v1/comments/{id}/decisions", {"outcome": "approve"})
    seen, path = [], "/api/v1/reputation?limit=2"
    while path:
        page = api.get(path).json()
        seen += [item["name"] for item in page["items"]]
        path = page["next"]
    assert seen == names


def test_what_is_not_there_and_what_is_anothers(api: Api, decided: list[str]) -> None:
    bob = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://blog.test"))
    for path in (
        f"/api/v1/reputation/domain/{SHOP}",
        f"/api/v1/reputation/author/{author(api.store, api.site).name}",
        f"/api/v1/comments/{decided[0]}/reputation",
    ):
        assert api.get(path, bob).status_code == 404
        assert api.get(path, api.publishable, Origin="https://herald.test").status_code == 403
    assert api.get("/api/v1/reputation/domain/other.example").status_code == 404
    assert api.get("/api/v1/reputation/person/x").status_code == 422
    assert api.post("/api/v1/reputation/domain/other.example/reset", {}).status_code == 404


def test_learning_is_seen_and_taken_back(api: Api, decided: list[str]) -> None:
    assert api.get("/api/v1/learning").json()["waiting"] == 3
    assert api.post("/api/v1/learning/undo", {"version": 1}).status_code == 404
    lessons.learn(api.store, load_prior(), now() + 200_000)
    learning = api.get("/api/v1/learning").json()
    assert (learning["version"], learning["decisions"], learning["spam"], learning["waiting"]) == (
        1,
        3,
        2,
        0,
    )
    [moderator] = learning["moderators"]
    assert moderator["id"].startswith("key_") and moderator["decisions"] == 3
    for bad in (
        {"version": 1, "moderator_id": "x"},
        {"since": "2026-01-01T00:00:00Z"},
        {"version": -1},
    ):
        assert api.post("/api/v1/learning/undo", bad).status_code == 422
    later = {"moderator_id": moderator["id"], "since": "2099-01-01T00:00:00Z"}
    assert api.post("/api/v1/learning/undo", later).status_code == 404
    undone = api.post("/api/v1/learning/undo", {"moderator_id": moderator["id"]})
    assert undone.status_code == 201
    assert (undone.json()["version"], undone.json()["decisions"], undone.json()["undone"]) == (
        2,
        0,
        1,
    )
