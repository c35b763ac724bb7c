"""Short lives, told step by step, of which the invariants notice what would be broken; on both databases, without chance."""

from collections.abc import Callable

import pytest

from moderation.domain.comment import PageState
from moderation.domain.decision import Outcome
from moderation.store.sql.engine import Store
from tests.life.invariants import Life

FINE = ["A fine article"] * 4
BAD = ["You bad man", *FINE[1:]]


def a_persons_word_stands_when_the_worker_comes_after_it(life: Life) -> None:
    life.begin(BAD, False)
    life.decide_more(0, Outcome.APPROVE)
    life.judge("well", "", 0)


def a_slow_worker_whose_work_was_taken_over_changes_nothing(life: Life) -> None:
    life.begin(FINE, False)
    life.judge("well", "taken over", 0)


def a_text_that_is_changed_while_models_compute_is_judged_anew(life: Life) -> None:
    life.begin(FINE, False)
    life.judge("well", "edit", 0)


def a_key_that_a_closed_page_refused_is_free_again(life: Life) -> None:
    life.begin(FINE, True)
    life.set_page(0, "2", PageState.CLOSED)
    life.hand_in(0, "2", "A fine article", "k1", "Ada", None)
    life.holds()
    life.set_page(0, "2", PageState.OPEN)
    life.hand_in(0, "2", "A fine article", "k1", "Ada", None)


def nothing_is_left_of_an_erased_person(life: Life) -> None:
    life.begin(FINE, True)
    life.erase_person("Ada", (0,))


def what_somebody_has_claimed_others_leave_alone(life: Life) -> None:
    life.begin(FINE, True)
    life.claim("mod_ada", 0, False)
    life.decide("mod_bea", 0, Outcome.REJECT, False, False, False)


def a_branch_comes_back_with_its_root(life: Life) -> None:
    life.begin(FINE, True)
    life.decide("mod_ada", 0, Outcome.REJECT, False, True, True)
    life.holds()
    life.undo("mod_bea", 0, False)


def replies_follow_when_what_they_answer_is_approved(life: Life) -> None:
    life.begin(BAD, True)
    life.decide_more(0, Outcome.APPROVE)


def a_scorer_that_is_away_approves_nothing(life: Life) -> None:
    life.begin(FINE, False)
    life.judge("missing", "", 0)


STORIES = (
    a_persons_word_stands_when_the_worker_comes_after_it,
    a_slow_worker_whose_work_was_taken_over_changes_nothing,
    a_text_that_is_changed_while_models_compute_is_judged_anew,
    a_key_that_a_closed_page_refused_is_free_again,
    nothing_is_left_of_an_erased_person,
    what_somebody_has_claimed_others_leave_alone,
    a_branch_comes_back_with_its_root,
    replies_follow_when_what_they_answer_is_approved,
    a_scorer_that_is_away_approves_nothing,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story(fresh: Callable[[], Store], story: Callable[[Life], None]) -> None:
    class OnThisDatabase(Life):
        pass

    OnThisDatabase.fresh = staticmethod(fresh)
    life = OnThisDatabase()
    try:
        story(life)
        life.holds()
        life.quiet()
        life.holds()
    finally:
        life.teardown()
