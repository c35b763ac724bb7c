"""The life of comments, as Hypothesis makes it up: whatever happens in whatever order, the invariants hold.

GATEHOUSE_LIVES=2000 makes up so many histories on each database, GATEHOUSE_STEPS=60 with so many steps each.

That they notice something was tried with eleven faults, each planted alone in a copy of the code and sought on SQLite in at most 40 lives of 25 steps
(0.4 to 0.7 s of CPU each); the code as it is held in 80. The life that found each, with one seed:

    the worker decides after a person has                               6
    what could not be measured is approved                              12
    a second attempt of a delivery has another id                       5
    an undo restores what was decided about an earlier text             6
    findings about a text count for the one that took its place         11
    a worker whose lease was taken over records what it found           32
    counts are one too high after a held comment is withdrawn           5
    a bulk undo takes back what somebody decided since                  19
    an appeal is answered by whoever made the decision                  10
    a claim outlives the comment's erasure                              12
    what a person holds is left to the policy once its writer edits it  12

Without the stretches (stretches.py), with steps drawn one by one, the undo and the appeal were not found in 40.
"""

import os
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from moderation.store.sql.engine import Store
from tests.life.invariants import Life

LIVES = int(os.environ.get("GATEHOUSE_LIVES", "12"))
STEPS = int(os.environ.get("GATEHOUSE_STEPS", "25"))
SHRINKS = os.environ.get("GATEHOUSE_SHRINK", "1") == "1"
SETTINGS = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,),
)


def test_whatever_happens_the_invariants_hold(fresh: Callable[[], Store]) -> None:
    class OnThisDatabase(Life):
        pass

    OnThisDatabase.fresh = staticmethod(fresh)
    run_state_machine_as_test(OnThisDatabase, settings=SETTINGS)
