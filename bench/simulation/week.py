"""Simulates one week: comments are submitted, judged, moderated and learned from by the service's own code.

Only time and randomness are passed in. Comments are judged one by one, as by a worker that keeps up.
"""

import heapq
import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.simulation.moderators import Moderators, visits
from bench.simulation.scoring_layers import OTHER_REASONS, Layer, pipeline_of, policy_of
from bench.simulation.writers import MINUTE, ORIGIN, Plan, Post
from moderation.domain.comment import Status, Submission, fingerprint
from moderation.domain.decision import Decision, Outcome
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.lesson import no_lessons
from moderation.domain.policy import Policy
from moderation.domain.score import Scorer
from moderation.intake.submit import submit
from moderation.judging.judge import judge
from moderation.learning.lesson_cache import LessonCache
from moderation.learning.lessons import learn
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.spam.spam_model import FOLDER, load_prior
from moderation.store import decisions, sites
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate

_SECRET = b"the simulation's secret, 32 byte"
_LESSONS = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class CommentResult:
    """What became of a comment. first: the policy's decision. about_spam: whether for a spam reason.

    last: its status at the end of the week.
    """

    post: Post
    first: Outcome
    about_spam: bool
    reasons: tuple[str, ...]
    last: Status

    @property
    def held_for_spam(self) -> bool:
        return self.first is not Outcome.APPROVE and self.about_spam

    @property
    def filed(self) -> bool:
        return self.first in (Outcome.SPAM, Outcome.REJECT)


@dataclass(frozen=True, slots=True)
class WeekResult:
    """A week with one layer. actions, rulings: of the moderators, by kind of comment. lessons: their number."""

    layer: Layer
    start: int
    comments: list[CommentResult]
    actions: Counter[str]
    rulings: Counter[str]
    lessons: int


def empty_store(folder: Path) -> Path:
    """A migrated database to copy."""
    path = folder / "empty.db"
    store = Store(f"sqlite+pysqlite:///{path}", _SECRET)
    migrate(store)
    store.close()
    return path


def hand_in(
    store: Store,
    site_id: str,
    post: Post,
    pipeline: ScorerPipeline,
    policy: Policy,
    *,
    now: Callable[[], int],
    entropy: Entropy,
) -> tuple[str, Decision]:
    """Submits a comment and judges it at once; its id, and what the policy decided."""
    submission = Submission(
        timed_id("cmt", post.at, entropy(10)),
        site_id,
        post.page,
        post.author,
        post.text,
        post.at,
        context=post.context,
        fingerprint=fingerprint(post.text),
    )
    submit(store, [submission], personal_days=30, entropy=entropy)
    judge(
        store,
        pipeline,
        policy,
        lease="simulation",
        lease_ms=MINUTE,
        limit=8,
        now=now,
        entropy=entropy,
    )
    with store.read() as connection:
        return submission.id, decisions.latest(connection, [submission.id])[submission.id]


class _Clock:
    """now: ms."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def seconds(self) -> float:
        return self.now / 1000


def simulate_week(
    posts: Sequence[Post],
    plan: Plan,
    layer: Layer,
    empty: Path,
    seed: int,
    start: int,
    prior: Path = FOLDER,
    before: Sequence[Scorer] = (),
) -> WeekResult:
    """Simulates the week. empty: a migrated database. prior: folder of the spam score's initial model.

    before: toxicity scorers, where wanted.
    """
    path = empty.with_name(f"{len(layer.scorers)}{layer.learns}.db")
    shutil.copy(empty, path)
    store = Store(f"sqlite+pysqlite:///{path}", _SECRET)
    try:
        return _Week(posts, plan, layer, store, seed, start, prior, before).simulate()
    finally:
        store.close()
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


class _Week:
    def __init__(
        self,
        posts: Sequence[Post],
        plan: Plan,
        layer: Layer,
        store: Store,
        seed: int,
        start: int,
        prior: Path,
        before: Sequence[Scorer],
    ) -> None:
        self._posts, self._plan, self._layer, self._store, self._start = (
            posts,
            plan,
            layer,
            store,
            start,
        )
        self._entropy = random.Random(seed + 1).randbytes
        self._clock = _Clock(start)
        lessons = LessonCache(store, self._clock.seconds) if layer.learns else no_lessons
        self._pipeline = pipeline_of(layer, prior, lessons, before)
        self._policy = policy_of(self._pipeline)
        self._prior = load_prior(prior)
        with store.write() as connection:
            self._site = sites.add_site(connection, "Herald", [ORIGIN], "en", start, self._entropy)
        self._truth: dict[str, Post] = {}
        self._first: dict[str, tuple[Outcome, tuple[str, ...]]] = {}
        self._moderators = Moderators(
            store,
            self._site.id,
            random.Random(seed + 2),
            self._entropy,
            self._truth,
            layer.campaigns,
        )
        self._lessons = 0

    def simulate(self) -> WeekResult:
        times: list[tuple[int, int, Post | None]] = [
            (post.at, number, post) for number, post in enumerate(self._posts)
        ]
        times += [(time, -1, None) for time in visits(self._plan.days, self._start)]
        heapq.heapify(times)
        taught = self._start
        while times:
            now, _, post = heapq.heappop(times)
            self._clock.now = now
            if post:
                self._hand_in(post)
            else:
                self._moderators.visit(now)
            if self._layer.learns and now - taught >= _LESSONS:
                taught = now
                self._lessons += learn(self._store, self._prior, now) > 0
        return WeekResult(
            self._layer,
            self._start,
            self._comment_results(),
            self._moderators.actions,
            self._moderators.rulings,
            self._lessons,
        )

    def _hand_in(self, post: Post) -> None:
        id, decided = hand_in(
            self._store,
            self._site.id,
            post,
            self._pipeline,
            self._policy,
            now=self._clock,
            entropy=self._entropy,
        )
        self._truth[id] = post
        self._first[id] = (
            decided.outcome,
            tuple(reason.code for reason in decided.reasons),
        )
        if decided.outcome is Outcome.APPROVE:
            self._moderators.published(id, post.at)

    def _comment_results(self) -> list[CommentResult]:
        with self._store.read() as connection:
            statuses = {
                id: standing.status
                for id, standing in decisions.standings(connection, list(self._truth)).items()
            }
        return [
            CommentResult(
                post,
                self._first[id][0],
                any(code not in OTHER_REASONS for code in self._first[id][1]),
                self._first[id][1],
                statuses[id],
            )
            for id, post in self._truth.items()
        ]
