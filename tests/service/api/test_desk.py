"""The desk by API: queues in order and filtered, saved views, what stands around a comment."""

import os

from moderation.domain.comment import AuthorRef, Context
from moderation.domain.decision import Outcome
from moderation.review import proposals
from moderation.store import sites
from tests.factories import NOON, hand_in, key_of, newspaper, reply
from tests.review.test_order import held
from tests.review.test_queues_without_status import report
from tests.review.test_search import approve


def test_a_queue_is_ordered_filtered_and_paged(api, store):
    weak, strong, half = held(store, api.site, [0.2, 0.9, 0.5])
    page = api.get("/api/v1/queues/held?order=toxicity&limit=2").json()
    assert [item["id"] for item in page["items"]] == [strong, half]
    assert [item["id"] for item in api.get(page["next"]).json()["items"]] == [weak]
    urgent = api.get("/api/v1/comments?status=held&order=urgency&reason=other").json()
    assert [item["id"] for item in urgent["items"]] == [strong, half, weak]
    theirs = api.get("/api/v1/queues/held?moderator=mod_1&order=newest").json()
    assert [item["id"] for item in theirs["items"]] == [half, strong, weak]
    assert api.get("/api/v1/queues/held?moderator=mod_9").json()["items"] == []
    range = "score=toxicity&score_from=0.3&score_to=0.9"
    middling = api.get(f"/api/v1/queues/held?{range}&order=toxicity").json()
    assert [item["id"] for item in middling["items"]] == [strong, half]
    kept = {"score": "toxicity", "score_from": 0.0, "score_to": 0.5}
    view = api.post("/api/v1/views", {"name": "Low", "filter": {"status": "held"} | kept}).json()
    assert {name: view["filter"][name] for name in kept} == kept
    assert [item["id"] for item in api.get(view["url"]).json()["items"]] == [half, weak]
    many = api.post("/api/v1/bulk/preview", {"filter": {"status": "held"} | kept}).json()
    assert many["count"] == 2
    waiting = {"name": "Waiting", "filter": {"status": "held", "age": "over-4h"}}
    view = api.post("/api/v1/views", waiting).json()
    assert view["filter"]["age"] == "over-4h"
    old = [item["id"] for item in api.get(view["url"]).json()["items"]]
    assert old == [half, strong, weak]
    assert api.get("/api/v1/queues/held?age=under-4h").json()["items"] == []
    refused = api.get(f"/api/v1/queues/approved?{range}")
    assert [each["parameter"] for each in refused.json()["errors"]] == ["score"]
    refused = api.get("/api/v1/queues/approved?order=urgency")
    assert refused.status_code == 422
    assert [each["parameter"] for each in refused.json()["errors"]] == ["order"]
    # A place in one order is none in another.
    assert api.get(page["next"].replace("toxicity", "urgency")).status_code == 422


def test_what_a_key_decided_about_is_its_own_queue(api, store):
    first, second, _ = held(store, api.site, [0.2, 0.9, 0.5])
    for comment_id in (second, first):
        api.post(f"/api/v1/comments/{comment_id}/decisions", {"outcome": "approve"})
    page = api.get("/api/v1/queues/mine?limit=1").json()
    assert [item["id"] for item in page["items"]] == [first]
    page = api.get(page["next"]).json()
    assert [item["id"] for item in page["items"]] == [second]
    assert api.get("/api/v1/queues/mine?reason=no_such").json()["items"] == []
    other = key_of(store, newspaper(store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/queues/mine", other).json() == {"items": [], "next": None}


def test_views_are_saved_listed_and_removed(api, store):
    body = {"name": "Threats", "filter": {"status": "held", "reason": "threat", "order": "urgency"}}
    saved = api.post("/api/v1/views", body | {"shared": True})
    assert saved.status_code == 201 and saved.json()["filter"]["order"] == "urgency"
    assert api.get(saved.json()["url"]).status_code == 200
    other = key_of(store, api.site)
    assert api.get("/api/v1/views", other).json()["items"] == [saved.json()]
    mine = api.post("/api/v1/views", body).json()
    assert len(api.get("/api/v1/views").json()["items"]) == 2
    assert len(api.get("/api/v1/views", other).json()["items"]) == 1
    for key, status in ((other, 404), (api.secret, 204)):
        headers = {"Authorization": f"Bearer {key}"}
        answer = api.client.delete(f"/api/v1/views/{mine['id']}", headers=headers)
        assert answer.status_code == status
    refused = api.post("/api/v1/views", {"name": "X", "filter": {"author": "ada@reader.test"}})
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/filter"]


def test_what_stands_around_a_comment(api, store):
    [first] = hand_in(store, reply(api.site, "First."))
    [second] = hand_in(store, reply(api.site, "Second.", parent_id=first))
    around = api.get(f"/api/v1/comments/{second}/context").json()
    assert around["parent"]["id"] == first and around["parent"]["text"] == "First."
    assert around["author_known_by"] is None and around["by_author"] == []
    other = newspaper(store, "Bob's Blog", "https://blog.test")
    with store.write() as connection:
        key = sites.add_key(connection, other.id, sites.SECRET, 1, os.urandom)
    assert api.get(f"/api/v1/comments/{second}/context", key).status_code == 404


def ids_of(answer):
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_what_is_reported_proposed_or_ones_own_has_filters_and_orders(api, store):
    weak, strong, half = held(store, api.site, [0.2, 0.9, 0.5])
    published = hand_in(store, reply(api.site, author=AuthorRef("Ann Reed")))
    approve(store, api.site, published)
    for n, id in enumerate((half, *published, weak)):
        report(store, id, n)
        proposal = {"now": NOON + n, "entropy": os.urandom}
        proposals.propose(store, "mod_bo", {api.site.id}, id, Outcome.SPAM, **proposal)
    for name in ("reported", "proposed"):
        queue = f"/api/v1/queues/{name}"
        assert ids_of(api.get(queue)) == [half, *published, weak]
        page = api.get(f"{queue}?limit=2&order=oldest")
        assert ids_of(page) == [weak, *published]
        assert ids_of(api.get(page.json()["next"])) == [half]
        assert ids_of(api.get(f"{queue}?status=approved")) == published
        assert ids_of(api.get(f"{queue}?decided_by=moderator&reason=other")) == [half, weak]
        assert ids_of(api.get(f"{queue}?status=held&order=toxicity")) == [half, weak]
        assert ids_of(api.get(f"{queue}?status=held&score=toxicity&score_to=0.3")) == [weak]
        assert ids_of(api.get(f"/api/v1/comments?queue={name}&status=held")) == [half, weak]
        refused = api.get(f"{queue}?order=urgency")
        assert [each["parameter"] for each in refused.json()["errors"]] == ["order"]
        # What a queue lists is filtered in a view and in a bulk decision, too.
        kept = {"queue": name, "status": "held", "order": "listed"}
        view = api.post("/api/v1/views", {"name": name, "filter": kept}).json()
        assert {field: view["filter"][field] for field in kept} == kept
        assert ids_of(api.get(view["url"])) == [half, weak]
        many = {"filter": {"queue": name, "reason": "other"}}
        assert api.post("/api/v1/bulk/preview", many).json()["count"] == 2
    counts = api.get("/api/v1/queues/reported/reasons").json()["items"]
    assert [(each["code"], each["count"]) for each in counts] == [("spam", 3), ("other", 2)]
    assert ids_of(api.get(counts[1]["url"])) == [half, weak]
    counts = api.get("/api/v1/queues/proposed/reasons").json()["items"]
    assert [(each["code"], each["count"]) for each in counts] == [("other", 2)]
    api.post(f"/api/v1/comments/{strong}/decisions", {"outcome": "approve"})
    api.post(f"/api/v1/comments/{half}/decisions", {"outcome": "hold"})
    mine = "/api/v1/queues/mine"
    assert ids_of(api.get(mine)) == [half, strong]
    assert ids_of(api.get(f"{mine}?status=approved")) == [strong]
    assert ids_of(api.get(f"{mine}?order=oldest")) == [strong, half]
    assert api.post("/api/v1/bulk/preview", {"filter": {"queue": "mine"}}).json()["count"] == 2
    other = key_of(store, api.site)
    assert ids_of(api.get("/api/v1/comments?queue=mine", other)) == []
    for wrong, name in (
        ("queues/held?status=approved", "status"),
        ("comments?order=listed", "order"),
        ("comments?queue=held", "queue"),
    ):
        refused = api.get(f"/api/v1/{wrong}")
        assert refused.status_code == 422
        assert [each["parameter"] for each in refused.json()["errors"]] == [name]
    assert api.get("/api/v1/queues/nothing/reasons").status_code == 404


def test_what_is_like_a_comment_is_a_list_by_its_id(api, store):
    near = [Context(f"198.51.100.{n}") for n in range(3)]
    same = hand_in(store, *(reply(api.site, f"Number {n}.", context=at) for n, at in enumerate(near)))  # fmt: skip
    hand_in(store, reply(api.site, context=Context("203.0.113.9")))
    around = api.get(f"/api/v1/comments/{same[0]}/context")
    assert around.json()["same_network"] == 2 and "198.51" not in around.text
    assert ids_of(api.get(around.json()["same_network_url"])) == same[::-1]
    assert ids_of(api.get(around.json()["same_text_url"])) == same[:1]
    approve(store, api.site, same[1:])
    path = f"/api/v1/queues/approved?same_network={same[0]}"
    assert ids_of(api.get(f"{path}&order=oldest")) == same[1:]
    count = api.post("/api/v1/bulk/preview", {"filter": {"same_network": same[0]}}).json()["count"]
    assert count == 3
    other = key_of(store, newspaper(store, "Bob's Blog", "https://bob.test"))
    assert ids_of(api.get(around.json()["same_network_url"], other)) == []
    refused = api.get("/api/v1/comments?same_text=198.51.100.7")
    assert refused.status_code == 422 and "198.51" not in refused.text
