"""`make bench`: every speed claim, printed again; ARGS picks one (intake, judge) or PostgreSQL."""

import argparse

from bench import intake, judge


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("which", nargs="*", help="intake, judge; both where none is named")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    given = parser.parse_args()
    which = given.which or ["intake", "judge"]
    if unknown := set(which) - {"intake", "judge"}:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    if "intake" in which:
        print(intake.measure(given.postgresql, rounds=5, seconds=2.0), end="\n\n", flush=True)
    if "judge" in which:
        judge.measure(given.postgresql, rounds=3, seconds=4.0, rate=500.0)


if __name__ == "__main__":
    main()
