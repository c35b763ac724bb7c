"""The weekly sample at work: a person's verdict, and what follows from all; review/second_looks.py has the next comment."""

from dataclasses import dataclass

from moderation.domain.audit import COMMAND, Change
from moderation.domain.backtest import Share
from moderation.domain.comment import Status
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.samples import WEEKS, Verdict, check_size, week_of
from moderation.store import audit, queues, samples
from moderation.store.queues import QueueEntry
from moderation.store.samples import Sampled
from moderation.store.sql.engine import Connection, Store

_AS_DECIDED = {"approve": (Status.APPROVED,), "remove": (Status.REJECTED, Status.SPAM)}


@dataclass(frozen=True, slots=True)
class BlindEstimate:
    """Of the sampled comments that people were sure about: what a machine approved and they would remove, and what it removed and
    they would publish. The samples of the weeks count alike, whatever came in. size: of a week's sample, 0 for none.
    """

    wrongly_passed: Share
    wrongly_rejected: Share
    unsure: int
    gone: int
    waiting: int
    size: int


def is_as_drawn(sampled: Sampled, entry: QueueEntry | None) -> bool:
    """Whether a comment is still as it was when it was drawn."""
    return (
        entry is not None
        and (entry.revision, entry.sequence) == (sampled.revision, sampled.sequence)
        and entry.status in _AS_DECIDED[sampled.machine]
    )


def judge(
    store: Store, site_id: str, comment_id: str, verdict: Verdict, by: str, *, now: int
) -> Sampled:
    """Keeps what a person says about a sampled comment; its state does not change. Returns what was drawn, with what the machine had
    decided. Raises NotFound where it is not in the site's sample; Conflict where somebody has said something before, or the
    comment is no longer as it was drawn.
    """
    with store.write() as connection:
        sampled = _get(connection, site_id, comment_id)
        entry = queues.by_id(connection, comment_id, [site_id])
        if sampled.verdict or not is_as_drawn(sampled, entry):
            raise Conflict("This comment has been looked at, or has changed, meanwhile.")
        if not samples.judge(connection, comment_id, verdict, by, now):
            raise Conflict("Somebody else was faster.")
    return sampled


def get_sampled(store: Store, site_id: str, comment_id: str) -> Sampled:
    """A sampled comment that has a verdict: before that nobody is told of it. Raises NotFound."""
    with store.read() as connection:
        return _get(connection, site_id, comment_id, only_judged=True)


def _get(
    connection: Connection, site_id: str, comment_id: str, *, only_judged: bool = False
) -> Sampled:
    sampled = samples.get(connection, site_id, comment_id)
    if sampled is None or (only_judged and not sampled.verdict):
        raise NotFound("There is no such comment in the sample.")
    return sampled


def estimate(store: Store, site_id: str, *, now: int) -> BlindEstimate:
    """What the samples of the last weeks say about a site's machines."""
    with store.read() as connection:
        counts = samples.verdicts(connection, site_id, week_of(now) - WEEKS)
        size = samples.size_of(connection, site_id)

    def share(machine: str, against: Verdict) -> Share:
        sure = (Verdict.PUBLISH, Verdict.REMOVE)
        return Share(
            counts.get((machine, against.value), 0),
            sum(counts.get((machine, estimate.value), 0) for estimate in sure),
        )

    def count(verdict: str) -> int:
        return sum(counts.get((machine, verdict), 0) for machine in _AS_DECIDED)

    return BlindEstimate(
        share("approve", Verdict.REMOVE),
        share("remove", Verdict.PUBLISH),
        count(Verdict.UNSURE),
        count(Verdict.GONE),
        count(""),
        size,
    )


def size_of(store: Store, site_id: str) -> int:
    """How many approved and how many removed comments a week's sample has."""
    with store.read() as connection:
        return samples.size_of(connection, site_id)


def set_size(store: Store, site_id: str, size: int, by: str = COMMAND) -> int:
    """Sets how many approved and how many removed comments a week's sample has, from next week on; 0 for none. Raises Invalid."""
    with store.write() as connection:
        before = samples.size_of(connection, site_id)
        samples.set_size(connection, site_id, check_size(size))
        if size != before:
            was, is_now = {"size": before}, {"size": size}
            audit.record(connection, by, Change.SITE_SAMPLE_CHANGED, site_id, site_id, was, is_now)
    return size
