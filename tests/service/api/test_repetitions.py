"""Idempotency-Keys: the server's and those of its pages' scripts are apart, and no key brings a stranger tokens."""

import hashlib

import pytest
import sqlalchemy as sa

from moderation.domain.comment import SAME_SENDER_LIMIT, fingerprint
from moderation.store.sql.schema import comments, idempotency
from tests.service.api.conftest import Api

PAGE = "https://herald.test/news/1"
CAROL = {"name": "Carol", "email": "carol@private.test"}
HOME, CAFE = ({"X-Forwarded-For": address} for address in ("198.51.100.8", "192.0.2.210"))


def script(api: Api, key: str, *headers: dict[str, str], **changes: object):
    sent = {"Origin": "https://herald.test", "User-Agent": "Firefox", "Idempotency-Key": key}
    for part in headers:
        sent |= part
    return api.hand_in(api.publishable, headers=sent, **changes)


def server(api: Api, key: str, **changes: object):
    return api.hand_in(headers={"Idempotency-Key": key}, **changes)


def stored(api: Api) -> int:
    with api.store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(comments)).scalar_one()


@pytest.mark.parametrize(
    "stranger", [CAFE, HOME | {"User-Agent": "Safari"}, CAFE | {"User-Agent": "Safari"}]
)
def test_a_repetition_by_a_stranger_brings_no_token(api: Api, stranger: dict[str, str]) -> None:
    first = script(api, "k1", HOME).json()
    again = script(api, "k1", stranger)
    assert again.status_code == 202
    assert again.json() == first | {
        "author_token": None,
        "status_page": None,
        "browser_token": None,
    }
    own = script(api, "k2", stranger, text="My own words.").json()["browser_token"]
    with_own = script(api, "k1", stranger, author=CAROL | {"token": own}).json()
    assert (with_own["author_token"], with_own["browser_token"]) == (None, own)
    assert stored(api) == 2


def test_whoever_sends_the_token_gets_the_receipt_again_from_anywhere(api: Api) -> None:
    first = script(api, "k1", HOME).json()
    author = CAROL | {"token": first["browser_token"]}
    with api.store.write() as connection:
        connection.execute(
            sa.update(idempotency).values(
                created_at=idempotency.c.created_at - SAME_SENDER_LIMIT - 1_000
            )
        )
    nobody = script(api, "k1", HOME).json()
    assert (nobody["author_token"], nobody["browser_token"]) == (None, None)  # too late for that
    again = script(api, "k1", CAFE, author=author).json()
    assert again["id"] == first["id"]
    assert again["author_token"] == first["author_token"]
    assert again["browser_token"] == first["browser_token"]


def test_the_keys_of_forms_are_out_of_reach(api: Api) -> None:
    form = {"author": "Carol", "comment": "Well said!", "page_url": PAGE}
    headers = {"Origin": "https://herald.test", "User-Agent": "Firefox"} | HOME
    path = f"/reply/{api.site.id}"
    sent = api.client.post(path, data=form, headers=headers, follow_redirects=False)
    assert sent.status_code == 303
    with api.store.read() as connection:
        keys = [row.key for row in connection.execute(sa.select(idempotency))]
    public = fingerprint(PAGE, "Carol", "", "", "", "Well said!")
    keys += [f"form:{public}", f"form:{hashlib.sha256(b'x').hexdigest()}", f"page:form:{public}"]
    said = {"author": {"name": "Carol"}, "text": "Well said!"}
    for number, key in enumerate(keys, 2):
        answer = script(api, key, HOME, **said)
        assert answer.status_code == 202
        assert stored(api) == number  # never the form's comment
    for number, key in enumerate(keys, len(keys) + 2):
        answer = server(api, key, **said)
        assert answer.status_code == 202
        assert stored(api) == number


def test_a_page_cannot_claim_the_keys_of_its_server(api: Api) -> None:
    for key in ("comment-4711", "server:comment-4711", "page:comment-4711", "akismet:1"):
        claimed = script(api, key, HOME, text="First!").json()
        answer = server(api, key)
        assert (answer.status_code, answer.json()["id"] != claimed["id"]) == (202, True)
        assert server(api, key).json() == answer.json()
        assert server(api, key, text="Other.").status_code == 422
    # Nor does the server's word stand in a page's way, by whatever spelling.
    assert script(api, "page:comment-4711", HOME, text="First!").status_code == 202


def test_keys_that_the_server_used_before_go_on_working(api: Api) -> None:
    """The secret key's are stored as they were sent, as they always were."""
    server(api, "comment-4711")
    with api.store.read() as connection:
        assert [row.key for row in connection.execute(sa.select(idempotency))] == ["comment-4711"]


def test_an_erased_comment_is_not_joined_by_a_page(api: Api) -> None:
    first = script(api, "k1", HOME).json()
    erased = api.client.delete(
        f"/api/v1/comments/{first['id']}", headers={"Authorization": f"Bearer {api.secret}"}
    )
    assert erased.status_code == 204
    again = script(api, "k1", HOME).json()
    assert again["id"] != first["id"] and again["browser_token"] not in (
        None,
        first["browser_token"],
    )
    assert stored(api) == 2
