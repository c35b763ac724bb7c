"""A real courier and a real worker beside a chat endpoint that is slow: nobody waits for it, and nothing of it is logged."""

import time

import pytest

from harness.gatehouse_process import GatehouseProcess
from harness.servers import Broker, wait_until
from moderation.domain.comment import Status
from moderation.doorbell import JUDGE, Doorbell
from moderation.review import queues, second_opinion
from moderation.store import second_opinions
from tests.factories import hand_in, reply
from tests.workers.chat_stub import ChatStub, said

INSULT = "You are a stupid pathetic idiot and everybody hates you."
FINE = "Thank you, that was an interesting article about the harbour."


def milliseconds() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def stub():
    with ChatStub(said(label="remove", probability=0.97, reason="Insults the author.")) as stub:
        yield stub


@pytest.fixture
def house(tmp_path, sqlite_url, broker: Broker, stub):
    settings = {
        "second_opinion_url": stub.url,
        "second_opinion_model": "llama3.1",
        "second_opinion_timeout": 60,
    }
    key = tmp_path / "key"
    key.write_text("sk-of-a-file\n")
    with GatehouseProcess(tmp_path / "house", sqlite_url, broker, settings) as house:
        house.environment["GATEHOUSE_SECOND_OPINION_KEY_FILE"] = str(key)
        yield house


def test_a_courier_asks_while_judging_goes_on(house, broker, stub):
    (house.folder).mkdir(exist_ok=True)
    second_opinion.switch(house.store, house.site.id, True, now=milliseconds())
    house.start_worker()
    house.start_courier()
    house.wait_for_worker()
    bell = Doorbell(broker.url)
    stub.modes.append("late")
    [held] = hand_in(house.store, reply(house.site, INSULT, at=milliseconds()))
    bell.ring(JUDGE)
    assert stub.asked.wait(60), house.log("courier")
    # The endpoint has the question and does not answer.
    [fine] = hand_in(house.store, reply(house.site, FINE, at=milliseconds()))
    bell.ring(JUDGE)
    house.wait_until_decided(30)
    ours = {house.site.id}
    assert queues.get_card(house.store, ours, fine).status is Status.APPROVED
    assert queues.get_card(house.store, ours, held).second_opinion is None
    stub.modes.clear()
    stub.released.set()  # this question fails, and waits for its next attempt
    [other] = hand_in(house.store, reply(house.site, f"{INSULT} Yes, you.", at=milliseconds()))
    bell.ring(JUDGE)

    def is_answered() -> bool:
        with house.store.read() as connection:
            return other in second_opinions.of_comments(connection, [other])

    wait_until(is_answered, "the other one has an opinion", 60)
    bell.close()
    card = queues.get_card(house.store, ours, other)
    assert card.status is Status.HELD and len(card.decisions) == 1
    assert card.second_opinion.opinion.sentence == "Insults the author."
    assert {each["authorization"] for each in stub.headers} == {"Bearer sk-of-a-file"}
    logs = house.log("courier") + house.log("worker")
    for private in ("stupid", "Insults the author", "sk-of-a-file"):
        assert private not in logs
