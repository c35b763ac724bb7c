"""Running processes notify people: the digest by mail, held comments in a chat."""

import json
import secrets
import time

import pytest

from harness.servers import wait_until
from moderation.domain.delivery import MODERATORS
from moderation.notify import endpoints
from moderation.store import memberships, moderators
from tests.factories import hand_in, reply
from tests.notify.post import PostOffice
from tests.notify.receiver import Receiver

pytestmark = pytest.mark.timeout(90)
DAY = 86_400_000  # ms


def test_the_digest_and_what_is_held_arrive_and_no_log_knows_where(build, broker):
    token = "sEcReT" + secrets.token_hex(6)
    with PostOffice() as post, Receiver(["500", "200"]) as chat:
        gatehouse = build(
            sweep_seconds=0.5,
            digest_hour=0,
            log_level="DEBUG",
            webhook_allow=chat.allow,
            webhook_schedule_scale=0.01,
            mail_url=post.url,
            public_url="https://gate.herald.test",
        )
        now = time.time_ns() // 1_000_000
        with gatehouse.store.write() as connection:
            ada = moderators.add(connection, "ada@herald.test", "", now, secrets.token_bytes)
            memberships.grant(connection, ada, gatehouse.site.id, "moderator")
        moment = {"now": now - 2 * DAY, "entropy": secrets.token_bytes}
        endpoints.add_channel(gatehouse.store, gatehouse.site.id, MODERATORS, MODERATORS, **moment)
        url = f"gotify://127.0.0.1:{chat.port}/{token}"
        endpoints.add_channel(
            gatehouse.store, gatehouse.site.id, url, "Gotify", types=["comment.held"],
            allow=chat.allow, **moment,
        )  # fmt: skip
        [comment] = hand_in(gatehouse.store, reply(gatehouse.site, "You are all bad.", at=now))
        gatehouse.start_worker(SAID="0.6")
        gatehouse.start_courier()
        wait_until(lambda: post.got, "the digest is in the mail", 40)
        wait_until(lambda: len(chat.got) == 2, "the chat hears it after its trouble", 40)
    (told_to, mail) = post.got[0]
    assert [to for to, _ in post.got] == ["ada@herald.test"], "once a day"
    assert told_to == "ada@herald.test" and "waiting" in mail["Subject"]
    notice = json.loads(chat.got[-1].body)
    assert notice["title"] == "Gatehouse: 1 comment waiting for a moderator"
    assert f"https://gate.herald.test/console/comments/{comment}" in notice["message"]
    assert "bad" not in notice["message"]
    for name in ("worker", "courier"):
        assert gatehouse.log(name)
        assert token not in gatehouse.log(name) and "ada@herald.test" not in gatehouse.log(name)
