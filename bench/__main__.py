"""`make bench`: the five benches that every change may concern; ARGS picks some (intake, judge, faces, scoring, spam) or PostgreSQL. The others: docs/performance.md."""

import argparse

from bench import compat, intake, judge, scoring, spam
from harness.texts import made_up

BENCHES = ("intake", "judge", "faces", "scoring", "spam")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("which", nargs="*", help=f"{', '.join(BENCHES)}; all where none is named")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    arguments = parser.parse_args()
    which = arguments.which or list(BENCHES)
    if unknown := set(which) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    if "intake" in which:
        print(intake.measure(arguments.postgresql, rounds=5, seconds=2.0), end="\n\n", flush=True)
    if "judge" in which:
        judge.measure(arguments.postgresql, rounds=3, seconds=4.0, rate=500.0)
    if "faces" in which:
        print(compat.measure(rounds=3, seconds=6.0), end="\n\n", flush=True)
    if "scoring" in which:
        scoring.show(made_up(60), rounds=3)
        print(flush=True)
    if "spam" in which:
        print(spam.at_scale(stored=1_000_000, per_kind=640), end="\n\n", flush=True)
        print(spam.hostile())


if __name__ == "__main__":
    main()
