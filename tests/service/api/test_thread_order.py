"""The orders of a thread, page by page, with edited marks and editors' picks; nothing that is not published in any."""

import pytest

from moderation.domain.decision import Outcome
from tests.service.api.test_changes import decide, patch, path_of

PAGE = "/api/v1/threads?page_url=https://herald.test/news/1"


def write(api, text, parent="", outcome=Outcome.APPROVE):
    receipt = api.hand_in(text=text, parent_id=parent).json()
    if outcome:
        decide(api, receipt, outcome)
    return receipt


def read(api, sort, limit=2):
    """Texts in this order, over all pages."""
    url, texts = f"{PAGE}&sort={sort}&limit={limit}", []
    while url:
        thread = api.client.get(url).json()
        texts += [comment["text"] for comment in thread["comments"]]
        url = thread["next"]
    return texts


def test_every_order_has_each_published_comment_once_and_no_other(api):
    quiet, loud, liked = (write(api, text)["id"] for text in ("quiet", "loud", "liked"))
    write(api, "loud 1", loud)
    write(api, "loud 2", loud)
    write(api, "liked 1", liked)
    for text, outcome in (("Waiting.", None), ("Held.", Outcome.HOLD), ("Bad.", Outcome.REJECT)):
        hidden = write(api, text, quiet, outcome)  # as replies they count for nobody
        assert api.client.put(
            f"{path_of(hidden)}/pick", headers={"Authorization": f"Bearer {api.secret}"}
        ).status_code in (409, 404)
    headers = {"Authorization": f"Bearer {api.secret}"}
    assert api.client.put(f"/api/v1/comments/{liked}/pick").status_code == 401
    assert api.client.put(f"/api/v1/comments/{liked}/pick", headers=headers).status_code == 204
    oldest = ["quiet", "loud", "liked", "loud 1", "loud 2", "liked 1"]
    assert read(api, "oldest") == oldest
    assert read(api, "newest") == oldest[::-1]
    assert read(api, "replies") == ["loud", "liked", "quiet", "loud 1", "loud 2", "liked 1"]
    assert read(api, "picks") == ["liked", "quiet", "loud", "loud 1", "loud 2", "liked 1"]
    assert api.client.get(f"{PAGE}&sort=best").status_code == 422
    answer = api.client.get(f"{PAGE}&sort=picks")
    seen = {each["text"]: (each["picked"], each["replies"]) for each in answer.json()["comments"]}
    assert seen["liked"] == (True, 1) and seen["loud"] == (False, 2) and seen["quiet"] == (False, 0)
    etag = {"If-None-Match": answer.headers["etag"]}
    assert api.client.get(f"{PAGE}&sort=picks", headers=etag).status_code == 304
    for _ in range(2):
        api.client.delete(f"/api/v1/comments/{liked}/pick", headers=headers)
    noted = api.client.get(f"/api/v1/audit?about={liked}", headers=headers).json()["items"]
    assert [each["action"] for each in noted] == ["comment.unpicked", "comment.picked"]
    assert all(each["who"]["id"].startswith("key_") for each in noted)
    assert api.client.get(f"{PAGE}&sort=picks", headers=etag).status_code == 200
    assert read(api, "picks") == oldest


@pytest.mark.parametrize("was_published", [True, False])
def test_what_was_changed_after_readers_saw_it_is_marked_and_no_pick_any_more(api, was_published):
    receipt = write(api, "First.", outcome=Outcome.APPROVE if was_published else None)
    key = {"Authorization": f"Bearer {api.secret}"}
    picked = api.client.put(f"{path_of(receipt)}/pick", headers=key)
    assert picked.status_code == (204 if was_published else 409)
    patch(api, receipt)
    decide(api, receipt)
    [comment] = api.client.get(PAGE).json()["comments"]
    assert comment["text"] == "Changed." and comment["picked"] is False
    assert (comment["edited_at"] is not None) is was_published
