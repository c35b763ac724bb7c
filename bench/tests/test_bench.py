"""The benches run: a figure that cannot be printed again is not one. Small, and nothing is timed here."""

from pathlib import Path

from bench.environment import a_place
from bench.fill import filled
from bench.overhead import Ours
from bench.spam import YARDSTICK, judged


def test_the_spam_bench_fills_a_store_and_judges_beside_it(tmp_path: Path) -> None:
    store, site_id = filled(tmp_path, 3_000)
    try:
        for kind in ("new", "near copy", "campaign"):
            spent = judged(store, site_id, kind, 12, 4, seed=1)
            assert {"sketch", "memory: read", "spam", "learned", "memory: write"} <= spent.keys()
            assert all(one > 0 for one in spent.values()), spent
            assert YARDSTICK in spent
    finally:
        store.close()


def test_the_judge_bench_decides_what_it_sends() -> None:
    with a_place() as place:
        ours = Ours(place)
        with ours.house:
            found = ours.round(rate=40.0, seconds=1.0)
    assert len(found.waits) == 40
