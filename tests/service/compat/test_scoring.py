"""Scores for those who wait: together, in turn, within the deadline or not at all."""

import asyncio
import threading

import pytest

from moderation.domain.errors import TooMany, Unavailable
from moderation.scorers.pipeline import ScorerPipeline
from service.queues.synchronous_scoring import BATCH, SHARE, SynchronousScoring
from tests.factories import Scripted, panel

DEADLINE = 30.0  # where no deadline is meant to pass


class Gated(Scripted):
    """Scores what it is let through, and remembers the sizes of its batches."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.batches: list[list[str]] = []

    def measure(self, batch):
        self.batches.append([candidate.text for candidate in batch])
        if len(self.batches) > 1:  # the first is the warm-up
            self.entered.set()
            assert self.gate.wait(20)
        return super().measure(batch)


async def until_entered(gated: Gated) -> None:
    assert await asyncio.to_thread(gated.entered.wait, 20)


def run(scoring: SynchronousScoring, story):
    try:
        return asyncio.run(story)
    finally:
        scoring.close()


def test_texts_get_their_own_scores_in_order():
    scoring = SynchronousScoring(panel, DEADLINE)
    texts = [f"{'bad' if n % 3 == 0 else 'good'} {n}" for n in range(100)]

    async def story():
        return await asyncio.gather(scoring.score(texts), scoring.score(["bad"]), scoring.score([]))

    several, single, none = run(scoring, story())
    assert [scores.get("toxicity").value for scores in several] == [
        0.9 if n % 3 == 0 else 0.1 for n in range(100)
    ]
    assert [scores.get("toxicity").value for scores in single] == [0.9]
    assert none == []


def test_what_gathers_is_scored_together_and_a_long_list_takes_turns():
    gated = Gated()
    scoring = SynchronousScoring(lambda: ScorerPipeline([gated], 30), DEADLINE)

    async def story():
        first = asyncio.create_task(scoring.score(["first"]))
        await until_entered(gated)
        long = asyncio.create_task(scoring.score([f"long {n}" for n in range(100)]))
        await asyncio.sleep(0)
        short = [asyncio.create_task(scoring.score([f"short {n}"])) for n in range(5)]
        await asyncio.sleep(0)
        gated.gate.set()
        await asyncio.gather(first, long, *short)

    run(scoring, story())
    after = gated.batches[2]
    assert after[:SHARE] == [f"long {n}" for n in range(SHARE)]
    assert after[SHARE:] == [f"short {n}" for n in range(5)], (
        "nobody waits for all of the long list"
    )
    assert max(map(len, gated.batches)) <= BATCH
    assert sum(map(len, gated.batches)) == 107


def test_late_is_told_and_the_next_one_is_served():
    gated = Gated()
    scoring = SynchronousScoring(lambda: ScorerPipeline([gated], 30), DEADLINE)

    async def story():
        first = asyncio.create_task(scoring.score(["first"]))
        await until_entered(gated)
        with pytest.raises(TooMany) as late:
            await scoring.score(["x"], deadline=0.05)
        gated.gate.set()
        await first
        assert late.value.retry_after >= 1
        return await scoring.score(["bad"])

    assert run(scoring, story())[0].get("toxicity").value == 0.9
    assert ["x"] not in gated.batches, "what nobody waits for is not scored"


def test_more_than_can_be_scored_in_time_is_refused_at_once():
    gated = Gated()
    scoring = SynchronousScoring(lambda: ScorerPipeline([gated], 30), DEADLINE)

    async def story():
        first = asyncio.create_task(scoring.score(["first"]))
        await until_entered(gated)
        refused, waiting = 0, []
        for _ in range(3_000):
            task = asyncio.create_task(scoring.score(["word " * 100], deadline=1.0))
            await asyncio.sleep(0)
            if task.done():
                assert isinstance(task.exception(), TooMany)
                refused += 1
            else:
                waiting.append(task)
        gated.gate.set()
        await asyncio.gather(first, *waiting, return_exceptions=True)
        return refused

    assert run(scoring, story()) > 1_000


def test_a_broken_scorer_is_said_and_a_missing_panel_is_unavailable():
    def broken():
        raise ImportError("no such model")

    scoring = SynchronousScoring(lambda: panel(Scripted("broken")), DEADLINE)
    assert run(scoring, scoring.score(["x"]))[0].failed == ("scripted",)
    scoring = SynchronousScoring(broken, DEADLINE)
    with pytest.raises(Unavailable):
        run(scoring, scoring.score(["x"]))


def test_whoever_waits_at_the_end_is_told():
    gated = Gated()
    scoring = SynchronousScoring(lambda: ScorerPipeline([gated], 30), DEADLINE)

    async def story():
        first = asyncio.create_task(scoring.score(["first"]))
        await until_entered(gated)
        second = asyncio.create_task(scoring.score(["second"]))
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(scoring.close))
        with pytest.raises(Unavailable):
            await second
        gated.gate.set()
        await closing
        await first
        with pytest.raises(Unavailable):
            await scoring.score(["third"])

    asyncio.run(story())
