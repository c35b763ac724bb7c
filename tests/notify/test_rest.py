"""The circuit breaker: after failures in a row an endpoint rests, then is tried with one message."""

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.delivery import (
    PAUSE_AFTER_FAILURES,
    PAUSE_LIMIT_MS,
    PAUSE_MS,
    Endpoint,
    pause_after_failures,
)
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.deliver import SENDS_PER_ENDPOINT
from moderation.upkeep.due_work import sweep
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, Scripted


def standing(herald: Newsroom, endpoint: Endpoint) -> Endpoint:
    return endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id)


@given(st.integers(0, 10**6), st.floats(0.001, 10))
def test_a_rest_grows_to_its_limit(failures: int, scale: float) -> None:
    assert (
        pause_after_failures(failures, scale)
        <= pause_after_failures(failures + 1, scale)
        <= round(PAUSE_LIMIT_MS * scale)
    )
    assert (pause_after_failures(failures) == 0) == (failures < PAUSE_AFTER_FAILURES)
    assert pause_after_failures(PAUSE_AFTER_FAILURES) == PAUSE_MS


def test_after_five_failures_it_rests_and_one_is_tried(herald: Newsroom) -> None:
    with Receiver() as receiver:
        endpoint, _ = herald.listen(receiver)
        well, _ = herald.listen(receiver, "/well")
    for _ in range(20):
        herald.happen()
    ill = Scripted()
    ill.answers = [500] * 1000

    def send(url, headers, body):
        return (Scripted(200) if url.endswith("/well") else ill)(url, headers, body)

    result = herald.deliver(send)
    assert (result.retried, result.delivered) == (PAUSE_AFTER_FAILURES, 20), (
        "the others hear everything"
    )
    assert len(ill.sent) == PAUSE_AFTER_FAILURES, "four at once, then one; then it rests"
    resume_at = standing(herald, endpoint).resume_at
    assert 0 < resume_at - herald.clock() <= PAUSE_MS
    assert not sweep(herald.store, herald.clock()).deliver, "no bell rings for it"
    assert herald.deliver(send).retried == 0

    for pause in (PAUSE_MS, 2 * PAUSE_MS, 4 * PAUSE_MS):  # each probe that fails doubles the rest
        herald.clock.turn(pause)
        assert sweep(herald.store, herald.clock()).deliver
        assert herald.deliver(send).retried == 1
    assert standing(herald, endpoint).resume_at > herald.clock() + 7 * PAUSE_MS

    herald.clock.turn(PAUSE_LIMIT_MS)
    ill.answers.clear()  # it is well again
    result = herald.deliver(send)
    assert result.delivered >= 20 - PAUSE_AFTER_FAILURES - 3, "all that waited, at once"
    assert standing(herald, endpoint).failing_since is None
    assert standing(herald, endpoint).resume_at == 0
    assert standing(herald, well).failing_since is None
    herald.clock.turn(60 * 60_000)
    herald.deliver(send)
    assert {delivery.state for delivery in herald.deliveries(endpoint)} == {"delivered"}


def test_one_message_is_not_delayed_beyond_its_schedule(herald: Newsroom) -> None:
    """A rest is shorter than what lies between the attempts of one message from the fifth on."""
    with Receiver() as receiver:
        endpoint, _ = herald.listen(receiver)
    herald.happen()
    send = Scripted(*[500] * 9, 200)
    while True:
        (delivery,) = herald.deliveries(endpoint)
        if delivery.state != "due":
            break
        herald.clock.turn(max(0, delivery.due_at - herald.clock()) + 1)
        before = len(send.sent)
        herald.deliver(send)
        assert len(send.sent) == before + 1, "when it is due it is sent"
    assert delivery.state == "delivered"


def test_a_resend_by_hand_ends_the_rest(herald: Newsroom) -> None:
    with Receiver() as receiver:
        endpoint, _ = herald.listen(receiver)
    for _ in range(PAUSE_AFTER_FAILURES + SENDS_PER_ENDPOINT):
        herald.happen()
    herald.deliver(Scripted(*[500] * 50))
    assert standing(herald, endpoint).resume_at > herald.clock()
    newest = herald.deliveries(endpoint)[-1]
    past_deliveries.resend_delivery(herald.store, [herald.site.id], newest.id, now=herald.clock())
    assert herald.deliver(Scripted()).delivered >= SENDS_PER_ENDPOINT
