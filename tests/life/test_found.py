"""Histories that made an invariant fail once, as Hypothesis found them."""

from collections.abc import Callable

from moderation.domain.appeal import Answer
from moderation.domain.decision import Outcome
from moderation.store.sql.engine import Store
from tests.life.invariants import Life


def begin(fresh: Callable[[], Store], *words: str) -> Life:
    class OnThisDatabase(Life):
        pass

    OnThisDatabase.fresh = staticmethod(fresh)
    life = OnThisDatabase()
    life.begin(words=list(words), judged=True)
    life.holds()
    return life


def test_what_was_measured_of_an_earlier_text_stays(fresh: Callable[[], Store]) -> None:
    """A reply that was changed waits for its parent; once that is approved, its new text is measured again."""
    fine = "A fine article"
    life = begin(fresh, *[fine] * 4)
    reject = {"outcome": Outcome.REJECT, "then": Outcome.REJECT, "moderator": "mod_ada"}
    life.remove_and_appeal(answer=Answer.UPHOLD, between="decide", which=0, words=fine, **reject)
    life.holds()
    change = {"meanwhile": "", "mood": "well", "outcome": Outcome.APPROVE, "words": fine}
    for which, before in ((9, ""), (0, "withdraw")):
        life.change_and_judge(before=before, which=which, **change)
        life.holds()
    word = {"outcome": Outcome.APPROVE, "moderator": "mod_ada", "which": 0}
    life.decide(branch=False, stale=False, takes_over=False, **word)
    life.holds()
    life.teardown()


def test_what_is_held_again_by_an_undo_is_found_by_its_reasons(fresh: Callable[[], Store]) -> None:
    fine = "A fine article"
    life = begin(fresh, fine, fine, "You bad man", fine)
    again = {"outcome": Outcome.APPROVE, "then": Outcome.APPROVE}
    life.decide_many_and_take_back(between="", which=[2], words=fine, **again)
    life.holds()
    life.edit(same=False, which=2, words=fine)
    life.holds()
    life.teardown()
