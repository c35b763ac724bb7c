"""Prints the share of lines that the tests ran, and the ten files of which they ran least, after `make test COVERAGE=1`."""

import sys
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import CoverageException

ROOT = Path(__file__).resolve().parent.parent
WORST = 10


def line_counts(covered: Coverage, root: Path) -> list[tuple[int, int, str]]:
    """(lines not run, lines, path from the root) of every file of the packages that has lines."""
    packages = covered.get_option("run:source_pkgs")
    assert isinstance(packages, list)
    counts = []
    # Also files that were never imported.
    for file in sorted(path for name in packages for path in (root / name).rglob("*.py")):
        _, statements, _, missing, _ = covered.analysis2(str(file))
        if statements:
            counts.append((len(missing), len(statements), str(file.relative_to(root))))
    return counts


def main(root: Path = ROOT) -> int:
    """The exit status: 1 where nothing was measured."""
    covered = Coverage(config_file=str(root / "pyproject.toml"), data_file=str(root / ".coverage"))
    covered.set_option("run:parallel", False)  # the parts are joined already
    try:
        covered.load()
        counts = line_counts(covered, root)
    except CoverageException as error:
        print(f"No coverage: {error}", file=sys.stderr)
        return 1
    if not counts:
        print("No coverage: nothing was measured.", file=sys.stderr)
        return 1
    all_missing = sum(missing for missing, _, _ in counts)
    all_lines = sum(lines for _, lines, _ in counts)
    print(f"Coverage: {1 - all_missing / all_lines:.1%} of {all_lines:,} lines. Least of:")
    worst = sorted(counts, key=lambda count: count[0] / count[1], reverse=True)[:WORST]
    for missing, lines, path in worst:
        print(f"  {1 - missing / lines:6.1%}  {path} ({missing} of {lines} lines not run)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
