"""Prints which spam scores honest comments and spam reach: python -m training.blatant --data DIR.

Akismet's clients discard blatant spam (moderation/domain/akismet_check.py) unseen, so its threshold is one
that no honest comment reaches. The prior was trained on these spam sets: on another site it finds less.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from moderation.domain.akismet_check import BLATANT_SCORE
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, measure_all
from moderation.scorers.build import build_scorers
from training.replies import HAM, Reply, messages, split_honest, videos

BARS = (0.5, 0.7, 0.9, 0.95, 0.97, BLATANT_SCORE, 0.99)


def scores(replies: Sequence[Reply]) -> np.ndarray:
    """The spam score of each, by the scorers of the service, on a site without decisions."""
    scorers = [
        scorer for scorer in build_scorers("bundled") if scorer.name != "bundled"
    ]  # toxicity does not matter here
    values: list[float] = []
    for first in range(0, len(replies), 500):
        batch = [
            Candidate(reply.text, normalise(reply.text), author_name=reply.name)
            for reply in replies[first : first + 500]
        ]
        for scorer in scorers:
            batch = [
                replace(candidate, signals=(*candidate.signals, *signals))
                for candidate, signals in zip(batch, measure_all(scorer, batch), strict=True)
            ]
        values += [
            next(signal.value for signal in candidate.signals if signal.name == "spam")
            for candidate in batch
        ]
    return np.array(values)


def main(command: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--seed", type=int, default=20, help="as of training.spam")
    parser.add_argument(
        "--honest", type=int, default=HAM, help="honest comments to learn from, of each place"
    )
    arguments = parser.parse_args(command)
    _, unseen = split_honest(arguments.data, arguments.seed, arguments.honest)
    print(f"{'':28}" + "".join(f"{f'>= {bar:g}':>10}" for bar in BARS) + "   highest")
    for name, source in (("news sites", "news"), ("Wikipedia talk", "talk"), ("forums", "forum")):
        _print(f"honest, {name}", [reply for reply in unseen if reply.source == source])
    for name, replies in (("YouTube", videos), ("SMS", messages)):
        _print(f"spam, {name}", [reply for reply in replies(arguments.data) if reply.is_spam])


def _print(name: str, replies: Sequence[Reply]) -> None:
    values = scores(replies)
    shares = "".join(f"{(values >= bar).mean():10.2%}" for bar in BARS)
    print(f"{name:22}{len(replies):6,}{shares}{values.max():10.4f}", flush=True)


if __name__ == "__main__":
    main()
