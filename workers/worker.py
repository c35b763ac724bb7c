"""What one worker process holds: settings, store, scorers, bell, lease, heartbeat, and how far it is."""

import logging
import math
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from moderation.clock import now_ms
from moderation.domain.errors import Unavailable
from moderation.domain.policy import Policy
from moderation.domain.score import Scorer
from moderation.doorbell import Doorbell
from moderation.learning.lesson_cache import LessonCache
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
from moderation.store.sql.engine import Store
from workers.akismet import Akismet
from workers.dns_lists import DnsLists
from workers.sender import Sender

log = logging.getLogger("gatehouse.worker")

BEAT_SECONDS = 5.0  # /readyz calls a worker silent after six of these


@dataclass
class WorkerContext:
    """role: 'judge' or 'courier'. lease: how this process signs its claims: host/pid/random.

    pid: the process it was made in, the only one that may use it. pace: seconds a comment took lately.
    cleared_at, digested_at: when this process last forgot what is past its time, and last looked for
    digests to send; by time.monotonic().
    """

    settings: Settings
    role: str
    store: Store
    bell: Doorbell
    lease: str
    stopping: threading.Event = field(default_factory=threading.Event)
    pid: int = field(default_factory=os.getpid)
    pace: float = 0.01
    cleared_at: float = -math.inf
    digested_at: float = -math.inf

    @property
    def name(self) -> str:
        """How this process is known in /readyz: 'judge@host/pid'."""
        return f"{self.role}@{self.lease.rpartition('/')[0]}"

    @cached_property
    def panel(self) -> ScorerPipeline:
        scorers = build_scorers(
            models_of(self.settings), lessons=LessonCache(self.store), outside=self._outside()
        )
        return ScorerPipeline(scorers, self.settings.scorer_timeout)

    def _outside(self) -> Iterator[Scorer]:
        """Opinions of others; none unless a setting says so."""
        if self.settings.lists:
            seal = self.store.seal
            yield BlocklistFiles(
                Path(self.settings.lists), seal.address_key, seal.email_key, time.monotonic
            )
        if zones := self.settings.dns_zones:
            yield DnsLists(zones)
        if key := self.settings.akismet_key.get_secret_value():
            known = partial(addresses_of, self.store)
            yield Akismet(key, self.settings.akismet_url, known, self.settings.akismet_asked)

    @cached_property
    def prior(self) -> Prior:
        return load_prior()

    @cached_property
    def policy(self) -> Policy:
        return load_policy(self.settings.policy)

    @cached_property
    def sender(self) -> Sender:
        return Sender(self.settings.webhook_allow, self.settings.webhook_timeout)

    @cached_property
    def channels(self) -> Notifier:
        """What tells people."""
        given = self.settings
        mail = given.mail_url.get_secret_value()
        return Notifier(given.webhook_allow, mail, given.webhook_timeout, given.public_url)


class WorkerProcess:
    """The settings of this process, read when they are first asked for, and its bench while it works."""

    def __init__(self) -> None:
        self._bench: WorkerContext | None = None

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingsError with one sentence."""
        return checked_settings()

    @property
    def bench(self) -> WorkerContext:
        """Raises RuntimeError where begin() was not called in this process, but at most before a fork."""
        if self._bench is None or self._bench.pid != os.getpid():
            raise RuntimeError("begin() has not been called in this process")
        return self._bench

    def begin(self, role: str) -> None:
        """Lays out the bench, takes back what this process's dead predecessors had claimed."""
        lease = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        store = Store(self.settings.database, self.settings.master_secret())
        bench = WorkerContext(self.settings, role, store, Doorbell(self.settings.broker), lease)
        self._bench = bench
        if role == "judge":
            _warm_up(bench)
        with suppress(Unavailable):  # the sweep tries again
            reclaim_leases(bench)
        threading.Thread(target=_beat, args=(bench,), name="heartbeat", daemon=True).start()

    def end(self) -> None:
        """Hands back what this process has claimed and not finished."""
        bench, self._bench = self._bench, None
        if bench is None or bench.pid != os.getpid():
            return
        bench.stopping.set()
        try:
            with bench.store.write() as connection:
                released = judging_queue.release(connection, bench.lease, now_ms(), counted=False)
                released += deliveries.release(connection, bench.lease, now_ms())
                heartbeats.stop(connection, bench.name)
            if released:
                log.info("leases handed back", extra={"count": released})
        except Unavailable:
            log.warning("leases could not be handed back; they run out by themselves")
        bench.bell.close()
        bench.store.close()


def _warm_up(bench: WorkerContext) -> None:
    """Loads the models and scores one sentence, so that the first comment does not pay for it."""
    from moderation.judging.score_texts import score_texts

    models = models_of(bench.settings)
    if models.missing:
        log.error(
            "the toxicity model is not on this machine; add it and start again",
            extra={"model": models.missing, "serving": models.fallback or "nothing"},
        )
    bench.panel.load()
    score_texts(bench.panel, ["Thank you, that was an interesting article."])
    if failed := bench.panel.failing:
        log.error("scorers are missing; comments are held", extra={"scorers": list(failed)})


def reclaim_leases(bench: WorkerContext) -> None:
    """Frees the leases of processes of this host that are no more. Raises Unavailable.

    Done at the start and again at each sweep: a process that was just killed still counts as there
    until somebody has collected it.
    """
    host = bench.lease.split("/")[0] + "/"
    with bench.store.read() as connection:
        jobs = [one for one in judging_queue.leases(connection, host) if _is_dead(one, bench)]
        sends = [
            one for one in deliveries.leases(connection, host, now_ms()) if _is_dead(one, bench)
        ]
    if not jobs and not sends:
        return
    with bench.store.write() as connection:
        freed = sum(judging_queue.release(connection, one, now_ms(), counted=True) for one in jobs)
        freed += sum(deliveries.release(connection, one, now_ms()) for one in sends)
    log.warning("work of a dead process taken back", extra={"count": freed})


def _is_dead(lease: str, bench: WorkerContext) -> bool:
    """Whether the process of this host that signed the lease is no more."""
    if lease.startswith(bench.lease):
        return False
    pid = int(lease.split("/")[1])
    if pid == os.getpid():
        return True  # the same number, another life
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _models(models: Models) -> dict[str, object]:
    """For /readyz: what serves, and what should and does not."""
    named = [models.serving, *([models.multilingual] if models.multilingual else [])]
    facts: dict[str, object] = {"model": " + ".join(named)}
    if models.serving != models.toxicity:
        facts["instead_of"] = models.toxicity
    return facts


def _beat(bench: WorkerContext) -> None:
    while not bench.stopping.is_set():
        detail: dict[str, object] = {}
        if bench.role == "judge":
            detail = {**_models(models_of(bench.settings)), "loaded": not bench.panel.failing}
        try:
            with bench.store.write() as connection:
                heartbeats.beat(connection, bench.name, detail, now_ms())
        except Unavailable:
            pass  # whoever reads the beats will miss it, and that is the truth
        bench.stopping.wait(BEAT_SECONDS)
