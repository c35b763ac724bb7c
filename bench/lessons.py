"""What a site's lessons about toxicity achieve on public data: comments held before and after moderators decided.

    python -m bench.lessons --data DIR [--texts 1500] [--orders 8]

Of each set, so many random comments are decided as they are labelled (what lies between counts as published),
and the rest is measured with and without what that taught: the share held at the thresholds of `newsroom` and `social`,
and what the model alone would find if its threshold were lowered until it held as many of the others. Orders in which
nothing was corrected count as they are. With the bundled model; some minutes of one core.
"""

import argparse
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.table import table
from gatehouse.evaluation.measures import recall_at
from gatehouse.evaluation.sets import rows
from gatehouse.evaluation.sources import SOURCES
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, Signal
from moderation.scorers.models.bundled import Bundled
from moderation.scorers.site.taught_toxicity import (
    Example,
    ModelCorrection,
    corrected,
    fit_correction,
)

DECISIONS = (200, 1_000)
PROFILES = {"newsroom": 0.45, "social": 0.25}
# Where the report of `gatehouse model eval` looks at the bad ones only.
_ALL_OTHERS: dict[str, Callable[[Mapping[str, str]], bool | None]] = {
    "edos": lambda row: row["label_sexist"] == "sexist"
}
_BATCH = 64


def toxicity_signals(model: Bundled, texts: Sequence[str]) -> list[Signal]:
    """The signal `toxicity` of each text, with its vector."""
    found: list[Signal] = []
    for first in range(0, len(texts), _BATCH):
        batch = [Candidate(text, normalise(text)) for text in texts[first : first + _BATCH]]
        found += [signals[0] for signals in model.measure(batch)]
    return found


def toxicity_rows(
    model: Bundled, folder: Path, name: str, limit: int, orders: int
) -> list[tuple[str, ...]]:
    source = SOURCES[name]
    sample = list(rows(folder, name))
    random.Random(1).shuffle(sample)
    signals = toxicity_signals(model, [row[source.column] for row in sample[:limit]])
    is_bad = _ALL_OTHERS.get(name, source.is_bad)
    truth = [is_bad(row) for row in sample[:limit]]
    lines = []
    for count in (count for count in DECISIONS if count < 0.8 * len(signals)):
        runs = [_one_order(signals, truth, count, seed) for seed in range(orders)]
        active = sum(run[0] is not None for run in runs)
        for profile in PROFILES:
            shares = np.array([run[1][profile] for run in runs])
            mean, spread = shares.mean(axis=0), shares.std(axis=0)
            lines.append(
                (
                    name,
                    f"{count:,}",
                    f"{active} of {orders}",
                    profile,
                    *(f"{100 * mean[column]:.1f} %" for column in (0, 1)),
                    f"{100 * mean[2]:.1f} ± {100 * spread[2]:.1f} %",
                    *(f"{100 * mean[column]:.1f} %" for column in (3, 4)),
                )
            )
    return lines


def _one_order(
    signals: Sequence[Signal], truth: Sequence[bool | None], count: int, seed: int
) -> tuple[ModelCorrection | None, dict[str, list[float]]]:
    """What was taught, and by profile: others held before and after; bad ones held after, before, and at equal alarms."""
    order = np.random.default_rng(seed).permutation(len(signals)).tolist()
    decided, rest = order[:count], [each for each in order[count:] if truth[each] is not None]
    examples = [
        Example(signals[each].vector, signals[each].value, bool(truth[each]), 1.0)
        for each in decided
    ]
    correction = fit_correction(signals[0].sha256, examples)
    bad = np.array([bool(truth[each]) for each in rest])
    before = np.array([signals[each].value for each in rest])
    after = np.array(
        [
            corrected(signals[each].value, correction.of(signals[each].vector) if correction else 0)
            for each in rest
        ]
    )
    shares = {}
    for profile, line in PROFILES.items():
        alarms = float((after[~bad] >= line).mean())
        shares[profile] = [
            float((before[~bad] >= line).mean()),
            alarms,
            float((after[bad] >= line).mean()),
            float((before[bad] >= line).mean()),
            recall_at(bad, before, alarms) if alarms else 0.0,
        ]
    return correction, shares


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.lessons", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--texts", type=int, default=1_500, help="of each set, at most")
    parser.add_argument("--orders", type=int, default=8)
    arguments = parser.parse_args()
    model = Bundled()
    held = ("others held before", "after", "bad held after", "before")
    head = ("set", "decided", "corrected", "profile", *held, "with a lower threshold instead")
    for name in ("ucc_val", "olid_train", "edos"):
        lines = toxicity_rows(model, arguments.data, name, arguments.texts, arguments.orders)
        print(table(head, lines), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
