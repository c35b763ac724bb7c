"""The Celery tasks: judge, deliver, bulk, sweep. Each works off what is due, for one time slice."""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from moderation.domain.durations import DAY_MS
from moderation.domain.errors import ScorerUnavailable, Unavailable
from moderation.doorbell import BULK, DELIVER, JUDGE
from moderation.judging.evidence import FOUND_LIMIT, explain_decisions, find_unexplained
from moderation.judging.imported import score_imported
from moderation.judging.judge import Judged, judge
from moderation.learning.lessons import learn
from moderation.learning.relearning import relearn
from moderation.notify.alarms import send_alarms
from moderation.notify.digest import send_digests
from moderation.review import bulk_batches
from moderation.review.campaign_decisions import resume_unfinished
from moderation.store import judging_queue
from moderation.upkeep.day_totals import count_days
from moderation.upkeep.due_work import sweep
from moderation.upkeep.erase import empty_spam, empty_withdrawn
from moderation.upkeep.expiry import delete_expired
from moderation.upkeep.page_paths import fill_paths
from moderation.upkeep.person_erasure import finish_interrupted
from moderation.upkeep.retention import purge
from moderation.upkeep.samples import draw_reviews, draw_samples
from moderation.upkeep.search_index import index_due
from workers.app import process, task
from workers.worker import WorkerContext, reclaim_leases

# A drain ends after this, so that sweeps and a stop get their turn. Seconds.
SLICE_SECONDS = 2.0
# Work on decisions about many comments ends after this, so that judging gets its turn; it pauses after each
# transaction. Seconds.
BULK_SECONDS = 0.5
BULK_PAUSE = 0.01
# The wait after a small batch, for more comments to arrive: a transaction costs as much CPU as twenty of
# its rows. A drain also waits and looks once more before it ends: at some hundred comments a second the
# next one arrives by then, and another doorbell message would cost more than the wait. Seconds.
LINGER_SECONDS = 0.015
SMALL_BATCH = 16  # comments; after a larger batch more are waiting already
# The wait of one that has evidence to seek while another worker judges. Seconds.
OTHERS_SECONDS = 0.05
# A batch is as large as can be judged in this time, so that slow models claim few comments. Seconds.
BATCH_SECONDS = 1.0
# So long a new comment waits at most for imported ones to be scored, as a rule. Seconds.
IMPORTED_SECONDS = 0.1
# Between two tries while the database is away. Seconds.
AWAY_SECONDS = 0.5
# Batches in a row that the database failed before the attempts are counted: one of the comments may be why.
UNCOUNTED_FAILURES = 4
# Between two purges, and between two looks for digests. Seconds.
PURGE_SECONDS = 60.0
DIGEST_SECONDS = 20.0
# So long comments whose term is over are erased at most in each purge: the rest waits for the next. Seconds.
EXPIRY_SECONDS = 0.5
# So long interrupted erasures of persons are gone on with in each purge: the rest waits for the next. Seconds.
ERASING_SECONDS = 0.5
# So long lessons are made at most in each sweep, and those of another prior made anew: the rest waits for the next. Seconds.
LEARNING_SECONDS = 0.5
# Between two looks for decisions whose worker died before it had the evidence. Seconds.
UNEXPLAINED_SECONDS = 60.0
# Between two looks for days to count, and how long it counts at most in each sweep: the rest waits for the next. Seconds.
COUNT_SECONDS = 10.0
COUNTING_SECONDS = 0.5
# Between two looks through all pages for those without a path. Seconds.
PATHS_SECONDS = 3600.0
UNEXPLAINED_KEPT = 10_000  # ids of decisions without evidence, in memory


def _time_left(seconds: float) -> Callable[[], bool]:
    """Says for so long from now on that there is time left."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


@task("gatehouse.judge")
def judge_due() -> None:
    """Judges due comments, batch by batch."""
    worker = process.context
    worker.bell.acknowledge(JUDGE)
    with _outage_noted(worker, JUDGE):
        if judge_a_slice(worker):
            worker.bell.ring(JUDGE)


def judge_a_slice(worker: WorkerContext) -> bool:
    """Judges for SLICE_SECONDS at most; whether there may be more to do. Raises Unavailable."""
    _release_unfinished(worker)
    has_time = _time_left(SLICE_SECONDS)
    lingered = False
    while has_time():
        limit = max(1, min(worker.settings.judge_batch, int(BATCH_SECONDS / worker.pace)))
        started = time.monotonic()
        judged = _judge_a_batch(worker, limit)
        _remember_unexplained(worker, judged)
        worker.bell.publish_decided(judged.comment_ids)
        if judged.deliveries:
            worker.bell.ring(DELIVER)
        if judged.claimed and not judged.alone:  # a long text says nothing about the next batch
            seconds = (time.monotonic() - started) / judged.claimed
            worker.pace = 0.8 * worker.pace + 0.2 * max(seconds, 1e-4)
        explained = not judged.claimed and _explain_some(worker)
        scored = not judged.claimed and not explained and _score_imported(worker)
        idle = not (judged.claimed or explained or scored)
        if idle and lingered and not worker.unexplained:
            return False
        lingered = judged.claimed == 0
        if idle and worker.unexplained:
            time.sleep(OTHERS_SECONDS)
        elif judged.claimed < min(SMALL_BATCH, limit) and not (explained or scored):
            time.sleep(LINGER_SECONDS)
        if worker.pipeline.hung:
            # The message is delivered again to the process that replaces this one and its stuck thread.
            raise SystemExit("A scorer hangs; this process makes room for a new one.")
    return True


def _remember_unexplained(worker: WorkerContext, judged: Judged) -> None:
    if len(worker.unexplained) < UNEXPLAINED_KEPT:
        worker.unexplained += judged.unexplained
    else:
        worker.unexplained_sought_at = -math.inf  # they are found in the database later


def _explain_some(worker: WorkerContext) -> bool:
    """Finds the evidence of a few decisions, as nothing waits to be judged; whether it did."""
    since = time.monotonic() - worker.unexplained_sought_at
    if not worker.unexplained and since > UNEXPLAINED_SECONDS:
        found = find_unexplained(worker.store, worker.now(), started=math.isinf(since))
        worker.unexplained = found
        if len(found) < FOUND_LIMIT:
            worker.unexplained_sought_at = time.monotonic()
    done = explain_decisions(worker.store, worker.pipeline, worker.unexplained, worker.now)
    worker.unexplained = [id for id in worker.unexplained if id not in done]
    return bool(done)


def _score_imported(worker: WorkerContext) -> bool:
    """Scores a few imported comments, as nothing waits to be judged or explained; whether there were any."""
    limit = max(1, min(worker.settings.judge_batch, int(IMPORTED_SECONDS / worker.pace)))
    lease_ms = int(worker.settings.lease_seconds * 1000)
    return (
        score_imported(
            worker.store, worker.pipeline, lease_ms=lease_ms, limit=limit, now=worker.now
        )
        > 0
    )


def _judge_a_batch(worker: WorkerContext, limit: int) -> Judged:
    """Judges up to `limit` comments, and keeps count of how often in a row the database failed."""
    try:
        judged = judge(
            worker.store,
            worker.pipeline,
            worker.policy,
            lease=worker.lease,
            lease_ms=int(worker.settings.lease_seconds * 1000),
            limit=limit,
            now=worker.now,
            entropy=os.urandom,
        )
    except Unavailable:
        worker.failures += 1
        raise
    worker.failures = 0
    return judged


def _release_unfinished(worker: WorkerContext) -> None:
    """After an outage: hands back the batch that could not be recorded, which would wait for its lease.

    Raises Unavailable.
    """
    if not worker.failures:
        return
    with worker.store.write() as connection:
        # That the database was away is not the comments' fault, unless it happens with them every time.
        counted = worker.failures > UNCOUNTED_FAILURES
        judging_queue.release(connection, worker.lease, counted=counted)


@contextmanager
def _outage_noted(worker: WorkerContext, task_name: str) -> Iterator[None]:
    """Logs an outage of the database once, and rings for another try soon; does not raise Unavailable."""
    try:
        yield
    except Unavailable as error:
        worker.outage.begin(error)
        worker.stopping.wait(AWAY_SECONDS)
        worker.bell.ring(task_name)
    else:
        worker.outage.end()


@task("gatehouse.deliver")
def deliver_due() -> None:
    """Sends due deliveries."""
    worker = process.context
    worker.bell.acknowledge(DELIVER)
    with _outage_noted(worker, DELIVER):
        worker.courier.drain()


@task("gatehouse.bulk")
def carry_out_bulk() -> None:
    """Carries out decisions about many comments, a few comments at a time, with room between for other writers."""
    worker = process.context
    worker.bell.acknowledge(BULK)
    has_time = _time_left(BULK_SECONDS)
    with _outage_noted(worker, BULK):
        has_more = bulk_batches.resume_unfinished(
            worker.store,
            worker.now,
            os.urandom,
            lambda: not worker.stopping.wait(BULK_PAUSE) and has_time(),
        )
        worker.bell.ring(DELIVER)
        if has_more:
            worker.bell.ring(BULK)


@task("gatehouse.sweep")
def run_due_work() -> None:
    """Does the work that no doorbell announces.

    Frees the leases of dead processes, sends digests, deletes what has been kept long enough, resumes
    unfinished campaign decisions, rings for due work, indexes comments for the search, learns, and counts
    for the statistics; gives pages their paths that have none.
    """
    worker = process.context
    try:
        reclaim_leases(worker)
        _release_unfinished(worker)  # the ring after the outage may have been lost
        _send_digests(worker)
        due = sweep(worker.store, worker.now())
        _clean_up(worker)
    except Unavailable as error:
        worker.outage.begin(error)
        return  # the next sweep is seconds away
    worker.outage.end()
    if due.judge:
        worker.bell.ring(JUDGE)
    if due.deliver:
        worker.bell.ring(DELIVER)
    if due.bulk:
        worker.bell.ring(BULK)
    # Last, because it takes longest: the doorbells have been rung by now.
    with suppress(Unavailable):
        index_due(worker.store, goes_on=_time_left(SLICE_SECONDS / 2))
    with suppress(Unavailable, ScorerUnavailable):
        _learn(worker)
    with suppress(Unavailable):
        _count_days(worker)
    with suppress(Unavailable):
        _fill_paths(worker)


def _learn(worker: WorkerContext) -> None:
    """Makes lessons of what was decided, then learns those of another prior again, each for LEARNING_SECONDS at most: the
    rest waits for the next sweep. Raises Unavailable, ScorerUnavailable.
    """
    learn(worker.store, worker.prior, worker.now(), _time_left(LEARNING_SECONDS))
    relearn(worker.store, worker.prior, worker.now(), _time_left(LEARNING_SECONDS))


def _send_digests(worker: WorkerContext) -> None:
    """Sends the digests that are due, every DIGEST_SECONDS. Raises Unavailable."""
    if time.monotonic() - worker.digested_at > DIGEST_SECONDS:
        worker.digested_at = time.monotonic()
        send_digests(worker.store, worker.now(), worker.settings.digest_hour, os.urandom)


def _draw(worker: WorkerContext) -> Iterator[object]:
    """Draws weekly samples, and the decisions that get a second look, in steps."""
    yield from draw_samples(worker.store, worker.now())
    yield from draw_reviews(worker.store, worker.now())


def _count_days(worker: WorkerContext) -> None:
    """Counts what is due for the statistics, for COUNTING_SECONDS at most, and looks at each day that is done; draws the
    weekly samples. Raises Unavailable.
    """
    if time.monotonic() - worker.counted_at <= COUNT_SECONDS:
        return
    drawing, worker.drawing = worker.drawing or _draw(worker), None
    has_time = _time_left(COUNTING_SECONDS)
    for _ in drawing:
        if not has_time():
            worker.drawing = drawing
            return
    steps, worker.counting = worker.counting or count_days(worker.store, worker.now), None
    for day in steps:
        if day is not None:
            send_alarms(worker.store, day, worker.now(), os.urandom)
        if not has_time():
            worker.counting = steps
            return
    worker.counted_at = time.monotonic()


def _fill_paths(worker: WorkerContext) -> None:
    """Looks through a part of the pages for those without a path; through all of them every PATHS_SECONDS. Raises Unavailable."""
    if time.monotonic() - worker.filled_at <= PATHS_SECONDS:
        return
    steps, worker.filling = worker.filling or fill_paths(worker.store), None
    for _ in steps:
        worker.filling = steps
        return
    worker.filled_at = time.monotonic()


def _clean_up(worker: WorkerContext) -> None:
    """Every PURGE_SECONDS: deletes old data, completes interrupted erasures, and resumes campaign decisions. Raises Unavailable."""
    if time.monotonic() - worker.cleaned_up_at <= PURGE_SECONDS:
        return
    worker.cleaned_up_at = time.monotonic()
    store, settings = worker.store, worker.settings
    purge(
        store,
        worker.now(),
        settings.idempotency_hours,
        feedback_days=settings.feedback_days,
        webhook_days=settings.webhook_days,
        personal_days=settings.personal_days,
        audit_days=settings.audit_days,
    )
    if settings.spam_days:
        before = worker.now() - settings.spam_days * DAY_MS
        empty_spam(store, before, now=worker.now(), entropy=os.urandom)
    before = worker.now() - settings.personal_days * DAY_MS
    empty_withdrawn(store, before, now=worker.now(), entropy=os.urandom)
    delete_expired(store, worker.now(), os.urandom, _time_left(EXPIRY_SECONDS))
    if finish_interrupted(store, worker.now, os.urandom, _time_left(ERASING_SECONDS)):
        worker.bell.ring(DELIVER)
    resume_unfinished(store, worker.now(), os.urandom)
