"""The service's own code under the attack: comments are judged one by one, moderators decide, the score learns."""

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.poisoning.writers import DAY, MINUTE, ORIGIN, Plan, Post, posts
from bench.simulation.scoring_layers import layers, pipeline_of, policy_of
from bench.simulation.week import empty_store, hand_in
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.learning.lesson_cache import LessonCache
from moderation.learning.lessons import learn
from moderation.review import campaign_decisions, campaigns, decisions, queues
from moderation.scorers.spam.spam_model import FOLDER, load_prior
from moderation.store import sites
from moderation.store.sql.engine import Store

START = 1_788_220_800_000  # a Tuesday in September 2026, 00:00 UTC
VISIT = 60 * MINUTE
_SECRET = b"the simulation's secret, 32 byte"


@dataclass
class Result:
    """By kind of comment. first: what the policy decided when it came in; last: its status at the end, of
    those that no person decided singly; filed_for: reasons of honest comments that were filed. rulings: on
    campaigns; singles: single decisions, by kind.
    """

    first: dict[str, Counter[Outcome]] = field(default_factory=dict)
    last: dict[str, Counter[Status]] = field(default_factory=dict)
    filed_for: Counter[str] = field(default_factory=Counter)
    rulings: Counter[str] = field(default_factory=Counter)
    singles: Counter[str] = field(default_factory=Counter)


def simulate(plan: Plan, seed: int) -> Result:
    """Simulates the attack in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite+pysqlite:///{empty_store(Path(folder))}", _SECRET)
        try:
            return _Attack(store, plan, seed).simulate()
        finally:
            store.close()


class _Attack:
    def __init__(self, store: Store, plan: Plan, seed: int) -> None:
        self._store, self._plan, self._seed = store, plan, seed
        self._now = START
        self._entropy: Callable[[int], bytes] = random.Random(seed + 1).randbytes
        layer = layers()[-1]
        self._pipeline = pipeline_of(layer, FOLDER, LessonCache(store, lambda: self._now / 1000))
        self._policy = policy_of(self._pipeline)
        self._prior = load_prior(FOLDER)
        with store.write() as connection:
            self._site = sites.add_site(connection, "Herald", [ORIGIN], "en", START, self._entropy)
        self._truth: dict[str, Post] = {}
        self._result = Result()

    def simulate(self) -> Result:
        due = START + VISIT
        for post in posts(self._plan, self._seed, START):
            while due <= post.at:
                self._visit(due)
                due += VISIT
            self._now = post.at
            self._hand_in(post)
        self._visit(max(due, START + self._plan.days * DAY))
        self._count_last()
        return self._result

    def _hand_in(self, post: Post) -> None:
        id, decision = hand_in(
            self._store,
            self._site.id,
            post,
            self._pipeline,
            self._policy,
            now=lambda: self._now,
            entropy=self._entropy,
        )
        self._truth[id] = post
        self._result.first.setdefault(post.kind, Counter())[decision.outcome] += 1
        if post.is_honest and decision.outcome in (Outcome.SPAM, Outcome.REJECT):
            self._result.filed_for.update(reason.code for reason in decision.reasons)

    def _visit(self, now: int) -> None:
        """Moderators decide what waits, campaigns first, and what readers report of the published spam."""
        self._now = now
        for card in campaigns.waiting_campaigns(self._store, self._site.id, now, limit=100):
            members = campaigns.list_members(self._store, self._site.id, card.id, limit=500)
            held = [self._truth[each.id] for each in members if each.status is Status.HELD]
            attacks = Counter(post.kind for post in held if not post.is_honest)
            # A moderator sees one text with a link, and calls it what most of it is.
            spam = attacks.total() * 2 > len(held)
            kind = attacks.most_common(1)[0][0] if spam else "honest"
            outcome = Outcome.SPAM if spam else Outcome.APPROVE
            campaign_decisions.decide(
                self._store,
                "mod_1",
                self._site.id,
                card.id,
                outcome,
                now=now,
                entropy=self._entropy,
            )
            self._result.rulings[kind] += 1
        waiting = queues.list_queue(self._store, self._site.id, Status.HELD, limit=500)
        for entry in waiting:
            self._decide(entry.id, now)
        for comment_id, post in list(self._truth.items()):
            if not post.is_honest and now - VISIT <= post.at < now:
                card_of_post = queues.get_card(self._store, {self._site.id}, comment_id)
                if card_of_post.status is Status.APPROVED:
                    self._decide(comment_id, now)
        learn(self._store, self._prior, now)

    def _decide(self, comment_id: str, now: int) -> None:
        post = self._truth[comment_id]
        outcome = Outcome.APPROVE if post.is_honest else Outcome.SPAM
        decisions.decide(
            self._store,
            "mod_1",
            {self._site.id},
            comment_id,
            outcome,
            now=now,
            entropy=self._entropy,
        )
        self._result.singles[post.kind] += 1

    def _count_last(self) -> None:
        for comment_id, post in self._truth.items():
            card = queues.get_card(self._store, {self._site.id}, comment_id)
            decision = card.decision
            if decision and (decision.actor.kind is ActorKind.POLICY or decision.ruling):
                self._result.last.setdefault(post.kind, Counter())[card.status] += 1
