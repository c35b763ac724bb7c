"""/api/v1/sample and /api/v1/agreement: judged blind by a key, and what follows; each for its own site."""

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import WEEK_MS
from moderation.review import agreement
from moderation.store import memberships, queues
from moderation.upkeep.samples import draw_reviews, draw_samples
from tests.factories import hand_in, key_of, newspaper, reply
from tests.review.test_second_looks import decide
from tests.service.console.console_browser import judge_all, moderator, now

PATH = "/api/v1/sample"


def drawn(api):
    """One comment of the weekly sample, and one that a person has decided about."""
    at = now() - WEEK_MS
    agreement.set_share(api.store, api.site.id, 100, now=at)
    [weekly, decided] = hand_in(
        api.store, reply(api.site, "Fine.", at=at), reply(api.site, "A bad word.", at=at)
    )
    judge_all(api.store)
    decide(api.store, api.site, decided, Outcome.REJECT, at=at + 1)
    list(draw_samples(api.store, now()))
    list(draw_reviews(api.store, now()))
    return weekly, decided


def test_what_is_looked_at_tells_nothing_until_it_is_answered(api) -> None:
    weekly, decided = drawn(api)
    found = api.get(f"{PATH}?limit=9").json()
    assert {each["comment_id"] for each in found["items"]} == {weekly, decided}
    assert (found["waiting"], found["size"]) == (2, 10)
    assert set(found["items"][0]) == {
        "comment_id",
        "text",
        "author_name",
        "author_url",
        "page_url",
        "page_title",
    }
    said = api.post(f"{PATH}/{decided}", {"verdict": "publish"})
    assert said.status_code == 201
    assert said.json() == {
        **{"comment_id": decided, "kind": "review", "verdict": "publish"},
        **{"known": "remove", "agrees": False},
    }
    assert api.post(f"{PATH}/{weekly}", {"verdict": "unsure"}).json()["agrees"] is None
    assert api.post(f"{PATH}/{weekly}", {"verdict": "remove"}).status_code == 409
    assert api.post(f"{PATH}/{weekly}", {"verdict": "gone"}).status_code == 422
    assert api.get(PATH).json()["items"] == []
    assert api.put(PATH, {"size": 3}).json()["size"] == 3
    assert api.put(PATH, {"size": 501}).status_code == 422
    with api.store.read() as connection:
        assert queues.by_id(connection, decided, [api.site.id]).status is Status.REJECTED


def test_disagreements_are_settled_and_people_tested(api) -> None:
    _, decided = drawn(api)
    api.post(f"{PATH}/{decided}", {"verdict": "publish"})
    found = api.get("/api/v1/agreement").json()
    assert (found["share"], found["whole"]["pairs"], found["whole"]["agreed"]) == (100, 1, 0)
    [open_one] = found["disagreements"]
    assert (open_one["decided"], open_one["otherwise"]) == ("remove", "publish")
    settle = f"/api/v1/agreement/disagreements/{open_one['id']}"
    assert api.post(settle, {"verdict": "publish"}).status_code == 204
    assert api.post(settle, {"verdict": "publish"}).status_code == 404
    bo = moderator(api.store, "bo@herald.test", api.site)
    asked = api.post("/api/v1/agreement/golden", {"moderator_id": bo})
    assert asked.status_code == 201 and asked.json() == {"asked": 1}
    assert api.post("/api/v1/agreement/golden", {"moderator_id": bo}).status_code == 409
    [entry] = api.get("/api/v1/audit?action=moderator.tested").json()["items"]
    assert entry["about"] == bo and entry["after"] == {"golden_items": 1}
    text = api.get("/api/v1/agreement?format=csv").text
    assert text.startswith("who,decisions,reversed,") and "mod_1,0,0," in text
    assert api.put("/api/v1/agreement", {"share": 101}).status_code == 422
    assert api.put("/api/v1/agreement", {"share": 0}).json()["share"] == 0


def test_another_site_is_asked_nothing_and_answers_nothing(api) -> None:
    _, decided = drawn(api)
    theirs = key_of(api.store, newspaper(api.store, "Bob's blog", "https://blog.test"))
    assert api.get(PATH, theirs).json()["items"] == []
    assert api.post(f"{PATH}/{decided}", {"verdict": "remove"}, theirs).status_code == 404
    bo = moderator(api.store, "bo@herald.test", api.site)
    body = {"moderator_id": bo}
    assert api.post("/api/v1/agreement/golden", body, theirs).status_code == 404
    with api.store.read() as connection:
        assert memberships.emails_of_sites(connection, [api.site.id]) == {bo: "bo@herald.test"}
