"""Endpoints: who may add, see and change them, and what is refused."""

import base64
import os

import pytest
import sqlalchemy as sa

from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.store.sql import schema
from tests.factories import newspaper
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, Scripted, sender

URL = "https://hooks.example.com/gatehouse"


def add(herald: Newsroom, url: str = URL, **options: object) -> tuple[str, str]:
    endpoint, secret = endpoints.add_webhook(
        herald.store,
        herald.site.id,
        url,
        endpoints.Subscription(**options),
        now=herald.clock(),
        entropy=os.urandom,
    )
    return endpoint.id, secret


def test_a_secret_is_shown_once_and_kept_sealed(herald: Newsroom) -> None:
    endpoint_id, secret = add(herald, types=["comment.held", "comment.approved"])
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    (listed,) = endpoints.list_endpoints(herald.store, [herald.site.id])
    assert listed.id == endpoint_id
    assert listed.types == ("comment.approved", "comment.held")
    assert secret not in repr(listed)
    with herald.store.read() as connection:
        row = connection.execute(sa.select(schema.endpoints)).one()
    assert secret.encode() not in row.secret_sealed


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://127.1/", "https://redis/"])
def test_urls_that_lead_elsewhere_are_refused(herald: Newsroom, url: str) -> None:
    with pytest.raises(Invalid):
        add(herald, url)


def test_types_that_are_none_are_refused(herald: Newsroom) -> None:
    with pytest.raises(Invalid):
        add(herald, types=["comment.exploded"])


def test_there_is_a_limit(herald: Newsroom) -> None:
    for _ in range(endpoints.ENDPOINT_LIMIT):
        add(herald)
    with pytest.raises(Conflict):
        add(herald)


def test_other_sites_see_and_change_nothing(herald: Newsroom) -> None:
    endpoint_id, _ = add(herald)
    herald.happen()
    (delivery,) = past_deliveries.list_deliveries(herald.store, [herald.site.id], endpoint_id)
    bobs = [newspaper(herald.store, "Bob's Blog", "https://bob.test").id]
    store, now = herald.store, herald.clock()
    assert endpoints.list_endpoints(store, bobs) == []
    for act in (
        lambda: endpoints.get_endpoint(store, bobs, endpoint_id),
        lambda: endpoints.disable_endpoint(store, bobs, endpoint_id, now=now, entropy=os.urandom),
        lambda: endpoints.enable_endpoint(store, bobs, endpoint_id),
        lambda: endpoints.remove_endpoint(store, bobs, endpoint_id),
        lambda: endpoints.rotate_secret(store, bobs, endpoint_id, now=now, entropy=os.urandom),
        lambda: past_deliveries.list_deliveries(store, bobs, endpoint_id),
        lambda: past_deliveries.resend_delivery(store, bobs, delivery.id, now=now),
        lambda: past_deliveries.replay_deliveries(
            store, bobs, endpoint_id, now=now, entropy=os.urandom
        ),
        lambda: endpoints.change_endpoint(store, bobs, endpoint_id, batch=2),
        lambda: endpoints.send_test(store, bobs, endpoint_id, now=now, entropy=os.urandom),
    ):
        with pytest.raises(NotFound):
            act()
    assert endpoints.get_endpoint(store, [herald.site.id], endpoint_id).state == "enabled"


def test_disabled_by_hand(herald: Newsroom) -> None:
    endpoint_id, _ = add(herald)
    herald.happen()
    mine = [herald.site.id]
    stopped = endpoints.disable_endpoint(
        herald.store, mine, endpoint_id, now=herald.clock(), entropy=os.urandom
    )
    assert (stopped.state, stopped.disabled_because) == ("disabled", "by hand")
    (delivery,) = past_deliveries.list_deliveries(herald.store, mine, endpoint_id, state="dead")
    with pytest.raises(Conflict):
        past_deliveries.resend_delivery(herald.store, mine, delivery.id, now=herald.clock())
    with pytest.raises(Conflict):
        endpoints.send_test(herald.store, mine, endpoint_id, now=herald.clock(), entropy=os.urandom)
    assert endpoints.enable_endpoint(herald.store, mine, endpoint_id).disabled_because == ""
    past_deliveries.resend_delivery(herald.store, mine, delivery.id, now=herald.clock())
    assert herald.deliver(Scripted(200)).delivered == 1


def test_removed_with_its_past(herald: Newsroom) -> None:
    endpoint_id, _ = add(herald)
    kept, _ = add(herald)
    herald.happen()
    herald.deliver(Scripted(500, 200))
    endpoints.remove_endpoint(herald.store, [herald.site.id], endpoint_id)
    assert len(past_deliveries.list_deliveries(herald.store, [herald.site.id], kept)) == 1
    with herald.store.read() as connection:
        assert len(connection.execute(sa.select(schema.deliveries)).all()) == 1
        assert len(connection.execute(sa.select(schema.attempts)).all()) == 1


def test_a_test_message_goes_to_this_endpoint_alone(herald: Newsroom) -> None:
    with Receiver() as receiver:
        endpoint, secret = herald.listen(receiver, types=["comment.held"])
        herald.listen(receiver, "/other")
        mine = [herald.site.id]
        event_id = endpoints.send_test(
            herald.store, mine, endpoint.id, now=herald.clock(), entropy=os.urandom
        )
        assert herald.deliver(sender(receiver)).delivered == 1
        (got,) = receiver.got
        assert (got.id, got.path) == (event_id, "/hook")
        assert got.verify(secret)["type"] == "webhook.test"


def test_deliveries_in_pages(herald: Newsroom) -> None:
    endpoint_id, _ = add(herald)
    for _ in range(5):
        herald.happen()
    mine = [herald.site.id]
    first = past_deliveries.list_deliveries(herald.store, mine, endpoint_id, limit=3)
    rest = past_deliveries.list_deliveries(herald.store, mine, endpoint_id, before=first[-1].id)
    assert len(first) == 3
    assert len(rest) == 2
    ids = [delivery.id for delivery in first + rest]
    assert ids == sorted(ids, reverse=True)
