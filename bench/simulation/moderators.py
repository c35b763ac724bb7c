"""The moderators of the section: they come now and then, work through what waits, and err at times."""

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
_ERRS = 0.02
_NOTICED = 0.6  # of what readers should not have seen, somebody tells the moderators
_LOOKS_INTO_SPAM = 9 * HOUR  # once a day
_RESCUED = 0.7  # of the honest comments filed as spam, one who looks sees so many
TEACHERS = ("mod_first", "mod_second")


def visits(days: int, start: int) -> list[int]:
    """When somebody comes: every half hour of the day, from seven to eleven at night."""
    return [start + day * DAY + at for day in range(days) for at in range(_OPEN, _CLOSE, VISIT)]


@dataclass
class Desk:
    """What they know and have done. truth: every comment as it really is. actions: by kind of comment.

    rulings: by campaign of the section, how often its members were ruled on together.
    """

    store: Store
    site_id: str
    chance: random.Random
    entropy: Callable[[int], bytes]
    truth: Mapping[str, Post]
    campaigns: bool
    actions: Counter[str] = field(default_factory=Counter)
    rulings: Counter[str] = field(default_factory=Counter)
    _told: list[tuple[int, str]] = field(default_factory=list)
    _wrong: dict[str, Outcome] = field(default_factory=dict)
    _looked: int = -1

    def published(self, comment_id: str, at: int) -> None:
        """Readers see it; what they should not have seen some will tell of, hours later."""
        post = self.truth[comment_id]
        if (post.is_spam or post.kind == TROLL) and self.chance.random() < _NOTICED:
            self._told.append(
                (at + HOUR + round(self.chance.expovariate(1 / (4 * HOUR))), comment_id)
            )

    def visit(self, now: int) -> None:
        """Campaigns first, then what waits alone, then complaints; the spam folder once a day."""
        teacher = TEACHERS[now // VISIT % 2]
        left = _CARDS
        if self.campaigns:
            left -= self._settle(teacher, now)
        for card in queues.list_queue(
            self.store, self.site_id, Status.HELD, limit=max(left, 1), alone=self.campaigns
        ):
            self._decide(teacher, card.id, now)
        due = [one for one in self._told if one[0] <= now]
        self._told = [one for one in self._told if one[0] > now]
        for _, comment_id in sorted(due):
            card = queues.get_card(self.store, {self.site_id}, comment_id)
            if card.status is Status.APPROVED:
                self._decide(teacher, comment_id, now)
        day = (now - _LOOKS_INTO_SPAM) // DAY
        if day != self._looked:
            self._looked = day
            self._rescue(teacher, now)

    def _settle(self, teacher: str, now: int) -> int:
        done = 0
        for card in campaigns.waiting_campaigns(self.store, self.site_id, now, limit=_CARDS):
            kinds = Counter(self.truth[one.id].kind for one in card.sample)
            kind = kinds.most_common(1)[0][0]
            right = _right(
                self.truth[next(o.id for o in card.sample if self.truth[o.id].kind == kind)]
            )
            outcome = self._said(right, card.id not in self._wrong)
            if outcome is right:
                self._wrong.pop(card.id, None)
            else:
                self._wrong[card.id] = right
            campaign_decisions.decide(
                self.store, teacher, self.site_id, card.id, outcome, now=now, entropy=self.entropy
            )
            self.rulings[kind] += 1
            done += 1
        for campaign_id, right in list(
            self._wrong.items()
        ):  # a slip on a campaign is seen the next time
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
        return done

    def _decide(self, teacher: str, comment_id: str, now: int) -> None:
        post = self.truth[comment_id]
        outcome = self._said(_right(post), True)
        decisions.decide(
            self.store, teacher, {self.site_id}, comment_id, outcome, now=now, entropy=self.entropy
        )
        self.actions[post.kind] += 1

    def _rescue(self, teacher: str, now: int) -> None:
        for card in queues.list_queue(self.store, self.site_id, Status.SPAM, limit=200):
            by = card.decision.actor.kind if card.decision else None
            honest = not self.truth[card.id].is_spam
            if honest and by is ActorKind.POLICY and self.chance.random() < _RESCUED:
                self._decide(teacher, card.id, now)

    def _said(self, right: Outcome, may_err: bool) -> Outcome:
        if may_err and self.chance.random() < _ERRS:
            return Outcome.SPAM if right is Outcome.APPROVE else Outcome.APPROVE
        return right


def _right(post: Post) -> Outcome:
    if post.is_spam:
        return Outcome.SPAM
    return Outcome.REJECT if post.kind == TROLL else Outcome.APPROVE
