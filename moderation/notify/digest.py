"""The digest: once a day each site's channels are told how its queue stands."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from moderation.domain.comment import Status
from moderation.domain.event import DIGEST, digest_event, event_id, to_datetime
from moderation.domain.notice import Notice, digest_notice
from moderation.store import endpoints, outbox, queues, sites
from moderation.store.sql.engine import Store

HOUR = 3_600_000  # ms
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Digest:
    """site: its name. held: comments that wait for a moderator, the oldest of them for so many whole hours. received:
    in the last 24 hours; approved, rejected, spam: what became of those. dead: deliveries of the
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
    """How a site stands at this moment (ms)."""
    with store.read() as connection:
        site = sites.get_site(connection, site_id)
        waiting = queues.waiting(connection, site_id)
        since = queues.since(connection, site_id, now - DAY)
        mine = [one.id for one in endpoints.of_sites(connection, [site_id])]
        dead = sum(one.dead for one in endpoints.tallies(connection, mine).values())
    return Digest(
        site=site.name if site else "Gatehouse",
        held=waiting.count,
        oldest_hours=max(0, now - waiting.oldest_at) // HOUR if waiting.count else 0,
        received=sum(since.values()),
        approved=since[Status.APPROVED],
        rejected=since[Status.REJECTED],
        spam=since[Status.SPAM],
        dead=dead,
    )


def notice_of(one: Digest, site_id: str, public_url: str) -> Notice:
    """The digest as channels are told it."""
    return digest_notice(site_id, asdict(one), public_url)


def send_digests(store: Store, now: int, hour: int, entropy: Callable[[int], bytes]) -> int:
    """Puts today's digests into the outbox, of those sites that have none yet, once it is `hour` (UTC).

    The event's id stands for the site and the day, so there is one however often and by however many
    this is asked for. A channel that is younger than the hour hears the next one. Returns how many
    deliveries.
    """
    day = to_datetime(now).date().isoformat()
    begins = now - now % DAY + hour * HOUR
    if now < begins:
        return 0
    with store.read() as connection:
        channels: dict[str, list[str]] = {}
        for one in endpoints.channels(connection, begins):
            if DIGEST in one.types:
                channels.setdefault(one.site_id, []).append(one.id)
        ids = {event_id(site_id, DIGEST, day): site_id for site_id in channels}
        told = outbox.known(connection, ids)
    count = 0
    for id, site_id in ids.items():
        if id in told:
            continue
        facts = asdict(build_digest(store, site_id, now))
        with store.write() as connection:
            event = digest_event(site_id, day, facts, now)
            count += outbox.put_for(connection, event, channels[site_id], entropy)
    return count
