"""The benches run, at a small scale and without timing, so that every figure can be measured again."""

from pathlib import Path

from bench.environment import bench_environment
from bench.fill import filled
from bench.overhead import MeasuredGatehouse
from bench.spam import YARDSTICK, judged


def test_the_spam_bench_fills_a_store_and_judges_beside_it(tmp_path: Path) -> None:
    store, site_id = filled(tmp_path, 3_000)
    try:
        for kind in ("new", "near copy", "campaign"):
            spent = judged(store, site_id, kind, 12, 4, seed=1)
            assert {"sketch", "memory: read", "spam", "learned", "memory: write"} <= spent.keys()
            assert all(seconds > 0 for seconds in spent.values()), spent
            assert YARDSTICK in spent
    finally:
        store.close()


def test_the_judge_bench_decides_what_it_sends() -> None:
    with bench_environment() as environment:
        ours = MeasuredGatehouse(environment)
        with ours.gatehouse:
            measured = ours.round(rate=40.0, seconds=1.0)
    assert len(measured.waits) == 40
