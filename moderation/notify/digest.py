"""The daily digest: notifies each site's channels of the state of its queue."""

from dataclasses import asdict, dataclass

from moderation.domain.comment import Status
from moderation.domain.durations import DAY_MS, HOUR_MS
from moderation.domain.event import DIGEST, digest_event, event_id, to_datetime
from moderation.domain.ids import Entropy
from moderation.domain.notice import Notice, digest_notice
from moderation.store import endpoints, outbox, queues, sites
from moderation.store.sql.engine import Store


@dataclass(frozen=True, slots=True)
class Digest:
    """site: its name. held: comments that wait for a moderator; oldest_hours: whole hours the oldest has
    waited. received: in the last 24 hours; approved, rejected, spam: of those. dead: deliveries of the
    site's endpoints that were given up.
    """

    site: str
    held: int
    oldest_hours: int
    received: int
    approved: int
    rejected: int
    spam: int
    dead: int


def build_digest(store: Store, site_id: str, now: int) -> Digest:
    """The digest of a site at this moment (ms)."""
    with store.read() as connection:
        site = sites.get_site(connection, site_id)
        waiting = queues.waiting(connection, site_id)
        since = queues.since(connection, site_id, now - DAY_MS)
        endpoint_ids = [endpoint.id for endpoint in endpoints.of_sites(connection, [site_id])]
        tallies = endpoints.tallies(connection, endpoint_ids)
    return Digest(
        site=site.name if site else "Gatehouse",
        held=waiting.count,
        oldest_hours=max(0, now - waiting.oldest_at) // HOUR_MS if waiting.count else 0,
        received=sum(since.values()),
        approved=since[Status.APPROVED],
        rejected=since[Status.REJECTED],
        spam=since[Status.SPAM],
        dead=sum(tally.dead for tally in tallies.values()),
    )


def notice_of(digest: Digest, site_id: str, public_url: str) -> Notice:
    """The digest in the words that channels get."""
    return digest_notice(site_id, asdict(digest), public_url)


def send_digests(store: Store, now: int, hour: int, entropy: Entropy) -> int:
    """From `hour` (UTC) on, puts today's digest into the outbox for each site that has none yet.

    The event's id is made of the site and the day, so there is only one however many processes call
    this. A channel added after that hour gets its first digest the next day. Returns how many deliveries.
    """
    day = to_datetime(now).date().isoformat()
    due_at = now - now % DAY_MS + hour * HOUR_MS
    if now < due_at:
        return 0
    with store.read() as connection:
        channels: dict[str, list[str]] = {}
        for channel in endpoints.channels(connection, due_at):
            if DIGEST in channel.types:
                channels.setdefault(channel.site_id, []).append(channel.id)
        sites_by_event = {event_id(site_id, DIGEST, day): site_id for site_id in channels}
        sent_ids = outbox.existing_ids(connection, sites_by_event)
    count = 0
    for id, site_id in sites_by_event.items():
        if id in sent_ids:
            continue
        facts = asdict(build_digest(store, site_id, now))
        with store.write() as connection:
            event = digest_event(site_id, day, facts, now)
            count += outbox.put_for(connection, event, channels[site_id], entropy)
    return count
