"""/api/v1/people: a site's own people handed out and erased; counted first, and only with the secret key."""

import pytest

from tests.factories import hand_in, key_of, newspaper, reply
from tests.service.api.conftest import Api

CAROL = {"email": "carol@private.test"}


def post(api: Api, path: str, body: object, key: str = "", **headers: str):
    return api.post(f"/api/v1/people/{path}", body, key, **headers)


def test_all_that_is_kept_of_a_person_is_handed_out_piece_by_piece(api: Api) -> None:
    ids = [api.hand_in(text=f"Number {n}.").json()["id"] for n in range(3)]
    api.hand_in(author={"name": "Dan", "email": "dan@private.test"})
    answer = post(api, "export", CAROL | {"limit": 2})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    first = answer.json()
    assert [item["id"] for item in first["items"]] == ids[:2] and first["next"] == ids[1]
    assert first["items"][0]["email"] == "carol@private.test"
    assert first["items"][0]["texts"][0]["text"] == "Number 0."
    rest = post(api, "export", CAROL | {"limit": 2, "after": first["next"]}).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([ids[2]], None)
    assert post(api, "export", {"email": "nobody@private.test"}).json() == {
        "items": [],
        "reports_sent": [],
        "notices_sent": [],
        "next": None,
    }
    noted = api.get("/api/v1/audit?action=person.exported").json()["items"]
    assert [each["after"] for each in noted] == [{"found_by": "email"}] * 2, "once for all pages"


def test_a_person_is_erased_once_that_is_confirmed(api: Api) -> None:
    for author in ({"id": "u7"}, {"id": "u8"}):
        assert api.hand_in(author={"name": "Carol"} | author).status_code == 202
    found = post(api, "erase", {"author_id": "u7"}).json()
    assert (found["erased"], found["complete"], found["found"]["comments"]) == (0, False, 1)
    assert len(post(api, "export", {"author_id": "u7"}).json()["items"]) == 1
    erased = post(api, "erase", {"author_id": "u7", "confirm": True}).json()
    assert (erased["erased"], erased["complete"]) == (1, True)
    assert erased["rewritten"] is (True if api.store.is_sqlite else None)
    again = post(api, "erase", {"author_id": "u7", "confirm": True}).json()
    assert again == {"found": {}, "erased": 0, "complete": True, "rewritten": None}
    assert len(post(api, "export", {"author_id": "u8"}).json()["items"]) == 1


def test_a_browsers_token_finds_its_comments(api: Api) -> None:
    origin = {"Origin": "https://herald.test"}
    token = api.hand_in(api.publishable, headers=origin).json()["browser_token"]
    assert token.startswith("ghb_")
    assert len(post(api, "export", {"browser_token": token}).json()["items"]) == 1
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert post(api, "export", {"browser_token": forged}).json()["items"] == []


def test_a_comment_finds_who_wrote_it(api: Api) -> None:
    mine = [api.hand_in(author={"name": "Carol", "id": "u7"}).json()["id"] for _ in range(2)]
    api.hand_in(author={"name": "Carol", "id": "u8"})
    named = {"comment_id": mine[1]}
    exported = post(api, "export", named | {"limit": 1}).json()
    rest = post(api, "export", named | {"after": exported["next"]}).json()["items"]
    assert [item["id"] for item in exported["items"] + rest] == mine
    assert post(api, "erase", named).json()["found"]["comments"] == 2
    erased = post(api, "erase", named | {"confirm": True}).json()
    assert (erased["erased"], erased["complete"]) == (2, True)
    assert post(api, "export", named).json()["items"] == []
    assert len(post(api, "export", {"author_id": "u8"}).json()["items"]) == 1


def test_a_comment_of_another_site_names_nobody(api: Api) -> None:
    bob = newspaper(api.store, "Bob's Blog", "https://bob.test")
    [theirs] = hand_in(api.store, reply(bob))
    for id in (theirs, "cmt_nobody"):
        for path, more in (("export", {}), ("erase", {}), ("erase", {"confirm": True})):
            answer = post(api, path, {"comment_id": id} | more)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert id not in answer.text
    assert api.get("/api/v1/audit?action=person.exported").json()["items"] == []


def test_another_sites_people_are_not_there(api: Api) -> None:
    bob = newspaper(api.store, "Bob's Blog", "https://bob.test")
    hand_in(api.store, reply(bob))
    api.hand_in()
    key = key_of(api.store, bob)
    assert post(api, "export", CAROL, key).json()["items"] == []
    assert post(api, "erase", CAROL | {"confirm": True}, key).json()["erased"] == 0
    assert len(post(api, "export", CAROL).json()["items"]) == 1


@pytest.mark.parametrize("path", ["export", "erase"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": ""},
        {"email": "zq7mark"},
        CAROL | {"author_id": "u7"},
        {"email": "carol@private.test", "browser_token": "ghb_1"},
        {"author_id": "u" * 256},
        {"emial": "zq7mark@private.test"},
        {"author_id": 7},
        CAROL | {"comment_id": "cmt_1"},
        {"comment_id": "zq7mark@private.test"},
        {"comment_id": "c" * 65},
    ],
)
def test_what_names_nobody_or_two_is_refused_without_an_echo(api: Api, path, body) -> None:
    answer = post(api, path, body)
    assert answer.status_code == 422
    assert "zq7mark" not in answer.text and "carol@" not in answer.text


def test_only_the_secret_key_opens_it(api: Api) -> None:
    origin = {"Origin": "https://herald.test"}
    for path in ("export", "erase"):
        assert post(api, path, CAROL, api.publishable, **origin).status_code == 403
        assert post(api, path, CAROL, "ghs_wrong").status_code == 401
