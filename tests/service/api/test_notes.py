"""Notes by API: added and listed, about comments and authors; nobody else's."""

import pytest

from tests.factories import key_of, newspaper
from tests.service.api.conftest import Api


def test_notes_about_a_comment_and_its_author(api: Api) -> None:
    made = api.hand_in(author={"name": "Ann", "id": "ann"}).json()["id"]
    path = f"/api/v1/comments/{made}"
    [subject] = [
        item for item in api.get(f"{path}/reputation").json()["items"] if item["kind"] == "author"
    ]
    for about in (path, f"/api/v1/authors/{subject['name']}"):
        texts = [f"Note {n} <b>" for n in range(3)]
        for text in texts:
            added = api.post(f"{about}/notes", {"text": text})
            assert added.status_code == 201
            assert added.json()["actor"]["id"].startswith("key_")
        first = api.get(f"{about}/notes?limit=2").json()
        rest = api.get(first["next"]).json()
        assert [note["text"] for note in first["items"] + rest["items"]] == texts[::-1]
        assert rest["next"] is None
        other = key_of(api.store, newspaper(api.store, about[-9:], f"https://{about[-4:]}.test"))
        assert api.get(f"{about}/notes", other).status_code == 404
        assert api.post(f"{about}/notes", {"text": "x"}, other).status_code == 404
        assert api.get(f"{about}/notes", api.publishable).status_code == 403
    assert "Note" not in api.get(path).text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": ""}, "/text"),
        ({"text": "a" * 2_001}, "/text"),
        ({"text": "canary\x00"}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": "a", "colour": "red"}, "/colour"),
        ({}, "/text"),
    ],
)
def test_a_broken_rule_names_its_field(api: Api, body: dict[str, object], pointer: str) -> None:
    made = api.hand_in().json()["id"]
    answer = api.post(f"/api/v1/comments/{made}/notes", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "canary" not in answer.text
    assert api.get("/api/v1/authors/ann/notes").status_code == 422
