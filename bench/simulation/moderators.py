"""The simulated moderators: they come now and then, work through the queue, and err at times."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.simulation.writers import DAY, HOUR, MINUTE, TROLL, Post
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.review import campaign_decisions, campaigns, decisions, queues
from moderation.store.sql.engine import Store

VISIT = 30 * MINUTE  # from one visit to the next, by day
_OPEN, _CLOSE = 7 * HOUR, 23 * HOUR
_CARDS = 40  # in one visit
_ERROR_RATE = 0.02
_REPORTED = 0.6  # share of published spam and insults that readers report
_LOOKS_INTO_SPAM = 9 * HOUR  # once a day
_RESTORED = 0.7  # share of the honest comments in the spam folder that a look into it restores
TEACHERS = ("mod_first", "mod_second")


def visits(days: int, start: int) -> list[int]:
    """The times of their visits: every half hour from 7:00 to 23:00."""
    return [start + day * DAY + time for day in range(days) for time in range(_OPEN, _CLOSE, VISIT)]


@dataclass
class Moderators:
    """truth: what each comment really is, by id. actions: decisions on single comments, by kind.

    rulings: decisions on whole campaigns, by kind of comment.
    """

    store: Store
    site_id: str
    chance: random.Random
    entropy: Callable[[int], bytes]
    truth: Mapping[str, Post]
    campaigns: bool
    actions: Counter[str] = field(default_factory=Counter)
    rulings: Counter[str] = field(default_factory=Counter)
    _reports: list[tuple[int, str]] = field(default_factory=list)
    _wrong: dict[str, Outcome] = field(default_factory=dict)
    _looked: int = -1

    def published(self, comment_id: str, now: int) -> None:
        """A comment is published; if it is spam or an insult, a reader may report it hours later."""
        post = self.truth[comment_id]
        if (post.is_spam or post.kind == TROLL) and self.chance.random() < _REPORTED:
            self._reports.append(
                (now + HOUR + round(self.chance.expovariate(1 / (4 * HOUR))), comment_id)
            )

    def visit(self, now: int) -> None:
        """Campaigns first, then other held comments, then reports; once a day the spam folder, and what waits
        with ruled campaigns.
        """
        teacher = TEACHERS[now // VISIT % 2]
        cards_left = _CARDS
        if self.campaigns:
            cards_left -= self._decide_campaigns(teacher, now)
        for card in queues.list_queue(
            self.store, self.site_id, Status.HELD, limit=max(cards_left, 1), alone=self.campaigns
        ):
            self._decide(teacher, card.id, now)
        due = [report for report in self._reports if report[0] <= now]
        self._reports = [report for report in self._reports if report[0] > now]
        for _, comment_id in sorted(due):
            card = queues.get_card(self.store, {self.site_id}, comment_id)
            if card.status is Status.APPROVED:
                self._decide(teacher, comment_id, now)
        day = (now - _LOOKS_INTO_SPAM) // DAY
        if day != self._looked:
            self._looked = day
            self._restore_honest(teacher, now)
            self._release_honest(teacher, now)

    def _decide_campaigns(self, teacher: str, now: int) -> int:
        decided = 0
        for card in campaigns.waiting_campaigns(self.store, self.site_id, now, limit=_CARDS):
            kinds = Counter(self.truth[comment.id].kind for comment in card.sample)
            kind = kinds.most_common(1)[0][0]
            right = _right_outcome(
                self.truth[next(o.id for o in card.sample if self.truth[o.id].kind == kind)]
            )
            outcome = self._outcome(right, card.id not in self._wrong)
            if outcome is right:
                self._wrong.pop(card.id, None)
            else:
                self._wrong[card.id] = right
            campaign_decisions.decide(
                self.store, teacher, self.site_id, card.id, outcome, now=now, entropy=self.entropy
            )
            self.rulings[kind] += 1
            decided += 1
        for campaign_id, right in list(
            self._wrong.items()
        ):  # a mistake on a campaign is corrected at the next visit
            card = campaigns.get_campaign(self.store, self.site_id, campaign_id, now)
            if card.rulings[-1].created_at < now:
                campaign_decisions.decide(
                    self.store,
                    teacher,
                    self.site_id,
                    campaign_id,
                    right,
                    now=now,
                    entropy=self.entropy,
                )
                self.rulings[self.truth[card.sample[0].id].kind] += 1
                del self._wrong[campaign_id]
        return decided

    def _decide(self, teacher: str, comment_id: str, now: int) -> None:
        post = self.truth[comment_id]
        outcome = self._outcome(_right_outcome(post), True)
        decisions.decide(
            self.store, teacher, {self.site_id}, comment_id, outcome, now=now, entropy=self.entropy
        )
        self.actions[post.kind] += 1

    def _restore_honest(self, teacher: str, now: int) -> None:
        for card in queues.list_queue(self.store, self.site_id, Status.SPAM, limit=200):
            by = card.decision.actor.kind if card.decision else None
            honest = not self.truth[card.id].is_spam
            if honest and by is ActorKind.POLICY and self.chance.random() < _RESTORED:
                self._decide(teacher, card.id, now)

    def _release_honest(self, teacher: str, now: int) -> None:
        """Honest comments that wait with a ruled campaign, by the same look; the rest goes on waiting."""
        for card in campaigns.waiting_campaigns(
            self.store, self.site_id, now, limit=_CARDS, ruled=True
        ):
            members = campaigns.list_members(
                self.store, self.site_id, card.id, limit=500, only="held"
            )
            for member in members:
                if not self.truth[member.id].is_spam and self.chance.random() < _RESTORED:
                    self._decide(teacher, member.id, now)

    def _outcome(self, right: Outcome, may_err: bool) -> Outcome:
        if may_err and self.chance.random() < _ERROR_RATE:
            return Outcome.SPAM if right is Outcome.APPROVE else Outcome.APPROVE
        return right


def _right_outcome(post: Post) -> Outcome:
    if post.is_spam:
        return Outcome.SPAM
    return Outcome.REJECT if post.kind == TROLL else Outcome.APPROVE
