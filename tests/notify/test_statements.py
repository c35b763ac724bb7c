"""Statements of reasons as events: only for endpoints that ask for them, as the API gives them, without a word of the writer."""

import json
import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import AuthorRef, Context
from moderation.domain.decision import Outcome
from moderation.domain.delivery import Format, Payload
from moderation.domain.errors import Invalid
from moderation.domain.statement import statement_data
from moderation.judging.judge import judge
from moderation.notify import endpoints
from moderation.notify.deliveries import Replay
from moderation.policies import load_policy
from moderation.reading.statements import list_statements
from moderation.review import decisions
from moderation.review.explanation import Explanation
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store.sql.schema import events
from moderation.upkeep.erase import erase
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, Scripted, sender
from tests.notify.test_replay import replay

STATEMENT = "statement.made"
CANARIES = {
    "text": "vexcanarytext",
    "name": "vexcanaryname",
    "email": "vexcanarymail@private.test",
    "address": "203.0.113.177",
    "agent": "vexcanaryagent",
    "website": "https://vexcanarysite.test/",
    "moderator": "mod_vexcanary",
}
WORDS = "Please leave the vexcanarysentence out."


def commented(herald: Newsroom) -> str:
    author = AuthorRef(CANARIES["name"], CANARIES["email"], CANARIES["website"], "id:u7")
    context = Context(CANARIES["address"], CANARIES["agent"])
    return herald.happen(f"A {CANARIES['text']} of a thought.", author=author, context=context)


def decide(herald: Newsroom, comment: str, outcome: Outcome, sentence: str = "") -> None:
    decisions.decide(
        herald.store,
        CANARIES["moderator"],
        {herald.site.id},
        comment,
        outcome,
        Explanation(sentence=sentence),
        now=herald.clock(),
        entropy=os.urandom,
    )


def stored(herald: Newsroom) -> list[str]:
    with herald.store.read() as connection:
        query = sa.select(events.c.data_json).where(events.c.type == STATEMENT)
        return list(connection.scalars(query))


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.SPAM, Outcome.HOLD])
def test_who_asks_gets_it_as_the_api_gives_it(
    herald: Newsroom, receiver: Receiver, outcome: Outcome
) -> None:
    _, secret = herald.listen(receiver, types=[STATEMENT])
    everything, _ = herald.listen(receiver, "/all")
    comment = commented(herald)
    decide(herald, comment, outcome, WORDS if outcome is not Outcome.HOLD else "")
    herald.deliver(sender(receiver))
    asked = [got for got in receiver.got if got.path == "/hook"]
    (message,) = [got.verify(secret) for got in asked]
    assert message["type"] == STATEMENT
    (listed,) = list_statements(herald.store, herald.site.id, 0)
    assert message["data"]["statement"] == statement_data(listed)
    assert message["data"]["comment_id"] == comment
    assert message["data"]["sequence"] == listed.sequence == 1
    told = [json.loads(got.body)["type"] for got in receiver.got if got.path == "/all"]
    assert len(told) == 2 and STATEMENT not in told
    assert len(herald.deliveries(everything)) == 2
    bodies = "".join(got.body.decode() for got in asked) + "".join(stored(herald))
    assert {name for name, word in CANARIES.items() if word in bodies} == set()
    assert ("vexcanarysentence" in bodies) == (outcome is not Outcome.HOLD)


def test_an_approval_has_none_and_each_decision_against_it_its_own(
    herald: Newsroom, receiver: Receiver
) -> None:
    endpoint, secret = herald.listen(receiver, types=[STATEMENT, "comment.approved"])
    comment = commented(herald)
    for outcome in (Outcome.REJECT, Outcome.APPROVE, Outcome.SPAM):
        decide(herald, comment, outcome)
        herald.deliver(sender(receiver))
    told = [got.verify(secret) for got in receiver.got]
    assert [(each["type"], each["data"]["sequence"]) for each in told] == [
        (STATEMENT, 1),
        ("comment.approved", 2),
        (STATEMENT, 3),
    ]
    assert told[2]["data"]["statement"]["decision"] == "spam"
    assert len({got.id for got in receiver.got}) == len(herald.deliveries(endpoint)) == 3


def test_where_nobody_asks_none_is_made_and_none_is_sent_later(
    herald: Newsroom, receiver: Receiver
) -> None:
    herald.listen(receiver)
    herald.listen(receiver, "/other", types=["comment.rejected"])
    decide(herald, commented(herald), Outcome.REJECT)
    assert stored(herald) == []
    # An endpoint that asks for them later, or for everything, gets none of another's.
    herald.listen(receiver, "/asks", types=[STATEMENT])
    decide(herald, commented(herald), Outcome.REJECT)
    assert len(stored(herald)) == 1
    late, _ = herald.listen(receiver, "/late")
    assert replay(herald, late.id, Replay.MISSED) > 0
    herald.deliver(sender(receiver))
    told = {(got.path, json.loads(got.body)["type"]) for got in receiver.got}
    assert {path for path, type in told if type == STATEMENT} == {"/asks"}
    assert "/late" in {path for path, _ in told}


@pytest.mark.parametrize("payload", Payload)
def test_each_payload_has_what_it_says(
    herald: Newsroom, receiver: Receiver, payload: Payload
) -> None:
    _, secret = herald.listen(
        receiver, types=[STATEMENT], payload=payload, format=Format.CLOUDEVENTS
    )
    decide(herald, commented(herald), Outcome.REJECT)
    herald.deliver(sender(receiver))
    (got,) = receiver.got
    message = got.verify(secret)
    assert message["type"] == STATEMENT
    assert ("statement" in message["data"]) == (payload is not Payload.THIN)
    assert ("text" in message["data"]) == (payload is Payload.TEXT)


def test_an_erased_comments_statement_has_no_words(herald: Newsroom, receiver: Receiver) -> None:
    _, secret = herald.listen(receiver, types=[STATEMENT])
    comment = commented(herald)
    decide(herald, comment, Outcome.REJECT, WORDS)
    assert WORDS in "".join(stored(herald))
    clock = {"now": herald.clock(), "entropy": os.urandom}
    erase(herald.store, {herald.site.id}, comment, **clock)
    assert "vexcanary" not in "".join(stored(herald))
    herald.deliver(sender(receiver))
    (got,) = receiver.got
    told = got.verify(secret)["data"]["statement"]
    assert (told["decision"], told["sentence"]) == ("reject", None)
    assert told["sentences"] == ["Erased with the comment."]


def test_machines_decisions_have_theirs(herald: Newsroom, receiver: Receiver) -> None:
    _, secret = herald.listen(receiver, types=[STATEMENT])
    comment = commented(herald)
    judge(
        herald.store,
        ScorerPipeline([], 10.0),  # what could not be scored is held
        load_policy("newsroom"),
        lease="w",
        lease_ms=60_000,
        limit=50,
        now=herald.clock,
        entropy=os.urandom,
    )
    herald.deliver(sender(receiver))
    (got,) = receiver.got
    told = got.verify(secret)["data"]["statement"]
    assert (told["comment_id"], told["decision"]) == (comment, "hold")
    assert told["automated_decision"] and told["facts"]


def test_channels_get_none(herald: Newsroom) -> None:
    with pytest.raises(Invalid):
        endpoints.add_channel(
            herald.store,
            herald.site.id,
            "json://chat.test/",
            "a chat",
            types=[STATEMENT],
            now=herald.clock(),
            entropy=os.urandom,
        )


def test_a_disabled_endpoint_gets_them_by_a_replay(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver, types=[STATEMENT])
    site_ids = [herald.site.id]
    clock = {"now": herald.clock(), "entropy": os.urandom}
    endpoints.disable_endpoint(herald.store, site_ids, endpoint.id, **clock)
    decide(herald, commented(herald), Outcome.REJECT)
    endpoints.enable_endpoint(herald.store, site_ids, endpoint.id)
    assert herald.deliver(Scripted()).delivered == 0
    assert replay(herald, endpoint.id, Replay.MISSED) == 1
    assert herald.deliver(sender(receiver)).delivered == 1
