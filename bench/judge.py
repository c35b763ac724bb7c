"""Judging: what everything but the model adds, in time and in CPU, beside one Celery task per comment.

    python -m bench.judge [--postgresql] [--rounds 3] [--seconds 4] [--rate 500]

Waiting: from accepted to decided and on disk, at half of the rate that the service can take in and
decide, with a scorer that costs nothing. CPU: of the whole worker process tree per comment, at --rate
comments a second, beside the baseline (bench/celery_baseline.py) in the same rounds. Share: comments a
second that the service decides with the bundled model, divided by what the scorers alone measure in one
process; those comments are harmless. Floods: comments a second of a backlog of harmless ones, and of as long ones that
each hold an insult. Ratios are medians over the rounds.
"""

import argparse
from functools import partial

from bench.baseline_processes import BaselineProcesses
from bench.environment import Environment, bench_environment
from bench.overhead import MeasuredBaseline, MeasuredGatehouse, Round
from bench.table import milliseconds, table
from bench.throughput_share import own_rate, service_rate
from harness.load import median, percentile
from harness.texts import INSULTS, flood

BACKLOG = 4_000  # comments in a round of the third table
FLOOD = 1_000  # of each kind in a round of the fourth


def waiting(ours: MeasuredGatehouse, rounds: int, seconds: float) -> str:
    saturation = median([ours.saturation(seconds) for _ in range(rounds)])
    half = [ours.round(saturation / 2, seconds) for _ in range(rounds)]
    return table(
        (
            "saturation /s",
            "offered /s",
            "decided p50 ms",
            "p95 ms",
            "p99 ms",
            "Celery messages each",
        ),
        [
            (
                f"{saturation:.0f}",
                f"{saturation / 2:.0f}",
                *_waits(half),
                f"{median([load.messages for load in half]):.4f}",
            )
        ],
    )


def cpu(
    gatehouse: MeasuredGatehouse,
    baseline: MeasuredBaseline,
    rate: float,
    rounds: int,
    seconds: float,
) -> str:
    pairs = [(gatehouse.round(rate, seconds), baseline.round(rate, seconds)) for _ in range(rounds)]
    ratio = median([ours_round.cpu / theirs_round.cpu for ours_round, theirs_round in pairs])
    rows = [
        (
            name,
            f"{rate:.0f}",
            f"{median([load.rate for load in measured]):.0f}",
            f"{median([load.cpu for load in measured]):.0f}",
            f"{median([load.messages for load in measured]):.4f}",
            *_waits(measured),
            shown_ratio,
        )
        for name, measured, shown_ratio in (
            ("Gatehouse", [load for load, _ in pairs], f"1/{1 / ratio:.1f}"),
            ("one task per comment", [load for _, load in pairs], "1"),
        )
    ]
    head = (
        "worker",
        "offered /s",
        "decided /s",
        "CPU us",
        "messages",
        "p50 ms",
        "p95 ms",
        "p99 ms",
    )
    return table((*head, "CPU ratio"), rows)


def _waits(rounds: list[Round]) -> list[str]:
    return [
        milliseconds(median([percentile(load.waits, share) for load in rounds]))
        for share in (0.5, 0.95, 0.99)
    ]


def share(environment: Environment, rounds: int) -> str:
    with environment.gatehouse() as gatehouse:
        gatehouse.start_api()
        worker = gatehouse.start_worker()
        gatehouse.wait_for_worker()
        pairs = [
            (own_rate(BACKLOG // 2), service_rate(gatehouse, worker, BACKLOG))
            for _ in range(rounds)
        ]
    return table(
        ("scorers alone /s", "service decides /s", "share"),
        [
            (
                f"{median([alone for alone, _ in pairs]):.0f}",
                f"{median([decided for _, decided in pairs]):.0f}",
                f"{median([decided / alone for alone, decided in pairs]):.2f}",
            )
        ],
    )


def floods(environment: Environment, rounds: int) -> str:
    """Harmless and toxic comments of the same length, in turns."""
    with environment.gatehouse() as gatehouse:
        gatehouse.start_api()
        worker = gatehouse.start_worker()
        gatehouse.wait_for_worker()
        pairs = [
            (
                service_rate(gatehouse, worker, FLOOD, flood),
                service_rate(gatehouse, worker, FLOOD, partial(flood, insults=INSULTS)),
            )
            for _ in range(rounds)
        ]
    return table(
        ("harmless decided /s", "toxic decided /s", "ratio"),
        [
            (
                f"{median([harmless for harmless, _ in pairs]):.0f}",
                f"{median([toxic for _, toxic in pairs]):.0f}",
                f"{median([toxic / harmless for harmless, toxic in pairs]):.2f}",
            )
        ],
    )


def measure(postgresql: bool, rounds: int, seconds: float, rate: float) -> None:
    with bench_environment(postgresql) as environment:
        with BaselineProcesses(environment) as baseline:
            ours = MeasuredGatehouse(environment)
            with ours.gatehouse:
                print(waiting(ours, rounds, seconds), end="\n\n", flush=True)
                measured_baseline = MeasuredBaseline(environment, baseline)
                print(cpu(ours, measured_baseline, rate, rounds, seconds), end="\n\n", flush=True)
        print(share(environment, rounds), end="\n\n", flush=True)
        print(floods(environment, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.judge", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load")
    parser.add_argument("--rate", type=float, default=500.0, help="comments a second, second table")
    arguments = parser.parse_args()
    measure(arguments.postgresql, arguments.rounds, arguments.seconds, arguments.rate)


if __name__ == "__main__":
    main()
