"""In miniature: the attack gets no honest comment filed, and spam is still filed."""

from collections import Counter

from bench.poisoning.attack import simulate
from bench.poisoning.writers import ATTACK_KINDS, CAMPAIGN, HONEST_KINDS, SMALL
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome


def test_no_honest_comment_is_filed_and_a_campaign_takes_few_actions() -> None:
    result = simulate(SMALL, seed=1)
    first: Counter[Outcome] = sum((result.first[kind] for kind in HONEST_KINDS), Counter())
    assert first.total() == SMALL.honest
    assert first[Outcome.SPAM] + first[Outcome.REJECT] == 0
    last: Counter[Status] = sum(
        (result.last.get(kind, Counter()) for kind in HONEST_KINDS), Counter()
    )
    assert last[Status.SPAM] + last[Status.REJECTED] == 0
    attacks: Counter[Outcome] = sum((result.first[kind] for kind in ATTACK_KINDS), Counter())
    assert attacks[Outcome.SPAM] + attacks[Outcome.REJECT] > 0
    assert result.rulings[CAMPAIGN] + result.singles[CAMPAIGN] <= 1
