"""The tasks: judge, deliver, sweep. Each drains what is due through one verb, in slices."""

import os
import random
import time
from contextlib import suppress

from moderation.clock import now_ms
from moderation.domain.errors import ScorerUnavailable, Unavailable
from moderation.doorbell import DELIVER, JUDGE
from moderation.judging.judge import judge
from moderation.learning.lessons import learn
from moderation.notify.deliver import deliver
from moderation.notify.digest import send_digests
from moderation.review.campaigns import resume_unfinished
from moderation.upkeep.due_work import DAY, purge, sweep
from moderation.upkeep.erase import empty_spam
from workers.app import process, task
from workers.worker import WorkerContext, reclaim_leases

# A drain gives way after this, so that sweeps and a stop get their turn. Seconds.
SLICE_SECONDS = 2.0
# After a small batch more may gather: a transaction costs as much CPU as twenty of its rows. And before
# a drain ends it looks once more: at some hundred comments a second the next one is here by then, and
# a second message would cost more than the wait. Seconds.
LINGER_SECONDS = 0.015
SMALL_BATCH = 16  # comments; a larger batch says that more are waiting already
# A batch is as large as can be judged in this time, so that slow models claim little. Seconds.
BATCH_SECONDS = 1.0
# Between two rounds of forgetting, and two looks for digests. Seconds.
PURGE_SECONDS = 60.0
DIGEST_SECONDS = 20.0


@task("gatehouse.judge")
def judge_due() -> None:
    """Judges whatever is due, batch by batch."""
    bench = process.bench
    bench.bell.answered(JUDGE)
    until = time.monotonic() + SLICE_SECONDS
    lingered = False
    while time.monotonic() < until:
        limit = max(1, min(bench.settings.judge_batch, int(BATCH_SECONDS / bench.pace)))
        started = time.monotonic()
        judged = judge(
            bench.store,
            bench.panel,
            bench.policy,
            lease=bench.lease,
            lease_ms=int(bench.settings.lease_seconds * 1000),
            limit=limit,
            now=now_ms,
            entropy=os.urandom,
        )
        bench.bell.call_out(judged.comment_ids)
        if judged.deliveries:
            bench.bell.ring(DELIVER)
        if judged.claimed:
            took = (time.monotonic() - started) / judged.claimed
            bench.pace = 0.8 * bench.pace + 0.2 * max(took, 1e-4)
        elif lingered:
            return
        lingered = judged.claimed == 0
        if judged.claimed < min(SMALL_BATCH, limit):
            time.sleep(LINGER_SECONDS)
        if bench.panel.hung:
            # The bell is handed on to the process that replaces this one, and its stuck thread.
            raise SystemExit("A scorer hangs; this process makes room for a new one.")
    bench.bell.ring(JUDGE)


@task("gatehouse.deliver")
def deliver_due() -> None:
    """Delivers whatever is due."""
    bench = process.bench
    bench.bell.answered(DELIVER)
    deliver(
        bench.store,
        bench.sender.post,
        now=now_ms,
        entropy=os.urandom,
        chance=random.random,
        lease=bench.lease,
        scale=bench.settings.webhook_schedule_scale,
        notify=bench.channels.notify,
        public_url=bench.settings.public_url,
    )


@task("gatehouse.sweep")
def run_due_work() -> None:
    """Sees to all that nobody rings for.

    Takes back what dead processes had claimed, tells channels how the queue stands, forgets what is past
    its time, finishes campaigns' decisions that broke off, rings for what is due, and learns.
    """
    bench = process.bench
    try:
        reclaim_leases(bench)
        _digest(bench)
        due = sweep(bench.store, now_ms())
        _clear(bench)
    except Unavailable:
        return  # the next sweep is seconds away
    if due.judge:
        bench.bell.ring(JUDGE)
    if due.deliver:
        bench.bell.ring(DELIVER)
    # Last: the bells have rung, and there is one sweep at a time.
    with suppress(Unavailable, ScorerUnavailable):
        learn(bench.store, bench.prior, now_ms())


def _digest(bench: WorkerContext) -> None:
    """Sends the digests that are due, every DIGEST_SECONDS. Raises Unavailable."""
    if time.monotonic() - bench.digested_at > DIGEST_SECONDS:
        bench.digested_at = time.monotonic()
        send_digests(bench.store, now_ms(), bench.settings.digest_hour, os.urandom)


def _clear(bench: WorkerContext) -> None:
    """Every PURGE_SECONDS: forgets what is past its time, and finishes what broke off. Raises Unavailable."""
    if time.monotonic() - bench.cleared_at <= PURGE_SECONDS:
        return
    bench.cleared_at = time.monotonic()
    store, settings = bench.store, bench.settings
    purge(
        store,
        now_ms(),
        settings.idempotency_hours,
        feedback_days=settings.feedback_days,
        webhook_days=settings.webhook_days,
        personal_days=settings.personal_days,
    )
    if settings.spam_days:
        before = now_ms() - settings.spam_days * DAY
        empty_spam(store, before, now=now_ms(), entropy=os.urandom)
    resume_unfinished(store, now_ms(), os.urandom)
