"""The same words sent twice by form: a double click is one comment; another reader's are a comment of theirs,
and bring nobody the token of whoever wrote them first.
"""

import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import SAME_SENDER_LIMIT
from moderation.store.sql.schema import idempotency, personal
from moderation.upkeep.erase import erase
from tests.factories import NOON
from tests.service.embed.conftest import Reader

FROM_SITE = {"Origin": "https://herald.test", "User-Agent": "Firefox"}
HOME, CAFE = ({"X-Forwarded-For": address} for address in ("198.51.100.8", "192.0.2.210"))


def send(reader: Reader, *headers: dict[str, str], token: str = "", **fields: object) -> str:
    """The token that the form's answer sets, '' for none; as from a browser that has only this one."""
    cookie = f"gatehouse_author_{reader.site.id}"
    sent = FROM_SITE | {name: value for part in headers for name, value in part.items()}
    if token:
        sent["Cookie"] = f"{cookie}={token}"
    reader.client.cookies.clear()
    answer = reader.send(headers=sent, **({"email": "", "comment": "Well said!"} | fields))
    assert answer.status_code == 303
    given = answer.cookies.get(cookie, "")
    reader.client.cookies.clear()
    return given


def author_keys(reader: Reader) -> list[str]:
    with reader.store.read() as connection:
        rows = connection.execute(sa.select(personal).order_by(personal.c.comment_id))
        return [row.author_key for row in rows]


def grow_old(reader: Reader) -> None:
    """Everything sent so far was sent more than SAME_SENDER_LIMIT ago."""
    with reader.store.write() as connection:
        connection.execute(
            sa.update(idempotency).values(
                created_at=idempotency.c.created_at - SAME_SENDER_LIMIT - 1_000
            )
        )


@pytest.mark.parametrize(
    "stranger",
    [CAFE, HOME | {"User-Agent": "Safari"}, CAFE | {"User-Agent": "Safari"}],
)
def test_a_copied_comment_brings_a_token_of_its_own(reader, stranger):
    first = send(reader, HOME)
    copied = send(reader, stranger)
    assert first.startswith("ghb_") and copied.startswith("ghb_") and copied != first
    one, other = author_keys(reader)
    assert one != other


def test_a_copied_comment_with_the_email_brings_no_token_either(reader):
    first = send(reader, HOME, email="carol@private.test")
    assert send(reader, CAFE, email="carol@private.test") != first
    assert len(reader.stored()) == 2


def test_a_comment_copied_later_from_the_same_address_brings_a_token_of_its_own(reader):
    first = send(reader, HOME)
    grow_old(reader)
    assert send(reader, HOME) not in ("", first)
    assert len(reader.stored()) == 2


def test_two_readers_who_click_twice_are_two_comments(reader):
    firsts = [send(reader, place) for place in (HOME, CAFE)]
    assert [send(reader, place) for place in (HOME, CAFE)] == firsts
    again = [
        send(reader, place, token=token)
        for place, token in zip((CAFE, HOME), firsts, strict=True)  # each went elsewhere
    ]
    assert again == firsts
    assert len(reader.stored()) == 2


def test_two_known_browsers_at_one_address_are_two_readers(reader):
    tokens = [send(reader, HOME, comment=text) for text in ("One.", "Two.")]
    for _ in range(2):
        for token in tokens:
            assert send(reader, HOME, token=token) == token
    assert [row.text for row in reader.stored()] == ["One.", "Two.", "Well said!", "Well said!"]


def test_without_origin_a_double_click_is_still_one_comment(reader):
    for place in (HOME, CAFE, HOME, CAFE):
        send(reader, place, {"Origin": "null"})
    assert len(reader.stored()) == 2


def test_words_that_were_erased_can_be_said_again(reader):
    token = send(reader, HOME)
    for sent_token in ("", token):
        latest = reader.stored()[-1]
        erase(reader.store, {reader.site.id}, latest.id, now=NOON, entropy=os.urandom)
        send(reader, HOME, token=sent_token)
    assert [row.text for row in reader.stored()] == ["", "", "Well said!"]
    send(reader, HOME, token=token)  # and is one comment again
    assert len(reader.stored()) == 3
