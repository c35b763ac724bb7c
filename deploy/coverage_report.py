"""Prints how much of the code the suite ran, and the ten files of which it ran least: what `make test COVERAGE=1` left."""

import sys
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import CoverageException

ROOT = Path(__file__).resolve().parent.parent
WORST = 10


def lines(covered: Coverage) -> list[tuple[int, int, str]]:
    """(lines not run, lines, path from the root) of every file of the packages."""
    counts = []
    packages = covered.get_option("run:source_pkgs")
    assert isinstance(packages, list)
    # Also what was never imported.
    for file in sorted(path for name in packages for path in (ROOT / name).rglob("*.py")):
        _, statements, _, missing, _ = covered.analysis2(str(file))
        counts.append((len(missing), len(statements), str(file.relative_to(ROOT))))
    return counts


def main() -> int:
    """The exit status: 1 where nothing was measured."""
    covered = Coverage(config_file=str(ROOT / "pyproject.toml"), data_file=str(ROOT / ".coverage"))
    covered.set_option("run:parallel", False)  # the parts are joined already
    try:
        covered.load()
        counts = [one for one in lines(covered) if one[1]]
    except CoverageException as error:
        print(f"No coverage: {error}", file=sys.stderr)
        return 1
    if not counts:
        print("No coverage: nothing was measured.", file=sys.stderr)
        return 1
    missing, statements = (sum(column) for column in list(zip(*counts, strict=True))[:2])
    print(f"Coverage: {1 - missing / statements:.1%} of {statements:,} lines. Least of:")
    for unrun, of, path in sorted(counts, key=lambda one: one[0] / one[1], reverse=True)[:WORST]:
        print(f"  {1 - unrun / of:6.1%}  {path} ({unrun} of {of} lines not run)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
