"""Notifies a site's channels of rules and scores that left their band yesterday, once each."""

from moderation.domain.day_totals import day_of
from moderation.domain.drift import WEEKS_DAYS, alarms_of
from moderation.domain.event import ALARM, alarm_event, event_id
from moderation.domain.ids import Entropy
from moderation.domain.labels import label_of
from moderation.store import day_totals, endpoints, outbox
from moderation.store.sql.engine import Store


def send_alarms(store: Store, day: int, now: int, entropy: Entropy) -> int:
    """Puts into the outbox what left its band on a day (since 1970) that was counted; only of yesterday, and only for channels that
    were there when it ended. Returns how many deliveries.

    An event's id is made of the site, the day and the rule, so there is one only, however often the day is counted.
    """
    today = day_of(now)
    if day != today - 1:
        return 0
    with store.read() as connection:
        channels: dict[str, list[str]] = {}
        for channel in endpoints.channels(connection, now):
            if ALARM in channel.types:
                channels.setdefault(channel.site_id, []).append(channel.id)
        found = [
            (site_id, alarm)
            for site_id in channels
            for alarm in alarms_of(
                day, day_totals.of_site(connection, site_id, day - WEEKS_DAYS, day)
            )
        ]
        events = {
            event_id(site_id, ALARM, f"{day}.{alarm.kind}.{alarm.name}"): (site_id, alarm)
            for site_id, alarm in found
        }
        sent_ids = outbox.existing_ids(connection, events)
    count = 0
    for id, (site_id, alarm) in events.items():
        if id not in sent_ids:
            sentence = alarm.in_words(label_of(alarm.name))
            event = alarm_event(site_id, day, alarm.kind, alarm.name, sentence, now)
            with store.write() as connection:
                count += outbox.put_for(connection, event, channels[site_id], entropy)
    return count
