"""Who writes, as far as that is proved: the site's server vouches, a browser shows its token, nobody else."""

import pytest
import sqlalchemy as sa

from moderation.store.sql.schema import personal
from tests.service.api.conftest import Api

CAROL = {"name": "Carol", "email": "carol@private.test"}


def written_by(api: Api) -> list[str]:
    """As whom the comments were stored, oldest first; '' for nobody in particular."""
    with api.store.read() as connection:
        rows = connection.execute(sa.select(personal).order_by(personal.c.comment_id))
        return [row.author_key for row in rows]


def from_a_browser(api: Api, text: str, **author: object) -> dict[str, object]:
    answer = api.hand_in(
        api.publishable,
        text=text,
        author=CAROL | author,
        headers={"Origin": "https://herald.test"},
    )
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_an_email_that_was_typed_in_is_nobody(api: Api) -> None:
    assert api.hand_in(author=CAROL).json()["browser_token"] is None
    assert written_by(api) == [""]


def test_the_sites_server_vouches_for_whom_it_has_logged_in(api: Api) -> None:
    for author in (
        {"id": "u7"},
        {"id": "u7", "name": "C."},
        {"id": "u8"},
        {"email_confirmed": True},
    ):
        assert api.hand_in(author=CAROL | author, text=str(author)).status_code == 202
    first, same, second, confirmed = written_by(api)
    assert first == same and len({first, second, confirmed, ""}) == 4


@pytest.mark.parametrize("author", [{"id": "u7"}, {"email_confirmed": True}])
def test_a_script_of_the_page_may_not_vouch(api: Api, author: dict[str, object]) -> None:
    answer = api.hand_in(
        api.publishable, author=CAROL | author, headers={"Origin": "https://herald.test"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/author/{next(iter(author))}"
    assert written_by(api) == []


def test_a_browser_is_known_again_by_the_token_of_its_receipt(api: Api) -> None:
    first = from_a_browser(api, "One.")["browser_token"]
    assert from_a_browser(api, "Two.", token=first)["browser_token"] == first
    assert from_a_browser(api, "Three.")["browser_token"] not in (None, first)
    forged = f"ghb_{str(first)[4:36]}{'0' * 32}"
    assert from_a_browser(api, "Four.", token=forged)["browser_token"] not in (forged, first)
    elsewhere = api.store.crypto.browser_token("site_of_bob", b"1" * 16)
    assert from_a_browser(api, "Five.", token=elsewhere)["browser_token"] not in (elsewhere, first)
    assert (
        api.hand_in(author=CAROL | {"token": first}, text="Six.").json()["browser_token"] == first
    )
    keys = written_by(api)
    assert keys[0] == keys[1] == keys[5] and len(set(keys)) == 4


def test_a_repetition_gives_the_same_token(api: Api) -> None:
    def again() -> dict[str, object]:
        return api.hand_in(
            api.publishable,
            headers={"Origin": "https://herald.test", "Idempotency-Key": "k1"},
        ).json()

    assert again() == again()
    assert len(written_by(api)) == 1
