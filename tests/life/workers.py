"""What happens by itself: judging with all that goes wrong in it, deliveries, what has had its time, a lost broker."""

import threading
from collections.abc import Callable, Mapping

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from moderation.domain.comment import PageState, Status
from moderation.domain.delivery import Response
from moderation.domain.expiry import WITH_TERM
from moderation.judging.judge import RETRY_AFTER, judge
from moderation.judging.verdicts import MAX_ATTEMPTS
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.deliver import Courier
from moderation.notify.deliveries import Replay
from moderation.store import judging_queue
from moderation.upkeep import expiry
from moderation.upkeep.due_work import sweep
from moderation.upkeep.erase import empty_spam, empty_withdrawn
from moderation.upkeep.retention import purge
from tests.factories import POLICY, Scripted, panel, toxicity
from tests.life.desk import DAY, GONE, HOUR, MINUTE, OUTCOMES, PICK, REMOVED, Expected, Job
from tests.life.moderators import Moderators

MOODS = st.sampled_from(["well", "well", "well", "missing", "broken", "nan"])
# What somebody else does while a worker's models compute.
MEANWHILE = st.sampled_from(
    [
        "",
        "decide",
        "decide",
        "edit",
        "edit",
        "withdraw",
        "erase",
        "set_policy",
        "taken over",
        "taken over",
        "claims_end",
    ]
)
LEASE = MINUTE


class Workers(Moderators):
    """The rules of workers, couriers and the sweep."""

    @rule(mood=MOODS, meanwhile=MEANWHILE, which=PICK)
    def judge(self, mood: str, meanwhile: str, which: int) -> None:
        """One worker judges what is due. taken over: it is so slow that another takes its work and ends first."""
        scorer = Scripted(mood)
        raised: list[BaseException] = []
        done = threading.Event()

        def during() -> None:
            if done.is_set() or not meanwhile:
                return
            done.set()
            try:
                self._meanwhile(meanwhile, which)
            except BaseException as error:
                raised.append(error)

        scorer.during = during
        self.now += 1
        lease = f"worker {self.now}"
        rounds = self._claim(lease)
        verdicts = [(comment, job, self._verdict(comment, job, mood)) for comment, job in rounds[0]]
        judged = judge(
            self.store,
            panel(scorer, timeout=60.0),
            POLICY,
            lease=lease,
            lease_ms=LEASE,
            limit=100,
            now=lambda: self.now,
            entropy=self.entropy,
        )
        if raised:
            raise raised[0]
        assert judged.claimed == len(rounds[0]) + len(rounds[1])
        self._record(lease, verdicts)
        alone = [(comment, job, self._verdict(comment, job, mood)) for comment, job in rounds[1]]
        self._record(lease, alone)

    def _claim(self, lease: str) -> tuple[list[tuple[Expected, Job]], list[tuple[Expected, Job]]]:
        """Those of the due that are judged together, and the one that is judged alone."""
        due = [each for each in self.comments.values() if each.job and each.job.due_at <= self.now]
        ordinary, apart = [], []
        for comment in sorted(due, key=lambda each: each.id):
            job = comment.job
            assert job
            job.attempts += 1
            job.lease, job.due_at = lease, self.now + LEASE
            died = job.attempts > 1 and (job.revision, job.attempts - 1) not in comment.measured
            (apart if died and job.attempts <= MAX_ATTEMPTS else ordinary).append((comment, job))
        for _, job in apart[1:]:
            job.attempts, job.lease, job.due_at = job.attempts - 1, "", judging_queue.AT_ONCE
        return ordinary, apart[:1]

    def _verdict(self, comment: Expected, job: Job, mood: str) -> tuple[str, tuple[str, ...], bool]:
        """Outcome, codes and whether it was measured, by the policy and page as they are now."""
        gives_up = job.attempts >= MAX_ATTEMPTS
        if mood != "well" or job.attempts > MAX_ATTEMPTS:
            return "hold", ("scoring_failed" if gives_up else "scorer_unavailable",), False
        if toxicity(comment.texts[job.revision - 1]) >= 0.8:
            return self.policies[comment.site] or "hold", ("toxic",), True
        if self.state(comment.site, comment.page) is PageState.PREMODERATED:
            return "hold", ("premoderated",), True
        return "approve", (), True

    def _record(
        self, lease: str, verdicts: list[tuple[Expected, Job, tuple[str, tuple[str, ...], bool]]]
    ) -> None:
        ours = [
            (comment, job, *verdict)
            for comment, job, verdict in verdicts
            if comment.job is job and job.lease == lease
        ]
        for comment, job, outcome, codes, _ in ours:
            parent = self.comments.get(comment.parent)
            if outcome == "approve" and parent and parent.status != "approved":
                outcome = "hold"
                codes = ("parent_removed" if parent.status in REMOVED else "parent_held",)
            last = comment.history[-1] if comment.history else None
            is_current = last is not None and last.sequence == comment.sequence
            is_same = (
                is_current and last is not None and (last.outcome, last.codes) == (outcome, codes)
            )
            stands = comment.decided_by == "moderator" or comment.status in GONE or comment.proposal
            comment.measured.add((job.revision, job.attempts))
            if not stands and not is_same:
                self.decided(comment, outcome, "policy", codes=codes)
        self.judge_replies_again()
        for comment, job, _, _, measured in ours:
            if measured or job.attempts >= MAX_ATTEMPTS:
                comment.job = None
            else:
                job.lease, job.due_at = "", self.now + RETRY_AFTER[job.attempts - 1]

    def _meanwhile(self, what: str, which: int) -> None:
        if what == "taken over":
            self.now += LEASE + 1
            self.judge(("well", "broken")[which % 2], "", which)
        elif what == "set_policy":
            self.set_policy(which % 2, "spam")
        elif what == "claims_end":
            self.now += LEASE + 1
        elif what == "decide":
            comment = self.pick(which)
            moderator = ("mod_ada", "mod_cem")[comment.site]
            self.decide(moderator, which, OUTCOMES[which % 4], False, True, False)
        elif what == "edit":
            self.edit(which, ("You bad man", "A fine article")[which % 3 == 0], False)
        else:
            getattr(self, what)(which)

    @precondition(lambda self: self.comments)
    @rule()
    def worker_dies(self) -> None:
        """It has claimed all that is due, and is killed: its lease has to run out."""
        self.now += 1
        lease = f"dead {self.now}"
        with self.store.write() as connection:
            judging_queue.claim(connection, lease, self.now, self.now + LEASE, 100)
        for comment in self.comments.values():
            if comment.job and comment.job.due_at <= self.now:
                comment.job.attempts += 1
                comment.job.lease, comment.job.due_at = lease, self.now + LEASE

    @rule(ms=st.sampled_from([6_000, 3 * MINUTE, 11 * MINUTE, 5 * HOUR, 2 * DAY, 40 * DAY]))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(limit=st.sampled_from([1, 200]))
    def keep_house(self, limit: int) -> None:
        """What has had its time goes: keys, senders, spam and what was withdrawn."""
        self.now += 1
        purge(self.store, self.now, 24, webhook_days=9_999)
        self.keys = {
            key: held for key, held in self.keys.items() if held[2] >= self.now - 24 * HOUR
        }
        before = self.now - 30 * DAY
        for status, empty in (("spam", empty_spam), ("withdrawn", empty_withdrawn)):
            due = [
                comment
                for comment in sorted(self.comments.values(), key=lambda each: each.id)
                if comment.status == status and comment.changed_at < before
            ]
            erased = empty(self.store, before, limit=limit, **self.clock)
            assert erased == min(limit, len(due))
            gone = self.erased_ids() & {comment.id for comment in due}
            assert len(gone) == erased
            for comment in due:
                if comment.id in gone:
                    self.erased(comment)

    @rule(site=st.sampled_from([0, 1]), status=st.sampled_from(WITH_TERM), slices=st.integers(1, 3))
    def terms_end(self, site: int, status: Status, slices: int) -> None:
        """A site's term for one status is tried, set, and carried out in slices of two; then it has none again."""
        store, site_id, terms = self.store, self.sites[site].id, {status: 30}
        self.now += 1
        [tried] = expiry.try_terms(store, site_id, terms, self.now)
        expiry.set_terms(store, site_id, terms)
        looks = iter([True] * slices + [False])
        erased = expiry.delete_expired(
            store, self.now, self.entropy, lambda: next(looks), slice_size=2
        )
        expiry.set_terms(store, site_id, {})
        assert erased == min(2 * slices, tried.comments)
        gone = self.erased_ids()
        for comment in self.comments.values():
            if comment.id in gone and comment.status != "erased":
                assert (comment.site, comment.status) == (site, status.value)
                assert comment.changed_at < self.now - 30 * DAY
                self.erased(comment)

    def erased_ids(self) -> set[str]:
        raise NotImplementedError  # invariants.py

    @rule()
    def broker_is_wiped(self) -> None:
        """No doorbell is left: the sweep alone finds what is due, all of it."""
        due = sweep(self.store, self.now)
        jobs = (comment.job for comment in self.comments.values())
        assert due.judge == any(job is not None and job.due_at <= self.now for job in jobs)

    @rule(answer=st.sampled_from([200, 200, 500, 503, 410, "timeout"]))
    def deliver(self, answer: int | str) -> None:
        """The steady endpoints accept whatever comes; the flaky one gives this answer."""

        def send(url: str, headers: Mapping[str, str], body: bytes) -> Response:
            is_flaky = url.endswith("flaky")
            if is_flaky and answer != 200:
                return Response(error=answer) if isinstance(answer, str) else Response(answer)
            kept = self.told.setdefault(url, {})
            id = headers["webhook-id"]
            assert kept.setdefault(id, body) == body, "the same message has the same bytes"
            return Response(200)

        self.now += 1
        self._courier(send).drain()

    def _courier(self, send: Callable[[str, Mapping[str, str], bytes], Response]) -> Courier:
        return Courier(
            store=self.store,
            send=send,
            now=lambda: self.now,
            entropy=self.entropy,
            chance=lambda: 0.5,
            threads=2,
        )

    @rule(enable=st.booleans())
    def switch_flaky(self, enable: bool) -> None:
        site_ids = {self.sites[0].id}
        if enable:
            endpoints.enable_endpoint(self.store, site_ids, self.flaky)
            past_deliveries.replay_deliveries(
                self.store, site_ids, self.flaky, Replay.DEAD, **self.clock
            )
        else:
            endpoints.disable_endpoint(self.store, site_ids, self.flaky, **self.clock)
