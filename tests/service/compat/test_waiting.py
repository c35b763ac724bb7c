"""Waiting for a decision: called out through Redis, and found in the database whatever Redis does."""

import asyncio
import os
import time

import pytest

from moderation.broker import client_url
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.doorbell import Doorbell
from moderation.review import decisions
from service.queues import decision_waiter
from service.queues.decision_waiter import DecisionWaiter
from tests.factories import NOON, hand_in, newspaper, reply


def decide(store, site, comment_id: str) -> None:
    decisions.decide(
        store, "m", {site.id}, comment_id, Outcome.SPAM, now=NOON + 1, entropy=os.urandom
    )


@pytest.fixture
def site(store):
    return newspaper(store)


def test_a_call_ends_the_wait_at_once(store, site, broker, monkeypatch) -> None:
    monkeypatch.setattr(decision_waiter, "POLL_SECONDS", 60.0)  # only the announcement can end it
    [comment_id] = hand_in(store, reply(site))
    bell = Doorbell(broker.url)

    async def wait() -> Status | None:
        waiter = DecisionWaiter(store, client_url(broker.url))
        try:
            waits = asyncio.create_task(waiter.status(comment_id, 30))
            while not waiter.is_subscribed or not waiter:
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.05)  # it has read the pending status
            decide(store, site, comment_id)
            bell.publish_decided(["cmt_other", comment_id])
            return await asyncio.wait_for(waits, 20)
        finally:
            await waiter.close()
            assert len(waiter) == 0

    assert asyncio.run(wait()) is Status.SPAM
    bell.close()


@pytest.mark.parametrize("url", ["unix:///nowhere/at/all.sock?db=0", "redis://127.0.0.1:9/0"])
def test_without_redis_the_database_is_polled(store, site, url) -> None:
    [comment_id] = hand_in(store, reply(site))

    async def wait() -> Status | None:
        waiter = DecisionWaiter(store, url)
        try:
            waits = asyncio.create_task(waiter.status(comment_id, 30))
            await asyncio.sleep(0.05)
            decide(store, site, comment_id)
            return await asyncio.wait_for(waits, 20)
        finally:
            await waiter.close()

    assert asyncio.run(wait()) is Status.SPAM


def test_a_broker_that_comes_back_is_heard_again(store, site, broker, monkeypatch) -> None:
    monkeypatch.setattr(decision_waiter, "RETRY_BROKER_SECONDS", 0.02)

    async def wait() -> None:
        waiter = DecisionWaiter(store, client_url(broker.url))
        try:
            assert await waiter.status("cmt_none", 1) is None
            while not waiter.is_subscribed:
                await asyncio.sleep(0.01)
            broker.stop()
            while waiter.is_subscribed:
                await asyncio.sleep(0.01)
            broker.start()
            while not waiter.is_subscribed:
                await asyncio.sleep(0.01)
        finally:
            await waiter.close()

    asyncio.run(asyncio.wait_for(wait(), 30))


def test_whoever_waits_too_long_learns_how_it_stands(store, site, broker) -> None:
    [comment_id] = hand_in(store, reply(site))

    async def wait() -> None:
        waiter = DecisionWaiter(store, client_url(broker.url))
        began = time.monotonic()
        try:
            async with asyncio.timeout(
                60
            ):  # nobody decides it: without a limit it would wait for ever
                assert await waiter.status(comment_id, 0.1) is Status.PENDING
            assert time.monotonic() - began >= 0.1
            decide(store, site, comment_id)
            assert await waiter.status(comment_id, 0) is Status.SPAM
        finally:
            await waiter.close()

    asyncio.run(wait())
