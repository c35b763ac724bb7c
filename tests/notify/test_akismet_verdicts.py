"""Later verdicts for Akismet's clients: sent once, if they differ, in the form WordPress expects."""

import json
import os

import pytest

from moderation.compat import akismet_checks
from moderation.domain.akismet_check import VERDICT_DELAY_MS, AkismetAnswer, AkismetCheck
from moderation.domain.decision import Outcome
from moderation.domain.delivery import Format
from moderation.domain.errors import Conflict, Invalid
from moderation.judging import judge
from moderation.notify import endpoints
from moderation.review import decisions
from tests.factories import POLICY, panel
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, newsroom, sender

KEY = "0123456789ab"


class Blog:
    """A WordPress that asks about its comments and hears of later decisions."""

    def __init__(self, room: Newsroom, receiver: Receiver) -> None:
        self.room, self.receiver = room, receiver
        self.url = receiver.url.removesuffix("/hook") + "/wp-json/akismet/v1/webhook"
        self.endpoint = self.follow()

    def follow(self, key: str = KEY) -> str:
        room = self.room
        return akismet_checks.add_verdict_endpoint(
            room.store,
            room.site.id,
            self.url,
            key,
            allow=self.receiver.allow,
            by="key_1",
            now=room.clock(),
        )

    def ask(self, comment_id: str) -> AkismetAnswer:
        made = AkismetCheck(
            comment_id,
            self.room.site.id,
            "fingerprint",
            post_id="17",
            endpoint_id=self.endpoint,
            created_at=self.room.clock(),
        )
        return akismet_checks.answer_check(self.room.store, made).answer

    def decide(self, comment_id: str, outcome: Outcome) -> None:
        decisions.decide(
            self.room.store,
            "mod_1",
            {self.room.site.id},
            comment_id,
            outcome,
            now=self.room.clock(),
            entropy=os.urandom,
        )

    def verdicts(self) -> list[dict[str, object]]:
        """The bodies of what has come since the last look."""
        self.room.clock.turn(VERDICT_DELAY_MS)
        self.room.deliver(sender(self.receiver))
        bodies = [json.loads(message.body) for message in self.receiver.got]
        self.receiver.got.clear()
        return bodies


@pytest.fixture
def blog(store):
    with Receiver() as receiver:
        yield Blog(newsroom(store), receiver)


def verdict(comment_id: str, result: str) -> dict[str, object]:
    about = {"guid": comment_id, "result": result, "comment_post_ID": "17"}
    return {"key": KEY, "endpoint": "comment-check", "comments": [about]}


def test_a_moderators_decision_reaches_the_blog(blog) -> None:
    comment_id = blog.room.happen()
    assert blog.ask(comment_id) is AkismetAnswer.WAIT
    assert blog.verdicts() == []
    blog.decide(comment_id, Outcome.HOLD)  # there is no word for it
    assert blog.verdicts() == []
    blog.decide(comment_id, Outcome.APPROVE)
    assert blog.verdicts() == [verdict(comment_id, "false")]
    blog.decide(comment_id, Outcome.APPROVE)
    assert blog.verdicts() == []
    blog.decide(comment_id, Outcome.REJECT)
    assert blog.verdicts() == [verdict(comment_id, "true")]
    blog.decide(comment_id, Outcome.SPAM)  # to the blog the same
    assert blog.verdicts() == []


def test_a_late_machine_decision_is_sent_too(blog) -> None:
    comment_id = blog.room.happen()
    assert blog.ask(comment_id) is AkismetAnswer.WAIT
    judge.judge(
        blog.room.store,
        panel(),
        POLICY,
        lease="w",
        lease_ms=60_000,
        limit=10,
        now=blog.room.clock,
        entropy=os.urandom,
    )
    assert blog.verdicts() == [verdict(comment_id, "false")]


def test_an_unchanged_verdict_is_not_sent(blog) -> None:
    unchanged, corrected = blog.room.happen("One."), blog.room.happen("Two.")
    blog.decide(unchanged, Outcome.SPAM)
    assert blog.ask(unchanged) is AkismetAnswer.SPAM
    assert blog.ask(corrected) is AkismetAnswer.WAIT
    site_id = blog.room.site.id
    assert akismet_checks.note_correction(blog.room.store, site_id, corrected, AkismetAnswer.SPAM)
    blog.decide(corrected, Outcome.SPAM)  # as the face does, on the blog's own word
    assert blog.verdicts() == []


def test_a_blog_has_time_to_store_its_comment(blog) -> None:
    comment_id = blog.room.happen()
    blog.ask(comment_id)
    blog.decide(comment_id, Outcome.APPROVE)
    assert blog.room.deliver(sender(blog.receiver)).delivered == 0
    assert len(blog.verdicts()) == 1


def test_many_decisions_are_one_message(blog) -> None:
    ids = [blog.room.happen(f"Number {n}.") for n in range(5)]
    for comment_id in ids:
        blog.ask(comment_id)
        blog.decide(comment_id, Outcome.APPROVE)
    [body] = blog.verdicts()
    assert [comment["guid"] for comment in body["comments"]] == ids


def test_no_other_endpoint_gets_it(blog) -> None:
    everything, _ = blog.room.listen(blog.receiver, "/all")
    comment_id = blog.room.happen()
    unasked = blog.room.happen("Not asked about.")
    blog.ask(comment_id)
    blog.decide(comment_id, Outcome.APPROVE)
    blog.decide(unasked, Outcome.APPROVE)
    bodies = blog.verdicts()
    assert [body for body in bodies if "key" in body] == [verdict(comment_id, "false")]
    assert {delivery.type for delivery in blog.room.deliveries(everything)} == {
        "comment.received",
        "comment.approved",
    }


def test_a_new_key_is_sent_from_then_on(blog) -> None:
    assert blog.follow("ba9876543210") == blog.endpoint  # the same place, not another
    comment_id = blog.room.happen()
    blog.ask(comment_id)
    blog.decide(comment_id, Outcome.APPROVE)
    assert [body["key"] for body in blog.verdicts()] == ["ba9876543210"]


def test_a_failed_message_is_sent_again_and_a_disabled_blog_hears_nothing(blog) -> None:
    comment_id = blog.room.happen()
    blog.ask(comment_id)
    blog.decide(comment_id, Outcome.APPROVE)
    blog.receiver.modes = ["500"]
    first = blog.verdicts()
    blog.room.clock.turn(60_000)
    assert blog.verdicts() == first == [verdict(comment_id, "false")]
    store, site = blog.room.store, {blog.room.site.id}
    endpoints.disable_endpoint(
        store, site, blog.endpoint, now=blog.room.clock(), entropy=os.urandom
    )
    blog.decide(comment_id, Outcome.SPAM)
    assert blog.verdicts() == []


def test_an_inner_address_is_never_followed(store) -> None:
    room = newsroom(store)
    for url in ("http://127.0.0.1:1/x", "http://169.254.169.254/latest", "ftp://herald.test/"):
        assert (
            akismet_checks.add_verdict_endpoint(
                store, room.site.id, url, KEY, allow="", by="key_1", now=room.clock()
            )
            == ""
        )


def test_moderators_cannot_change_such_an_endpoint(blog) -> None:
    store, site = blog.room.store, {blog.room.site.id}
    now, entropy = blog.room.clock(), os.urandom
    with pytest.raises(Invalid):
        endpoints.add_webhook(
            store,
            blog.room.site.id,
            blog.url,
            endpoints.Subscription(format=Format.AKISMET),
            now=now,
            entropy=entropy,
        )
    with pytest.raises(Conflict):
        endpoints.change_endpoint(store, site, blog.endpoint, url=blog.url)
    with pytest.raises(Conflict):
        endpoints.rotate_secret(store, site, blog.endpoint, now=now, entropy=entropy)
    endpoints.send_test(store, site, blog.endpoint, now=now, entropy=entropy)
    assert blog.verdicts() == [{"key": KEY, "endpoint": "comment-check", "comments": []}]
