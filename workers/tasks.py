"""The tasks: judge, deliver, sweep. Each drains what is due through one verb, in slices."""

import os
import random
import time
from contextlib import suppress

from moderation.deliver import deliver
from moderation.digest import send_digests
from moderation.domain.errors import ScorerUnavailable, Unavailable
from moderation.doorbell import DELIVER, JUDGE
from moderation.erase import empty_spam
from moderation.judge import judge
from moderation.learn import learn
from moderation.settle import finish
from moderation.sweep import DAY, purge, sweep
from workers.app import task
from workers.workbench import now, take_back, workbench

# A drain gives way after this, so that sweeps and a stop get their turn. Seconds.
SLICE = 2.0
# After a small batch more may gather: a transaction costs as much CPU as twenty of its rows. And before
# a drain ends it looks once more: at some hundred comments a second the next one is here by then, and
# a second message would cost more than the wait. Seconds.
LINGER = 0.015
SMALL = 16  # comments; a larger batch says that more are waiting already
# A batch is as large as can be judged in this time, so that slow models claim little. Seconds.
BATCH_SECONDS = 1.0
PURGE_SECONDS = 60.0
DIGEST_SECONDS = 20.0

_pace = {"each": 0.01}  # seconds a comment took lately
_purged = {"at": 0.0}
_digested = {"at": 0.0}


@task("gatehouse.judge")
def judge_due() -> None:
    """Judges whatever is due, batch by batch."""
    bench = workbench()
    bench.bell.answered(JUDGE)
    until = time.monotonic() + SLICE
    lingered = False
    while time.monotonic() < until:
        limit = max(1, min(bench.settings.judge_batch, int(BATCH_SECONDS / _pace["each"])))
        started = time.monotonic()
        judged = judge(
            bench.store,
            bench.panel,
            bench.policy,
            lease=bench.lease,
            lease_ms=int(bench.settings.lease_seconds * 1000),
            limit=limit,
            now=now,
            entropy=os.urandom,
        )
        bench.bell.call_out(judged.comment_ids)
        if judged.told:
            bench.bell.ring(DELIVER)
        if judged.claimed:
            took = (time.monotonic() - started) / judged.claimed
            _pace["each"] = 0.8 * _pace["each"] + 0.2 * max(took, 1e-4)
        elif lingered:
            return
        lingered = judged.claimed == 0
        if judged.claimed < min(SMALL, limit):
            time.sleep(LINGER)
        if bench.panel.hung:
            # The bell is handed on to the process that replaces this one, and its stuck thread.
            raise SystemExit("A scorer hangs; this process makes room for a new one.")
    bench.bell.ring(JUDGE)


@task("gatehouse.deliver")
def deliver_due() -> None:
    """Delivers whatever is due."""
    bench = workbench()
    bench.bell.answered(DELIVER)
    deliver(
        bench.store,
        bench.sender.post,
        now=now,
        entropy=os.urandom,
        chance=random.random,
        lease=bench.lease,
        scale=bench.settings.webhook_schedule_scale,
        notify=bench.channels.notify,
        public_url=bench.settings.public_url,
    )


@task("gatehouse.sweep")
def sweep_up() -> None:
    """Rings for what is due and nobody rang for; forgets what is past its time; learns."""
    bench = workbench()
    try:
        take_back(bench)
        if time.monotonic() - _digested["at"] > DIGEST_SECONDS:
            _digested["at"] = time.monotonic()
            send_digests(bench.store, now(), bench.settings.digest_hour, os.urandom)
        due = sweep(bench.store, now())
        if time.monotonic() - _purged["at"] > PURGE_SECONDS:
            _purged["at"] = time.monotonic()
            kept = bench.settings
            days = {
                "feedback_days": kept.feedback_days,
                "webhook_days": kept.webhook_days,
                "personal_days": kept.personal_days,
            }
            purge(bench.store, now(), kept.idempotency_hours, **days)
            if kept.spam_days:
                empty_spam(bench.store, now() - kept.spam_days * DAY, now=now(), entropy=os.urandom)
            finish(bench.store, now(), os.urandom)
    except Unavailable:
        return  # the next sweep is seconds away
    if due.judge:
        bench.bell.ring(JUDGE)
    if due.deliver:
        bench.bell.ring(DELIVER)
    # Last: the bells have rung, and there is one sweep at a time.
    with suppress(Unavailable, ScorerUnavailable):
        learn(bench.store, bench.prior, now())
