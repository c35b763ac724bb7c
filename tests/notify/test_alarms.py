"""Alarms: channels hear once a day and rule that it behaves differently."""

import os
from collections import Counter

from moderation.domain.day_totals import day_of
from moderation.domain.delivery import Response
from moderation.domain.durations import DAY_MS
from moderation.domain.event import ALARM
from moderation.notify.alarms import send_alarms
from moderation.store import day_totals
from tests.notify.site import Scripted, newsroom
from tests.notify.test_digest import MIDNIGHT, channel

TODAY = day_of(MIDNIGHT)
QUIET = Counter({"comments": 100, "machine.approve": 99, "machine.hold": 1, "reason.toxic": 1})
LOUD = Counter({"comments": 100, "machine.approve": 50, "machine.hold": 50, "reason.toxic": 50})


def counted(store, site, day, totals):
    with store.write() as connection:
        day_totals.put(connection, day, {site.id: totals}, MIDNIGHT)


def send(herald, day=TODAY - 1, now=MIDNIGHT + 1):
    return send_alarms(herald.store, day, now, os.urandom)


def test_each_channel_hears_once_a_day_and_rule(store):
    herald = newsroom(store)
    wanted, unwanted = channel(herald, MIDNIGHT - DAY_MS), channel(herald, MIDNIGHT, "queue.digest")
    assert ALARM in wanted.types
    for day in range(TODAY - 29, TODAY - 1):
        counted(store, herald.site, day, QUIET)
    assert send(herald) == 0
    counted(store, herald.site, TODAY - 1, LOUD)
    assert send(herald, TODAY) == 0, "a day that is not over says nothing"
    assert send(herald) == 1
    assert send(herald, now=MIDNIGHT + DAY_MS // 2) == 0
    counted(store, herald.site, TODAY, LOUD)
    assert send(herald, TODAY, MIDNIGHT + DAY_MS) == 1, "it is another day"
    assert [each.type for each in herald.deliveries(wanted)] == [ALARM, ALARM]
    assert herald.deliveries(unwanted) == []
    notices = []

    def notify(url, notice, emails):
        notices.append(notice)
        return Response(200)

    herald.deliver(Scripted(), notify=notify, public_url="https://gate.test")
    assert "The rule toxicity gave a reason for 50.0 % of 100 comments" in notices[0].body
    assert f"https://gate.test/console/statistics?site={herald.site.id}" in notices[0].body
