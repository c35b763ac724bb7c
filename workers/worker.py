"""A worker process: its settings, store, scorers, doorbell, lease and heartbeat; its start and stop."""

import logging
import math
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from moderation.domain.errors import Unavailable
from moderation.domain.policy import Policy
from moderation.domain.score import Scorer
from moderation.doorbell import DELIVER, JUDGE, Doorbell
from moderation.learning.lesson_cache import LessonCache
from moderation.notify.deliver import Courier
from moderation.notify.notifier import Notifier
from moderation.policies import load_policy
from moderation.scorers.build import build_scorers
from moderation.scorers.models.model_names import Models
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.site.blocklist_files import BlocklistFiles
from moderation.scorers.spam.spam_model import Prior, load_prior
from moderation.settings import Settings
from moderation.startup import checked_settings, models_of
from moderation.store import deliveries, heartbeats, judging_queue
from moderation.store.addresses import addresses_of
from moderation.store.sql.database_clock import DatabaseClock
from moderation.store.sql.engine import Store
from workers.akismet import Akismet
from workers.dns_lists import DnsLists
from workers.outage import Outage
from workers.sender import Sender

log = logging.getLogger("gatehouse.worker")

BEAT_SECONDS = 5.0  # /readyz calls a worker silent after six of these


@dataclass
class WorkerContext:
    """What the tasks of one worker process share.

    role: 'judge' or 'courier'. lease: marks the claims of this process: host/pid/birth-random. now: the time, for
    leases, due times and all that is stored. pid: the process it was made in, the only one that may use it.
    failures: batches in a row that the database failed. pace: seconds a comment took
    lately. cleaned_up_at, digested_at: when it last cleaned up and looked for digests; time.monotonic(). unexplained: ids of
    comments whose decisions lack evidence; unexplained_sought_at: when this process last looked for those of others. counting: what
    it is counting for the statistics; drawing: samples; counted_at: when nothing was left to count; filling: pages whose paths it is looking through; filled_at: when it was
    through with them; time.monotonic().
    """

    settings: Settings
    role: str
    store: Store
    bell: Doorbell
    lease: str
    stopping: threading.Event = field(default_factory=threading.Event)
    now: DatabaseClock = field(default_factory=DatabaseClock)
    pid: int = field(default_factory=os.getpid)
    outage: Outage = field(default_factory=Outage)
    failures: int = 0
    pace: float = 0.01
    cleaned_up_at: float = -math.inf
    digested_at: float = -math.inf
    unexplained: list[str] = field(default_factory=list)
    unexplained_sought_at: float = -math.inf
    counting: Iterator[int | None] | None = None
    drawing: Iterator[object] | None = None
    counted_at: float = -math.inf
    filling: Iterator[None] | None = None
    filled_at: float = -math.inf

    @property
    def name(self) -> str:
        """The name of this process in /readyz: 'judge@host/pid'."""
        return f"{self.role}@{self.lease.rpartition('/')[0]}"

    @cached_property
    def pipeline(self) -> ScorerPipeline:
        scorers = build_scorers(
            models_of(self.settings),
            lessons=LessonCache(self.store),
            outside=self._external_scorers(),
        )
        return ScorerPipeline(scorers, self.settings.scorer_timeout)

    def _external_scorers(self) -> Iterator[Scorer]:
        """Scorers that use lists and services of others; each needs its setting."""
        if self.settings.lists:
            seal = self.store.crypto
            yield BlocklistFiles(
                Path(self.settings.lists), seal.address_key, seal.email_key, time.monotonic
            )
        if zones := self.settings.dns_zones:
            yield DnsLists(zones)
        if key := self.settings.akismet_key.get_secret_value():
            addresses = partial(addresses_of, self.store)
            yield Akismet(key, self.settings.akismet_url, addresses, self.settings.akismet_site_ids)

    @cached_property
    def prior(self) -> Prior:
        return load_prior()

    @cached_property
    def policy(self) -> Policy:
        return load_policy(self.settings.policy)

    @cached_property
    def courier(self) -> Courier:
        settings = self.settings
        allow, timeout = settings.webhook_allow, settings.webhook_timeout
        mail = settings.mail_url.get_secret_value()
        return Courier(
            store=self.store,
            send=Sender(allow, timeout).post,
            notify=Notifier(allow, mail, timeout, settings.public_url).notify,
            now=self.now,
            entropy=os.urandom,
            chance=random.random,
            public_url=settings.public_url,
            scale=settings.webhook_schedule_scale,
            lease=self.lease,
        )


class WorkerProcess:
    """This process: its settings, read when first needed, and its context from start() to stop()."""

    def __init__(self) -> None:
        self._context: WorkerContext | None = None

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingsError with one sentence."""
        return checked_settings()

    @property
    def context(self) -> WorkerContext:
        """Raises RuntimeError if start() was not called in this process; before a fork does not count."""
        if self._context is None or self._context.pid != os.getpid():
            raise RuntimeError("start() has not been called in this process")
        return self._context

    def start(self, role: str) -> None:
        """Makes the context, frees the leases of dead predecessors, starts the heartbeat.

        Raises SettingsError.
        """
        lease = f"{socket.gethostname()}/{os.getpid()}/{_state_and_birth(os.getpid())[1]}-{secrets.token_hex(4)}"
        store = Store(self.settings.database, self.settings.master_secret())
        context = WorkerContext(self.settings, role, store, Doorbell(self.settings.broker), lease)
        self._context = context
        with suppress(Unavailable):  # the sweep tries again
            context.now.measure(store)
            reclaim_leases(context)
        # Others that are there already may take it meanwhile; else this one does, once it is ready.
        context.bell.ring(JUDGE if role == "judge" else DELIVER)
        if role == "judge":
            _warm_up(context)
        threading.Thread(target=_beat, args=(context,), name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        """Stops the heartbeat and releases the leases of unfinished work."""
        context, self._context = self._context, None
        if context is None or context.pid != os.getpid():
            return
        context.stopping.set()
        try:
            with context.store.write() as connection:
                released = judging_queue.release(connection, context.lease, counted=False)
                released += deliveries.release(connection, context.lease, context.now())
                heartbeats.stop(connection, context.name)
            if released:
                log.info("leases handed back", extra={"count": released})
        except Unavailable:
            log.warning("leases could not be handed back; they run out by themselves")
        context.bell.close()
        context.store.close()


def _warm_up(worker: WorkerContext) -> None:
    """Loads the models and scores one sentence, so that the first comment does not pay for it."""
    from moderation.judging.score_texts import score_texts

    models = models_of(worker.settings)
    if models.missing:
        log.error(
            "the toxicity model is not on this machine; add it and start again",
            extra={"model": models.missing, "serving": models.fallback or "nothing"},
        )
    worker.pipeline.load()
    score_texts(worker.pipeline, ["Thank you, that was an interesting article."])
    if failed := worker.pipeline.failing:
        log.error("scorers are missing; comments are held", extra={"scorers": list(failed)})


def reclaim_leases(worker: WorkerContext) -> None:
    """Frees the leases of dead processes of this host, at the start and at each sweep. Raises Unavailable."""
    host = worker.lease.split("/")[0] + "/"
    with worker.store.read() as connection:
        judging = judging_queue.leases(connection, host)
        sending = deliveries.leases(connection, host, worker.now())
    dead_judging = [lease for lease in judging if _is_dead(lease, worker)]
    dead_sending = [lease for lease in sending if _is_dead(lease, worker)]
    if not dead_judging and not dead_sending:
        return
    with worker.store.write() as connection:
        freed = 0
        for lease in dead_judging:
            freed += judging_queue.release(connection, lease, counted=True)
        for lease in dead_sending:
            freed += deliveries.release(connection, lease, worker.now())
    log.warning("work of a dead process taken back", extra={"count": freed})


def _is_dead(lease: str, worker: WorkerContext) -> bool:
    """Whether the process of this host that holds the lease is dead."""
    if lease.startswith(worker.lease):
        return False
    _, number, token, *_ = lease.split("/")
    pid, birth = int(number), token.partition("-")[0]
    if pid == os.getpid():
        return True  # an earlier process with the same number
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    state, born = _state_and_birth(pid)
    # What was killed is there until its parent has waited for it, if that ever does. And in a container that was started
    # again the same numbers are soon in use again.
    return state in _ENDED or ("-" in token and born != birth)


_ENDED = ("Z", "X")  # a zombie, and one that is dead, by proc(5)


def _state_and_birth(pid: int) -> tuple[str, str]:
    """The state of a process, and when it was started, in ticks since the machine's start (Linux); '' where nobody says."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[
        19
    ]  # the 3rd and the 22nd field of proc(5); the first two end with the name


def _models(models: Models) -> dict[str, object]:
    """For /readyz: the model in use, and the configured one if it is missing."""
    named = [models.serving, *([models.multilingual] if models.multilingual else [])]
    facts: dict[str, object] = {"model": " + ".join(named)}
    if models.serving != models.toxicity:
        facts["instead_of"] = models.toxicity
    return facts


def _beat(worker: WorkerContext) -> None:
    while not worker.stopping.is_set():
        detail: dict[str, object] = {}
        if worker.role == "judge":
            detail = {**_models(models_of(worker.settings)), "loaded": not worker.pipeline.failing}
        try:
            worker.now.measure(worker.store)
            with worker.store.write() as connection:
                heartbeats.beat(connection, worker.name, detail, worker.now())
        except Unavailable:
            pass  # a missing heartbeat shows in /readyz, as it should
        worker.stopping.wait(BEAT_SECONDS)
