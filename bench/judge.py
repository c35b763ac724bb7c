"""Judging: what everything but the model adds, in time and in CPU, beside one Celery task per comment.

    python -m bench.judge [--postgresql] [--rounds 3] [--seconds 4] [--rate 500]

Waiting: accepted -> decided and on disk, at half of what the service can take in and decide, with a
scorer that costs nothing. CPU: of the whole worker process tree per comment when --rate comments come
a second, beside the usual recipe in the same rounds. Share: comments a second that the service decides
with the bundled model, of what the scorers alone measure in one process. Ratios are medians over rounds.
"""

import argparse

from bench.baseline_processes import BaselineProcesses
from bench.environment import Place, a_place
from bench.overhead import Ours, Round, Theirs
from bench.table import milliseconds, table
from bench.throughput_share import own_rate, service_rate
from harness.load import median, percentile

BACKLOG = 4_000  # comments in a round of the third table


def waiting(ours: Ours, rounds: int, seconds: float) -> str:
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
                f"{median([one.messages for one in half]):.4f}",
            )
        ],
    )


def cpu(ours: Ours, theirs: Theirs, rate: float, rounds: int, seconds: float) -> str:
    pairs = [(ours.round(rate, seconds), theirs.round(rate, seconds)) for _ in range(rounds)]
    ratio = median([one.cpu / other.cpu for one, other in pairs])
    rows = [
        (
            name,
            f"{rate:.0f}",
            f"{median([one.rate for one in measured]):.0f}",
            f"{median([one.cpu for one in measured]):.0f}",
            f"{median([one.messages for one in measured]):.4f}",
            *_waits(measured),
            said,
        )
        for name, measured, said in (
            ("Gatehouse", [one for one, _ in pairs], f"1/{1 / ratio:.1f}"),
            ("one task per comment", [other for _, other in pairs], "1"),
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
        milliseconds(median([percentile(one.waits, share) for one in rounds]))
        for share in (0.5, 0.95, 0.99)
    ]


def share(place: Place, rounds: int) -> str:
    with place.house() as house:
        house.start_api()
        worker = house.start_worker()
        house.wait_for_worker()
        pairs = [
            (own_rate(BACKLOG // 2), service_rate(house, worker, BACKLOG)) for _ in range(rounds)
        ]
    return table(
        ("scorers alone /s", "service decides /s", "share"),
        [
            (
                f"{median([own for own, _ in pairs]):.0f}",
                f"{median([decided for _, decided in pairs]):.0f}",
                f"{median([decided / own for own, decided in pairs]):.2f}",
            )
        ],
    )


def measure(postgresql: bool, rounds: int, seconds: float, rate: float) -> None:
    with a_place(postgresql) as place:
        with BaselineProcesses(place) as rival:
            ours = Ours(place)
            with ours.house:
                print(waiting(ours, rounds, seconds), end="\n\n", flush=True)
                theirs = Theirs(place, rival)
                print(cpu(ours, theirs, rate, rounds, seconds), end="\n\n", flush=True)
        print(share(place, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.judge", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load")
    parser.add_argument("--rate", type=float, default=500.0, help="comments a second, second table")
    given = parser.parse_args()
    measure(given.postgresql, given.rounds, given.seconds, given.rate)


if __name__ == "__main__":
    main()
