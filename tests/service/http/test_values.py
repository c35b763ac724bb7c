"""Values that one database takes and the other refuses: a 4xx on both, and nobody else's trouble."""

import asyncio
import os
from contextlib import suppress

import pytest
import sqlalchemy as sa

from moderation.domain.comment import PageRef
from moderation.domain.delivery import parse_retry_after
from moderation.domain.errors import GatehouseError, Invalid, Unavailable
from moderation.store.sql.schema import comments, revisions
from service.queues.intake import Intake
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import ConsoleBrowser

# Not to be shortened by the database before it looks at the length.
LONG = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(1_900))
NOBODYS = (
    ("GET", "/api/v1/threads?page_url=https://herald.test/%00"),
    ("GET", "/api/v1/threads?page_url=x&site_id=%00"),
    ("GET", "/api/v1/comments/%00"),
    ("POST", "/api/v1/comments/%00/decisions"),
    ("POST", "/api/v1/comments/%00/undo"),
    ("GET", "/api/v1/endpoints/%00"),
    ("DELETE", "/api/v1/endpoints/%00"),
    ("PATCH", "/api/v1/endpoints/%00"),
    ("GET", "/api/v1/endpoints/%00/deliveries"),
    ("POST", "/api/v1/endpoints/%00/secret"),
    ("POST", "/api/v1/endpoints/%00/test"),
    ("POST", "/api/v1/deliveries/%00/resend"),
    ("GET", "/api/v1/queues/held?after=%00"),
    ("GET", "/api/v1/queues/held?limit=99999999999999999999"),
    ("GET", "/api/v1/endpoints/x/deliveries?limit=9223372036854775808"),
    ("POST", "/reply/%00"),
    ("GET", "/demo?replytocom=%00"),
)


def test_nul_and_huge_numbers_are_nobodys_name(api):
    headers = {"Authorization": f"Bearer {api.secret}"}
    for method, path in NOBODYS:
        body = {"outcome": "hold"} if "decisions" in path else {"enabled": True}
        body = body if method in ("POST", "PATCH") else None
        answer = api.client.request(method, path, json=body, headers=headers)
        assert answer.status_code < 500, (path, answer.text)


def test_nul_logs_nobody_in(api):
    desk = ConsoleBrowser(api.client, api.store)
    for email in ("\x00", "ada@herald.test\x00"):
        assert 400 <= desk.log_in(email, "\x00" * 12).status_code < 500


def test_a_page_address_that_no_index_can_hold_is_refused(api):
    answer = api.hand_in(page={"url": f"https://herald.test/{LONG}"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/page/url"


def test_addresses_carry_nothing_that_breaks_out_of_an_attribute(api):
    for character in ('"', "<", ">", "\\", "`", " ", "\t", "\u2028"):
        url = f"https://carol.test/a{character}b"
        assert api.hand_in(author={"name": "Carol", "url": url}).status_code == 422
        assert api.hand_in(page={"url": url}).status_code == 422


def test_what_cannot_be_stored_does_not_take_its_neighbours_along(store):
    """Past the door's rules, as if they had a hole: the batch is written all the same."""
    site = newspaper(store)
    bad = [
        reply(site, page=PageRef(f"https://herald.test/{LONG}{LONG}")),
        reply(site, "a\x00b"),
    ]
    good = [reply(site) for _ in range(5)]
    intake = Intake(store, lambda: None, 30)

    async def hand_all_in():
        waiting = [
            intake.submit(submission)
            for submission in (good[0], bad[0], *good[1:4], bad[1], good[4])
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    answers = asyncio.run(hand_all_in())
    intake.close()
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(answer, Invalid) for answer in refused), refused
    with store.read() as connection:
        stored = set(connection.scalars(sa.select(comments.c.id)))
    assert {submission.id for submission in good} <= stored
    assert len(stored) == len(answers) - len(refused)


def test_an_error_of_the_database_does_not_repeat_the_values(store):
    """Whoever logs it (a worker's framework does) must not log what somebody wrote."""
    row = {"comment_id": "cmt_1", "number": 1, "text": "canary-7f3a", "created_at": 1}
    with pytest.raises(sa.exc.IntegrityError) as raised, store.write() as connection:
        connection.execute(sa.insert(revisions), [row, row])
    assert "canary" not in str(raised.value) and "canary" not in repr(raised.value)
    with suppress(GatehouseError), store.write() as connection:
        connection.execute(sa.insert(revisions), [row | {"text": "canary-7f3a\x00"}])


@pytest.mark.parametrize(
    "header",
    ["Thu, 01 Jan 1970 00:00:00 +99999999999999", "Thu, 99 Jan 1970 00:00:00", "²", "-1", "1e9"],
)
def test_no_retry_after_breaks_the_courier(header):
    assert parse_retry_after(header, 0) is None


def test_keys_that_are_not_ascii_are_unknown_keys(api):
    for key in ("ghs_é", "gha_²", "\xff" * 300, os.urandom(8).hex()):
        headers = {"Authorization": f"Bearer {key}".encode("latin-1")}
        for path in ("/api/v1/queues", "/api/v1/comments/x"):
            assert api.client.get(path, headers=headers).status_code == 401


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no standby
def test_a_database_that_only_reads_is_away_and_not_broken(store):
    """A standby that has not been promoted yet: worth trying again."""
    site = newspaper(store)
    name = store.engine.url.database
    with store.write() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    store.engine.dispose()
    with pytest.raises(Unavailable):
        hand_in(store, reply(site))
